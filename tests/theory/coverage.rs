//! Whether the 95 % intervals that the summary prints cover the truth in 95 % of runs.
//!
//! A thousand experiments of five replications each, every experiment under a seed of its own. If
//! intervals were too narrow, too wide or off centre, or if replications or seeds were dependent,
//! the number of intervals that cover would leave the range of the binomial distribution. This file
//! also checks a part of the table in `results/coverage.csv`, on two resources and with automatic
//! warm-up.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the test only counts")]
#[path = "../../examples/coverage.rs"]
mod table;

use super::formulas::erlang::{Mmc, mean};
use super::formulas::loss::{LossClass, product_form};
use super::formulas::near;
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

#[test]
fn intervals_cover_the_truth_and_miss_a_wrong_one() {
    const EXPERIMENTS: u64 = 60;
    // Other experiments than those of the table, on runs a quarter as long.
    let seeds = 1_000_000..1_000_000 + EXPERIMENTS;
    let (mut all, mut covering) = (0, 0);
    for case in table::CASES.into_iter().filter(|case| case.system != table::System::Servers) {
        let truths = case.system.truths();
        let covered = case.covered(seeds.clone(), &truths, &["horizon=1500s"]);
        let wrong: Vec<_> = truths.iter().map(|(quantity, truth)| (*quantity, truth * 1.5)).collect();
        let missed = case.covered(seeds.start..seeds.start + 10, &wrong, &["horizon=1500s"]);
        for ((quantity, _), (covered, missed)) in truths.iter().zip(covered.into_iter().zip(missed)) {
            if case.has_to_cover() {
                // Each count is within 4.5 standard errors of the binomial distribution, and not
                // because intervals are wide.
                assert!(
                    covered >= 50,
                    "{}, {}: {covered} of {EXPERIMENTS} cover {quantity}",
                    case.system.name(),
                    case.rule.name()
                );
                assert!(
                    missed <= 5,
                    "{}, {}: {missed} of 10 cover a wrong {quantity}",
                    case.system.name(),
                    case.rule.name()
                );
                (all, covering) = (all + EXPERIMENTS, covering + covered);
            } else {
                assert!(covered <= 5, "{covered} of {EXPERIMENTS} cover {quantity} in spite of a backlog");
            }
        }
    }
    let share = covering as f64 / all as f64;
    assert!((0.93..0.97).contains(&share), "{share} of all intervals cover");
}

#[test]
fn truths_of_the_table_agree_with_other_derivations() {
    let classes = [(1.5, [1, 1]), (1.0, [1, 2]), (0.5, [2, 1])].map(|(load, need)| LossClass { load, need });
    let losses = product_form([6, 7], &classes);
    let truths = table::System::Losses.truths();
    let value = |quantity: &str| truths.iter().find(|(name, _)| *name == quantity).unwrap().1;
    near(value("utilization(cpu)"), losses.utilization[0], 1e-12);
    near(value("utilization(mem)"), losses.utilization[1], 1e-12);
    for (class, (name, rate)) in [("small", 1.5), ("wide", 1.0), ("broad", 0.5)].into_iter().enumerate() {
        near(value(&format!("throughput({name})")), rate * (1.0 - losses.blocking[class]), 1e-12);
    }
    // The chain of a pool without room is the product form, and a pool with ample room serves all
    // arrivals.
    let pool =
        |room| table::exact::Pool { capacity: [6, 7], classes: [(1.5, [1, 1]), (1.0, [1, 2]), (0.5, [2, 1])], room };
    let (chain, form) = (pool(0).chain(), pool(0).product_form());
    near(chain.utilization[0], form.utilization[0], 1e-9);
    near(chain.lost[1], form.lost[1], 1e-9);
    assert!(pool(6).chain().lost.iter().zip(form.lost).all(|(with_room, without)| *with_room < without));
    let theory = Mmc { arrivals: 2.4, services: 1.0, servers: 4 };
    let truths = table::System::Servers.truths();
    let expected = [theory.mean_wait(), theory.wait_quantile(0.95), theory.wait_within(1.0)];
    for ((_, truth), expected) in truths.into_iter().zip(expected) {
        near(truth, expected, 1e-12);
    }
}

#[test]
fn the_committed_table_keeps_what_intervals_promise() {
    let text = crate::read("results/coverage.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows = reader.records().map(|record| record.unwrap());
    for case in table::CASES {
        for (quantity, truth) in case.system.truths() {
            let row =
                rows.next().expect("make it again: cargo run --release --example coverage > results/coverage.csv");
            assert_eq!(row.iter().take(3).collect::<Vec<_>>(), [case.system.name(), &case.rule.name(), quantity]);
            near(row[3].parse().unwrap(), truth, 1e-8);
            let (experiments, share): (f64, f64) = (row[4].parse().unwrap(), row[6].parse().unwrap());
            assert!(experiments >= 1_000.0);
            let (low, high) = table::BOUNDS;
            let is_right = if case.has_to_cover() { (low..=high).contains(&share) } else { share < low };
            assert!(is_right, "{row:?}");
        }
    }
    assert!(rows.next().is_none(), "the table has no other rows");
}
