//! Audit, `[registry]`, audit: what goes round comes back, but for what docs/model.md says is lost.

use claimsim::internals::experiment;
use claimsim::internals::model::time::Time;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::documents::hold;
use super::recipe::{Recipe, instant, recipe};
use super::{Documents, load, word};
use crate::random_cases::random_cases;

/// A row without what a new start changes of it.
fn without(row: &Value, fields: &[&str]) -> Value {
    let mut row = row.clone();
    for field in fields {
        row.as_object_mut().unwrap().remove(*field);
    }
    row
}

/// Whether a row has not ended.
fn is_open(row: &Value) -> bool {
    ["waiting", "running", "cancel_request"].contains(&word(row, "status"))
}

/// What a row may have come to at the very start, because what kept it from that is not in the
/// documents: a request to cancel reaches its process at once, or a worker claims that was out or
/// without a quorum.
fn may_become(recipe: &Recipe, before: &str, after: &str) -> bool {
    match before {
        "cancel_request" => after == "cancel",
        "waiting" => after == "running" && recipe.has_outages && recipe.claim.contains("none"),
        _ => false,
    }
}

/// Compares the documents of a warm start at its own start with those that it began with.
fn compare(recipe: &Recipe, first: &Documents, second: &Documents, start: &str) {
    let open: Vec<Value> = first.jobs().into_iter().filter(is_open).collect();
    let ids: Vec<&str> = open.iter().map(|row| word(row, "id")).collect();
    let (old, new): (Vec<Value>, Vec<Value>) =
        second.jobs().into_iter().partition(|row| ids.contains(&word(row, "id")));
    assert_eq!(old.iter().map(|row| word(row, "id")).collect::<Vec<_>>(), ids, "the same rows in the same order");
    let mut has_moved = false;
    for (before, after) in open.iter().zip(&old) {
        if before == after {
            continue;
        }
        has_moved = true;
        let (was, is) = (word(before, "status"), word(after, "status"));
        assert!(may_become(recipe, was, is), "{before}\nbecame\n{after}");
        let changed_at: chrono::DateTime<chrono::Utc> = word(after, "lastUpdated").parse().unwrap();
        let start: chrono::DateTime<chrono::Utc> = start.parse().unwrap();
        assert_eq!(changed_at.timestamp_millis(), start.timestamp_millis(), "{after}");
        let changed = ["status", "lastUpdated", "workerID"];
        assert_eq!(without(before, &changed), without(after, &changed));
    }
    assert!(new.is_empty() || has_moved, "nothing happens at the start that has not happened before: {new:?}");

    let alive: Vec<Value> = first.workers().into_iter().filter(|row| row["status"] != "dead").collect();
    let beats =
        |rows: &[Value]| -> Vec<Value> { rows.iter().map(|row| without(row, &["heartbeatExpiration"])).collect() };
    assert_eq!(beats(&alive), beats(&second.workers()), "workers, except the time at which they would be missed");
    assert_eq!(first.crons, second.crons);
}

proptest! {
    #![proptest_config(random_cases(150, 7))]

    #[test]
    fn documents_come_round(recipe in recipe(), at in instant()) {
        let scenario = load(&recipe.text(), None).scenario;
        let first = Documents::at(&scenario, at);
        prop_assert_eq!(&first, &Documents::at(&scenario, at), "the same text every time");
        hold(&first);
        let start = scenario.epoch.rfc3339(at, chrono::SecondsFormat::Nanos);
        let warm = load(&recipe.warm_start(&start), Some(&first));
        let second = Documents::at(&warm.scenario, Time::ZERO);
        hold(&second);
        compare(&recipe, &first, &second, &start);

        // The second round trip loses nothing.
        let again = load(&recipe.warm_start(&start), Some(&second));
        let third = Documents::at(&again.scenario, Time::ZERO);
        let is_still = second.jobs().iter().all(is_open);
        if is_still {
            prop_assert_eq!(&third, &second);
        }
        // And the warm start runs to its end without using an id twice.
        let end = experiment::audit(&warm.scenario, 0, warm.scenario.system.window.horizon);
        let mut ids: Vec<_> = end.all_jobs().chain(audit_of(&first)).map(|row| row.id.into_option().unwrap()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        let kept = first.jobs().iter().filter(|row| is_open(row)).count();
        prop_assert_eq!(all - ids.len(), kept, "only rows that were carried over are in both");
    }
}

/// The rows of the documents that a warm start begins with.
fn audit_of(documents: &Documents) -> Vec<claimsim::internals::registry::document::JobDocument> {
    claimsim::internals::registry::document::jobs(documents.jobs.as_bytes()).unwrap()
}

const RULES: &str = "horizon = \"1h\"\n[claim]\ndelay = \"none\"\n[action.parent]\nservice = \"10m\"\nspawns = { action = \"child\", count = 3 }\n\
    stop_timeout = \"1h\"\nstops_in = \"5m\"\n[action.child]\nservice = \"30m\"\ncapacity.slot = 1\n[action.beat]\nservice = \"1s\"\n";

const STORY: &str = "[worker.w]\ncapacity.slot = 1\n[[job]]\naction = \"parent\"\nat = \"1m\"\n[cron.beat]\nschedule = \"@every 7m\"\n\
    [[cancel]]\nat = \"5m\"\naction = \"parent\"\n";

fn around(at: i64) -> (Documents, Documents, claimsim::internals::scenario::Scenario) {
    let scenario = load(&format!("{RULES}{STORY}"), None).scenario;
    let at = Time(at * 1_000_000_000);
    let first = Documents::at(&scenario, at);
    let start = scenario.epoch.rfc3339(at, chrono::SecondsFormat::Nanos);
    let documents = "workers = \"workers.json\"\njobs = \"jobs.json\"\ncrons = \"crons.json\"\n";
    let warm = load(&format!("start = \"{start}\"\n{RULES}[registry]\n{documents}"), Some(&first)).scenario;
    (first, Documents::at(&warm, Time::ZERO), warm)
}

#[test]
fn a_parent_does_not_start_its_children_again() {
    let (first, second, warm) = around(120);
    assert_eq!(first.jobs, second.jobs, "a parent and its three children, of which one runs");
    let later = Documents::at(&warm, Time(3_000_000_000_000)).jobs();
    let children = later.iter().filter(|row| row["action"] == "child").count();
    assert_eq!(children, 3);
    let parent = later.iter().find(|row| row["action"] == "parent").unwrap();
    assert_eq!(word(parent, "lastUpdated"), "2017-02-17T00:12:00Z", "it does not wait for them: 10 m from the start");
}

#[test]
fn a_request_to_cancel_comes_round() {
    let (first, second, warm) = around(360);
    let stopping = |documents: &Documents| documents.jobs().into_iter().find(|row| row["action"] == "parent").unwrap();
    let row = stopping(&first);
    assert_eq!((word(&row, "status"), word(&row, "lastUpdated")), ("cancel_request", "2017-02-17T00:05:00Z"));
    assert_eq!(stopping(&second), row);
    let end = stopping(&Documents::at(&warm, Time(301_000_000_000)));
    assert_eq!(
        (word(&end, "status"), word(&end, "lastUpdated")),
        ("cancel", "2017-02-17T00:11:00Z"),
        "asked again at 6 m"
    );
    // It is not claimed, so there is nothing to stop.
    let lone = r#"{"id":"x","action":"child","status":"cancel_request","workerID":""}"#;
    let documents = Documents { jobs: lone.to_owned(), ..first };
    let text = format!("{RULES}[registry]\nworkers = \"workers.json\"\njobs = \"jobs.json\"\n");
    assert!(load(&text, Some(&documents)).scenario.system.initial.is_empty());
}

#[test]
fn every_keeps_its_phase() {
    let (first, second, warm) = around(500);
    assert_eq!(first.crons()[0]["nextRun"], "2017-02-17T00:14:00Z");
    assert_eq!(first.crons, second.crons);
    let later = Documents::at(&warm, Time(1_000_000_000_000));
    assert_eq!(later.crons()[0]["nextRun"], "2017-02-17T00:28:00Z");
    let fired: Vec<Value> =
        later.jobs().into_iter().filter(|row| row["action"] == "beat").map(|row| row["scheduledAt"].clone()).collect();
    assert_eq!(fired, [json!("2017-02-17T00:21:00Z"), json!("2017-02-17T00:14:00Z")]);
}
