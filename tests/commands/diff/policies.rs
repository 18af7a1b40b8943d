//! Under two policies `diff` shows the first claim that the job logs do not share.

use std::collections::BTreeSet;

use claimsim::internals::policy::CATALOGUE;
use serde_json::Value;

use super::{BUSY, Fact, diff, facts, instant, run, text};
use crate::support::Sandbox;

/// A policy of the catalogue with its required parameters.
fn policy(name: &str) -> String {
    if name == "reserve-after" { "reserve-after(patience=1m)".to_owned() } else { name.to_owned() }
}

/// Compares the output for two runs with their logs: nothing differs before, and at the instant
/// each run has done what the output says, and the other has not.
fn holds(document: &Value, logs: [&BTreeSet<Fact>; 2], policy: &str) {
    let first = logs[0].symmetric_difference(logs[1]).next();
    let Some((first, ..)) = first else { return assert_eq!(document["same"], true, "{policy}") };
    let parting = &document["parting"];
    assert_eq!(instant(&parting["at_s"]), *first, "{policy}: {parting}");
    assert_eq!((&document["kind"], &parting["what"]), (&"decisions".into(), &"claim".into()), "{policy}");
    let mut takers = 0;
    for side in [0, 1] {
        let told = &parting["runs"][side];
        assert!(!told["why"].as_str().unwrap().is_empty());
        let Some(job) = told["claim"]["job"].as_u64() else { continue };
        takers += 1;
        let worker = told["claim"]["worker"].as_str().unwrap().to_owned();
        let fact = (first.clone(), "claimed", job, worker);
        assert!(logs[side].contains(&fact) && !logs[1 - side].contains(&fact), "{policy}: {fact:?}");
        let queue = told["queue"].as_array().unwrap();
        let head = queue.iter().find(|head| head["taken"] == true).expect("what is taken is shown among what waits");
        assert_eq!((&head["job"], &head["fits"]), (&job.into(), &true.into()), "{policy}");
    }
    assert!(takers > 0, "{policy}: somebody claims what the other does not");
    for (side, other) in [(0, 1), (1, 0)] {
        // The outcome of the other's job is in this log.
        let later = &parting["runs"][side]["later"];
        if let Some(job) = later["job"].as_u64() {
            assert_eq!(Some(job), parting["runs"][other]["claim"]["job"].as_u64(), "{policy}");
            let claim = logs[side].iter().find(|(_, what, of, _)| *what == "claimed" && *of == job);
            assert_eq!(
                claim.map(|(at, ..)| at.clone()),
                later["claimed_at_s"].as_f64().map(|_| instant(&later["claimed_at_s"]))
            );
        }
    }
}

fn all_policies_against_the_first(scenario: &str) {
    let sandbox = Sandbox::with("s.toml", scenario);
    run(&sandbox, "s.toml", "base", &[]);
    let base = facts(&sandbox, "base", 0);
    let mut parted = 0;
    for entry in CATALOGUE {
        let policy = policy(entry.name);
        run(&sandbox, "s.toml", "other", &["--policy", &policy, "--replications", "1"]);
        let document = diff(&sandbox, ["base", "other"], &[]);
        let other = facts(&sandbox, "other", 0);
        holds(&document, [&base, &other], &policy);
        holds(&diff(&sandbox, ["other", "base"], &[]), [&other, &base], &policy);
        parted += usize::from(document["same"] == false);
    }
    assert!(parted >= 12, "only {parted} policies do anything else");
}

#[test]
fn the_first_other_claim_is_the_first_in_the_logs() {
    all_policies_against_the_first(BUSY);
}

#[test]
fn so_it_is_where_workers_look_after_a_delay() {
    all_policies_against_the_first(
        &BUSY.replace(
            "claim = { delay = \"none\" }",
            "claim = { delay = { uniform = { low = \"0s\", high = \"3s\" } } }",
        ),
    );
}

#[test]
fn replications_part_one_by_one_and_the_first_is_shown() {
    let sandbox = Sandbox::with("s.toml", BUSY);
    run(&sandbox, "s.toml", "one", &[]);
    run(&sandbox, "s.toml", "other", &["--policy", "shortest-first", "--replications", "5"]);
    let document = diff(&sandbox, ["one", "other"], &[]);
    assert_eq!(document["replications"]["compared"], 3);
    assert_eq!(document["replications"]["first"], 0);
    let one = diff(&sandbox, ["one", "other"], &["--replication", "2", "--threads", "1"]);
    assert_eq!((&one["replications"]["compared"], &one["parting"]["replication"]), (&1.into(), &2.into()));
    holds(&one, [&facts(&sandbox, "one", 2), &facts(&sandbox, "other", 2)], "shortest-first");
}

#[test]
fn the_text_names_jobs_workers_and_reasons() {
    let sandbox = Sandbox::with("s.toml", BUSY);
    run(&sandbox, "s.toml", "one", &["--policy", "strict-fifo"]);
    run(&sandbox, "s.toml", "other", &["--policy", "easy-backfill"]);
    let said = text(&sandbox, ["one", "other"], &[]);
    for word in [
        "A: one",
        "B: other",
        "policy",
        "strict-fifo",
        "by a decision",
        "goes before job",
        "the oldest",
        "slot",
        "waited",
        "taken by B",
    ] {
        assert!(said.contains(word), "{word} is missing in\n{said}");
    }
    assert_eq!(text(&sandbox, ["one", "other"], &["--quiet"]), "");
}
