//! An interrupted sweep continues where it stopped, and leaves the same bytes as an uninterrupted
//! one.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{SMALL, Sandbox};

/// More points than are finished before the first of them is seen.
const OPTIONS: [&str; 6] = ["sweep", "small.toml", "--vary", "action.scan.error=0.1..0.4:lin150", "--threads", "1"];

/// Hidden folders of running sweeps.
fn hidden(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".claimsim")).collect()
}

/// Finished points of the only running sweep.
fn kept(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let points = hidden(sandbox).into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let paths = points.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

/// Begins the sweep and kills it when a few points are done.
fn interrupted(sandbox: &Sandbox) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
    command
        .current_dir(sandbox.path(""))
        .args(OPTIONS)
        .args(["--out", "out"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while kept(sandbox).len() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "the sweep ended before it could be killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_interrupted_sweep_goes_on_and_leaves_the_same_bytes() {
    let sandbox = Sandbox::with("small.toml", &SMALL.replace("2h", "1h"));
    sandbox.claimsim(&[&OPTIONS[..], &["--quiet", "--out", "whole"]].concat()).assert().success();
    assert!(hidden(&sandbox).is_empty(), "a complete sweep leaves nothing behind");

    interrupted(&sandbox);
    assert!(!sandbox.path("out").exists(), "an interrupted sweep leaves no folder");
    // A damaged point is simulated again; a point of another sweep is ignored.
    let points = kept(&sandbox);
    fs::write(&points[0], "{\"summary\":[],\"shown\":[]}").unwrap();
    fs::copy(&points[1], points[1].with_file_name("point-149.json")).unwrap();
    let before = points.len();

    // Other options are another sweep, which does not touch this one's points.
    let other =
        sandbox.claimsim(&["sweep", "small.toml", "--vary", "worker.w.count=2,3", "--out", "out"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&other.get_output().stderr), "");
    assert_eq!(kept(&sandbox).len(), before + 1);

    let output = sandbox.claimsim(&[&OPTIONS[..], &["--out", "out"]].concat()).assert().success().get_output().clone();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, format!("continuing: {} of 150 points are finished\n", before - 1));
    assert!(sandbox.files("whole") == sandbox.files("out"), "going on left other bytes");
    assert!(hidden(&sandbox).is_empty(), "a complete sweep leaves nothing behind");
}
