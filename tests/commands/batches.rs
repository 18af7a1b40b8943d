//! Batch means of one long run: they are parts of the run's own figures, cover the truth, and are
//! omitted where batches are too short.

use claimsim::internals::experiment::{run_batch_means, run_observed};
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::batch_means::{BatchMeans, BatchObserver};
use claimsim::internals::stats::{JobScope, Measure, Metric, Statistic};
use serde_json::Value;

use crate::support::loaded;
use crate::support::{SMALL, Sandbox};

/// M/M/1 at a load of 0.5: the mean wait is 1 s, which is also the mean queue times 2 s.
const QUEUE: &str = r#"
name = "queue"
horizon = "5050s"
warmup = "50s"
slo = { wait = "1ns" }
claim = { delay = "none" }
[worker.server]
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.5/s" } }
service = { exponential = { mean = "1s" } }
"#;

/// Outages and changes of capacity, added to the small scenario.
const TROUBLED: &str = r#"
[[outage]]
worker = "w-0"
at = "33m"
for = "9m"
kind = "crash"
[[outage]]
worker = "w-1"
at = "80m"
for = "7m"
kind = "partition"
[[capacity]]
worker = "w-1"
at = "50m"
capacity = { scan = 3 }
"#;

fn means(scenario: &Scenario, batches: usize) -> (Vec<(BatchMeans, f64)>, usize) {
    let observer = BatchObserver::new(&scenario.system, scenario.slo, batches);
    let (results, observers) = run_observed(scenario, &(), vec![observer]);
    let all: Vec<_> = observers.into_iter().flat_map(BatchObserver::finish).collect();
    let count = all.len();
    let value = |means: &BatchMeans| results.estimate(means.metric).expect("a figure of the run").value;
    (all.into_iter().filter_map(|means| value(&means).map(|value| (means, value))).collect(), count)
}

#[test]
fn one_batch_is_the_run_and_several_are_its_parts() {
    for warmup in ["0s", "600s"] {
        let scenario = loaded(&format!("{SMALL}{TROUBLED}"), &[&format!("warmup={warmup}")]);
        let (whole, count) = means(&scenario, 1);
        // Seven figures of all jobs and of three actions, and two utilizations.
        assert_eq!((whole.len(), count), (30, 30));
        for (means, value) in whole {
            let alone = means.values[0].expect("the run has something to measure");
            assert!((alone - value).abs() <= 1e-9 * value.abs(), "{:?}: {alone} and {value}", means.metric);
        }
        let is_of_time = |means: &BatchMeans| {
            matches!(means.metric.measure, Measure::QueueLength | Measure::InSystem | Measure::ThroughputPerS)
        };
        for (means, value) in means(&scenario, 12).0.into_iter().filter(|(means, _)| is_of_time(means)) {
            let mean = means.values.iter().map(|value| value.unwrap()).sum::<f64>() / 12.0;
            assert!((mean - value).abs() <= 1e-9, "{:?}: {mean} and {value}", means.metric);
        }
    }
}

/// The number of 200 runs whose interval of the mean wait covers, and the number that have one.
fn covered(horizon: u32, batches: u32) -> (u32, u32) {
    let (mut covered, mut given) = (0, 0);
    let metric = Metric {
        action: JobScope::All,
        resource: None,
        worker: None,
        measure: Measure::WaitS,
        statistic: Statistic::Mean,
    };
    for seed in 1..=200 {
        let scenario = loaded(QUEUE, &[&format!("horizon={horizon}s"), &format!("seed={seed}")]);
        let run = run_batch_means(&scenario, batches, &());
        if let Some((low, high)) = run.results.estimate(metric).unwrap().interval {
            given += 1;
            covered += u32::from(low <= 1.0 && 1.0 <= high);
        }
    }
    (covered, given)
}

#[test]
fn intervals_of_long_batches_cover_and_short_batches_are_refused() {
    // Batches of 250 s: the queue forgets its past within about 12 s.
    let (covers, given) = covered(5_050, 20);
    assert!(given >= 165, "only {given} of 200 runs have an interval");
    assert!(f64::from(covers) >= 0.87 * f64::from(given), "{covers} of {given} cover");
    // Batches of 5 s are correlated, which is detected.
    let (_, given) = covered(2_050, 400);
    assert!(given <= 10, "{given} of 200 runs have an interval in spite of correlation");
}

#[test]
fn output_and_errors_of_batch_means() {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    let run = |out: &str, options: &[&str]| {
        let arguments = [&["run", "queue.toml", "--json", "--out", out], options].concat();
        let run = sandbox.claimsim(&arguments).output().unwrap();
        let document = serde_json::from_slice::<Value>(&run.stdout).unwrap_or_default();
        (run.status.code(), document, String::from_utf8(run.stderr).unwrap())
    };
    let (code, batched, err) = run("batched", &["--batches", "10"]);
    assert!(code == Some(0), "{err}");
    let (_, plain, _) = run("plain", &[]);
    let wait = |document: &Value| document["actions"]["all"]["wait_s"].clone();
    assert_eq!(wait(&batched)["mean"], wait(&plain)["mean"]);
    assert!(wait(&plain).get("ci").is_none() && wait(&batched)["ci"].get("p95").is_none());
    assert_eq!(wait(&batched)["ci"]["mean"].as_array().map(Vec::len), Some(2), "{err}");
    sandbox.claimsim(&["reproduce", "batched", "--quiet"]).assert().success();

    let (code, _, err) = run("short", &["--batches", "500"]);
    assert!(code == Some(0) && err.contains("batches are correlated (von Neumann's test at 5 %)"), "{err}");
    assert!(
        std::fs::read_to_string(sandbox.path("short/manifest.json")).unwrap().contains("500 batches are correlated")
    );
    let (code, _, err) = run("many", &["--batches", "20", "--replications", "3"]);
    assert!(code == Some(2) && err.contains("there are 3 replications; write --replications 1"), "{err}");
    let (code, _, err) = run("few", &["--batches", "9"]);
    assert!(code == Some(2) && err.contains("from 10 to 1000"), "{err}");
}
