//! The kinds of differences: inputs, decisions or outcomes, or none.

use serde_json::Value;

use super::{BUSY, diff, run, text};
use crate::support::{SMALL, Sandbox};

/// The difference between a scenario and the same with other options.
fn changed(scenario: &str, options: &[&str]) -> Value {
    let sandbox = Sandbox::with("s.toml", scenario);
    run(&sandbox, "s.toml", "one", &[]);
    run(&sandbox, "s.toml", "other", options);
    let back = diff(&sandbox, ["other", "one"], &[]);
    let document = diff(&sandbox, ["one", "other"], &[]);
    for key in ["same", "kind", "replications", "until_s"] {
        assert_eq!(document[key], back[key], "it does not matter which comes first: {options:?}");
    }
    assert_eq!(document["parting"]["at_s"], back["parting"]["at_s"]);
    document
}

fn kind_of(document: &Value) -> (&str, &str) {
    (document["kind"].as_str().unwrap_or("none"), document["parting"]["what"].as_str().unwrap_or("nothing"))
}

#[test]
fn the_same_run_twice_is_the_same() {
    for scenario in [SMALL, BUSY] {
        let document = changed(scenario, &[]);
        assert_eq!(document["same"], true);
        assert_eq!((&document["settings"], &document["parting"]), (&Value::Array(Vec::new()), &Value::Null));
    }
    let sandbox = Sandbox::with("s.toml", BUSY);
    run(&sandbox, "s.toml", "one", &[]);
    let said = text(&sandbox, ["one", "one"], &[]);
    assert!(said.ends_with("3 replications compared up to 2h: the runs are the same.\n"), "{said}");
}

#[test]
fn what_is_only_measured_changes_nothing_that_happens() {
    let document = changed(BUSY, &["--set", "warmup=10m"]);
    assert_eq!(document["same"], true);
    assert_eq!(document["settings"][0]["name"], "warmup");
    assert_eq!(document["settings"][0]["values"], serde_json::json!([null, "10m"]));
}

#[test]
fn another_seed_brings_other_jobs() {
    let document = changed(BUSY, &["--seed", "12"]);
    assert_eq!(kind_of(&document), ("inputs", "job"));
    assert_eq!(document["settings"][0]["values"], serde_json::json!(["11", "12"]));
    let [one, other] = [0, 1].map(|side| &document["parting"]["runs"][side]);
    assert_eq!((&one["origin"], one["action"].as_str()), (&other["origin"], other["action"].as_str()));
    assert!(one["origin"].as_str().unwrap().starts_with("arrival 1 of "));
    assert_ne!(one["made_at_s"], other["made_at_s"]);
}

/// Only the service time of the first job of that action differs.
#[test]
fn another_service_time_is_an_input() {
    let document = changed(BUSY, &["--set", "action.large.service=50s"]);
    assert_eq!(kind_of(&document), ("inputs", "job"));
    let [one, other] = [0, 1].map(|side| &document["parting"]["runs"][side]);
    assert_eq!((&one["origin"], &one["origin"]), (&other["origin"], &"arrival 1 of large".into()));
    assert_eq!(
        (&one["made_at_s"], &one["job"], &one["outcome"]),
        (&other["made_at_s"], &other["job"], &other["outcome"])
    );
    assert_eq!(other["service_s"], 50.0);
    assert_ne!(one["service_s"], 50.0);
}

#[test]
fn other_needs_and_errors_are_inputs() {
    for (setting, key) in [("action.large.capacity.slot=2", "needs"), ("action.small.error=0.9", "outcome")] {
        let document = changed(BUSY, &["--set", setting]);
        assert_eq!(kind_of(&document), ("inputs", "job"), "{setting}");
        let runs = &document["parting"]["runs"];
        assert_ne!(runs[0][key], runs[1][key], "{setting}");
        assert_eq!(runs[0]["service_s"], runs[1]["service_s"], "{setting}");
    }
}

/// The job that is stopped at its new deadline has been the same until then, and has been claimed
/// at the same time by the same worker.
#[test]
fn another_deadline_is_an_outcome() {
    let document = changed(BUSY, &["--set", "action.middle.deadline=1m"]);
    assert_eq!(kind_of(&document), ("outcomes", "end"));
    let [one, other] = [0, 1].map(|side| &document["parting"]["runs"][side]);
    assert_eq!((&one["job"], &one["action"], &one["worker"]), (&other["job"], &"middle".into(), &other["worker"]));
    assert_eq!(other["ending"], "deadline_missed");
    assert!(one["ended_at_s"].as_f64() > other["ended_at_s"].as_f64());
}

#[test]
fn fewer_retries_are_an_outcome() {
    let document = changed(BUSY, &["--set", "action.small.retries=0"]);
    assert_eq!(kind_of(&document), ("outcomes", "end"));
    let runs = &document["parting"]["runs"];
    assert_eq!((&runs[0]["retried"], &runs[1]["retried"]), (&true.into(), &false.into()));
    assert_eq!((&runs[0]["ending"], &runs[0]["ended_at_s"]), (&"error".into(), &runs[1]["ended_at_s"]));
}

#[test]
fn who_loses_patience_is_an_outcome() {
    let document = changed(SMALL, &["--set", "action.check.patience=1s"]);
    assert_eq!(kind_of(&document), ("outcomes", "end"));
    let endings = [0, 1].map(|side| &document["parting"]["runs"][side]["ending"]);
    assert!(endings.iter().any(|ending| *ending == "abandoned"), "{endings:?}");
}

#[test]
fn another_backoff_is_another_job() {
    let document = changed(BUSY, &["--set", "action.small.backoff=6s"]);
    assert_eq!(kind_of(&document), ("inputs", "job"));
    let runs = &document["parting"]["runs"];
    assert!(runs[0]["origin"].as_str().unwrap().starts_with("retry of job "));
    let scheduled = |side: usize| runs[side]["scheduled_at_s"].as_f64().unwrap();
    assert!((scheduled(1) - scheduled(0) - 1.0).abs() < 1e-6);
}

#[test]
fn another_delay_is_a_decision() {
    let document = changed(SMALL, &["--set", "claim.delay=2s"]);
    assert_eq!(kind_of(&document), ("decisions", "claim"));
    let runs = &document["parting"]["runs"];
    let idle = [0, 1].into_iter().find(|side| runs[*side]["claim"].is_null()).expect("one of the two looks first");
    assert!(runs[idle]["why"].as_str().unwrap().contains("has looked yet"), "{runs}");
    assert!(runs[idle]["later"]["claimed_at_s"].as_f64() > document["parting"]["at_s"].as_f64());
}

#[test]
fn other_workers_and_faults_are_inputs() {
    let document = changed(BUSY, &["--set", "worker.w.count=3"]);
    assert_eq!(document["kind"], "inputs");
    assert_eq!(document["workers"], serde_json::json!([{ "worker": "w-2", "offers": [null, { "slot": 3 }] }]));
    let document = changed(BUSY, &["--set", "worker.w.capacity.slot=4"]);
    assert_eq!(
        (&document["kind"], &document["workers"][0]["offers"]),
        (&"inputs".into(), &serde_json::json!([{ "slot": 3 }, { "slot": 4 }]))
    );

    let outage = r#"outage=[{ worker = "w-0", at = "30m", for = "5m", kind = "crash" }]"#;
    let document = changed(BUSY, &["--set", outage]);
    assert_eq!(kind_of(&document), ("inputs", "event"));
    assert_eq!(document["parting"]["at_s"], 1800.0);
    assert_eq!(document["parting"]["runs"], serde_json::json!([null, "w-0 goes out: crash"]));
}

#[test]
fn another_cron_is_an_input() {
    let document = changed(SMALL, &["--set", "cron.update_db.schedule=0 20 * * * *"]);
    assert_eq!(kind_of(&document), ("inputs", "job"));
    let runs = &document["parting"]["runs"];
    assert_eq!((&runs[0]["made_at_s"], &runs[1]["made_at_s"]), (&1800.0.into(), &1200.0.into()));
    assert_eq!(runs[0]["origin"], "arrival 1 of update_db");
}

#[test]
fn the_shorter_run_is_compared_to_its_end() {
    let document = changed(BUSY, &["--set", "horizon=1h"]);
    assert_eq!((&document["same"], &document["until_s"]), (&true.into(), &3600.0.into()));
}

/// Three parents come at one instant, all fit at once, and the longest goes first: it has its
/// children first, and they have other numbers.
#[test]
fn numbers_alone_are_no_difference() {
    let scenario = r#"
        horizon = "1h"
        claim = { delay = "none" }
        [worker.w]
        capacity = { slot = 100 }
        [action.parent]
        capacity = { slot = 1 }
        arrival = { renewal = { between = "10m", batch = 3 } }
        service = { uniform = { low = "1s", high = "9s" } }
        spawns = { action = "child", count = 2 }
        error = 0.5
        retries = 3
        [action.child]
        capacity = { slot = 1 }
        service = { uniform = { low = "5s", high = "50s" } }
        error = 0.3
        retries = 2
    "#;
    let sandbox = Sandbox::with("s.toml", scenario);
    run(&sandbox, "s.toml", "one", &[]);
    run(&sandbox, "s.toml", "other", &["--policy", "longest-first"]);
    let log = |run: &str| std::fs::read_to_string(sandbox.path(run).join("jobs.csv")).unwrap();
    assert_ne!(log("one"), log("other"), "the numbers differ");
    let document = diff(&sandbox, ["one", "other"], &[]);
    assert_eq!(document["same"], true, "{document}");
}
