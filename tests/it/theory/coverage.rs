//! Whether the 95 % intervals that the summary prints cover the truth in 95 % of runs.
//!
//! A thousand experiments of five replications each, every experiment under a seed of its own: were they too narrow, too wide
//! or off centre, the number that cover would leave what the binomial law allows. It would, too, if replications shared their
//! luck, or seeds theirs.

use super::formula::erlang::{Mmc, mean};
use super::run::{QUEUE, Reading, WAIT, WITHIN, finished, utilization};
use super::verdict::FARTHEST;

const EXPERIMENTS: u32 = 1000;

/// M/M/2 at a load of 0.5.
const SCENARIO: &str = r#"
horizon = "2100s"
warmup = "100s"
replications = 5
slo = { wait = "1ns" }
claim = { delay = "none" }
[worker.server]
capacity = { slot = 2 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "1/s" } }
service = { exponential = { mean = "1s" } }
"#;

#[test]
fn printed_intervals_cover_the_truth_as_often_as_they_say() {
    let theory = Mmc { arrivals: 1.0, services: 1.0, servers: 2 };
    let queue = mean(&theory.with_room(200), |n| theory.waiting(n));
    let truths = [
        (WAIT, theory.mean_wait()),
        (QUEUE, queue),
        (WITHIN, 1.0 - theory.wait_probability()),
        (utilization("slot"), theory.utilization()),
    ];
    let mut covered = [0_u32; 4];
    for seed in 1..=EXPERIMENTS {
        let run = finished(SCENARIO, &[&format!("seed={seed}")]);
        let covers = |(reading, truth): (Reading, f64)| {
            let (low, high) = run.interval(reading);
            u32::from(low <= truth && truth <= high)
        };
        covered.iter_mut().zip(truths).for_each(|(covered, truth)| *covered += covers(truth));
    }
    for ((reading, _), covered) in truths.into_iter().zip(covered) {
        let expected = 0.95 * f64::from(EXPERIMENTS);
        let score = (f64::from(covered) - expected) / (0.05 * expected).sqrt();
        assert!(score.abs() < FARTHEST, "{covered} of {EXPERIMENTS} intervals cover {reading:?}");
    }
}
