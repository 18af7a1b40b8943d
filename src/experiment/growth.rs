//! Does the queue still grow at the horizon? A one-sided test over replications.
//!
//! A queue that grows has no steady state within the run: every figure of it depends on where the
//! run ends. The test compares the mean queue length of the last part of the run with that of the
//! part before, in each replication. Parts are whole periods of the arrivals, so that the hours of
//! a day do not look like growth; without periods they are quarters of the measured window.

use serde::{Deserialize, Serialize};

use crate::arrival::ArrivalModel;
use crate::engine::Window;
use crate::model::time::{Span, Time};
use crate::scenario::Scenario;
use crate::stats::ReplicationStats;
use crate::stats::sample::Sample;
use crate::stats::series::Series;

/// The probability that a queue that does not grow is reported.
const LEVEL: f64 = 0.01;

/// Growth by less than this share of the queue is not worth a warning.
const MIN_SHARE: f64 = 0.1;

/// Growth by fewer jobs is not worth a warning.
const MIN_JOBS: f64 = 1.0;

/// A queue that was shown to grow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueGrowth {
    /// The length of the two parts that were compared.
    pub part: Span,
    /// The mean queue length in the part before the last.
    pub before: f64,
    /// The mean queue length in the last part.
    pub after: f64,
}

impl QueueGrowth {
    /// Tests the queue of a scenario.
    pub fn of_scenario(scenario: &Scenario, outcomes: &[ReplicationStats]) -> Option<QueueGrowth> {
        QueueGrowth::of(scenario.system.window, scenario.longest_period(), outcomes)
    }

    /// Tests the queue of a scenario whose arrivals never end, so that a bound which is kept at the
    /// horizon need not be kept later. Jobs of a log or a backlog come to an end by themselves.
    pub fn without_end(scenario: &Scenario, outcomes: &[ReplicationStats]) -> Option<QueueGrowth> {
        let is_perpetual = |source: &ArrivalModel| !matches!(source, ArrivalModel::Listed(_));
        let is_endless = scenario.system.initial.is_empty() && scenario.sources.iter().all(is_perpetual);
        QueueGrowth::of_scenario(scenario, outcomes).filter(|_| is_endless)
    }

    /// Tests the queue of all jobs; `None` if it is not shown to grow, and if the window is too
    /// short for two periods. `period` is the longest one of the arrivals.
    pub fn of(window: Window, period: Option<Span>, outcomes: &[ReplicationStats]) -> Option<QueueGrowth> {
        let measured = (window.horizon - window.warmup).0;
        let part = match period {
            Some(period) if period.0 > 0 => (measured / 4 / period.0).max(1) * period.0,
            _ => measured / 4,
        };
        if part == 0 || 2 * part > measured {
            return None;
        }
        let middle = Time(window.horizon.0 - part);
        let mean = |series: &Series| {
            Some([average(series, Time(middle.0 - part), middle)?, average(series, middle, window.horizon)?])
        };
        let parts: Vec<[f64; 2]> = outcomes.iter().filter_map(|outcome| mean(&outcome.series)).collect();
        let growth = Sample::of(parts.iter().map(|[before, after]| after - before));
        let [before, after] = [0, 1].map(|part| Sample::of(parts.iter().map(|parts| parts[part])).mean);
        let found = QueueGrowth { part: Span(part), before: before?, after: after? };
        let is_large = found.after - found.before >= MIN_JOBS.max(MIN_SHARE * found.after);
        (is_large && growth.p_greater()? <= LEVEL).then_some(found)
    }
}

/// The mean queue length from one instant to another; `None` without a series.
fn average(series: &Series, from: Time, to: Time) -> Option<f64> {
    let overlap = |bucket: usize| {
        let (start, end) = (series.start_of(bucket), series.start_of(bucket + 1).min(series.horizon));
        (end.0.min(to.0) - start.0.max(from.0)).max(0) as f64
    };
    let buckets = series.queue_length.iter().enumerate();
    let sum: f64 = buckets.map(|(bucket, length)| length * overlap(bucket)).sum();
    (!series.queue_length.is_empty()).then(|| sum / (to - from).0 as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replications whose queue lengths are these, hour by hour.
    fn outcomes(hours: &[&[f64]]) -> Vec<ReplicationStats> {
        let outcome = |lengths: &&[f64]| ReplicationStats {
            series: Series {
                bucket: Span::secs(3600),
                horizon: Time::ZERO + Span::secs(3600 * lengths.len() as i64),
                queue_length: lengths.to_vec(),
                lines: Vec::new(),
            },
            ..ReplicationStats::default()
        };
        hours.iter().map(outcome).collect()
    }

    fn found(period: Option<i64>, hours: &[&[f64]]) -> Option<QueueGrowth> {
        let horizon = Time::ZERO + Span::secs(3600 * hours[0].len() as i64);
        QueueGrowth::of(
            Window::new(Time::ZERO, horizon),
            period.map(|hours| Span::secs(3600 * hours)),
            &outcomes(hours),
        )
    }

    #[test]
    fn growth_is_found_between_the_last_quarters() {
        let grown =
            found(None, &[&[0.0, 9.0, 20.0, 31.0], &[0.0, 10.0, 20.0, 30.0], &[0.0, 11.0, 20.0, 31.0]]).unwrap();
        assert_eq!((grown.part, grown.before), (Span::secs(3600), 20.0));
        assert!((grown.after - 92.0 / 3.0).abs() < 1e-12);
        assert_eq!(found(None, &[&[9.0, 9.0, 20.0, 31.0]]), None, "one replication shows nothing");
        assert_eq!(found(None, &[&[9.0, 9.0, 30.0, 20.0], &[9.0, 9.0, 31.0, 21.0], &[9.0, 9.0, 30.0, 21.0]]), None);
    }

    #[test]
    fn the_hours_of_a_period_are_no_growth() {
        let day: &[&[f64]] = &[&[1.0, 9.0, 1.0, 9.0], &[1.0, 9.1, 1.0, 9.1], &[1.1, 9.0, 1.1, 9.0]];
        assert_eq!(found(Some(2), day), None);
        assert!(found(None, day).is_some(), "the last quarter is the busy half of the period");
        assert_eq!(found(Some(3), day), None, "the window holds only one period");
    }
}
