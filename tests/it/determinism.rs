//! The same bytes whatever the number of threads, and again from a run's own manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// Every file under a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn claimsim(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).arg("--quiet").assert().success();
}

#[test]
fn one_thread_and_several_leave_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    for scenario in ["registry-week", "backlog-drain", "cron-collisions"] {
        let text = format!("scenarios/{scenario}.toml");
        let folder = |threads: &str| {
            let out = scratch.path().join(format!("{scenario}-{threads}"));
            let arguments = ["run", &text, "--replications", "5", "--jobs", "--threads", threads, "--out"];
            claimsim(&[&arguments[..], &[out.to_str().unwrap()]].concat());
            out
        };
        let (alone, together) = (folder("1"), folder("4"));
        let (alone, together) = (files(&alone), files(&together));
        assert!(alone.len() >= 9, "{scenario}: {:?}", alone.keys());
        for (path, bytes) in &alone {
            assert!(together.get(path) == Some(bytes), "{scenario}: {} differs", path.display());
        }
        assert_eq!(alone.len(), together.len(), "{scenario}");
        claimsim(&["reproduce", scratch.path().join(format!("{scenario}-4")).to_str().unwrap(), "--threads", "3"]);
    }
}
