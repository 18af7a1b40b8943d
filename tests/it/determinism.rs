//! The same scenario and seed give the same bytes in every file: twice, and with one thread or two.

use crate::program::{Place, SMALL};

fn run(place: &Place, out: &str, options: &[&str]) {
    let arguments = [&["run", "small.toml", "--quiet", "--jobs", "--out", out], options].concat();
    place.claimsim(&arguments).assert().success();
}

#[test]
fn twice_and_with_one_thread_or_two_the_same_bytes() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    run(&place, "first", &["--threads", "2"]);
    run(&place, "second", &["--threads", "2"]);
    run(&place, "one", &["--threads", "1"]);
    let first = place.files("first");
    assert_eq!(first.len(), 10, "tables, charts, job log, scenario and manifest");
    assert!(first == place.files("second"), "the second run left other bytes than the first");
    assert!(first == place.files("one"), "one thread left other bytes than two");
}

#[test]
fn another_seed_or_claim_rule_leaves_others() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    run(&place, "base", &[]);
    for (out, options) in [("seed", ["--seed", "8"]), ("rule", ["--set", "claim.delay=none"])] {
        run(&place, out, &options);
        assert!(place.files("base") != place.files(out), "{options:?} changed nothing");
    }
}

/// Replication k is the same whether 3 or 5 are run: nothing leaks from one to the next.
#[test]
fn more_replications_leave_the_first_as_they_were() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    run(&place, "three", &[]);
    run(&place, "five", &["--replications", "5"]);
    let jobs = |out: &str| std::fs::read_to_string(place.path(out).join("jobs.csv")).unwrap();
    assert!(jobs("five").starts_with(&jobs("three")));
}
