//! An audit against the job log of the run under the same seed: each row has the state that its
//! later history implies.

use std::collections::BTreeMap;

use claimsim::internals::engine::{ArrivalStart, Simulation};
use claimsim::internals::experiment;
use claimsim::internals::model::time::{NANOS, Time};
use claimsim::internals::policy::FirstFit;
use claimsim::internals::random::stream::Streams;
use claimsim::internals::report::job_log::{JobLog, JobLogObserver};
use claimsim::internals::scenario::Scenario;
use proptest::prelude::*;
use serde_json::Value;

use super::recipe::{instant, recipe};
use super::{load, word};
use crate::random_cases::random_cases;

/// A row of the job log, by column.
type Row = BTreeMap<String, String>;

/// The rows of `jobs.csv`, by job number.
fn log(scenario: &Scenario) -> BTreeMap<u64, Row> {
    let history =
        JobLogObserver::new(&scenario.system, 0, JobLog::new(Vec::new(), &scenario.system.resources).unwrap());
    let streams = Streams::new(scenario.seed, 0);
    let start = ArrivalStart { streams: &streams, epoch: scenario.epoch };
    let sources = scenario.sources.iter().map(|source| source.start(start)).collect();
    let simulation = Simulation::new(&scenario.system, FirstFit, sources, &streams, history);
    let (text, late) = simulation.finish().finish().unwrap();
    assert!(late.is_empty());
    let rows = csv::Reader::from_reader(&text[..]).into_deserialize().map(Result::unwrap);
    rows.map(|row: Row| (row["job"].parse().unwrap(), row)).collect()
}

/// An instant in a column, if it is there.
fn time(row: &Row, column: &str) -> Option<Time> {
    let text = row[column].as_str();
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = seconds.parse().ok()?;
    Some(Time(whole * NANOS + format!("{fraction:0<9}").parse::<i64>().unwrap()))
}

/// An instant as a job's row prints it.
fn shown(scenario: &Scenario, time: Time) -> String {
    let at = scenario.epoch.calendar_of(Time(time.0.div_euclid(1_000_000) * 1_000_000)).unwrap();
    let digits = if time.0 / 1_000_000 % 1_000 == 0 { "" } else { "%.3f" };
    at.format(&format!("%Y-%m-%dT%H:%M:%S{digits}Z")).to_string()
}

/// Checks a row of the log.
fn hold(scenario: &Scenario, rows: &[Value], number: usize, logged: &Row, at: Time) {
    let row = &rows[number];
    let (claimed, ended) = (time(logged, "claimed_at_s"), time(logged, "ended_at_s"));
    let has = |then: Option<Time>| then.filter(|then| *then <= at);
    let status = word(row, "status");
    let may_be: &[&str] = match (has(ended), has(claimed)) {
        (Some(_), _) if logged["status"] == "worker_resurrection" => &["worker_dead", "worker_resurrection"],
        (Some(_), _) => &[&logged["status"]],
        (None, Some(_)) => &["running", "cancel_request"],
        (None, None) => &["waiting"],
    };
    assert!(may_be.contains(&status), "{row} at {at:?} against {logged:?}");
    let changed = match status {
        "running" => claimed,
        "cancel_request" | "worker_resurrection" | "waiting" => None,
        _ => ended,
    };
    if let Some(changed) = changed {
        assert_eq!(word(row, "lastUpdated"), shown(scenario, changed), "{row}");
    }
    assert_eq!(word(row, "scheduledAt"), shown(scenario, time(logged, "scheduled_at_s").unwrap()), "{row}");
    assert_eq!(word(row, "action"), logged["action"]);
    assert_eq!(row["retriesLeft"].to_string(), logged["retries_left"], "{row}");
    let first = logged["retry_from"].parse().unwrap_or(number);
    assert_eq!(row["retryFromID"], rows[first]["id"], "{row}");
    assert_eq!(word(row, "workerID").is_empty(), has(claimed).is_none(), "{row}");
}

proptest! {
    #![proptest_config(random_cases(120, 7))]

    #[test]
    fn rows_stand_as_their_history_says(recipe in recipe(), at in instant()) {
        let scenario = load(&recipe.text(), None).scenario;
        let rows: Vec<Value> =
            experiment::audit(&scenario, 0, at).all_jobs().map(|row| serde_json::to_value(row).unwrap()).collect();
        let log = log(&scenario);
        for (number, logged) in &log {
            if let Some(row) = rows.get(*number as usize) {
                hold(&scenario, &rows, *number as usize, logged, at);
                let worker = &logged["worker"];
                let audit = experiment::audit(&scenario, 0, Time::ZERO);
                if !word(row, "workerID").is_empty() {
                    prop_assert_eq!(audit.worker(worker), audit.worker(word(row, "workerID")));
                }
            } else {
                let is_caught_up = recipe.catches_up && time(logged, "claimed_at_s").is_none_or(|claimed| claimed > at);
                prop_assert!(is_caught_up || time(logged, "scheduled_at_s").unwrap() > at, "not there: {:?}", logged);
            }
        }
        // A row that does not fall due before the horizon exists but is in no log.
        for (number, row) in rows.iter().enumerate().filter(|(number, _)| !log.contains_key(&(*number as u64))) {
            prop_assert_eq!(word(row, "status"), "waiting", "{} {}", number, row);
            prop_assert!(word(row, "scheduledAt") >= "2017-02-17T00:10:00", "{}", row);
        }
    }
}
