//! What happened, told event by event to whoever wants to know: statistics, the job log, tests.

use crate::model::action::ActionId;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// Which attempt of its chain a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// The chain's first row.
    pub first: JobId,
    /// The `scheduledAt` of the chain's first row; the response time counts from here.
    pub since: Time,
    /// Further attempts allowed after this one.
    pub retries_left: u32,
}

/// Told of everything that happens to a row, in the order in which it happens. Every method does nothing by default.
#[allow(unused_variables)]
pub trait Observer {
    /// A row fell due: it now waits (or, at the start, already runs and is told as claimed next).
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {}

    /// A worker claimed a waiting row, which runs from now on.
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {}

    /// A running row ended. `last` says whether the chain ends with it, that is, no retry follows.
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {}

    /// A waiting row left unclaimed: abandoned, rejected or cancelled.
    fn left(&mut self, now: Time, job: &Job, ending: Ending) {}

    /// A cron's firing made no job, because of its overlap rule.
    fn skipped(&mut self, now: Time, action: ActionId) {}

    /// At the horizon a row still waits.
    fn still_waiting(&mut self, horizon: Time, job: &Job) {}

    /// At the horizon a row still runs.
    fn still_running(&mut self, horizon: Time, job: &Job, run: Run) {}
}

/// Where and since when a row runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// On this worker.
    pub worker: WorkerId,
    /// Claimed, and so started, at this instant.
    pub claimed_at: Time,
}

impl Observer for () {}

impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline]
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        self.0.due(now, job, attempt);
        self.1.due(now, job, attempt);
    }

    #[inline]
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.0.claimed(now, job, worker);
        self.1.claimed(now, job, worker);
    }

    #[inline]
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {
        self.0.ended(now, job, attempt, run, ending, last);
        self.1.ended(now, job, attempt, run, ending, last);
    }

    #[inline]
    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.0.left(now, job, ending);
        self.1.left(now, job, ending);
    }

    #[inline]
    fn skipped(&mut self, now: Time, action: ActionId) {
        self.0.skipped(now, action);
        self.1.skipped(now, action);
    }

    #[inline]
    fn still_waiting(&mut self, horizon: Time, job: &Job) {
        self.0.still_waiting(horizon, job);
        self.1.still_waiting(horizon, job);
    }

    #[inline]
    fn still_running(&mut self, horizon: Time, job: &Job, run: Run) {
        self.0.still_running(horizon, job, run);
        self.1.still_running(horizon, job, run);
    }
}
