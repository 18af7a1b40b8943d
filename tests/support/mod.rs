//! Shared set-up: scenarios from text, and the built program in a temporary folder.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use claimsim::internals::scenario::{NoFiles, Override, Scenario, load};
use tempfile::TempDir;

/// The scenario of a text without files, with settings of the form `key=value` that replace its
/// own.
pub(crate) fn loaded(text: &str, settings: &[&str]) -> Scenario {
    let overrides: Vec<_> = settings.iter().map(|assignment| Override::set(assignment)).collect();
    let loaded = load("test.toml", text, &overrides, &NoFiles);
    loaded.unwrap_or_else(|report| panic!("{report:?}\n{text}")).scenario
}

/// The cells of a row of a table, by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// A temporary folder in which the program runs.
pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    pub(crate) fn new() -> Sandbox {
        Sandbox(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a temporary folder can be written to");
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, text: &str) -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.write(name, text);
        sandbox
    }

    /// A folder with the scenario [`SMALL`] in `small.toml`.
    pub(crate) fn small() -> Sandbox {
        Sandbox::with("small.toml", SMALL)
    }

    /// The standard output of a command that succeeds.
    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        text(&self.claimsim(arguments).assert().success().get_output().stdout)
    }

    /// The message of a command that exits with 2.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        text(&self.claimsim(arguments).assert().code(2).get_output().stderr)
    }

    /// The program with these arguments, to start in this folder.
    pub(crate) fn claimsim(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("claimsim").expect("the program is built with its tests");
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    /// The rows of a CSV file.
    pub(crate) fn table(&self, name: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.path(name)).expect("the table is there");
        reader.deserialize().map(|row| row.expect("a row")).collect()
    }

    /// Every file below a folder with its bytes, by path.
    pub(crate) fn files(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.path(folder), &mut files);
        for (path, _) in &mut files {
            *path = path.strip_prefix(self.path(folder)).expect("it lies below").to_owned();
        }
        files.sort();
        files
    }
}

/// The text of an output.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push((path.clone(), fs::read(&path).expect("a file"))) }
    }
}

/// A small scenario with something of everything: two classes, a cron, retries, patience, a race,
/// three replications.
pub(crate) const SMALL: &str = r#"
name = "small"
horizon = "2h"
warmup = "10m"
seed = 7
replications = 3
slo = { wait = "2s" }

[worker.w]
count = 2
capacity = { scan = 1, scanCheck = 2 }

[action.scan]
capacity = { scan = 1 }
arrival = { poisson = { rate = "2/min" } }
service = { lognormal = { mean = "26s", cv = 1.5 } }
error = 0.1
retries = 2
backoff = "5s"

[action.check]
capacity = { scanCheck = 1 }
arrival = { renewal = { between = { uniform = { low = "5s", high = "15s" } }, batch = { empirical = { values = [0, 1, 2] } } } }
service = { gamma = { shape = 0.7, mean = "8s" } }
patience = { exponential = { mean = "2h" } }

[action.update_db]
service = "4m"

[cron.update_db]
schedule = "0 30 * * * *"
"#;
