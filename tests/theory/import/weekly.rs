//! Busy weekdays and quiet weekends, and workers in shifts: what is imported has the waits of the
//! original in each hour.

use claimsim::internals::history::JobHistory;
use claimsim::internals::import::{HistoryOptions, history_scenario};
use claimsim::internals::model::time::NANOS;
use claimsim::internals::scenario::{NoFiles, Override, load};

use super::exported::exports;
use super::recorded::{ALL, histories, histories_of};

const DAY: i64 = 86_400 * NANOS;

/// A registry that cannot keep up on weekday mornings.
const REGISTRY: &str = r#"
    start = "2017-02-20T00:00:00Z"
    horizon = "21d"
    [worker.replica]
    count = 3
    capacity = { scan = 1 }
    [action.scan]
    capacity = { scan = 1 }
    service = { lognormal = { mean = "60s", cv = 1.5 } }
    [action.scan.arrival.profile]
    rates = [
      "15/h", "15/h", "15/h", "15/h", "15/h", "15/h", "30/h", "60/h", "100/h", "230/h", "150/h", "120/h",
      "80/h", "110/h", "120/h", "110/h", "100/h", "70/h", "40/h", "30/h", "25/h", "20/h", "15/h", "15/h",
    ]
    saturday = [
      "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h",
      "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h",
    ]
    sunday = [
      "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h",
      "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h", "10/h",
    ]
"#;

/// The 95 % quantile of waits in an hour of weekdays or of weekends, in seconds; times are in UTC,
/// and instant 0 is a Monday at midnight.
fn p95(history: &JobHistory, is_weekend: bool, hour: i64) -> f64 {
    let inside = |at: i64| (at / DAY % 7 >= 5) == is_weekend && at % DAY / (3_600 * NANOS) == hour;
    let chosen = history.records.iter().filter(|record| inside(record.created.0));
    let mut waits: Vec<f64> = chosen.filter_map(|record| Some(record.wait()?.as_secs_f64())).collect();
    waits.sort_unstable_by(f64::total_cmp);
    waits.get(waits.len() * 95 / 100).copied().unwrap_or(0.0)
}

/// An imported text, run from the same Monday on under other seeds.
fn again(text: &str, seed: usize, days: i64) -> JobHistory {
    let keys = [
        "start=2017-02-20T00:00:00Z".to_owned(),
        format!("horizon={days}d"),
        "warmup=0s".to_owned(),
        format!("seed={}", 5_000 + seed),
    ];
    let overrides: Vec<Override> = keys.iter().map(|key| Override::set(key)).collect();
    let loaded = load("again.toml", text, &overrides, &NoFiles).unwrap_or_else(|error| panic!("{error}\n{text}"));
    histories_of(&loaded.scenario, 1, ALL).remove(0)
}

fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Whether waits agree in each hour, on average over histories.
fn assert_hours(there: &[JobHistory], here: &[JobHistory]) {
    let mut longest: f64 = 0.0;
    for is_weekend in [false, true] {
        for hour in 0..24 {
            let of = |all: &[JobHistory]| {
                mean(&all.iter().map(|history| p95(history, is_weekend, hour)).collect::<Vec<f64>>())
            };
            let ((there, there_error), (here, here_error)) = (of(there), of(here));
            let error = (there_error * there_error + here_error * here_error).sqrt();
            assert!(
                (there - here).abs() < 4.0 * error + 0.1 * there + 2.0,
                "weekend {is_weekend}, hour {hour}: {there} s there, {here} ± {error} s here"
            );
            longest = longest.max(there);
        }
    }
    assert!(longest > 300.0, "the longest p95 is {longest} s, which shows nothing");
}

#[test]
fn documents_of_a_busy_week_give_its_waits_by_hour() {
    let seeds = 8;
    let texts: Vec<String> = exports(REGISTRY, seeds).iter().map(super::exported::Export::imported).collect();
    for text in &texts {
        assert!(text.contains("saturday = [") && !text.contains("tuesday = ["), "{text}");
    }
    let here: Vec<JobHistory> = texts.iter().enumerate().map(|(seed, text)| again(text, seed, 21)).collect();
    assert_hours(&histories(REGISTRY, seeds, ALL), &here);
}

#[test]
fn a_history_of_a_busy_week_gives_its_waits_by_hour() {
    let there = histories(REGISTRY, 8, ALL);
    let one = |(seed, history): (usize, &JobHistory)| {
        let imported = history_scenario(history, &HistoryOptions::default());
        let arrivals = imported.estimates.actions[0].arrivals.as_ref().unwrap();
        assert_eq!(arrivals.day_classes, "weekday-weekend", "{:?}", arrivals.tests);
        again(&imported.text, seed, 21)
    };
    let here: Vec<JobHistory> = there.iter().enumerate().map(one).collect();
    assert_hours(&there, &here);
}

#[test]
fn shifts_are_recovered() {
    let scenario = r#"
        start = "2017-02-20T00:00:00Z"
        horizon = "28d"
        claim = { delay = "none" }
        [worker.agent]
        capacity = { agent = 1 }
        shifts = [
          { days = "mon-fri", from = "08:00", to = "18:00", count = 6 },
          { days = "mon-fri", from = "18:00", to = "08:00", count = 2 },
          { days = "sat-sun", from = "08:00", to = "08:00", count = 2 },
        ]
        [action.call]
        capacity = { agent = 1 }
        service = { exponential = { mean = "4m" } }
        arrival = { profile = { rates = [
          "25/h", "20/h", "20/h", "20/h", "20/h", "20/h", "25/h", "25/h", "70/h", "80/h", "80/h", "80/h",
          "75/h", "75/h", "80/h", "80/h", "75/h", "70/h", "25/h", "25/h", "25/h", "25/h", "25/h", "25/h",
        ], saturday = [
          "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h",
          "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h",
        ], sunday = [
          "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h",
          "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h", "20/h",
        ] } }
    "#;
    let there = histories(scenario, 8, ALL);
    let one = |(seed, history): (usize, &JobHistory)| {
        let imported = history_scenario(history, &HistoryOptions::default());
        let shifts = &imported.estimates.workers.shifts;
        let day =
            |shift: &String| shift.contains("mon-fri") && shift.contains("from = \"08:00\", to = \"18:00\", count = 6");
        assert!(shifts.iter().any(day), "{shifts:?}");
        again(&imported.text, seed, 28)
    };
    let here: Vec<JobHistory> = there.iter().enumerate().map(one).collect();
    assert_hours(&there, &here);
}
