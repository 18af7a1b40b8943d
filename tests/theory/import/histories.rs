//! Known scenarios run, their histories are imported, and the estimates are compared with the truth.

use claimsim::internals::history::JobHistory;
use claimsim::internals::import::{HistoryOptions, ImportedHistory, history_scenario};
use claimsim::internals::model::time::Span;
use claimsim::internals::scenario::{NoFiles, Override, load};

use super::recorded::{ALL, Told, histories};

const HOUR: f64 = 3_600.0;

fn imported(history: &JobHistory) -> ImportedHistory {
    history_scenario(history, &HistoryOptions { name: "again".to_owned(), ..HistoryOptions::default() })
}

/// The imported scenario runs over the same time as the history, under another seed.
fn run_again(imported: &ImportedHistory, history: &JobHistory, seed: usize) -> JobHistory {
    let start = history.epoch.0.to_rfc3339();
    let days = (history.until.as_secs_f64() / 86_400.0).round();
    let overrides: Vec<Override> = [
        format!("start={}", start.replace("+00:00", "Z")),
        format!("horizon={days}d"),
        "warmup=0s".to_owned(),
        format!("seed={}", 1_000 + seed),
    ]
    .iter()
    .map(|text| Override::set(text))
    .collect();
    let loaded = load("again.toml", &imported.text, &overrides, &NoFiles)
        .unwrap_or_else(|error| panic!("{error}\n{}", imported.text));
    super::recorded::histories_of(&loaded.scenario, 1, ALL).remove(0)
}

/// Mean and standard error of independent values.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}

/// Mean wait of the jobs that started, in seconds.
fn mean_wait(history: &JobHistory) -> f64 {
    let waits: Vec<f64> = history.records.iter().filter_map(|record| Some(record.wait()?.as_secs_f64())).collect();
    waits.iter().sum::<f64>() / waits.len() as f64
}

/// Whether two means agree within their errors and a part of the first.
fn assert_alike(name: &str, there: &[f64], here: &[f64], part: f64) {
    let ((there, there_error), (here, here_error)) = (mean(there), mean(here));
    let error = (there_error * there_error + here_error * here_error).sqrt();
    assert!((here - there).abs() < 3.0 * error + part * there, "{name}: {there} there, {here} ± {error} here");
    assert!(error < 0.15 * there, "{name}: {there} ± {error} shows nothing");
}

#[test]
fn rates_run_times_workers_and_delays_are_recovered() {
    let scenario = r#"
        horizon = "3d"
        claim = { policy = "first-fit", delay = { uniform = { low = "0s", high = "3s" } } }
        [worker.w]
        count = 3
        capacity = { scan = 2 }
        [action.scan]
        capacity = { scan = 1 }
        arrival = { poisson = { rate = "600/h" } }
        service = { lognormal = { mean = "26s", cv = 1 } }
    "#;
    let (mut there, mut here) = (Vec::new(), Vec::new());
    let (mut rates, mut runs, mut highs) = (0, 0, Vec::new());
    let seeds = 20;
    for (seed, history) in histories(scenario, seeds, ALL).into_iter().enumerate() {
        let imported = imported(&history);
        let action = &imported.estimates.actions[0];
        let covers = |interval: claimsim::internals::import::Interval, truth: f64| {
            usize::from(interval.low.unwrap() <= truth && truth <= interval.high.unwrap())
        };
        rates += covers(action.arrivals.as_ref().unwrap().rate_per_s, 600.0 / HOUR);
        runs += covers(action.service.as_ref().unwrap().mean_s, 26.0);
        let groups = &imported.estimates.workers.groups;
        assert_eq!((groups.len(), groups[0].count, groups[0].capacity[0].1), (1, 3, 2), "{}", imported.text);
        let (low, high) = imported.estimates.claim.delay_s.expect("workers look for jobs after a delay");
        assert!(low == 0.0, "{low}");
        highs.push(high);
        there.push(mean_wait(&history));
        here.push(mean_wait(&run_again(&imported, &history, seed)));
    }
    assert!(rates >= 16 && runs >= 16, "{rates} and {runs} of {seeds} intervals cover");
    let (high, error) = mean(&highs);
    assert!((high - 3.0).abs() < 0.1 + 3.0 * error, "{high} ± {error}");
    assert_alike("waits", &there, &here, 0.05);
}

#[test]
fn a_history_without_names_and_needs_gives_as_many_slots_as_ran_at_once() {
    let scenario = r#"
        horizon = "5d"
        claim = { delay = "none" }
        [worker.w]
        count = 4
        capacity = { slot = 1 }
        [action.build]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "40/h" } }
        service = { exponential = { mean = "5m" } }
    "#;
    let told = Told { workers: false, needs: false, attempts: false, resolution: Span::secs(1) };
    let (mut there, mut here) = (Vec::new(), Vec::new());
    for (seed, history) in histories(scenario, 20, told).into_iter().enumerate() {
        let imported = imported(&history);
        assert_eq!(imported.estimates.workers.groups[0].count, 4);
        assert_eq!(imported.estimates.claim.delay_s, None);
        assert!(imported.unknowns.iter().any(|unknown| unknown.key == "worker.worker.count"));
        there.push(mean_wait(&history));
        here.push(mean_wait(&run_again(&imported, &history, seed)));
    }
    assert_alike("waits", &there, &here, 0.05);
}
