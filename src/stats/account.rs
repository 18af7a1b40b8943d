//! The account of one action: its tallies, counts and time integrals, and every figure that is read from them.
//!
//! Accounts merge, so what is measured of all jobs costs nothing while the simulation runs.

use crate::model::job::Ending;
use crate::model::time::{NANOS, Span};

use super::figure::{Measure, Statistic};
use super::tally::Tally;

/// Slowdowns are tallied as whole numbers of 2^-24 above 1, so that the job that was not slowed down at all is exactly 0:
/// right to 6e-8 up to 5e11.
const SLOWDOWN_UNITS: f64 = (1 << 24) as f64;

/// What has been measured of one action's jobs, or of all.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// Waits of claimed rows, in nanoseconds.
    pub(super) wait: Tally,
    /// Response times of ended chains, in nanoseconds.
    pub(super) response: Tally,
    /// Service times of ended rows, in nanoseconds.
    pub(super) service: Tally,
    /// Ages of rows still there at the horizon, in nanoseconds.
    pub(super) age: Tally,
    /// Slowdowns of ended chains, see [`SLOWDOWN_UNITS`].
    slowdown: Tally,
    /// Waits within the target.
    within_slo: u64,
    /// Rows that fell due.
    pub(super) arrived: u64,
    /// Of these, further attempts of a chain.
    pub(super) retries: u64,
    /// Firings that made no row.
    pub(super) skipped: u64,
    /// Rows done within the window, whenever they were scheduled.
    pub(super) done_in_window: u64,
    ended: Endings,
    /// Row-nanoseconds of waiting within the window.
    pub(super) waiting: i128,
    /// Row-nanoseconds of running within the window.
    pub(super) running: i128,
}

/// Rows by what became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Endings {
    done: u64,
    error: u64,
    deadline_missed: u64,
    cancel: u64,
    abandoned: u64,
    rejected: u64,
}

/// What figures depend on beside the account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// The length of the measured part of the run.
    pub(super) window: Span,
    /// The target of waits.
    pub(super) slo: Option<Span>,
}

impl Account {
    /// Takes in the wait of a claimed row.
    #[inline]
    pub(super) fn waited(&mut self, wait: Span, slo: Option<Span>) {
        self.wait.record(wait.0);
        self.within_slo += u64::from(slo.is_some_and(|slo| wait <= slo));
    }

    /// Takes in the end of a chain whose last attempt ran for `service`. Slowdown is bounded (Feitelson et al., 1997): a
    /// service time below `bound` counts as `bound`, and the slowdown is at least 1.
    #[inline]
    pub(super) fn responded(&mut self, response: Span, service: Span, bound: Span) {
        self.response.record(response.0);
        let divisor = service.0.max(bound.0).max(1);
        let excess = (response.0 - divisor).max(0) as f64 / divisor as f64;
        self.slowdown.record((excess * SLOWDOWN_UNITS + 0.5) as i64);
    }

    /// Counts the end of a row.
    #[inline]
    pub(super) fn count(&mut self, ending: Ending) {
        *match ending {
            Ending::Done => &mut self.ended.done,
            Ending::Error => &mut self.ended.error,
            Ending::DeadlineMissed => &mut self.ended.deadline_missed,
            Ending::Cancelled => &mut self.ended.cancel,
            Ending::Abandoned => &mut self.ended.abandoned,
            Ending::Rejected => &mut self.ended.rejected,
        } += 1;
    }

    /// Takes in all that `other` has taken in.
    pub(super) fn merge(&mut self, other: &Account) {
        self.wait.merge(&other.wait);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.age.merge(&other.age);
        self.slowdown.merge(&other.slowdown);
        self.within_slo += other.within_slo;
        self.arrived += other.arrived;
        self.retries += other.retries;
        self.skipped += other.skipped;
        self.done_in_window += other.done_in_window;
        self.ended.merge(other.ended);
        self.waiting += other.waiting;
        self.running += other.running;
    }

    /// Whether every row that fell due ended or is still there.
    pub(super) fn balances(&self) -> bool {
        self.arrived == self.ended.total() + self.age.count()
    }

    /// A figure; `None` where there was nothing to measure, or the measure has no such statistic.
    pub(super) fn figure(&mut self, measure: Measure, statistic: Statistic, terms: Terms) -> Option<f64> {
        let seconds = |nanos: f64| nanos / NANOS as f64;
        let window = Some(terms.window.0 as f64).filter(|&window| window > 0.0);
        match measure {
            Measure::WaitS => spread(&mut self.wait, statistic).map(seconds),
            Measure::ResponseS => spread(&mut self.response, statistic).map(seconds),
            Measure::ServiceS => spread(&mut self.service, statistic).map(seconds),
            Measure::UnfinishedAgeS => spread(&mut self.age, statistic).map(seconds),
            Measure::Slowdown => {
                let above = if statistic == Statistic::Sd { 0.0 } else { 1.0 };
                spread(&mut self.slowdown, statistic).map(|units| above + units / SLOWDOWN_UNITS)
            }
            Measure::WithinSlo => {
                let waits = Some(self.wait.count()).filter(|&waits| waits > 0 && terms.slo.is_some());
                waits.map(|waits| self.within_slo as f64 / waits as f64)
            }
            Measure::QueueLength => window.map(|window| self.waiting as f64 / window),
            Measure::InSystem => window.map(|window| (self.waiting + self.running) as f64 / window),
            Measure::ThroughputPerS => window.map(|window| self.done_in_window as f64 / seconds(window)),
            Measure::Jobs => self.jobs(statistic).map(|rows| rows as f64),
            Measure::Retries => Some(self.retries as f64),
            Measure::DeadlineMisses => Some(self.ended.deadline_missed as f64),
            Measure::Utilization => None,
        }
    }

    /// How many rows came to what `statistic` says.
    fn jobs(&self, statistic: Statistic) -> Option<u64> {
        match statistic {
            Statistic::Arrived => Some(self.arrived),
            Statistic::Done => Some(self.ended.done),
            Statistic::Error => Some(self.ended.error + self.ended.deadline_missed),
            Statistic::Cancel => Some(self.ended.cancel),
            Statistic::Abandoned => Some(self.ended.abandoned),
            Statistic::Rejected => Some(self.ended.rejected),
            Statistic::Skipped => Some(self.skipped),
            Statistic::Unfinished => Some(self.age.count()),
            _ => None,
        }
    }
}

impl Endings {
    fn merge(&mut self, other: Endings) {
        self.done += other.done;
        self.error += other.error;
        self.deadline_missed += other.deadline_missed;
        self.cancel += other.cancel;
        self.abandoned += other.abandoned;
        self.rejected += other.rejected;
    }

    fn total(self) -> u64 {
        self.done + self.error + self.deadline_missed + self.cancel + self.abandoned + self.rejected
    }
}

/// A statistic of a tally, in the tally's whole numbers.
fn spread(tally: &mut Tally, statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::Mean => tally.mean(),
        Statistic::Sd => tally.sd(),
        Statistic::P50 => tally.quantile(0.5),
        Statistic::P90 => tally.quantile(0.9),
        Statistic::P95 => tally.quantile(0.95),
        Statistic::P99 => tally.quantile(0.99),
        Statistic::Max => tally.max().map(|max| max as f64),
        _ => None,
    }
}
