//! Batch means: one long run is cut into batches of equal length, whose means take the place of
//! replications.
//!
//! The mean wait, response and service of a batch cover the jobs scheduled within it; its time
//! averages cover its time. Intervals are Student's with one degree of freedom less than the number
//! of batches (Schmeiser, "Batch size effects in the analysis of simulation output", 1982), and are
//! given only if no correlation between batches is found (`von_neumann.rs`).

use crate::engine::{Attempt, Event, Execution, Observer, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, ResourceId};
use crate::model::job::{Job, JobOutcome};
use crate::model::time::{NANOS, Span, Time};
use crate::model::worker::{Worker, WorkerId};

use super::following::{Following, has_response};
use super::interval::critical_value_95;
use super::measure::{Measure, Statistic};
use super::metric::{JobScope, Metric};
use super::time_buckets::TimeBuckets;
use super::von_neumann::{FEWEST, is_correlated};

/// The means of a metric, batch by batch.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans {
    /// The metric.
    pub metric: Metric,
    /// `None` where a batch had nothing to measure.
    pub values: Vec<Option<f64>>,
}

/// The interval of a metric from batch means, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BatchInterval {
    /// The 95 % interval.
    Interval(f64, f64),
    /// Neighbouring batches are correlated, so there are fewer independent values than batches.
    Correlated,
    /// Some batches had nothing to measure, or there are too few batches.
    Empty,
}

impl BatchMeans {
    /// The 95 % interval around the value over the whole run, if there is one.
    pub fn judge(&self, value: f64) -> BatchInterval {
        let values: Vec<f64> = self.values.iter().copied().flatten().collect();
        if values.len() < self.values.len() || values.len() < FEWEST {
            return BatchInterval::Empty;
        }
        if is_correlated(&values) {
            return BatchInterval::Correlated;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let half = critical_value_95(values.len() as u64 - 1) * (squares / (n - 1.0) / n).sqrt();
        BatchInterval::Interval(value - half, value + half)
    }
}

/// Sums over one action's jobs of one batch, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    wait: Mean,
    response: Mean,
    service: Mean,
    within_slo: Mean,
    done: u64,
}

/// A sum of whole numbers and how many there were.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: u128,
    count: u64,
}

/// The capacity of a worker, and since when it offers it.
#[derive(Clone, Debug)]
struct Offer {
    since: Time,
    is_out: bool,
    is_there: bool,
    capacity: CapacityMap,
}

/// The measures of which a job has no value, because it has not ended. They have no batch means.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    wait: bool,
    response: bool,
    service: bool,
}

/// Observes one replication, batch by batch.
#[derive(Clone, Debug)]
pub struct BatchObserver<'a> {
    system: &'a System,
    slo: Option<Span>,
    /// The length of a batch.
    length: Span,
    batches: usize,
    /// By action, and in each by batch.
    sums: Vec<Vec<Sums>>,
    /// By batch, as if the warm-up's end were instant 0. Lines: waiting rows by action, running
    /// rows by action, busy units by resource, offered units by resource.
    time: TimeBuckets,
    offers: Vec<Offer>,
    following: Following,
    /// By action: whether a value of a job is not known, because the job has not ended.
    open: Vec<Open>,
}

impl<'a> BatchObserver<'a> {
    /// Divides the measured part of the run into `batches` batches, at least 1; a remainder of less
    /// than a nanosecond per batch is left out.
    pub fn new(system: &'a System, slo: Option<Span>, batches: usize) -> BatchObserver<'a> {
        let window = system.window.horizon - system.window.warmup;
        let length = Span((window.0 / batches as i64).max(1));
        let lines = 2 * system.actions.len() + 2 * system.resources.len();
        let offer = |(worker, is_there): (&Worker, bool)| Offer {
            since: Time::ZERO,
            is_out: false,
            is_there,
            capacity: worker.capacity.clone(),
        };
        BatchObserver {
            system,
            slo,
            length,
            batches,
            sums: vec![vec![Sums::default(); batches]; system.actions.len()],
            time: TimeBuckets::of_length(length, Time::ZERO + window, lines),
            offers: system.workers.iter().zip(system.there_at_start()).map(offer).collect(),
            following: Following::new(system.window),
            open: vec![Open::default(); system.actions.len()],
        }
    }

    /// The means of all metrics that have any, after all rows still there at the horizon have been
    /// added.
    pub fn finish(mut self) -> Vec<BatchMeans> {
        for worker in 0..self.offers.len() {
            self.offered(WorkerId(worker as u32), self.system.window.horizon);
        }
        let actions = self.sums.len();
        let each = (0..actions).map(|action| (JobScope::One(ActionId(action as u16)), action..action + 1));
        let all = std::iter::once((JobScope::All, 0..actions));
        let of_jobs = all.chain(each).flat_map(|(name, actions)| self.of_actions(name, &actions.collect::<Vec<_>>()));
        let of_resources = (0..self.system.resources.len()).map(|resource| self.utilization(resource));
        of_jobs.chain(of_resources).collect()
    }

    fn of_actions(&self, action: JobScope, actions: &[usize]) -> Vec<BatchMeans> {
        let means = |measure, values| {
            let metric = Metric { action, resource: None, worker: None, measure, statistic: Statistic::Mean };
            BatchMeans { metric, values }
        };
        let is_open = |open: fn(&Open) -> bool| actions.iter().any(|&action| open(&self.open[action]));
        let of_jobs = |measure, part: fn(&Sums) -> Mean, open: fn(&Open) -> bool, unit: f64| {
            if is_open(open) {
                return means(measure, vec![None; self.batches]);
            }
            let of_batch = |batch: usize| {
                let parts = actions.iter().map(|&action| part(&self.sums[action][batch]));
                let all = parts
                    .fold(Mean::default(), |all, one| Mean { sum: all.sum + one.sum, count: all.count + one.count });
                (all.count > 0).then(|| all.sum as f64 / all.count as f64 / unit)
            };
            means(measure, (0..self.batches).map(of_batch).collect())
        };
        let per_second = |batch: usize| {
            let done: u64 = actions.iter().map(|&action| self.sums[action][batch].done).sum();
            Some(done as f64 / self.length.as_secs_f64())
        };
        let (waiting, running) = (actions.iter().copied(), actions.iter().map(|action| self.sums.len() + action));
        let nanos = NANOS as f64;
        let mut all = vec![
            of_jobs(Measure::WaitS, |sums| sums.wait, |open| open.wait, nanos),
            of_jobs(Measure::ResponseS, |sums| sums.response, |open| open.response, nanos),
            of_jobs(Measure::ServiceS, |sums| sums.service, |open| open.service || open.wait, nanos),
            means(Measure::QueueLength, self.averages(waiting.clone())),
            means(Measure::InSystem, self.averages(waiting.chain(running))),
            means(Measure::ThroughputPerS, (0..self.batches).map(per_second).collect()),
        ];
        if self.slo.is_some() {
            all.push(of_jobs(Measure::WithinSlo, |sums| sums.within_slo, |open| open.wait, 1.0));
        }
        all
    }

    fn utilization(&self, resource: usize) -> BatchMeans {
        let busy = 2 * self.sums.len() + resource;
        let offered = self.time.sums(busy + self.system.resources.len());
        let shares = self.time.sums(busy).into_iter().zip(offered).take(self.batches);
        let metric = Metric {
            action: JobScope::None,
            resource: Some(ResourceId(resource as u16)),
            worker: None,
            measure: Measure::Utilization,
            statistic: Statistic::Mean,
        };
        let values = shares.map(|(busy, offered)| (offered > 0).then(|| busy as f64 / offered as f64)).collect();
        BatchMeans { metric, values }
    }

    fn averages(&self, lines: impl Iterator<Item = usize>) -> Vec<Option<f64>> {
        self.time.averages_of(lines).into_iter().take(self.batches).map(Some).collect()
    }

    /// An instant as seen from the end of the warm-up.
    fn shifted(&self, at: Time) -> Time {
        Time(at.0.saturating_sub(self.system.window.warmup.0))
    }

    /// The sums of an action in the batch that contains an instant; `None` in the warm-up. Without
    /// a warm-up, rows from before the start count, as in the metrics of the whole run.
    fn sums(&mut self, job: &Job, at: Time) -> Option<&mut Sums> {
        let warmup = self.system.window.warmup;
        let is_counted = at >= warmup || warmup == Time::ZERO;
        let batch = (self.shifted(at).0.max(0) / self.length.0) as usize;
        self.sums[usize::from(job.action.0)].get_mut(batch).filter(|_| is_counted)
    }

    fn spent(&mut self, line: usize, units: u64, from: Time, until: Time) {
        self.time.add(line, units, self.shifted(from), self.shifted(until));
    }

    fn waited(&mut self, job: &Job, until: Time) {
        self.spent(usize::from(job.action.0), 1, job.scheduled_at, until);
    }

    fn ran(&mut self, job: &Job, run: Execution, until: Time) {
        let (system, first) = (self.system, 2 * self.sums.len());
        for (resource, units) in system.needs[usize::from(job.need.0)].iter().filter(|(_, units)| *units > 0) {
            self.spent(first + usize::from(resource.0), units as u64, run.busy_since, until);
        }
    }

    /// Adds the capacity that a worker has offered until now.
    fn offered(&mut self, worker: WorkerId, now: Time) {
        let offer = &mut self.offers[worker.0 as usize];
        let since = std::mem::replace(&mut offer.since, now);
        if offer.is_out || !offer.is_there {
            return;
        }
        let first = 2 * self.sums.len() + self.system.resources.len();
        let (from, until) = (self.shifted(since), self.shifted(now));
        for (resource, units) in self.offers[worker.0 as usize].capacity.iter().filter(|(_, units)| *units > 0) {
            self.time.add(first + usize::from(resource.0), units as u64, from, until);
        }
    }

    /// Adds a claimed row at its end, or at the horizon.
    fn was_there(&mut self, job: &Job, run: Execution, until: Time) {
        self.waited(job, run.claimed_at);
        self.spent(self.sums.len() + usize::from(job.action.0), 1, run.claimed_at, until);
        self.ran(job, run, until);
        self.add_wait(job, run);
    }

    fn add_wait(&mut self, job: &Job, run: Execution) {
        let wait = (run.claimed_at.0 - job.scheduled_at.0).max(0);
        let is_within = self.slo.is_some_and(|slo| wait <= slo.0);
        if let Some(sums) = self.sums(job, job.scheduled_at) {
            sums.wait.add(wait);
            sums.within_slo.add(i64::from(is_within));
        }
    }
}

impl Mean {
    fn add(&mut self, value: i64) {
        self.sum += u128::from(value.unsigned_abs());
        self.count += 1;
    }
}

impl BatchObserver<'_> {
    /// An event after the horizon: only jobs that are followed count.
    fn follow(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Ended { job, attempt, run, outcome, is_last } => {
                if self.following.row(job) {
                    if self.following.is_late(run.claimed_at) {
                        self.add_wait(job, run);
                    }
                    if let Some(sums) = self.sums(job, job.scheduled_at) {
                        sums.service.add(now.0 - run.claimed_at.0);
                    }
                }
                if is_last && has_response(outcome) && self.following.chain(attempt) {
                    self.responded(now, job, attempt);
                }
            }
            Event::LeftOpen { job, attempt, run } => {
                let (row, chain) = (self.following.row(job), self.following.chain(attempt));
                let open = &mut self.open[usize::from(job.action.0)];
                open.wait |= row && run.is_none();
                open.service |= row && run.is_some();
                open.response |= chain;
            }
            _ => {}
        }
    }

    fn responded(&mut self, now: Time, job: &Job, attempt: Attempt) {
        if let Some(sums) = self.sums(job, attempt.since) {
            sums.response.add(now.0.saturating_sub(attempt.since.0).max(0));
        }
    }

    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, outcome: JobOutcome, is_last: bool) {
        if is_last && has_response(outcome) {
            self.responded(now, job, attempt);
        }
        if outcome == JobOutcome::Done && now >= self.system.window.warmup {
            // A row done at the end of a batch, or of the run, was done within it.
            let within = Time(now.0.saturating_sub(1)).max(self.system.window.warmup);
            if let Some(sums) = self.sums(job, within) {
                sums.done += 1;
            }
        }
    }
}

impl Observer for BatchObserver<'_> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::HorizonPassed { created } => self.following.pass_horizon(created),
            _ if self.following.is_past_horizon() => self.follow(now, event),
            Event::Ended { job, attempt, run, outcome, is_last } => {
                self.was_there(job, run, now);
                if let Some(sums) = self.sums(job, job.scheduled_at) {
                    sums.service.add(now.0 - run.claimed_at.0);
                }
                self.ended(now, job, attempt, outcome, is_last);
            }
            Event::Left { job, .. } | Event::StillWaiting { job, .. } => self.waited(job, now),
            Event::Interrupted { job, run } => self.ran(job, run, now),
            Event::StillRunning { job, run, .. } => self.was_there(job, run, now),
            Event::WorkerDown { worker, .. } => {
                self.offered(worker, now);
                self.offers[worker.0 as usize].is_out = true;
            }
            Event::WorkerUp { worker } => {
                self.offered(worker, now);
                self.offers[worker.0 as usize].is_out = false;
            }
            Event::WorkerOrdered { worker } => {
                self.offered(worker, now);
                self.offers[worker.0 as usize].is_there = true;
            }
            Event::WorkerGone { worker } => {
                self.offered(worker, now);
                self.offers[worker.0 as usize].is_there = false;
            }
            Event::CapacityChanged { worker, capacity } => {
                self.offered(worker, now);
                self.offers[worker.0 as usize].capacity = capacity.clone();
            }
            _ => {}
        }
    }
}
