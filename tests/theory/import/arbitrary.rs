//! Whatever a history contains, its scenario loads, and nothing panics.

use claimsim::Scenario;
use claimsim::internals::history::{JobHistory, Outcome, Record};
use claimsim::internals::import::{HistoryOptions, history_scenario};
use claimsim::internals::model::time::{Epoch, Span, Time};
use claimsim::internals::random::stream::{Purpose, Stream, Streams};

const OUTCOMES: [Outcome; 9] = [
    Outcome::Waiting,
    Outcome::Running,
    Outcome::Done,
    Outcome::Error,
    Outcome::DeadlineMissed,
    Outcome::Cancelled,
    Outcome::Abandoned,
    Outcome::Rejected,
    Outcome::WorkerLost,
];

/// A record with any outcome, whose times are in order.
fn record(stream: &mut Stream, step: i64, row: u32) -> Record {
    let mut pick = |n: u64| stream.below(n);
    let outcome = OUTCOMES[pick(9) as usize];
    let created = Time(pick(200) as i64 * step);
    let started = Time(created.0 + pick(40) as i64 * step);
    let finished = Time(started.0 + pick(400) as i64 * step);
    let ran = !matches!(outcome, Outcome::Waiting | Outcome::Abandoned | Outcome::Rejected)
        && (outcome != Outcome::Cancelled || pick(2) == 0);
    let is_over = !matches!(outcome, Outcome::Waiting | Outcome::Running);
    Record {
        created,
        started: ran.then_some(started),
        finished: is_over.then_some(finished),
        outcome,
        action: pick(4) as u32,
        worker: (ran && pick(10) > 0).then(|| pick(3) as u32),
        need: pick(4) as u32,
        attempt: if pick(5) == 0 { 1 + pick(4) as u32 } else { 1 },
        priority: (pick(2) == 0).then(|| pick(3) as i64 - 1),
        estimate: (pick(2) == 0).then(|| Span(pick(500) as i64 * step)),
        line: row,
    }
}

fn history(seed: u64) -> JobHistory {
    let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "arbitrary");
    let step = [1, 1_000_000_000, 60_000_000_000, 7_200_000_000_000][stream.below(4) as usize];
    let rows = [0, 1, 2, 5, 40, 400][stream.below(6) as usize];
    let mut records: Vec<Record> = (0..rows).map(|row| record(&mut stream, step, row)).collect();
    records.sort_by_key(|record| record.created);
    let latest = records.iter().flat_map(|record| [Some(record.created), record.started, record.finished]).flatten();
    let until = latest.max().unwrap_or(Time::ZERO);
    JobHistory {
        records,
        actions: ["", "all", "=1+1", "a\nb"].map(str::to_owned).to_vec(),
        workers: ["w", "w", "\u{202e}"].map(str::to_owned).to_vec(),
        resources: ["cpu", ""].map(str::to_owned).to_vec(),
        needs: vec![vec![], vec![(0, 1)], vec![(0, 3), (1, 1)], vec![(1, 1 << 40)]],
        epoch: Epoch("2026-03-28T22:17:00.5Z".parse().unwrap()),
        time_zone: "Europe/Berlin".parse().unwrap(),
        resolution: Span(step),
        until,
        problems: Vec::new(),
    }
}

#[test]
fn any_history_gives_a_scenario_that_loads() {
    for seed in 0..600 {
        let history = history(seed);
        let options = HistoryOptions {
            name: "../x".to_owned(),
            sources: vec!["a\u{7}b".to_owned()],
            empirical: seed % 2 == 0,
            holidays: vec!["2026-03-29".parse().unwrap()],
        };
        let imported = history_scenario(&history, &options);
        if let Err(error) = Scenario::parse(&imported.text) {
            panic!("seed {seed}: {error}\n{}", imported.text);
        }
        let json = serde_json::to_string(&imported.estimates).expect("estimates are plain data");
        assert!(!json.contains("NaN"), "{json}");
        assert!(imported.unknowns.is_sorted_by_key(|unknown| unknown.effect), "the largest effect comes first");
    }
}
