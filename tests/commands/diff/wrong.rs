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
    refused(&["diff", "one", "two", "--replication", "1"], "no replication 1 in both runs; they have 1");
    let manifest = fs::read_to_string(sandbox.path("two/manifest.json")).unwrap();
    fs::write(sandbox.path("two/manifest.json"), manifest.replace("\"command\": \"run\"", "\"command\": \"compare\""))
        .unwrap();
    refused(&["diff", "one", "two"], "two was left by `claimsim compare`");
    fs::write(sandbox.path("one/inputs/scenario.toml"), BUSY.replace("2h", "3h")).unwrap();
    refused(&["diff", "one", "one"], "is not what the run was made from");
}
