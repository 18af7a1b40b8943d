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
use super::following::{Following, has_response};
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
    following: Following,
    /// Rows scheduled from here on may be plain: from the end of the warm-up, and none once the
    /// horizon has passed.
    plain_from: Time,
    targets: Targets,
    slo: Option<Span>,
    actions: Vec<ActionStats>,
    occupancy: Occupancy,
    drain: DrainTime,
    /// The instant at which the horizon passed with an empty queue after its longest; see
    /// [`DrainTime`].
    drained: Option<MetricValue>,
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
            following: Following::new(window),
            plain_from: window.warmup,
            targets,
            slo,
            actions: vec![ActionStats::new(targets); system.actions.len()],
            drain: DrainTime::default(),
            drained: None,
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
        if !self.following.is_past_horizon() {
            self.pass_horizon(0);
        }
        let mut all = ActionStats::new(self.targets);
        self.actions.iter().for_each(|action| all.merge(action));

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
            let of_run = fairness.into_iter().chain(self.drained);
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
        self.following.counts(scheduled_at)
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
        if self.following.is_past_horizon() {
            return self.follow_to_end(now, job, attempt, run, ending, last);
        }
        self.add_wait_and_run(now, job, run);
        let service = nanos(run.claimed_at, now);
        let (counts, responds) = (self.counts(job.scheduled_at), last && self.counts(attempt.since));
        let stats = &mut self.actions[usize::from(job.action.0)];
        stats.done_in_window += u64::from(ending == JobOutcome::Done && now >= self.window.warmup);
        if counts {
            stats.count(ending);
            stats.service.ended.take(service);
        }
        if responds && has_response(ending) {
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
        let is_in_window = self.plain_from <= job.scheduled_at && job.scheduled_at <= run.claimed_at;
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

    /// A waiting row leaves unclaimed, and its chain ends with it.
    #[cold]
    fn left(&mut self, now: Time, job: &Job, attempt: Attempt, outcome: JobOutcome) {
        if self.following.is_past_horizon() {
            let (row, chain) = (self.following.row(job), self.following.chain(attempt));
            self.following.remove(row, chain);
            self.action(job).lost += u64::from(row);
            return;
        }
        self.add_wait(job, now);
        if self.counts(job.scheduled_at) {
            let stats = self.action(job);
            stats.count(outcome);
            stats.lost += 1;
        }
        self.drain.dequeue(now);
        self.invariants.left(now, job);
    }

    /// All that is taken at the horizon is complete.
    fn pass_horizon(&mut self, created: u64) {
        self.actions.iter_mut().for_each(ActionStats::settle);
        self.occupancy.close();
        self.invariants.close(self.window.horizon, &self.actions, self.occupancy.busy());
        self.drained = Some(self.drain.value(self.window.horizon));
        self.plain_from = Time::NEVER;
        self.following.pass_horizon(created);
    }

    /// A row ends after the horizon. If it is followed, its service time counts, and its wait if
    /// that ended after the horizon; if its chain is followed, its response counts.
    fn follow_to_end(
        &mut self,
        now: Time,
        job: &Job,
        attempt: Attempt,
        run: Execution,
        ending: JobOutcome,
        last: bool,
    ) {
        let (row, chain) = (self.following.row(job), last && self.following.chain(attempt));
        let service = nanos(run.claimed_at, now);
        if row {
            self.follow_wait(job, run);
            self.action(job).service.ended.take(service);
        }
        if chain && has_response(ending) {
            self.action(job).responded(nanos(attempt.since, now), service);
        }
        self.following.remove(row, chain);
    }

    /// The wait of a followed row, unless it was added at the horizon.
    fn follow_wait(&mut self, job: &Job, run: Execution) {
        if self.following.is_late(run.claimed_at) {
            self.action(job).waited(nanos(job.scheduled_at, run.claimed_at));
        }
    }

    /// Following has ended, and a row or its chain has not.
    fn left_open(&mut self, end: Time, job: &Job, attempt: Attempt, run: Option<Execution>) {
        if self.following.row(job) {
            match run {
                Some(run) => {
                    self.follow_wait(job, run);
                    self.action(job).service.open.take(nanos(run.claimed_at, end));
                }
                None => self.action(job).wait.open.take(nanos(job.scheduled_at, end)),
            }
        }
        if self.following.chain(attempt) {
            let service = (attempt.retries_left == 0).then_some(job.service.0.max(0).unsigned_abs());
            self.action(job).still_open(nanos(attempt.since, end), service);
        }
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
                if attempt.number > 1 && self.counts(job.scheduled_at) && !self.following.is_past_horizon() {
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
            Event::Left { job, attempt, outcome } => self.left(now, job, attempt, outcome),
            Event::StillWaiting { job, attempt } => {
                self.add_wait(job, now);
                self.add_age(now, job);
                self.following.add(self.counts(job.scheduled_at), self.counts(attempt.since));
                self.invariants.still_waiting();
            }
            Event::StillRunning { job, attempt, run } => {
                self.add_wait_and_run(now, job, run);
                self.add_age(now, job);
                self.following.add(self.counts(job.scheduled_at), self.counts(attempt.since));
                self.invariants.still_running();
            }
            Event::StillAhead { attempt, .. } => self.following.add(false, self.counts(attempt.since)),
            Event::HorizonPassed { created } => self.pass_horizon(created),
            Event::LeftOpen { job, attempt, run } => self.left_open(now, job, attempt, run),
            // Only rows that are followed count after the horizon; the rest of the system does not.
            _ if self.following.is_past_horizon() => {}
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
            Event::FiringSkipped { action } => {
                if self.counts(now) {
                    self.actions[usize::from(action.0)].skipped += 1;
                }
            }
            Event::Created { .. } | Event::CancelRequested { .. } | Event::WorkerDeclaredDead { .. } => {}
        }
    }

    fn is_following(&self) -> bool {
        self.following.is_open()
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
