//! The import of any documents makes a scenario that loads and runs, and never panics.

use std::collections::BTreeMap;

use claimsim::internals::experiment::run;
use claimsim::internals::import::{Documents, ImportOptions, latest_time, scenario_text};
use claimsim::internals::registry::document::{crons, jobs, workers};
use claimsim::internals::scenario::{Override, load};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A field that is present, absent, null or empty.
fn field(values: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Option<Value>> {
    prop_oneof![
        6 => values.prop_map(Some),
        1 => Just(None),
        1 => Just(Some(Value::Null)),
        1 => Just(Some(json!(""))),
    ]
    .boxed()
}

fn words(known: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop_oneof![8 => prop::sample::select(known).prop_map(|word| json!(word)), 1 => any::<String>().prop_map(|word| json!(word))]
        .boxed()
}

fn names() -> BoxedStrategy<Value> {
    words(&[
        "scan_check",
        "scan_check_single",
        "all",
        "gc",
        " ",
        "a b",
        "\"q\"",
        "ü\u{1F600}",
        "a\nb",
        "a.b",
        "#x",
        "unnamed",
        "false",
    ])
}

fn statuses() -> BoxedStrategy<Value> {
    words(&[
        "waiting",
        "running",
        "done",
        "done",
        "done",
        "error",
        "errored",
        "cancel",
        "canceled",
        "cancel_request",
        "deleted",
        "worker_dead",
        "worker_shutdown",
        "worker_resurrection",
        "conflict",
    ])
}

fn instants() -> BoxedStrategy<Value> {
    let instant = |millis: i64| {
        let at = chrono::DateTime::from_timestamp_millis(1_487_289_600_000 + millis).unwrap();
        json!(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    };
    prop_oneof![
        20 => (0..1_000_000_i64).prop_map(instant),
        10 => (0..1_000_i64).prop_map(move |seconds| instant(seconds * 900_000)),
        1 => prop::sample::select(&["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00Z",
            "1700-01-01T00:00:00Z", "2100-12-31T23:59:59Z", "2017-02-17T01:09:47.771+05:30"][..]).prop_map(|text| json!(text)),
    ]
    .boxed()
}

fn spans() -> BoxedStrategy<Value> {
    words_of(&["0", "0s", "15m", "30s", "1h30m0s", "2562047h", "1ns"])
}

fn words_of(known: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(known).prop_map(|word| json!(word)).boxed()
}

/// Names of resources that a scenario accepts: it refuses a document with any others.
fn maps() -> BoxedStrategy<Value> {
    let key = prop_oneof![8 => prop::sample::select(&["scan", "scanCheck", "a b", "ü"][..]).prop_map(str::to_owned), 1 => "[a-z][^\\p{C}\\p{Z}]{0,9}"];
    let units = prop_oneof![8 => 0..4_i64, 1 => Just(1_i64 << 50)];
    prop::collection::btree_map(key, units, 0..3).prop_map(|map| json!(map)).boxed()
}

fn ids() -> BoxedStrategy<Value> {
    words(&["0", "1", "2", "3", "4", "5", "6", "7", "1fcf4c0f-ff3b-471a-8839-5dcb631b2f7b"])
}

fn hosts() -> BoxedStrategy<Value> {
    words(&["000000000000", "000000000001", "a\tb", " "])
}

fn numbers() -> BoxedStrategy<Value> {
    prop_oneof![9 => 0..4_u32, 1 => Just(u32::MAX)].prop_map(|number| json!(number)).boxed()
}

/// Rows with these fields; the first one is always present, so that they are valid rows.
fn rows(fields: Vec<(&'static str, BoxedStrategy<Option<Value>>)>, most: usize) -> BoxedStrategy<Vec<Value>> {
    let (keys, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let row = values.prop_map(move |values| {
        let pairs = keys.iter().zip(values).filter_map(|(key, value)| Some(((*key).to_owned(), value?)));
        let mut row: Map<String, Value> = pairs.collect();
        row.entry(keys[0]).or_insert(Value::Null);
        Value::Object(row)
    });
    prop::collection::vec(row, 0..most).boxed()
}

fn job_rows() -> BoxedStrategy<Vec<Value>> {
    rows(
        vec![
            ("status", field(statuses())),
            ("id", field(ids())),
            ("retryFromID", field(ids())),
            ("workerID", field(hosts())),
            ("scheduledAt", field(instants())),
            ("lastUpdated", field(instants())),
            ("action", field(names())),
            ("retriesLeft", field(numbers())),
            ("retriesTotal", field(numbers())),
            ("capacityMap", field(maps())),
            ("deadline", field(spans())),
            ("stopTimeout", field(spans())),
            ("priority", field(numbers())),
        ],
        60,
    )
}

fn worker_rows() -> BoxedStrategy<Vec<Value>> {
    let heartbeat = ("heartbeatExpiration", field(instants()));
    let status = ("status", field(words(&["running", "dead", "odd"])));
    rows(vec![("id", field(hosts())), status, ("capacityMap", field(maps())), heartbeat], 4)
}

fn cron_rows() -> BoxedStrategy<Vec<Value>> {
    let schedules = words(&[
        "0 */15 * * * *",
        "57 54 3 * * *",
        "@every 90m",
        "@daily",
        "0 0 0 30 2 *",
        "99 * * * * *",
        "0 0 1 * * 7",
    ]);
    rows(
        vec![
            ("action", field(names())),
            ("schedule", field(schedules)),
            ("retries", field(numbers())),
            ("capacityMap", field(maps())),
            ("deadline", field(spans())),
            ("stopTimeout", field(spans())),
            ("nextRun", field(instants())),
        ],
        4,
    )
}

/// The shapes that documents come in.
fn shaped(key: &str, rows: &[Value], shape: u8) -> String {
    match shape % 4 {
        0 => json!({ key: rows }).to_string(),
        1 => json!(rows).to_string(),
        2 if !rows.is_empty() => rows.iter().map(|row| row.to_string() + "\n").collect(),
        _ => json!([{ key: rows }]).to_string(),
    }
}

proptest! {
    #![proptest_config(crate::random_cases::random_cases(1000, 1))]

    #[test]
    fn make_a_scenario_that_loads_and_runs(
        job_rows in job_rows(),
        worker_rows in prop::option::of(worker_rows()),
        cron_rows in prop::option::of(cron_rows()),
        shape in any::<u8>(),
        named in any::<bool>(),
        name in any::<String>(),
    ) {
        let text = shaped("jobs", &job_rows, shape);
        let job_rows = jobs(text.as_bytes()).unwrap();
        let worker_rows = worker_rows.map(|rows| workers(shaped("workers", &rows, shape).as_bytes()).unwrap());
        let cron_rows = cron_rows.map(|rows| crons(shaped("crons", &rows, shape).as_bytes()).unwrap());
        let documents =
            Documents { jobs: &job_rows, workers: worker_rows.as_deref(), crons: cron_rows.as_deref() };
        let order = ImportOptions {
            name: name.clone(),
            sources: vec![name],
            jobs_file: named.then(|| "jobs.json".to_owned()),
            exported_at: latest_time(&documents).filter(|_| shape > 128),
        };
        let toml = scenario_text(&documents, &order);
        let short = [Override::set("horizon=2h"), Override::set("replications=1")];
        let loaded = load("imported.toml", &toml, &short, &BTreeMap::from([("jobs.json", &text)]));
        prop_assert!(loaded.is_ok(), "{}\n{toml}\n{text}", loaded.unwrap_err());
        let results = run(&loaded.unwrap().scenario, &());
        prop_assert!(!results.replications.is_empty());
    }
}
