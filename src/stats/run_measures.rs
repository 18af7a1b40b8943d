//! Measures of the whole run: fairness among actions, and the time until the backlog is gone.

use super::action_stats::{ActionStats, MetricContext};
use super::censored::CensoredValue;
use super::measure::{Measure, Statistic};
use super::metric::{JobScope, Metric, MetricValue};
use crate::model::time::Time;

fn of_run(measure: Measure, value: Option<CensoredValue>) -> MetricValue {
    MetricValue { metric: Metric::of_jobs(JobScope::All, measure, Statistic::Mean), value }
}

/// Fairness among actions: Jain's index and the largest slowdown, from the mean slowdowns of all
/// actions that have one.
pub(super) fn fairness(actions: &mut [ActionStats], context: MetricContext) -> [MetricValue; 2] {
    let mean = |action: &mut ActionStats| action.value(Measure::Slowdown, Statistic::Mean, context);
    let slowdowns: Vec<CensoredValue> = actions.iter_mut().filter_map(mean).collect();
    let larger = |one: CensoredValue, other: CensoredValue| CensoredValue {
        lower: one.lower.max(other.lower),
        upper: one.upper.max(other.upper),
    };
    let worst = slowdowns.iter().copied().reduce(larger);
    let jain = if slowdowns.iter().all(|mean| mean.is_exact()) {
        jain_index(&slowdowns.iter().map(|mean| mean.lower).collect::<Vec<_>>()).map(CensoredValue::exact)
    } else {
        // The index of n values lies between 1/n and 1.
        Some(CensoredValue { lower: 1.0 / slowdowns.len() as f64, upper: 1.0 })
    };
    [of_run(Measure::Jain, jain), of_run(Measure::WorstSlowdown, worst)]
}

/// The index of Jain, Chiu and Hawe (1984): (sum of x)² / (n × sum of x²). It is 1 if all values
/// are equal, and k/n if k of n values are equal and the others 0; `None` without a value.
fn jain_index(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares > 0.0).then(|| (sum * sum / (values.len() as f64 * squares)).min(1.0))
}

/// The time until the backlog is gone: the first instant after the longest queue of the run at
/// which no job waits.
///
/// The origin of the backlog does not matter: initial rows of the registry, a trace, single jobs or
/// a burst in the middle of a day. Jobs that arrive in the meantime have to be worked off as well,
/// in the order of the policy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DrainTime {
    waiting: i64,
    longest: i64,
    /// `None` while some job has waited at any time since the longest queue.
    empty_at: Option<Time>,
}

impl DrainTime {
    /// A row fell due.
    #[inline(always)]
    pub(super) fn enqueue(&mut self) {
        self.waiting += 1;
        if self.waiting > self.longest {
            self.set_longest();
        }
    }

    #[cold]
    fn set_longest(&mut self) {
        self.longest = self.waiting;
        self.empty_at = None;
    }

    /// A row was claimed, or left the queue.
    #[inline(always)]
    pub(super) fn dequeue(&mut self, now: Time) {
        self.waiting -= 1;
        if self.waiting == 0 && self.empty_at.is_none() {
            self.empty_at = Some(now);
        }
    }

    /// Seconds from the start until the backlog was gone: more than the horizon if jobs still
    /// waited there.
    pub(super) fn value(&self, horizon: Time) -> MetricValue {
        let at = if self.longest == 0 { Some(Time::ZERO) } else { self.empty_at };
        let value = match at {
            Some(at) => CensoredValue::exact(at.as_secs_f64()),
            None => CensoredValue::at_least(horizon.as_secs_f64()),
        };
        of_run(Measure::DrainS, Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Span;

    #[test]
    fn jain_index_of_equal_values_is_one_and_of_a_few_their_share() {
        assert_eq!(jain_index(&[]), None);
        assert_eq!(jain_index(&[3.0]), Some(1.0));
        assert_eq!(jain_index(&[1.25; 7]), Some(1.0));
        assert_eq!(jain_index(&[5.0, 0.0, 0.0, 5.0]), Some(0.5));
        // From Jain, Chiu and Hawe: 1, 3 and 5 give 81 / (3 x 35).
        assert_eq!(jain_index(&[1.0, 3.0, 5.0]), Some(81.0 / 105.0));
    }

    /// `+` is a row that falls due, `-` one that is claimed; one event per second.
    fn drained(events: &str) -> f64 {
        let mut drain = DrainTime::default();
        for (second, sign) in (0..).zip(events.chars()) {
            match sign {
                '+' => drain.enqueue(),
                _ => drain.dequeue(Time::ZERO + Span::secs(second)),
            }
        }
        drain.value(Time(i64::MAX)).value.map_or(f64::NAN, |value| value.upper)
    }

    #[test]
    fn backlog_is_gone_when_no_job_waits_after_the_longest_queue() {
        assert_eq!(drained(""), 0.0);
        assert_eq!(drained("+-"), 1.0);
        assert_eq!(drained("+-+++-+---+-"), 9.0, "neither the lull before nor the one after");
        assert_eq!(drained("++--++--"), 3.0, "an equally long queue is not longer");
        assert_eq!(drained("+++-+-"), f64::INFINITY, "a job still waits");
    }
}
