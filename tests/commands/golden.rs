//! A digest of what each shipped scenario gives: no change of results goes unnoticed, and other
//! builds and machines can be compared.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::support::Sandbox;

/// Words of a command that runs claimsim, such as `qemu-x86_64 -cpu Nehalem claimsim`, for
/// `.ci/machines`; the program of the tests if it is not set.
const PROGRAM: &str = "CLAIMSIM_PROGRAM";

fn claimsim() -> Command {
    let Ok(words) = std::env::var(PROGRAM) else { return Command::new(env!("CARGO_BIN_EXE_claimsim")) };
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().expect("CLAIMSIM_PROGRAM names a program"));
    command.args(words);
    command
}

/// Tables with job logs, and charts, of two replications.
#[test]
fn shipped_scenarios_give_what_they_gave() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .collect();
    names.sort();
    let sandbox = Sandbox::new();
    let mut digests = String::new();
    for name in names {
        let scenario = folder.join(format!("{name}.toml"));
        let options = ["--replications", "2", "--jobs", "--no-report", "--quiet", "--out", &name];
        let output = claimsim().arg("run").arg(scenario).args(options).current_dir(sandbox.path("")).output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let files = sandbox.files(&name);
        let digest = |extension: &str| {
            let mut digest = Sha256::new();
            for (path, bytes) in files.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == extension)) {
                digest.update(path.to_str().unwrap().replace('\\', "/"));
                digest.update(bytes);
            }
            digest.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
        };
        let _ = writeln!(digests, "{name}\n  tables {}\n  charts {}", digest("csv"), digest("svg"));
    }
    insta::assert_snapshot!(digests);
}
