//! Statistics of the jobs that fall due in some hours of the week, or in all of them.

use std::sync::Arc;

use crate::engine::{Attempt, Execution, System};
use crate::model::job::{Job, JobOutcome};
use crate::model::time::Time;
use crate::model::time_zone::LocalClock;

use super::action_stats::{ActionStats, MetricContext, Targets};
use super::capacity_layout::CapacityLayout;
use super::following::{Following, has_response};
use super::hours_of_week::{TimeWindow, WindowMask};

/// The statistics of all actions in some hours. A job belongs to the hours in which it falls due;
/// averages over time are over those hours of the measured window.
#[derive(Clone, Debug)]
pub(super) struct JobStats {
    pub(super) actions: Vec<ActionStats>,
    /// The hours; `None` for all of them.
    hours: Option<(TimeWindow, WindowMask)>,
    warmup: Time,
    /// By resource: unit-nanoseconds in use within the hours; empty without hours.
    pub(super) busy: Vec<u128>,
}

impl JobStats {
    /// Of all jobs.
    pub(super) fn new(system: &System, targets: Targets) -> JobStats {
        let actions = vec![ActionStats::new(targets); system.actions.len()];
        JobStats { actions, hours: None, warmup: system.window.warmup, busy: Vec::new() }
    }

    /// Of the jobs of these hours.
    pub(super) fn within(self, hours: TimeWindow, clock: &Arc<LocalClock>, resources: usize) -> JobStats {
        JobStats { hours: Some((hours, WindowMask::new(hours, clock))), busy: vec![0; resources], ..self }
    }

    /// The hours; `None` for all of them.
    pub(super) fn hours(&self) -> Option<TimeWindow> {
        self.hours.as_ref().map(|(hours, _)| *hours)
    }

    /// The statistics of one action.
    #[inline]
    pub(super) fn action(&mut self, job: &Job) -> &mut ActionStats {
        &mut self.actions[usize::from(job.action.0)]
    }

    /// The statistics of all actions together; buffered rows have been added.
    pub(super) fn all(&self, targets: Targets) -> ActionStats {
        let mut all = ActionStats::new(targets);
        self.actions.iter().for_each(|action| all.merge(action));
        all
    }

    fn contains(&self, at: Time) -> bool {
        self.hours.as_ref().is_none_or(|(_, mask)| mask.contains(at))
    }

    /// Whether a row (or a chain) counts that is scheduled at this instant.
    fn counts(&self, following: &Following, scheduled_at: Time) -> bool {
        following.counts(scheduled_at) && self.contains(scheduled_at)
    }

    /// The part of an interval that lies within the measured window and the hours, in nanoseconds.
    pub(super) fn overlap(&self, from: Time, to: Time) -> u64 {
        let from = from.max(self.warmup);
        match &self.hours {
            None => (to.0 - from.0).max(0) as u64,
            Some((_, mask)) => mask.overlap(from, to),
        }
    }

    /// The length of the hours up to the horizon.
    pub(super) fn length(&self, context: MetricContext, horizon: Time) -> MetricContext {
        let length = self.overlap(self.warmup, horizon);
        MetricContext { window: crate::model::time::Span(length as i64), ..context }
    }

    /// A further attempt of a chain falls due.
    pub(super) fn retried(&mut self, following: &Following, job: &Job) {
        if self.counts(following, job.scheduled_at) {
            self.action(job).retries += 1;
        }
    }

    /// A row waited until `until`.
    pub(super) fn add_wait(&mut self, job: &Job, until: Time) {
        let waited = self.overlap(job.scheduled_at, until);
        self.action(job).waiting += u128::from(waited);
    }

    /// A claimed row is over, or at the horizon.
    pub(super) fn add_run(&mut self, following: &Following, now: Time, job: &Job, run: Execution) {
        self.add_wait(job, run.claimed_at);
        if self.counts(following, job.scheduled_at) {
            self.action(job).waited(nanos(job.scheduled_at, run.claimed_at));
        }
        let ran = self.overlap(run.claimed_at, now);
        self.action(job).running += u128::from(ran);
    }

    /// Units of a row were in use until `until`.
    pub(super) fn add_use(&mut self, layout: &CapacityLayout, job: &Job, run: Execution, until: Time) {
        let used = u128::from(self.overlap(run.busy_since, until));
        for &(resource, units) in layout.need(job.need) {
            self.busy[resource] += u128::from(units) * used;
        }
    }

    /// The worker of a row that was declared dead came back and stopped it.
    pub(super) fn resurrected(&mut self, following: &Following, job: &Job) {
        if self.counts(following, job.scheduled_at) {
            self.action(job).resurrect();
        }
    }

    /// A cron's firing makes no row.
    pub(super) fn skipped(&mut self, following: &Following, now: Time, action: usize) {
        if self.counts(following, now) {
            self.actions[action].skipped += 1;
        }
    }

    /// A row ends up to the horizon.
    pub(super) fn ended(&mut self, following: &Following, end: RowEnd<'_>) {
        let RowEnd { now, job, attempt, run, outcome, is_last } = end;
        self.add_run(following, now, job, run);
        let service = nanos(run.claimed_at, now);
        let counts = self.counts(following, job.scheduled_at);
        let responds = is_last && self.counts(following, attempt.since);
        let is_done = outcome == JobOutcome::Done && now >= self.warmup && self.contains(now);
        let stats = self.action(job);
        stats.done_in_window += u64::from(is_done);
        if counts {
            stats.count(outcome);
            stats.service.ended.take(service);
        }
        if responds && has_response(outcome) {
            stats.responded(nanos(attempt.since, now), service);
        }
    }

    /// A waiting row leaves unclaimed up to the horizon.
    pub(super) fn left(&mut self, following: &Following, now: Time, job: &Job, outcome: JobOutcome) {
        self.add_wait(job, now);
        if self.counts(following, job.scheduled_at) {
            let stats = self.action(job);
            stats.count(outcome);
            stats.lost += 1;
        }
    }

    /// A row is still there at the horizon.
    pub(super) fn still_there(&mut self, following: &Following, horizon: Time, job: &Job, run: Option<Execution>) {
        match run {
            Some(run) => self.add_run(following, horizon, job, run),
            None => self.add_wait(job, horizon),
        }
        if self.counts(following, job.scheduled_at) {
            self.action(job).age.record((horizon - job.scheduled_at).0);
        }
    }

    /// A waiting row leaves unclaimed after the horizon.
    pub(super) fn left_late(&mut self, following: &Following, job: &Job) {
        if following.row(job) && self.contains(job.scheduled_at) {
            self.action(job).lost += 1;
        }
    }

    /// A row ends after the horizon. If it is followed, its service time counts, and its wait if
    /// that ended after the horizon; if its chain is followed, its response counts.
    pub(super) fn ended_late(&mut self, following: &Following, end: RowEnd<'_>) {
        let RowEnd { now, job, attempt, run, outcome, is_last } = end;
        let service = nanos(run.claimed_at, now);
        if following.row(job) && self.contains(job.scheduled_at) {
            self.add_late_wait(following, job, run);
            self.action(job).service.ended.take(service);
        }
        if is_last && has_response(outcome) && following.chain(attempt) && self.contains(attempt.since) {
            self.action(job).responded(nanos(attempt.since, now), service);
        }
    }

    /// The wait of a followed row, unless it was added at the horizon.
    fn add_late_wait(&mut self, following: &Following, job: &Job, run: Execution) {
        if following.is_late(run.claimed_at) {
            self.action(job).waited(nanos(job.scheduled_at, run.claimed_at));
        }
    }

    /// Following has ended, and a row or its chain has not.
    pub(super) fn left_open(
        &mut self,
        following: &Following,
        end: Time,
        job: &Job,
        attempt: Attempt,
        run: Option<Execution>,
    ) {
        if following.row(job) && self.contains(job.scheduled_at) {
            match run {
                Some(run) => {
                    self.add_late_wait(following, job, run);
                    self.action(job).service.open.take(nanos(run.claimed_at, end));
                }
                None => self.action(job).wait.open.take(nanos(job.scheduled_at, end)),
            }
        }
        if following.chain(attempt) && self.contains(attempt.since) {
            let service = (attempt.retries_left == 0).then_some(job.service.0.max(0).unsigned_abs());
            self.action(job).still_open(nanos(attempt.since, end), service);
        }
    }
}

/// The end of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowEnd<'a> {
    pub(super) now: Time,
    pub(super) job: &'a Job,
    pub(super) attempt: Attempt,
    pub(super) run: Execution,
    pub(super) outcome: JobOutcome,
    pub(super) is_last: bool,
}

/// Nanoseconds from one instant to another; 0 if the other comes first.
#[inline]
pub(super) fn nanos(from: Time, to: Time) -> u64 {
    // The difference of any two instants fits without a sign; longer than the longest span counts
    // as the longest.
    let nanos = to.0.max(from.0).wrapping_sub(from.0) as u64;
    nanos.min(i64::MAX as u64)
}
