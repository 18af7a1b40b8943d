//! Statistics of the jobs of one action: tallies, counts and time integrals, and the value of every
//! measure of jobs.
//!
//! These statistics merge, so the ones of all jobs cost nothing while the simulation runs.

use crate::model::job::JobOutcome;
use crate::model::time::{NANOS, Span};

use super::censored::{CensoredTally, CensoredValue, distribution};
use super::measure::{Measure, Statistic};
use super::metric::ShareWithin;
use super::moments::BATCH;
use super::tally::Tally;
use super::wait_parts::{BlameSums, ResponseParts, WaitParts};

/// Statistics of the jobs of one action, or of all jobs.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionStats {
    /// Waits of claimed rows, and ages of rows never claimed, in nanoseconds.
    pub(super) wait: CensoredTally,
    /// Response times of ended chains, and ages of open ones, in nanoseconds.
    pub(super) response: CensoredTally,
    /// Service times of ended rows, and so far of running ones, in nanoseconds.
    pub(super) service: CensoredTally,
    /// Ages of the rows still there at the horizon, in nanoseconds.
    pub(super) age: Tally,
    /// Slowdowns of ended chains, and so far of open ones, in [`SLOWDOWN_UNITS`] above 1.
    slowdown: CensoredTally,
    /// Plain rows that did not wait, and plain rows that did, before they are added.
    pending: [RowBuffer; 2],
    /// Service times of plain rows that did not wait, in nanoseconds; these are also their response
    /// times. Their waits and slowdowns are all 0 and are added together at the end.
    prompt: Tally,
    targets: Targets,
    /// Waits within the target.
    within_slo: u64,
    /// Rows that are further attempts of a chain.
    pub(super) retries: u64,
    /// Rows that left unclaimed, whenever they did.
    pub(super) lost: u64,
    /// Cron firings that made no row.
    pub(super) skipped: u64,
    /// Rows by how they ended.
    ended: [u64; ENDINGS],
    /// The rows of dead workers that the worker stopped when it came back.
    resurrected: u64,
    /// Rows done within the window, regardless of when they were scheduled.
    pub(super) done_in_window: u64,
    /// Row-nanoseconds of waiting within the window.
    pub(super) waiting: u128,
    /// Row-nanoseconds of running within the window.
    pub(super) running: u128,
    /// What the responses of plain rows consist of.
    response_parts: ResponseParts,
}

/// The number of endings.
const ENDINGS: usize = JobOutcome::WorkerShutdown as usize + 1;

/// The targets that rows are compared with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Targets {
    /// Waits below this number of nanoseconds are within the target; 0 without a target.
    pub(super) late_from: u64,
    /// The smallest divisor of a response time in a slowdown, in nanoseconds; at least 1.
    pub(super) slowdown_bound: u64,
}

/// The settings of a run that values depend on.
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

    /// Adds a plain row: it counts for job measures, waited and ran within the window, and was done
    /// at the first attempt of its chain.
    #[inline(always)]
    pub(super) fn plain(&mut self, wait: u64, service: u64) {
        // An index instead of a branch: a processor cannot predict whether a row had to wait.
        let waited = usize::from(wait > 0);
        if self.pending[waited].push(wait, service) {
            self.flush(waited);
        }
    }

    /// Adds the buffered plain rows that waited, or those that did not.
    #[cold]
    fn flush(&mut self, waited: usize) {
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
            // Jobs shorter than the bound are hardly ever slowed down.
            self.slowdown.ended.take_often(0, rows as u64);
        } else {
            let mut slowdowns = [0; BATCH];
            for ((slowdown, &response), &service) in slowdowns.iter_mut().zip(responses).zip(services) {
                *slowdown = slowdown_units(response, service.max(bound));
            }
            self.slowdown.ended.take_all(&slowdowns[..rows]);
        }
        self.within_slo += waits.iter().map(|&wait| u64::from(wait < self.targets.late_from)).sum::<u64>();
        let (waited, ran) = (self.wait.ended.take_all(waits), self.service.ended.take_all(services));
        self.waiting += waited;
        self.running += ran;
        self.response_parts.merge(ResponseParts { wait: waited, service: ran, ..ResponseParts::default() });
        self.response.ended.take_all(responses);
        self.count_done(rows as u64);
    }

    /// Adds all buffered rows; must be called before any value is read.
    pub(super) fn settle(&mut self) {
        self.flush(0);
        self.flush(1);
        let prompt = std::mem::take(&mut self.prompt);
        let rows = prompt.count();
        self.service.ended.merge(&prompt);
        self.response.ended.merge(&prompt);
        self.wait.ended.take_often(0, rows);
        self.slowdown.ended.take_often(0, rows);
        self.within_slo += if self.targets.late_from > 0 { rows } else { 0 };
        self.running += prompt.sum();
        self.response_parts.service += prompt.sum();
        self.count_done(rows);
    }

    fn count_done(&mut self, rows: u64) {
        self.ended[JobOutcome::Done as usize] += rows;
        self.done_in_window += rows;
    }

    /// Adds the wait of a claimed row.
    pub(super) fn waited(&mut self, wait: u64) {
        self.wait.ended.take(wait);
        self.within_slo += u64::from(wait < self.targets.late_from);
    }

    /// Adds the end of a chain whose last attempt ran for `service`. The slowdown is bounded
    /// (Feitelson et al., 1997): a service time below the bound, which is above zero, counts as the
    /// bound, and the slowdown is at least 1.
    pub(super) fn responded(&mut self, response: u64, service: u64) {
        self.response.ended.take(response);
        self.slowdown.ended.take(slowdown_units(response, service.max(self.targets.slowdown_bound)));
    }

    /// Adds the age of a chain that has not ended. `service` is that of its last attempt, if no
    /// other can follow; with any other it is not known how slow the chain is.
    pub(super) fn still_open(&mut self, age: u64, service: Option<u64>) {
        let bound = self.targets.slowdown_bound;
        self.response.open.take(age);
        self.slowdown.open.take(service.map_or(0, |service| slowdown_units(age, service.max(bound))));
    }

    /// Counts the end of a row.
    pub(super) fn count(&mut self, ending: JobOutcome) {
        self.ended[ending as usize] += 1;
    }

    /// Counts a row that had ended with the death of its worker, and that the worker stopped when
    /// it came back.
    pub(super) fn resurrect(&mut self) {
        self.resurrected += 1;
    }

    /// The sums by which waits and responses are split; `chains` has the responses of rows that are
    /// not plain. What `busy` has is not known here.
    pub(super) fn blame(&self, parts: WaitParts, chains: ResponseParts) -> BlameSums {
        let (wait, response) = (&self.wait, &self.response);
        let mut of_responses = self.response_parts;
        of_responses.merge(chains);
        BlameSums {
            wait: (wait.ended.sum() + wait.open.sum(), wait.ended.count() + wait.open.count()),
            parts,
            responses: response.ended.count() + response.open.count(),
            response: of_responses,
        }
    }

    /// Adds the rows of `other`; both are settled.
    pub(super) fn merge(&mut self, other: &ActionStats) {
        self.wait.merge(&other.wait);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.age.merge(&other.age);
        self.slowdown.merge(&other.slowdown);
        self.within_slo += other.within_slo;
        self.retries += other.retries;
        self.lost += other.lost;
        self.skipped += other.skipped;
        self.ended.iter_mut().zip(other.ended).for_each(|(mine, theirs)| *mine += theirs);
        self.resurrected += other.resurrected;
        self.done_in_window += other.done_in_window;
        self.waiting += other.waiting;
        self.running += other.running;
    }

    /// The number of rows that fell due: each of them ended or is still there.
    pub(super) fn arrived(&self) -> u64 {
        self.ended.iter().sum::<u64>() + self.age.count()
    }

    fn ended(&self, ending: JobOutcome) -> u64 {
        self.ended[ending as usize]
    }

    fn both(&self, one: JobOutcome, other: JobOutcome) -> u64 {
        self.ended(one) + self.ended(other)
    }

    /// The value of a measure of jobs; `None` where there was nothing to measure, or the measure
    /// has no such statistic.
    pub(super) fn value(
        &mut self,
        measure: Measure,
        statistic: Statistic,
        context: MetricContext,
    ) -> Option<CensoredValue> {
        let seconds = |nanos: f64| nanos / NANOS as f64;
        match measure {
            Measure::WaitS => self.wait.value(statistic).map(|value| value.map(seconds)),
            Measure::ResponseS => self.response.value(statistic).map(|value| value.map(seconds)),
            Measure::ServiceS => self.service.value(statistic).map(|value| value.map(seconds)),
            Measure::Slowdown => {
                let above = if statistic == Statistic::Sd { 0.0 } else { 1.0 };
                self.slowdown.value(statistic).map(|value| value.map(|units| above + units / SLOWDOWN_UNITS))
            }
            Measure::WithinSlo => self.within_slo().filter(|_| context.slo.is_some()),
            Measure::Lost => self.lost_share(),
            _ => self.at_horizon(measure, statistic, context).map(CensoredValue::exact),
        }
    }

    /// The value of a measure that is taken at the horizon.
    fn at_horizon(&mut self, measure: Measure, statistic: Statistic, context: MetricContext) -> Option<f64> {
        let seconds = |nanos: f64| nanos / NANOS as f64;
        let window = Some(context.window.0 as f64).filter(|&window| window > 0.0);
        match measure {
            Measure::UnfinishedAgeS => distribution(&mut self.age, statistic).map(seconds),
            Measure::QueueLength => window.map(|window| self.waiting as f64 / window),
            Measure::InSystem => window.map(|window| (self.waiting + self.running) as f64 / window),
            Measure::ThroughputPerS => window.map(|window| self.done_in_window as f64 / seconds(window)),
            Measure::Jobs => self.jobs(statistic).map(|rows| rows as f64),
            Measure::Retries => Some(self.retries as f64),
            Measure::DeadlineMisses => {
                Some(self.both(JobOutcome::DeadlineMissed, JobOutcome::DeadlineCancelled) as f64)
            }
            _ => None,
        }
    }

    /// The share of waits within the target. A row never claimed is late once it is older than the
    /// target.
    fn within_slo(&self) -> Option<CensoredValue> {
        let (within, open) = (self.within_slo as f64, self.wait.open.count());
        let rows = Some(self.wait.ended.count() + open).filter(|&rows| rows > 0)? as f64;
        let young = self.wait.open.share_below(self.targets.late_from).unwrap_or(0.0) * open as f64;
        Some(CensoredValue { lower: within / rows, upper: (within + young) / rows })
    }

    /// The share of rows that left unclaimed. A row that still waits may leave as well.
    fn lost_share(&self) -> Option<CensoredValue> {
        let rows = Some(self.arrived()).filter(|&rows| rows > 0)? as f64;
        let may_be = self.lost + self.wait.open.count();
        Some(CensoredValue { lower: self.lost as f64 / rows, upper: may_be as f64 / rows })
    }

    /// The number of rows with an outcome.
    fn jobs(&self, statistic: Statistic) -> Option<u64> {
        match statistic {
            Statistic::Arrived => Some(self.arrived()),
            Statistic::Done => Some(self.ended(JobOutcome::Done)),
            Statistic::Error => Some(self.both(JobOutcome::Error, JobOutcome::DeadlineMissed)),
            Statistic::Cancel => Some(self.both(JobOutcome::Cancelled, JobOutcome::DeadlineCancelled)),
            Statistic::WorkerDead => Some(self.ended(JobOutcome::WorkerDead) - self.resurrected),
            Statistic::WorkerResurrection => Some(self.resurrected),
            Statistic::WorkerShutdown => Some(self.ended(JobOutcome::WorkerShutdown)),
            Statistic::Abandoned => Some(self.ended(JobOutcome::Abandoned)),
            Statistic::Rejected => Some(self.ended(JobOutcome::Rejected)),
            Statistic::Skipped => Some(self.skipped),
            Statistic::Unfinished => Some(self.age.count()),
            Statistic::Unclaimed => Some(self.wait.open.count()),
            Statistic::Open => Some(self.response.open.count()),
            _ => None,
        }
    }

    /// The share of waits, responses or service times within a limit; `None` without a value.
    pub(super) fn share(&self, share: &ShareWithin) -> Option<CensoredValue> {
        let tally = match share.measure {
            Measure::WaitS => &self.wait,
            Measure::ResponseS => &self.response,
            Measure::ServiceS => &self.service,
            _ => return None,
        };
        tally.share_below(share.limit.0.max(0).unsigned_abs() + u64::from(share.inclusive))
    }
}

/// Slowdowns are tallied as whole numbers of 2^-24 above 1, so a job that was not slowed down is
/// exactly 0; they are accurate to 6e-8 up to 5e11.
const SLOWDOWN_UNITS: f64 = (1 << 24) as f64;

/// The slowdown in [`SLOWDOWN_UNITS`] above 1; `divisor` is the service time, or the bound if that
/// is longer, and not 0.
#[inline(always)]
fn slowdown_units(response: u64, divisor: u64) -> u64 {
    // Through i64, for which the processor has an instruction.
    let excess = response.saturating_sub(divisor) as i64 as f64 / divisor as i64 as f64;
    (excess * SLOWDOWN_UNITS + 0.5) as i64 as u64
}

/// Waits and service times, in nanoseconds, of ended plain rows, buffered so that many rows are
/// added at once.
///
/// In a loop over many rows the sums stay in registers and several divisions are under way at the
/// same time; what is the same for all rows, such as their outcome, is counted once.
#[derive(Clone, Debug)]
struct RowBuffer {
    waits: [u64; BATCH],
    services: [u64; BATCH],
    /// The number of rows, less than [`BATCH`].
    len: usize,
}

impl Default for RowBuffer {
    fn default() -> RowBuffer {
        RowBuffer { waits: [0; BATCH], services: [0; BATCH], len: 0 }
    }
}

impl RowBuffer {
    /// Adds a row; returns whether the buffer is full and has to be emptied.
    #[inline(always)]
    fn push(&mut self, wait: u64, service: u64) -> bool {
        // Never beyond the end, which saves the bounds check.
        let index = self.len % BATCH;
        (self.waits[index], self.services[index]) = (wait, service);
        self.len = index + 1;
        self.len == BATCH
    }

    /// Empties the buffer and returns its waits and service times.
    fn take(&mut self) -> (&[u64], &[u64]) {
        let len = std::mem::take(&mut self.len);
        (&self.waits[..len], &self.services[..len])
    }
}
