//! The sequential rule by hand, and how often intervals cover where it says when to stop.

use super::*;
use crate::model::time::{Span, Time};
use crate::stats::series::Series;
use crate::stats::{JobScope, Metric, MetricValue};

const WAIT: Metric =
    Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::WaitS, statistic: Statistic::Mean };

fn outcomes(values: &[f64]) -> Vec<ReplicationStats> {
    let outcome = |value: &f64| ReplicationStats {
        metrics: vec![MetricValue { metric: WAIT, value: Some(*value) }],
        waits: Vec::new(),
        series: Series { bucket: Span::secs(1), horizon: Time::ZERO, queue_length: Vec::new(), lines: Vec::new() },
        shares: Vec::new(),
    };
    values.iter().map(outcome).collect()
}

fn plan(margin: &str, first: u32, most: u32) -> Plan {
    let goal: Precision = format!("mean(wait) {margin}").parse().unwrap();
    let asked = Asked { targets: vec![crate::expression::Target::Metric(WAIT)], shares: Vec::new() };
    Plan { first, most, goals: vec![goal], asked }
}

#[test]
fn a_fixed_number_is_run_at_once() {
    let plan = Plan::fixed(3);
    assert_eq!(plan.next(&[]), Some(3));
    assert_eq!(plan.next(&outcomes(&[1.0; 3])), None);
    assert_eq!(plan.next(&outcomes(&[1.0; 7])), None, "what there is too much is left alone");
}

#[test]
fn the_next_look_is_where_the_spread_says_that_it_would_do() {
    // Mean 10 and standard deviation 1: half the interval of ten values is 2.262 / sqrt(10) = 0.7153, ten times that for nine.
    let values: Vec<f64> = [9.0, 11.0].repeat(5).iter().map(|value| 10.0 + (value - 10.0) * 0.9_f64.sqrt()).collect();
    let outcomes = outcomes(&values);
    let reached = plan("+-5%", 10, 100).reached(&outcomes).remove(0);
    assert!((reached.half.unwrap() - 0.715_36).abs() < 1e-5 && reached.wanted == Some(0.5) && !reached.is_reached);
    // 10 x (0.7154 / 0.5)² = 20.5, and a tenth more.
    assert_eq!(plan("+-5%", 10, 100).next(&outcomes), Some(23));
    assert_eq!(plan("+-0.5s", 10, 100).next(&outcomes), Some(23));
    assert_eq!(plan("+-7%", 10, 100).next(&outcomes), Some(13), "a quarter more at least");
    assert_eq!(plan("+-1%", 10, 1000).next(&outcomes), Some(40), "four times as many at most");
    assert_eq!(plan("+-1%", 10, 33).next(&outcomes), Some(33));
    assert_eq!(plan("+-1%", 10, 10).next(&outcomes), None);
    assert_eq!(plan("+-8%", 10, 100).next(&outcomes), None);
    assert!(plan("+-8%", 10, 100).reached(&outcomes)[0].is_reached);
}

#[test]
fn looks_do_not_depend_on_how_many_replications_there_are_already() {
    // Every look of a run from the beginning is one of a run that goes on from elsewhere.
    let value = |index: u32| f64::from(index * 7919 % 101);
    let all: Vec<f64> = (0..2000).map(value).collect();
    let plan = plan("+-3%", 12, 2000);
    let mut looks = Vec::new();
    while let Some(next) = plan.next(&outcomes(&all[..looks.last().copied().unwrap_or(0)])) {
        looks.push(next as usize);
    }
    assert!(looks.len() > 2, "{looks:?}");
    for there in 0..*looks.last().unwrap() {
        let next = plan.next(&outcomes(&all[..there])).map(|next| next as usize);
        assert_eq!(next, looks.iter().copied().find(|look| *look > there), "{there} are there");
    }
}

#[test]
fn what_was_never_measured_is_never_known() {
    let mut outcomes = outcomes(&[1.0; 10]);
    for outcome in &mut outcomes {
        outcome.metrics[0].value = None;
    }
    let plan = plan("+-5%", 10, 100);
    assert_eq!(plan.next(&outcomes), Some(40));
    assert_eq!((plan.reached(&outcomes)[0].value, plan.reached(&outcomes)[0].is_reached), (None, false));
}

/// Standard normal and standard exponential values, by turns with the same stream.
struct Values(crate::random::stream::Stream);

impl Values {
    fn exponential(&mut self) -> f64 {
        -crate::model::math::ln(self.0.uniform_open())
    }

    /// Box & Muller (1958).
    fn normal(&mut self) -> f64 {
        let (radius, turn) = ((2.0 * self.exponential()).sqrt(), 2.0 * std::f64::consts::PI * self.0.uniform());
        radius * crate::model::math::cos(turn)
    }
}

/// In how many of so many experiments the interval at the end covers the mean, which is 1.
fn covered(margin: &str, first: u32, experiments: u64, value: fn(&mut Values) -> f64) -> (u64, f64) {
    use crate::random::stream::{Purpose, Streams};
    let plan = plan(margin, first, 2000);
    let (mut covered, mut runs) = (0, 0);
    for seed in 0..experiments {
        let mut values = Values(Streams::new(seed, 0).stream(Purpose::Service, "precision"));
        let mut all: Vec<f64> = Vec::new();
        while let Some(until) = plan.next(&outcomes(&all)) {
            all.resize_with(until as usize, || value(&mut values));
        }
        let reached = plan.reached(&outcomes(&all)).remove(0);
        assert!(reached.is_reached);
        covered += u64::from((reached.value.unwrap() - 1.0).abs() <= reached.half.unwrap());
        runs += all.len();
    }
    (covered, runs as f64 / experiments as f64)
}

#[test]
fn intervals_cover_as_often_as_they_say_also_where_they_say_when_to_stop() {
    // Normal values that need about 35, 61 and 138 replications, and mean values of exponential ones, which are skewed.
    let narrow = |values: &mut Values| 1.0 + 0.15 * values.normal();
    let middle = |values: &mut Values| 1.0 + 0.2 * values.normal();
    let wide = |values: &mut Values| 1.0 + 0.3 * values.normal();
    let skewed = |values: &mut Values| (0..12).map(|_| values.exponential()).sum::<f64>() / 12.0;
    for (value, expected) in [(narrow as fn(&mut Values) -> f64, 35.0), (middle, 61.0), (wide, 138.0), (skewed, 128.0)]
    {
        const EXPERIMENTS: u64 = 4000;
        let (covered, runs) = covered("+-5%", FIRST, EXPERIMENTS, value);
        let share = covered as f64 / EXPERIMENTS as f64;
        // The standard deviation of the share is 0.34 %; a rule that covered 92.5 % would fail.
        assert!((0.936..=0.963).contains(&share), "{expected}: {share} of the intervals cover");
        assert!((0.9 * expected..1.6 * expected).contains(&runs), "{runs} replications where {expected} would do");
    }
    // Three replications are too few to begin with: the test can tell.
    let (few, _) = covered("+-5%", 3, 2000, narrow);
    assert!(few < 1870, "{few} of 2000 cover");
}
