//! The statistics of one replication: an observer of the engine that adds up the rows.
//!
//! Time integrals are not integrated event by event. A row is added once, when it ends or at the
//! horizon: it adds the time that it waited and the time that it ran. This is the same integral,
//! exactly, at two additions per row, and nothing is done when the row falls due or is claimed.
//! Debug builds also integrate event by event and compare ([`Invariants`]).

use std::iter;

use crate::engine::{Attempt, Event, Execution, Observer, System, Window};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobOutcome};
use crate::model::time::{Span, Time};

use super::action_stats::{ActionStats, MetricContext, Targets};
use super::invariants::Invariants;
use super::measure::Measure;
use super::metric::{JobScope, Metric, MetricValue, ShareWithin};
use super::occupancy::Occupancy;
use super::run_measures::{DrainTime, fairness};
use super::{ReplicationStats, WaitQuantiles};

/// Observes one replication and summarises it.
#[derive(Clone, Debug)]
pub struct StatsObserver {
    window: Window,
    /// Rows scheduled before this instant are left out of job measures. A run without a warm-up
    /// leaves out no row, not even one that was scheduled before the start.
    counted_from: Time,
    slo: Option<Span>,
    actions: Vec<ActionStats>,
    occupancy: Occupancy,
    drain: DrainTime,
    invariants: Invariants,
    shares: Box<[ShareWithin]>,
}

impl StatsObserver {
    /// Measures a replication of `system`, with the share of waits within `slo` and slowdowns
    /// bounded by `slowdown_bound`.
    pub fn new(system: &System, slo: Option<Span>, slowdown_bound: Span) -> StatsObserver {
        let (window, occupancy) = (system.window, Occupancy::new(system));
        let targets = Targets {
            late_from: slo.map_or(0, |slo| slo.0 as u64 + 1),
            slowdown_bound: slowdown_bound.0.max(1) as u64,
        };
        StatsObserver {
            window,
            counted_from: if window.warmup > Time::ZERO { window.warmup } else { Time(i64::MIN) },
            slo,
            actions: vec![ActionStats::new(targets); system.actions.len()],
            drain: DrainTime::default(),
            invariants: Invariants::new(system, occupancy.layout()),
            occupancy,
            shares: Box::default(),
        }
    }

    /// Also measures these shares.
    #[must_use]
    pub fn with_shares(self, shares: &[ShareWithin]) -> StatsObserver {
        StatsObserver { shares: shares.into(), ..self }
    }

    /// The statistics, after all rows still there at the horizon have been added.
    pub fn finish(mut self) -> ReplicationStats {
        let mut all = ActionStats::default();
        self.actions.iter_mut().for_each(ActionStats::settle);
        self.occupancy.settle();
        self.actions.iter().for_each(|action| all.merge(action));
        self.invariants.check(self.window.horizon, &self.actions, self.occupancy.busy());

        let context = MetricContext { window: self.window.horizon - self.window.warmup, slo: self.slo };
        let fairness = fairness(&mut self.actions, context);
        let of = |scope| match scope {
            JobScope::One(action) => self.actions.get(usize::from(action.0)),
            JobScope::All | JobScope::None => Some(&all),
        };
        let shares = self.shares.iter().map(|share| of(share.action)?.share(share)).collect();
        let each = self.actions.iter_mut().enumerate();
        let each = each.map(|(index, stats)| (JobScope::One(ActionId(index as u16)), stats));

        let mut metrics = Vec::new();
        let mut waits = Vec::new();
        for (action, stats) in iter::once((JobScope::All, &mut all)).chain(each) {
            metrics.extend(job_metrics(action, stats, context));
            let of_run = fairness.into_iter().chain([self.drain.value()]);
            metrics.extend(of_run.filter(|_| action == JobScope::All));
            waits.extend(WaitQuantiles::of(action, &mut stats.wait));
        }
        let (utilization, series) = self.occupancy.finish();
        metrics.extend(utilization);
        ReplicationStats { metrics, waits, series, shares }
    }

    /// Whether a row (or a chain) that was scheduled at this instant counts for job measures.
    #[inline]
    fn counts(&self, scheduled_at: Time) -> bool {
        scheduled_at >= self.counted_from
    }

    #[inline]
    fn action(&mut self, job: &Job) -> &mut ActionStats {
        &mut self.actions[usize::from(job.action.0)]
    }

    /// Adds the wait and the run of any claimed row, until its end or the horizon.
    fn add_wait_and_run(&mut self, now: Time, job: &Job, run: Execution) {
        self.add_wait(job, run.claimed_at);
        if self.counts(job.scheduled_at) {
            self.action(job).waited(nanos(job.scheduled_at, run.claimed_at));
        }
        let ran = self.occupancy.in_window(run.claimed_at, now);
        self.action(job).running += u128::from(ran);
        self.occupancy.ran(job, run, now);
    }

    /// Adds any row that ended.
    #[cold]
    fn add_row(&mut self, now: Time, job: &Job, attempt: Attempt, run: Execution, ending: JobOutcome, last: bool) {
        self.add_wait_and_run(now, job, run);
        let service = nanos(run.claimed_at, now);
        let (counts, responds) = (self.counts(job.scheduled_at), last && self.counts(attempt.since));
        let stats = &mut self.actions[usize::from(job.action.0)];
        stats.done_in_window += u64::from(ending == JobOutcome::Done && now >= self.window.warmup);
        if counts {
            stats.count(ending);
            stats.service.take(service);
        }
        if responds && matches!(ending, JobOutcome::Done | JobOutcome::Error | JobOutcome::DeadlineMissed) {
            stats.responded(nanos(attempt.since, now), service);
        }
    }

    /// Adds the wait of any row.
    fn add_wait(&mut self, job: &Job, until: Time) {
        let waited = self.occupancy.in_window(job.scheduled_at, until);
        self.action(job).waiting += u128::from(waited);
        self.occupancy.waited(job, until);
    }
}

impl StatsObserver {
    #[inline(always)]
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Execution, outcome: JobOutcome, is_last: bool) {
        self.occupancy.advance(now);
        let is_in_window = self.window.warmup <= job.scheduled_at && job.scheduled_at <= run.claimed_at;
        let is_plain = outcome == JobOutcome::Done && is_last && attempt.since == job.scheduled_at;
        if is_in_window && is_plain && run.busy_since == run.claimed_at {
            // Nearly all rows. A row within the window counts.
            let wait = (run.claimed_at.0 - job.scheduled_at.0) as u64;
            let service = (now.0 - run.claimed_at.0) as u64;
            self.occupancy.add_row(now, job, run, wait, service);
            self.actions[usize::from(job.action.0)].plain(wait, service);
        } else {
            self.add_row(now, job, attempt, run, outcome, is_last);
        }
        self.invariants.ended(now, job, run, self.occupancy.layout());
    }

    /// A row is still there at the horizon.
    fn add_age(&mut self, horizon: Time, job: &Job) {
        if self.counts(job.scheduled_at) {
            self.action(job).age.record((horizon - job.scheduled_at).0);
        }
    }
}

impl Observer for StatsObserver {
    #[inline(always)]
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, attempt } => {
                if attempt.number > 1 && self.counts(job.scheduled_at) {
                    self.action(job).retries += 1;
                }
                self.drain.enqueue();
                self.invariants.due(now, job, self.counts(job.scheduled_at));
            }
            Event::Claimed { job, worker } => {
                self.drain.dequeue(now);
                self.invariants.claimed(now, job, worker, &self.occupancy);
            }
            Event::Ended { job, attempt, run, outcome, is_last } => {
                self.ended(now, job, attempt, run, outcome, is_last);
            }
            Event::Interrupted { job, run } => {
                self.occupancy.ran(job, run, now);
                self.invariants.interrupted(now, job, run, self.occupancy.layout());
            }
            Event::Resumed { job, run } => self.invariants.resumed(now, job, run, self.occupancy.layout()),
            Event::ZombieEnded { job, stopped, .. } => {
                if stopped && self.counts(job.scheduled_at) {
                    self.action(job).resurrect();
                }
            }
            Event::WorkerDown { worker, .. } => self.occupancy.offered_mut().set_down(now, worker, true),
            Event::WorkerUp { worker } => self.occupancy.offered_mut().set_down(now, worker, false),
            Event::CapacityChanged { worker, capacity } => {
                self.occupancy.offered_mut().set_capacity(now, worker, capacity);
            }
            Event::Left { job, outcome } => {
                self.add_wait(job, now);
                if self.counts(job.scheduled_at) {
                    self.action(job).count(outcome);
                }
                self.drain.dequeue(now);
                self.invariants.left(now, job);
            }
            Event::FiringSkipped { action } => {
                if self.counts(now) {
                    self.actions[usize::from(action.0)].skipped += 1;
                }
            }
            Event::StillWaiting { job } => {
                self.add_wait(job, now);
                self.add_age(now, job);
                self.invariants.still_waiting();
            }
            Event::StillRunning { job, run } => {
                self.add_wait_and_run(now, job, run);
                self.add_age(now, job);
                self.invariants.still_running();
            }
            Event::Created { .. } | Event::CancelRequested { .. } | Event::WorkerDeclaredDead { .. } => {}
        }
    }
}

/// Nanoseconds from one instant to another; 0 if the other comes first.
#[inline]
fn nanos(from: Time, to: Time) -> u64 {
    // The difference of any two instants fits without a sign; longer than the longest span counts
    // as the longest.
    let nanos = to.0.max(from.0).wrapping_sub(from.0) as u64;
    nanos.min(i64::MAX as u64)
}

/// Every metric of the jobs of one action, or of all jobs.
fn job_metrics(
    action: JobScope,
    stats: &mut ActionStats,
    context: MetricContext,
) -> impl Iterator<Item = MetricValue> + '_ {
    let of_jobs = Measure::ALL.into_iter().filter(|&measure| measure.is_of_jobs());
    let statistics =
        of_jobs.flat_map(|measure| measure.statistics().iter().map(move |&statistic| (measure, statistic)));
    statistics.map(move |(measure, statistic)| MetricValue {
        metric: Metric::of_jobs(action, measure, statistic),
        value: stats.value(measure, statistic, context),
    })
}
