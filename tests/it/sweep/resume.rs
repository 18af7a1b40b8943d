//! An interrupted sweep goes on where it stopped, and leaves the same bytes as one that was not.

use std::fs;
use std::process::{Command, Stdio};

use crate::program::{Place, SMALL};

/// More points than are done before the first of them is seen.
const OPTIONS: [&str; 6] = ["sweep", "small.toml", "--vary", "action.scan.error=0.1..0.4:lin150", "--threads", "1"];

/// Hidden folders of sweeps under way.
fn hidden(place: &Place) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".claimsim")).collect()
}

/// Finished points of the only sweep under way.
fn kept(place: &Place) -> Vec<std::path::PathBuf> {
    let points = hidden(place).into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let paths = points.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

/// Begins the sweep and kills it when a few points are done.
fn interrupted(place: &Place) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimsim"));
    command
        .current_dir(place.path(""))
        .args(OPTIONS)
        .args(["--out", "out"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while kept(place).len() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "the sweep ended before it could be killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_interrupted_sweep_goes_on_and_leaves_the_same_bytes() {
    let place = Place::new();
    place.write("small.toml", &SMALL.replace("2h", "1h"));
    place.claimsim(&[&OPTIONS[..], &["--quiet", "--out", "whole"]].concat()).assert().success();
    assert!(hidden(&place).is_empty(), "a complete sweep leaves nothing behind");

    interrupted(&place);
    assert!(!place.path("out").exists(), "an interrupted sweep leaves no folder");
    // A damaged point is simulated anew; one that another sweep left has no say.
    let points = kept(&place);
    fs::write(&points[0], "{\"summary\":[],\"shown\":[]}").unwrap();
    fs::copy(&points[1], points[1].with_file_name("point-149.json")).unwrap();
    let before = points.len();

    // Other options are another sweep, which does not touch this one's points.
    let other =
        place.claimsim(&["sweep", "small.toml", "--vary", "worker.w.count=2,3", "--out", "out"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&other.get_output().stderr), "");
    assert_eq!(kept(&place).len(), before + 1);

    let output = place.claimsim(&[&OPTIONS[..], &["--out", "out"]].concat()).assert().success().get_output().clone();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, format!("continuing: {} of 150 points are finished\n", before - 1));
    assert!(place.files("whole") == place.files("out"), "going on left other bytes");
    assert!(hidden(&place).is_empty(), "a complete sweep leaves nothing behind");
}
