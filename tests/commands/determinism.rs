//! The same scenario and seed give the same bytes in every file: twice, and with one thread or two.

use crate::support::Sandbox;

fn run(sandbox: &Sandbox, out: &str, options: &[&str]) {
    let arguments = [&["run", "small.toml", "--quiet", "--jobs", "--out", out], options].concat();
    sandbox.claimsim(&arguments).assert().success();
}

#[test]
fn twice_and_with_one_thread_or_two_the_same_bytes() {
    let sandbox = Sandbox::small();
    run(&sandbox, "first", &["--threads", "2"]);
    run(&sandbox, "second", &["--threads", "2"]);
    run(&sandbox, "one", &["--threads", "1"]);
    let first = sandbox.files("first");
    assert_eq!(first.len(), 16, "tables, charts, job log, page, scenario and manifest");
    assert!(first == sandbox.files("second"), "the second run left other bytes than the first");
    assert!(first == sandbox.files("one"), "one thread left other bytes than two");
}

#[test]
fn another_seed_or_claim_rule_leaves_others() {
    let sandbox = Sandbox::small();
    run(&sandbox, "base", &[]);
    for (out, options) in [("seed", ["--seed", "8"]), ("rule", ["--set", "claim.delay=none"])] {
        run(&sandbox, out, &options);
        assert!(sandbox.files("base") != sandbox.files(out), "{options:?} changed nothing");
    }
}

/// Replication k is the same whether 3 or 5 are run: nothing leaks from one to the next.
#[test]
fn more_replications_leave_the_first_as_they_were() {
    let sandbox = Sandbox::small();
    run(&sandbox, "three", &[]);
    run(&sandbox, "five", &["--replications", "5"]);
    let jobs = |out: &str| std::fs::read_to_string(sandbox.path(out).join("jobs.csv")).unwrap();
    assert!(jobs("five").starts_with(&jobs("three")));
}
