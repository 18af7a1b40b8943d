//! The sequential rule by hand, and how often intervals cover where it decides when to stop.

use super::*;
use crate::random::stream::{Purpose, Stream, Streams};
use crate::stats::{JobScope, Measure, Metric, MetricValue};

const WAIT: Metric =
    Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::WaitS, statistic: Statistic::Mean };

fn outcomes(values: &[f64]) -> Vec<ReplicationStats> {
    let outcome = |value: &f64| ReplicationStats {
        metrics: vec![MetricValue { metric: WAIT, value: Some(CensoredValue::exact(*value)) }],
        ..ReplicationStats::default()
    };
    values.iter().map(outcome).collect()
}

fn rule(margin: &str, first: u32, max: u32) -> StoppingRule {
    let goal: PrecisionGoal = format!("mean(wait) {margin}").parse().unwrap();
    let quantities = ResolvedQuantities::of_metric(WAIT);
    StoppingRule { first, max, goals: vec![goal], quantities }
}

#[test]
fn a_fixed_number_is_run_at_once() {
    let rule = StoppingRule::fixed(3);
    assert_eq!(rule.next_count(&[]), Some(3));
    assert_eq!(rule.next_count(&outcomes(&[1.0; 3])), None);
    assert_eq!(rule.next_count(&outcomes(&[1.0; 7])), None, "further replications are left alone");
}

#[test]
fn the_next_check_is_where_the_spread_predicts_enough() {
    // Mean 10 and standard deviation 1: the half width of ten values is 2.262 / sqrt(10) = 0.7153.
    let values: Vec<f64> = [9.0, 11.0].repeat(5).iter().map(|value| 10.0 + (value - 10.0) * 0.9_f64.sqrt()).collect();
    let outcomes = outcomes(&values);
    let status = rule("+-5%", 10, 100).status(&outcomes).remove(0);
    assert!((status.half_width.unwrap() - 0.715_36).abs() < 1e-5 && status.wanted == Some(0.5) && !status.is_met);
    // 10 x (0.7154 / 0.5)² = 20.5, plus a tenth.
    assert_eq!(rule("+-5%", 10, 100).next_count(&outcomes), Some(23));
    assert_eq!(rule("+-0.5s", 10, 100).next_count(&outcomes), Some(23));
    assert_eq!(rule("+-7%", 10, 100).next_count(&outcomes), Some(13), "at least a quarter more");
    assert_eq!(rule("+-1%", 10, 1000).next_count(&outcomes), Some(40), "at most four times as many");
    assert_eq!(rule("+-1%", 10, 33).next_count(&outcomes), Some(33));
    assert_eq!(rule("+-1%", 10, 10).next_count(&outcomes), None);
    assert_eq!(rule("+-8%", 10, 100).next_count(&outcomes), None);
    assert!(rule("+-8%", 10, 100).status(&outcomes)[0].is_met);
}

#[test]
fn checks_do_not_depend_on_how_many_replications_exist_already() {
    // A run that goes on from any number of replications checks where a run from the start does.
    let value = |index: u32| f64::from(index * 7919 % 101);
    let all: Vec<f64> = (0..2000).map(value).collect();
    let rule = rule("+-3%", 12, 2000);
    let mut checks = Vec::new();
    while let Some(next) = rule.next_count(&outcomes(&all[..checks.last().copied().unwrap_or(0)])) {
        checks.push(next as usize);
    }
    assert!(checks.len() > 2, "{checks:?}");
    for there in 0..*checks.last().unwrap() {
        let next = rule.next_count(&outcomes(&all[..there])).map(|next| next as usize);
        assert_eq!(next, checks.iter().copied().find(|check| *check > there), "{there} are there");
    }
}

#[test]
fn a_quantity_that_was_never_measured_is_never_known() {
    let mut outcomes = outcomes(&[1.0; 10]);
    for outcome in &mut outcomes {
        outcome.metrics[0].value = None;
    }
    let rule = rule("+-5%", 10, 100);
    assert_eq!(rule.next_count(&outcomes), Some(40));
    assert_eq!((rule.status(&outcomes)[0].value, rule.status(&outcomes)[0].is_met), (None, false));
}

/// In how many experiments the final interval covers the mean, which is 1, and the mean number of
/// replications.
fn covered(margin: &str, first: u32, experiments: u64, value: fn(&mut Stream) -> f64) -> (u64, f64) {
    let rule = rule(margin, first, 2000);
    let (mut covered, mut runs) = (0, 0);
    for seed in 0..experiments {
        let mut values = Streams::new(seed, 0).stream(Purpose::Service, "precision");
        let mut all: Vec<f64> = Vec::new();
        while let Some(until) = rule.next_count(&outcomes(&all)) {
            all.resize_with(until as usize, || value(&mut values));
        }
        let status = rule.status(&outcomes(&all)).remove(0);
        assert!(status.is_met);
        covered += u64::from((status.value.unwrap() - 1.0).abs() <= status.half_width.unwrap());
        runs += all.len();
    }
    (covered, runs as f64 / experiments as f64)
}

#[test]
fn intervals_keep_their_coverage_where_they_decide_when_to_stop() {
    // Normal values that need about 35, 61 and 138 replications, and means of exponential values,
    // which are skewed.
    let narrow = |values: &mut Stream| 1.0 + 0.15 * values.normal();
    let middle = |values: &mut Stream| 1.0 + 0.2 * values.normal();
    let wide = |values: &mut Stream| 1.0 + 0.3 * values.normal();
    let skewed = |values: &mut Stream| (0..12).map(|_| values.exponential()).sum::<f64>() / 12.0;
    for (value, expected) in [(narrow as fn(&mut Stream) -> f64, 35.0), (middle, 61.0), (wide, 138.0), (skewed, 128.0)]
    {
        const EXPERIMENTS: u64 = 4000;
        let (covered, runs) = covered("+-5%", MIN_REPLICATIONS, EXPERIMENTS, value);
        let share = covered as f64 / EXPERIMENTS as f64;
        // The standard deviation of the share is 0.34 %; a rule that covered 92.5 % would fail.
        assert!((0.936..=0.963).contains(&share), "{expected}: {share} of the intervals cover");
        assert!((0.9 * expected..1.6 * expected).contains(&runs), "{runs} replications where {expected} would do");
    }
    // Three replications are too few to begin with: this test can tell.
    let (few, _) = covered("+-5%", 3, 2000, narrow);
    assert!(few < 1870, "{few} of 2000 cover");
}
