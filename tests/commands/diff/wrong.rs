//! Errors of `diff`: folders that are not runs or have changed, and replications that do not exist.

use std::fs;

use super::{BUSY, run};
use crate::support::Sandbox;

#[test]
fn wrong_folders_and_numbers_are_refused() {
    let sandbox = Sandbox::with("s.toml", BUSY);
    run(&sandbox, "s.toml", "one", &[]);
    run(&sandbox, "s.toml", "two", &["--replications", "1"]);
    let refused = |arguments: &[&str], why: &str| {
        let output = sandbox.claimsim(arguments).assert().code(2).get_output().clone();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(why) && output.stdout.is_empty(), "{arguments:?}: {said}");
    };
    refused(&["diff", "one"], "required");
    refused(&["diff", "one", "absent"], "absent is not a run of claimsim");
    refused(&["diff", "one", "two", "--replication", "1"], "no replication 1 in both runs; the last is 0");
    let compare = ["compare", "s.toml", "--policy", "first-fit", "--policy", "random", "--out", "three"];
    let few = ["--quiet", "--replications", "2", "--max-replications", "2"];
    sandbox.claimsim(&[&compare[..], &few].concat()).assert().success();
    refused(&["diff", "one", "three"], "three was left by `claimsim compare`");
    fs::write(sandbox.path("one/inputs/scenario.toml"), BUSY.replace("2h", "3h")).unwrap();
    refused(&["diff", "one", "one"], "is not what the run was made from");
}
