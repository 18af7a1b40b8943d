//! Gates: exit codes 0, 1 and 3, last lines, and a saved run as the baseline.

use std::fs;

use crate::support::{Sandbox, text};

/// The exit code, the last line on standard output, and standard error.
fn gate(sandbox: &Sandbox, options: &[&str]) -> (i32, String, String) {
    let fixed = ["compare", "small.toml", "--out", "folder"];
    let output = sandbox.claimsim(&[&fixed[..], options].concat()).output().unwrap();
    let last = text(&output.stdout).lines().last().unwrap_or_default().to_owned();
    (output.status.code().unwrap(), last, text(&output.stderr))
}

const FEW: [&str; 4] = ["--replications", "8", "--max-replications", "32"];

#[test]
fn a_gate_passes_fails_or_is_undecided() {
    let sandbox = Sandbox::small();
    let three = ["--contender", "three: worker.w.count=3"];
    let one = ["--contender", "one: worker.w.count=1"];
    let with = |contender: &[&str], gates: &[&str]| {
        let gates: Vec<&str> = gates.iter().flat_map(|text| ["--gate", text]).collect();
        gate(&sandbox, &[contender, &gates, &FEW].concat())
    };
    let (code, last, _) = with(&three, &["mean(wait) <= +5%", "p99(wait, scan) <= 1h", "utilization(scan) >= -90%"]);
    assert_eq!((code, last.as_str()), (0, "gates: pass (3 of 3)"));
    let (code, last, _) = with(&one, &["mean(wait) <= +5%", "p99(wait) <= 10h"]);
    assert_eq!((code, last.as_str()), (1, "gates: fail (1 of 2 broken)"));
    // Equal jobs on equal workers are identical, and so exactly at the bound. Other jobs of the
    // same law are near it.
    let (code, last, _) = with(&["--contender", "same: seed=7"], &["mean(wait) <= +0%", "mean(wait) <= 1h"]);
    assert_eq!((code, last.as_str()), (0, "gates: pass (2 of 2)"));
    let (code, last, _) = with(&["--contender", "other: seed=8"], &["mean(wait) <= +0%", "mean(wait) <= 1h"]);
    assert_eq!((code, last.as_str()), (3, "gates: undecided (1 of 2 pass, 1 undecided)"));
    let quiet = ["--contender", "one: worker.w.count=1", "--quiet", "--gate", "mean(wait) <= +5%"];
    let (code, last, said) = gate(&sandbox, &[&quiet[..], &FEW].concat());
    assert_eq!((code, last.as_str()), (1, ""));
    assert!(said.starts_with("gate mean(wait) <= +5% is broken by one: "), "{said}");
    let junit = fs::read_to_string(sandbox.path("folder/junit.xml")).unwrap();
    assert!(junit.contains("failures=\"1\"") && junit.contains("<failure message="), "{junit}");
}

#[test]
fn who_asks_for_gates_only_waits_for_nothing_else() {
    let sandbox = Sandbox::small();
    // Alternatives equal in law are hardly ever judged different, but this gate is decided at the
    // first look.
    let same = ["--contender", "other: seed=8", "--gate", "mean(wait) <= 1h", "--replications", "6"];
    assert_eq!(gate(&sandbox, &same).0, 0);
    let comparison = fs::read_to_string(sandbox.path("folder/comparison.csv")).unwrap();
    assert!(comparison.lines().any(|line| line.contains("no difference shown,,6,0")), "{comparison}");
}

#[test]
fn a_saved_run_is_a_baseline() {
    let sandbox = Sandbox::small();
    let run = ["run", "small.toml", "--quiet", "--out", "saved", "--seed", "11", "--set", "worker.w.count=3"];
    sandbox.claimsim(&run).assert().success();
    let against = ["--baseline", "saved", "--gate", "mean(wait) <= +5%"];
    let (code, last, said) = gate(&sandbox, &[&against[..], &FEW].concat());
    assert_eq!(
        (code, last.as_str(), said.as_str()),
        (1, "gates: fail (1 of 1 broken)", ""),
        "two workers are not three"
    );
    let (code, ..) = gate(&sandbox, &[&against[..], &["--set", "worker.w.count=4"], &FEW].concat());
    assert_eq!(code, 0);
    // It is complete: neither the scenario nor the saved run is needed any more.
    fs::remove_dir_all(sandbox.path("saved")).unwrap();
    fs::rename(sandbox.path("small.toml"), sandbox.path("gone.toml")).unwrap();
    sandbox.claimsim(&["reproduce", "folder"]).assert().success();
}

#[test]
fn a_saved_run_of_another_version_is_warned_of() {
    let sandbox = Sandbox::small();
    sandbox.claimsim(&["run", "small.toml", "--quiet", "--out", "saved"]).assert().success();
    let manifest = fs::read_to_string(sandbox.path("saved/manifest.json")).unwrap();
    let at = manifest.find("\"summary.csv\"").unwrap();
    let digest = at + manifest[at..].find("\"sha256\": \"").unwrap() + 11;
    let older = format!("{}{}{}", &manifest[..digest], "0".repeat(64), &manifest[digest + 64..]);
    fs::write(sandbox.path("saved/manifest.json"), older).unwrap();
    let (code, _, said) =
        gate(&sandbox, &[&["--baseline", "saved", "--gate", "mean(wait) <= +50%"][..], &FEW].concat());
    assert_eq!(code, 0);
    assert!(said.contains("made by another version") && said.contains("summary.csv"), "{said}");
}
