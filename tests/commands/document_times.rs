//! Documents of another time than the run's: a warning with the `start` that fits, no negative
//! figure, and the same figures in all files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use claimsim::internals::scenario::{LoadedScenario, load};
use proptest::prelude::*;

use crate::support::{Row, Sandbox};

const WORKERS: &str = r#"{"workers": [
    {"id": "w0", "status": "running", "capacityMap": {"s": 2}},
    {"id": "w1", "status": "running", "capacityMap": {"s": 1}}
]}"#;

fn scenario(start: &str) -> String {
    format!(
        "start = \"{start}\"\nhorizon = \"1h\"\nreplications = 2\n\
         [registry]\nworkers = \"workers.json\"\njobs = \"jobs.json\"\n\
         [action.a]\nservice = {{ exponential = {{ mean = \"4m\" }} }}\nretries = 1\nerror = 0.2\n"
    )
}

fn with_jobs(start: &str, rows: &str) -> LoadedScenario {
    let jobs = format!("[{rows}]");
    let files = BTreeMap::from([("workers.json", WORKERS), ("jobs.json", &jobs)]);
    load("any.toml", &scenario(start), &[], &files).unwrap()
}

fn row(status: &str, scheduled: &str, updated: &str) -> String {
    format!(
        r#"{{"id": "{scheduled}", "status": "{status}", "action": "a", "workerID": "w0", "scheduledAt": "{scheduled}", "lastUpdated": "{updated}", "capacityMap": {{"s": 1}}}}"#
    )
}

#[test]
fn documents_of_another_time_get_a_warning_with_the_start_that_fits() {
    let running = row("running", "2024-03-10T08:00:00Z", "2024-03-10T08:00:10.5Z");
    let waiting = row("waiting", "2024-03-10T08:00:05Z", "2024-03-10T08:00:05Z");
    let rows = format!("{running}, {waiting}");
    for (start, warns) in [
        ("2017-02-17T00:00:00Z", true),
        ("2024-03-10T08:00:10Z", true),
        ("2024-03-10T08:00:10.5Z", false),
        ("2024-03-10T08:30:00Z", false),
        ("2024-03-11T00:00:00Z", true),
        ("2031-01-01T00:00:00Z", true),
    ] {
        let told = with_jobs(start, &rows).warnings.to_string();
        assert_eq!(told.contains("write start = \"2024-03-10T08:00:10.500Z\""), warns, "{start}: {told}");
        assert_eq!(told.is_empty(), !warns, "{start}: {told}");
    }
    let loaded = with_jobs("2024-03-10T06:59:59Z", &rows);
    assert_eq!(
        loaded.notes,
        [
            "jobs.json: 1 running row is scheduled after the start, and counts as scheduled at the start",
            "jobs.json: 1 of 2 rows that wait or run is scheduled after the horizon (2024-03-10T07:59:59Z) and left out",
        ]
    );
    assert_eq!(loaded.scenario.system.initial.len(), 1);
    assert_eq!(loaded.scenario.source_documents.jobs.len(), 1);
    let told = with_jobs("2017-02-17T00:00:00Z", &waiting).warnings.to_string();
    assert!(told.contains("no job of `jobs.json` ever comes") && told.contains("2024-03-10T08:00:05Z"), "{told}");
}

/// A random row: its status, and its `scheduledAt` in seconds from the start.
fn rows() -> impl Strategy<Value = Vec<(bool, i64)>> {
    let at = prop_oneof![-400_000_000..400_000_000_i64, -5_000..5_000_i64, -3..3_i64];
    prop::collection::vec((any::<bool>(), at), 1..12)
}

proptest! {
    #![proptest_config(crate::random_cases::random_cases(40, 2))]

    /// `jobs.csv` and `summary.csv` tell of the same waits and service times, and nothing is
    /// negative but the times of rows that were scheduled before the start.
    #[test]
    fn tables_agree_about_random_documents(rows in rows()) {
        let mut text = String::new();
        for (number, (is_running, at)) in rows.iter().enumerate() {
            let (status, worker) = if *is_running { ("running", "w0") } else { ("waiting", "") };
            let at = 1_700_000_000 + at;
            let comma = if number > 0 { "," } else { "" };
            write!(text, r#"{comma}{{"id": "{number}", "status": "{status}", "action": "a", "workerID": "{worker}", "scheduledAt": {at}, "capacityMap": {{"s": 1}}}}"#).unwrap();
        }
        let sandbox = Sandbox::with("workers.json", WORKERS);
        sandbox.write("jobs.json", &format!("[{text}]"));
        // 1,700,000,000 seconds after 1970.
        sandbox.write("s.toml", &scenario("2023-11-14T22:13:20Z"));
        sandbox.claimsim(&["run", "s.toml", "--jobs", "--out", "o", "--quiet"]).assert().success();
        let (jobs, summary) = (sandbox.table("o/jobs.csv"), sandbox.table("o/summary.csv"));
        let number = |row: &Row, column: &str| row[column].parse::<f64>().ok();
        for column in ["claimed_at_s", "ended_at_s", "wait_s", "service_s"] {
            prop_assert!(jobs.iter().filter_map(|row| number(row, column)).all(|value| value >= 0.0), "{:#?}", jobs);
        }
        for row in &summary {
            prop_assert!(number(row, "value").is_none_or(|value| value >= 0.0), "{:?}", row);
        }
        let figure = |measure: &str, statistic: &str| {
            let row = summary.iter().find(|row| row["action"] == "a" && row["measure"] == measure && row["statistic"] == statistic);
            number(row.unwrap(), "value")
        };
        for statistic in ["mean", "max"] {
            let mut each = Vec::new();
            for replication in ["0", "1"] {
                let of_it = jobs.iter().filter(|row| row["replication"] == replication);
                let waits: Vec<f64> = of_it.filter_map(|row| number(row, "wait_s")).collect();
                let sum: f64 = waits.iter().sum();
                let of_all = if statistic == "mean" { sum / waits.len() as f64 } else { waits.iter().copied().fold(0.0, f64::max) };
                each.extend((!waits.is_empty()).then_some(of_all));
            }
            let mean = each.iter().sum::<f64>() / each.len() as f64;
            let largest = each.iter().copied().fold(0.0, f64::max);
            let expected = (!each.is_empty()).then_some(if statistic == "mean" { mean } else { largest });
            match (figure("wait_s", statistic), expected) {
                (None, None) => {}
                (Some(value), Some(expected)) => {
                    prop_assert!((value - expected).abs() <= 1e-9 * expected.max(1.0), "{} {} {}", statistic, value, expected);
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
