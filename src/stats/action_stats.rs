//! The account of one action: its tallies, counts and time integrals, and every figure that is read from them.
//!
//! Accounts merge, so what is measured of all jobs costs nothing while the simulation runs.

use crate::model::job::Ending;
use crate::model::time::{NANOS, Span};

use super::batch::{BATCH, RowBuffer};
use super::metric::{Measure, Statistic};
use super::slowdown;
use super::tally::Tally;

/// What has been measured of one action's jobs, or of all.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionStats {
    /// Waits of claimed rows, in nanoseconds.
    pub(super) wait: Tally,
    /// Response times of ended chains, in nanoseconds.
    pub(super) response: Tally,
    /// Service times of ended rows, in nanoseconds.
    pub(super) service: Tally,
    /// Ages of rows still there at the horizon, in nanoseconds.
    pub(super) age: Tally,
    /// Slowdowns of ended chains, in [`slowdown::UNITS`] above 1.
    slowdown: Tally,
    /// Plain rows that did not wait, and those that did, until they are taken in.
    pending: [RowBuffer; 2],
    /// Service times of plain rows that did not wait, in nanoseconds; their response times as well. What their other tallies
    /// would be told is 0 for all of them: they are taken in at the end, together.
    prompt: Tally,
    targets: Targets,
    /// Waits within the target.
    within_slo: u64,
    /// Rows that are further attempts of a chain.
    pub(super) retries: u64,
    /// Firings that made no row.
    pub(super) skipped: u64,
    /// Rows by how they ended.
    ended: [u64; ENDINGS],
    /// Of those whose worker was declared dead, the ones that it stopped when it came back.
    resurrected: u64,
    /// Rows done within the window, whenever they were scheduled.
    pub(super) done_in_window: u64,
    /// Row-nanoseconds of waiting within the window.
    pub(super) waiting: u128,
    /// Row-nanoseconds of running within the window.
    pub(super) running: u128,
}

/// The number of endings.
const ENDINGS: usize = Ending::WorkerShutdown as usize + 1;

/// What the account holds rows against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Targets {
    /// Waits below so many nanoseconds are within the target: 0 if there is none.
    pub(super) late_from: u64,
    /// The least that a response time is divided by for a slowdown, in nanoseconds; 1 at least.
    pub(super) slowdown_bound: u64,
}

/// What figures depend on beside the account.
#[derive(Clone, Copy, Debug)]
pub(super) struct MetricContext {
    /// The length of the measured part of the run.
    pub(super) window: Span,
    /// The target of waits.
    pub(super) slo: Option<Span>,
}

impl ActionStats {
    pub(super) fn new(targets: Targets) -> ActionStats {
        ActionStats { targets, ..ActionStats::default() }
    }

    /// Takes in a plain row: it has a part in job measures, waited and ran within the window, and was done at its chain's
    /// first attempt.
    #[inline(always)]
    pub(super) fn plain(&mut self, wait: u64, service: u64) {
        // A choice of place, not of way: whether a row had to wait is nothing that a processor could foresee.
        let waited = usize::from(wait > 0);
        if self.pending[waited].put(wait, service) {
            self.take_in(waited);
        }
    }

    /// Takes in plain rows that were put by: those that waited, or those that did not.
    #[cold]
    fn take_in(&mut self, waited: usize) {
        let (waits, services) = self.pending[waited].take();
        if waited == 0 {
            self.prompt.take_all(services);
            return;
        }
        let (rows, bound) = (waits.len(), self.targets.slowdown_bound);
        let mut responses = [0; BATCH];
        for ((response, wait), service) in responses.iter_mut().zip(waits).zip(services) {
            *response = wait + service;
        }
        let responses = &responses[..rows];
        if responses.iter().all(|&response| response <= bound) {
            // Jobs that are shorter than the bound are hardly ever slowed down.
            self.slowdown.take_often(0, rows as u64);
        } else {
            let mut slowdowns = [0; BATCH];
            for ((slowdown, &response), &service) in slowdowns.iter_mut().zip(responses).zip(services) {
                *slowdown = slowdown::units(response, service.max(bound));
            }
            self.slowdown.take_all(&slowdowns[..rows]);
        }
        self.within_slo += waits.iter().map(|&wait| u64::from(wait < self.targets.late_from)).sum::<u64>();
        self.waiting += self.wait.take_all(waits);
        self.running += self.service.take_all(services);
        self.response.take_all(responses);
        self.count_done(rows as u64);
    }

    /// Takes in all that was put by; nothing is to be read before.
    pub(super) fn settle(&mut self) {
        self.take_in(0);
        self.take_in(1);
        let prompt = std::mem::take(&mut self.prompt);
        let rows = prompt.count();
        self.service.merge(&prompt);
        self.response.merge(&prompt);
        self.wait.take_often(0, rows);
        self.slowdown.take_often(0, rows);
        self.within_slo += if self.targets.late_from > 0 { rows } else { 0 };
        self.running += prompt.sum();
        self.count_done(rows);
    }

    fn count_done(&mut self, rows: u64) {
        self.ended[Ending::Done as usize] += rows;
        self.done_in_window += rows;
    }

    /// Takes in the wait of a claimed row.
    pub(super) fn waited(&mut self, wait: u64) {
        self.wait.take(wait);
        self.within_slo += u64::from(wait < self.targets.late_from);
    }

    /// Takes in the end of a chain whose last attempt ran for `service`. Slowdown is bounded (Feitelson et al., 1997): a
    /// service time below the bound, which is above zero, counts as the bound, and the slowdown is at least 1.
    pub(super) fn responded(&mut self, response: u64, service: u64) {
        self.response.take(response);
        self.slowdown.take(slowdown::units(response, service.max(self.targets.slowdown_bound)));
    }

    /// Counts the end of a row.
    pub(super) fn count(&mut self, ending: Ending) {
        self.ended[ending as usize] += 1;
    }

    /// A row that had ended as its worker was declared dead was stopped by that.
    pub(super) fn resurrect(&mut self) {
        self.resurrected += 1;
    }

    /// Takes in all that `other` has taken in; both are settled.
    pub(super) fn merge(&mut self, other: &ActionStats) {
        self.wait.merge(&other.wait);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.age.merge(&other.age);
        self.slowdown.merge(&other.slowdown);
        self.within_slo += other.within_slo;
        self.retries += other.retries;
        self.skipped += other.skipped;
        self.ended.iter_mut().zip(other.ended).for_each(|(mine, theirs)| *mine += theirs);
        self.resurrected += other.resurrected;
        self.done_in_window += other.done_in_window;
        self.waiting += other.waiting;
        self.running += other.running;
    }

    /// Rows that fell due: each of them ended or is still there.
    pub(super) fn arrived(&self) -> u64 {
        self.ended.iter().sum::<u64>() + self.age.count()
    }

    fn ended(&self, ending: Ending) -> u64 {
        self.ended[ending as usize]
    }

    fn both(&self, one: Ending, other: Ending) -> u64 {
        self.ended(one) + self.ended(other)
    }

    /// A figure; `None` where there was nothing to measure, or the measure has no such statistic.
    pub(super) fn figure(&mut self, measure: Measure, statistic: Statistic, terms: MetricContext) -> Option<f64> {
        let seconds = |nanos: f64| nanos / NANOS as f64;
        let window = Some(terms.window.0 as f64).filter(|&window| window > 0.0);
        match measure {
            Measure::WaitS => spread(&mut self.wait, statistic).map(seconds),
            Measure::ResponseS => spread(&mut self.response, statistic).map(seconds),
            Measure::ServiceS => spread(&mut self.service, statistic).map(seconds),
            Measure::UnfinishedAgeS => spread(&mut self.age, statistic).map(seconds),
            Measure::Slowdown => {
                let above = if statistic == Statistic::Sd { 0.0 } else { 1.0 };
                spread(&mut self.slowdown, statistic).map(|units| above + units / slowdown::UNITS)
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
            Measure::DeadlineMisses => Some(self.both(Ending::DeadlineMissed, Ending::DeadlineCancelled) as f64),
            Measure::Utilization | Measure::Jain | Measure::WorstSlowdown | Measure::DrainS => None,
        }
    }

    /// How many rows came to what `statistic` says.
    fn jobs(&self, statistic: Statistic) -> Option<u64> {
        match statistic {
            Statistic::Arrived => Some(self.arrived()),
            Statistic::Done => Some(self.ended(Ending::Done)),
            Statistic::Error => Some(self.both(Ending::Error, Ending::DeadlineMissed)),
            Statistic::Cancel => Some(self.both(Ending::Cancelled, Ending::DeadlineCancelled)),
            Statistic::WorkerDead => Some(self.ended(Ending::WorkerDead) - self.resurrected),
            Statistic::WorkerResurrection => Some(self.resurrected),
            Statistic::WorkerShutdown => Some(self.ended(Ending::WorkerShutdown)),
            Statistic::Abandoned => Some(self.ended(Ending::Abandoned)),
            Statistic::Rejected => Some(self.ended(Ending::Rejected)),
            Statistic::Skipped => Some(self.skipped),
            Statistic::Unfinished => Some(self.age.count()),
            _ => None,
        }
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
