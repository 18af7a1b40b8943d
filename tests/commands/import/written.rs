//! One imported scenario, word for word: every kind of content of documents at once.

use claimsim::internals::arrival::ArrivalModel;
use claimsim::internals::import::{Documents, ImportOptions, scenario_text};
use claimsim::internals::registry::document::{crons, jobs, workers};
use claimsim::internals::scenario::{NoFiles, Scenario, load};
use serde_json::{Value, json};

/// A row that ran on worker `a` or `b`: id, action, status, when it was scheduled, and how long
/// until its end, in seconds.
fn row(id: u32, action: &str, status: &str, scheduled: i64, took: i64) -> Value {
    let at = |millis: i64| {
        let instant = chrono::DateTime::from_timestamp_millis(1_487_300_000_000 + millis).unwrap();
        instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    };
    let map = match action {
        "scan_check_single" => json!({"scan": 1}),
        "scan_check" => json!({"scanCheck": 1}),
        _ => Value::Null,
    };
    json!({
        "id": id.to_string(), "retryFromID": id.to_string(), "workerID": if id.is_multiple_of(2) { "a" } else { "b" },
        "status": status, "scheduledAt": at(scheduled * 1_000 + 123), "lastUpdated": at((scheduled + took) * 1_000 + 456),
        "action": action, "retriesLeft": 2, "retriesTotal": 2, "capacityMap": map, "parameters": null,
        "deadline": if action == "gc" { "15m" } else { "" }, "stopTimeout": if action == "gc" { "30s" } else { "" },
    })
}

fn with(mut row: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { unreachable!("changes are an object") };
    row.as_object_mut().unwrap().extend(changes);
    row
}

fn job_rows() -> Vec<Value> {
    let mut rows: Vec<Value> = (0..30)
        .map(|id| row(id, "scan_check_single", "done", i64::from(id * id * 7 % 900) * 20, 10 + i64::from(id * 11 % 40)))
        .collect();
    rows.push(with(row(30, "scan_check_single", "errored", 9_000, 5), json!({"retriesLeft": 1, "retryFromID": "7"})));
    rows.push(with(row(31, "scan_check_single", "running", 17_990, 10), json!({"capacityMap": {"scan": 2}})));
    rows.push(with(row(32, "scan_check_single", "waiting", 18_000, 0), json!({"workerID": ""})));
    rows.extend((40..43).map(|id| row(id, "scan_check", "done", i64::from(id - 40) * 5_600, 100 + i64::from(id))));
    rows.push(row(50, "gc", "error", 5_000, 903));
    rows.push(row(51, "gc", "done", 10_000, 600));
    rows.push(row(60, "sauber \"machen\"", "worker_dead", 12_000, 40));
    rows.extend((0..5).map(|id| {
        let at = format!("2017-02-17T0{}:15:00Z", id + 4);
        with(
            row(70 + id, "poll_mirror", "done", 0, 0),
            json!({"scheduledAt": at, "lastUpdated": at.replace("00Z", "04Z")}),
        )
    }));
    rows
}

#[test]
fn a_scenario_says_where_each_number_comes_from() {
    let page = json!({ "jobs": job_rows() }).to_string();
    let worker_page = json!({"workers": [
        {"id": "a", "status": "running", "capacityMap": {"scan": 1, "scanCheck": 1}},
        {"id": "b", "status": "running", "capacityMap": {"scan": 2, "scanCheck": 1}},
        {"id": "c", "status": "dead", "capacityMap": {"scan": 1}, "heartbeatExpiration": "2017-02-17T09:00:00Z"},
    ]});
    let cron_page = json!({"crons": [
        {"action": "gc", "schedule": "0 0 1 * * 6", "retries": 0, "capacityMap": {}, "deadline": "15m", "stopTimeout": "30s",
         "nextRun": "2017-02-18T01:00:00Z"},
        {"action": "license_update", "schedule": "61 * * * * *"},
    ]});
    let job_rows = jobs(page.as_bytes()).unwrap();
    let worker_rows = workers(worker_page.to_string().as_bytes()).unwrap();
    let cron_rows = crons(cron_page.to_string().as_bytes()).unwrap();
    let documents = Documents { jobs: &job_rows, workers: Some(&worker_rows), crons: Some(&cron_rows) };
    let order = ImportOptions { name: "sample".to_owned(), sources: vec!["-".to_owned()], ..ImportOptions::default() };
    let text = scenario_text(&documents, &order);
    Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("imported", text);
    });
}

/// The first firings after the start of the `@every 90m` in an imported scenario, as minutes of the
/// day.
fn firings(crons_document: &str) -> Vec<i64> {
    let jobs = jobs(
        br#"[{"id": "1", "status": "done", "action": "gc", "scheduledAt": "2017-02-17T04:40:00Z", "lastUpdated": "2017-02-17T04:41:13Z"}]"#,
    );
    let (jobs, crons) = (jobs.unwrap(), crons(crons_document.as_bytes()).unwrap());
    let documents = Documents { jobs: &jobs, workers: None, crons: Some(&crons) };
    let text = scenario_text(&documents, &ImportOptions { name: "x".to_owned(), ..ImportOptions::default() });
    let loaded = load("x.toml", &text, &[], &NoFiles).unwrap_or_else(|report| panic!("{report}\n{text}"));
    let schedule = loaded.scenario.sources.iter().find_map(|source| match source {
        ArrivalModel::Cron { schedule, .. } => Some(schedule),
        _ => None,
    });
    let firings = schedule.unwrap().firings(loaded.scenario.epoch.0).take(2);
    firings.map(|at| at.timestamp() % 86_400 / 60).collect()
}

#[test]
fn the_phase_of_every_is_kept() {
    // Exported at 04:41:13. 90 minutes before 06:05 is 04:35, which is past.
    let stated = r#"{"crons": [{"action": "gc", "schedule": "@every 90m", "nextRun": "2017-02-17T06:05:00Z"}]}"#;
    assert_eq!(firings(stated), [6 * 60 + 5, 7 * 60 + 35]);
    // Without it, the row of 04:40 was a firing.
    let unstated = r#"{"crons": [{"action": "gc", "schedule": "@every 90m"}]}"#;
    assert_eq!(firings(unstated), [6 * 60 + 10, 7 * 60 + 40]);
}
