//! Known scenarios run, their histories are imported, and the estimates are compared with the
//! truth.

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

/// Mean waits of an action by history.
fn waits_of(history: &JobHistory, action: &str) -> f64 {
    let index = history.actions.iter().position(|name| name == action).expect("the action exists") as u32;
    let records = history.records.iter().filter(|record| record.action == index).copied().collect();
    mean_wait(&JobHistory { records, ..history.clone() })
}

/// Histories of a scenario, each with its import and with the history of that.
fn round_trips(scenario: &str, seeds: usize, told: Told) -> Vec<(JobHistory, ImportedHistory, JobHistory)> {
    let one = |(seed, history): (usize, JobHistory)| {
        let imported = imported(&history);
        let again = run_again(&imported, &history, seed);
        (history, imported, again)
    };
    histories(scenario, seeds, told).into_iter().enumerate().map(one).collect()
}

fn assert_waits(trips: &[(JobHistory, ImportedHistory, JobHistory)], actions: &[&str], part: f64) {
    for action in actions {
        let there: Vec<f64> = trips.iter().map(|(history, ..)| waits_of(history, action)).collect();
        let here: Vec<f64> = trips.iter().map(|(.., again)| waits_of(again, action)).collect();
        assert_alike(action, &there, &here, part);
    }
}

#[test]
fn priorities_are_recovered() {
    let scenario = r#"
        horizon = "7d"
        claim = { policy = "priority", delay = "none" }
        [worker.w]
        count = 2
        capacity = { slot = 1 }
        [action.urgent]
        capacity = { slot = 1 }
        priority = 5
        arrival = { poisson = { rate = "20/h" } }
        service = { exponential = { mean = "2m" } }
        [action.batch]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "30/h" } }
        service = { exponential = { mean = "2m" } }
    "#;
    let trips = round_trips(scenario, 12, ALL);
    for (_, imported, _) in &trips {
        assert_eq!(imported.estimates.claim.policy, "priority", "{}", imported.text);
        assert!(imported.text.contains("priority = 5"), "{}", imported.text);
    }
    assert_waits(&trips, &["urgent", "batch"], 0.1);
}

#[test]
fn two_resources_and_larger_needs_are_recovered() {
    let scenario = r#"
        horizon = "7d"
        claim = { delay = "none" }
        [worker.big]
        count = 2
        capacity = { cpu = 4, gpu = 1 }
        [worker.small]
        count = 2
        capacity = { cpu = 2 }
        [action.train]
        capacity = { cpu = 2, gpu = 1 }
        arrival = { poisson = { rate = "8/h" } }
        service = { gamma = { shape = 2, mean = "9m" } }
        [action.build]
        capacity = { cpu = 1 }
        arrival = { poisson = { rate = "100/h" } }
        service = { exponential = { mean = "4m" } }
    "#;
    let trips = round_trips(scenario, 10, ALL);
    for (_, imported, _) in &trips {
        let groups = &imported.estimates.workers.groups;
        let found: Vec<(usize, Vec<u64>)> = groups
            .iter()
            .map(|group| (group.count, group.capacity.iter().map(|(_, units)| *units).collect()))
            .collect();
        assert_eq!(found, [(2, vec![4, 1]), (2, vec![2])], "{}", imported.text);
    }
    assert_waits(&trips, &["train", "build"], 0.12);
}

#[test]
fn errors_retries_and_backoffs_are_recovered() {
    let scenario = r#"
        horizon = "7d"
        claim = { delay = "none" }
        [worker.w]
        count = 3
        capacity = { slot = 1 }
        [action.job]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "60/h" } }
        service = { lognormal = { mean = "2m", cv = 1 } }
        error = 0.15
        retries = 2
        backoff = { first = "30s", factor = 3 }
    "#;
    let trips = round_trips(scenario, 12, ALL);
    let mut covered = 0;
    for (_, imported, _) in &trips {
        let action = &imported.estimates.actions[0];
        let error = action.error.unwrap();
        covered += usize::from(error.low.unwrap() <= 0.15 && 0.15 <= error.high.unwrap());
        assert_eq!(action.most_retries, 2);
        let near = |found: f64, truth: f64| (found - truth).abs() < 0.02 * truth;
        assert!(near(action.backoffs_s[0], 30.0) && near(action.backoffs_s[1], 90.0), "{:?}", action.backoffs_s);
    }
    assert!(covered >= 9, "{covered} of 12 intervals cover");
    assert_waits(&trips, &["job"], 0.1);
    // Without numbers of attempts, that is reported.
    let told = Told { attempts: false, ..ALL };
    let blind = imported(&histories(scenario, 1, told)[0]);
    assert!(blind.unknowns.iter().any(|unknown| unknown.key == "action.job.retries"));
    assert!(blind.text.contains("does not number attempts"), "{}", blind.text);
}

#[test]
fn crons_are_recovered_beside_random_arrivals() {
    let scenario = r#"
        horizon = "14d"
        time_zone = "Europe/Berlin"
        start = "2026-06-01T00:00:00Z"
        claim = { delay = "none" }
        [worker.w]
        count = 2
        capacity = { slot = 1 }
        [action.report]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "3/h" } }
        service = { exponential = { mean = "10m" } }
        [cron.report]
        schedule = "0 */30 * * * *"
        [action.backup]
        capacity = { slot = 1 }
        service = { lognormal = { mean = "25m", cv = 0.3 } }
        [cron.backup]
        schedule = "0 15 2 * * *"
    "#;
    let trips = round_trips(scenario, 10, Told { resolution: Span::secs(1), ..ALL });
    for (_, imported, _) in &trips {
        let schedules: Vec<&str> =
            imported.estimates.actions.iter().map(|action| action.cron.as_ref().unwrap().schedule.as_str()).collect();
        assert_eq!(schedules, ["0 */30 * * * *", "0 15 2 * * *"], "{}", imported.text);
        let arrivals = imported.estimates.actions[0].arrivals.as_ref().unwrap();
        assert!((arrivals.rate_per_s.value * HOUR - 3.0).abs() < 0.6, "{}", imported.text);
        assert!(imported.estimates.actions[1].arrivals.is_none(), "{}", imported.text);
    }
    assert_waits(&trips, &["report"], 0.1);
}

#[test]
fn patience_deadlines_and_batches_are_recovered() {
    let scenario = r#"
        horizon = "14d"
        claim = { delay = "none" }
        [worker.w]
        count = 2
        capacity = { slot = 1 }
        [action.job]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "8/h", batch = { empirical = { values = [1, 4, 10] } } } }
        service = { exponential = { mean = "3m" } }
        deadline = "10m"
        patience = { exponential = { mean = "20m" } }
    "#;
    let trips = round_trips(scenario, 12, ALL);
    let (mut patience, mut sizes) = (Vec::new(), Vec::new());
    for (_, imported, _) in &trips {
        let action = &imported.estimates.actions[0];
        assert_eq!(action.deadline_s, Some(600.0), "{}", imported.text);
        patience.push(action.patience_s.unwrap().value);
        sizes.push(action.arrivals.as_ref().unwrap().batch_mean);
    }
    for (name, (mean, error), truth) in [("patience", mean(&patience), 1_200.0), ("size", mean(&sizes), 5.0)] {
        assert!((mean - truth).abs() < 3.5 * error, "{name}: {mean} ± {error}");
    }
    assert_waits(&trips, &["job"], 0.1);
}

/// One old row, and a resource that few rows use.
#[test]
fn single_rows_do_not_decide() {
    let scenario = r#"
        horizon = "7d"
        claim = { delay = "none" }
        [worker.w]
        count = 3
        capacity = { scan = 1, check = 1 }
        [action.scan]
        capacity = { scan = 1 }
        arrival = { poisson = { rate = "60/h" } }
        service = { exponential = { mean = "90s" } }
        [action.check]
        capacity = { check = 1 }
        arrival = { poisson = { rate = "1/d" } }
        service = "1m"
    "#;
    for mut history in histories(scenario, 10, ALL) {
        let mut old = history.records[0];
        for at in [&mut old.created].into_iter().chain(&mut old.started).chain(&mut old.finished) {
            at.0 -= 3_000 * 86_400_000_000_000;
        }
        history.records.insert(0, old);
        let imported = imported(&history);
        let groups = &imported.estimates.workers.groups;
        assert!(groups.len() == 1 && groups[0].count == 3, "{}", imported.text);
        let arrivals = imported.estimates.actions.iter().find(|action| action.name == "scan").unwrap();
        let per_hour = arrivals.arrivals.as_ref().unwrap().rate_per_s.value * HOUR;
        assert!((per_hour - 60.0).abs() < 3.0, "{per_hour}");
    }
}
