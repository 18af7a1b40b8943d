//! When a backlog is gone: the first instant after the longest queue of the run at which nothing waits.
//!
//! It asks nothing of where the backlog comes from: initial rows of the registry, a trace, single jobs or a burst in the middle
//! of a day. What else arrives in the meantime has to be worked off as well, under whatever policy.

use super::metric::{JobScope, Measure, Metric, MetricValue, Statistic};
use crate::model::time::Time;

/// The queue of one replication, as far as this matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drain {
    waiting: i64,
    longest: i64,
    /// `None` while something has waited ever since the queue was longest.
    empty_at: Option<Time>,
}

impl Drain {
    /// A row fell due.
    #[inline(always)]
    pub(super) fn due(&mut self) {
        self.waiting += 1;
        if self.waiting > self.longest {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.longest = self.waiting;
        self.empty_at = None;
    }

    /// A row was claimed, or left.
    #[inline(always)]
    pub(super) fn gone(&mut self, now: Time) {
        self.waiting -= 1;
        if self.waiting == 0 && self.empty_at.is_none() {
            self.empty_at = Some(now);
        }
    }

    /// Seconds from the start until the backlog was gone; `None` if it still was not at the horizon.
    pub(super) fn figure(&self) -> MetricValue {
        let measure = Measure::DrainS;
        let metric =
            Metric { action: JobScope::All, resource: None, worker: None, measure, statistic: Statistic::Mean };
        let at = if self.longest == 0 { Some(Time::ZERO) } else { self.empty_at };
        MetricValue { metric, value: at.map(Time::as_secs_f64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+` is a row that falls due, `-` one that is claimed, each a second after the other.
    fn drained(events: &str) -> Option<f64> {
        let mut drain = Drain::default();
        for (second, sign) in (0..).zip(events.chars()) {
            match sign {
                '+' => drain.due(),
                _ => drain.gone(Time::ZERO + crate::model::time::Span::secs(second)),
            }
        }
        drain.figure().value
    }

    #[test]
    fn a_backlog_is_gone_when_nothing_waits_after_the_longest_queue() {
        assert_eq!(drained(""), Some(0.0));
        assert_eq!(drained("+-"), Some(1.0));
        assert_eq!(drained("+-+++-+---+-"), Some(9.0), "neither the lull before it nor the one after");
        assert_eq!(drained("++--++--"), Some(3.0), "a queue as long as the longest is none longer");
        assert_eq!(drained("+++-+-"), None, "something still waits");
    }
}
