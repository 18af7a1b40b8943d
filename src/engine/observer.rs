//! What happened, told event by event to whoever wants to know: statistics, the job log, tests.

use super::arrival::Given;
use super::availability::OutageKind;
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
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
    /// A row was made, to fall due at its `scheduled_at`, or now if that is past; `given` is what it brought along.
    fn created(&mut self, now: Time, job: &Job, attempt: Attempt, given: Given) {}

    /// The row that is made next comes from this source, by its number. Told of sources that are not bare, crons among them.
    fn coming_from(&mut self, source: usize) {}

    /// The row that is made next is a child of this one.
    fn child_of(&mut self, parent: &Job) {}

    /// A row fell due: it now waits (or, at the start, already runs and is told as claimed next).
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {}

    /// A worker claimed a waiting row, which runs from now on.
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {}

    /// A running row ended. `last` says whether the chain ends with it, that is, no retry follows.
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {}

    /// A waiting row left unclaimed: abandoned, rejected or cancelled.
    fn left(&mut self, now: Time, job: &Job, ending: Ending) {}

    /// Somebody asked to cancel a running row, which has not stopped yet.
    fn cancel_requested(&mut self, now: Time, job: &Job, run: Run) {}

    /// The worker of a running row went out: its units are not in use from now on, as the worker offers none.
    fn interrupted(&mut self, now: Time, job: &Job, run: Run) {}

    /// The worker of a running row is back, and the row runs on: its units are in use again.
    fn resumed(&mut self, now: Time, job: &Job, run: Run) {}

    /// The process of a row that had become `worker_dead` went on until now. If `stopped`, its worker came back, found it so and
    /// stopped it: the row becomes `worker_resurrection`. If not, it came to its end unseen.
    fn zombie_over(&mut self, now: Time, job: &Job, worker: WorkerId, stopped: bool) {}

    /// A worker went out.
    fn worker_out(&mut self, now: Time, worker: WorkerId, kind: OutageKind) {}

    /// The others noticed that a worker is gone.
    fn worker_declared_dead(&mut self, now: Time, worker: WorkerId) {}

    /// A worker is back, and offers what it offered, or what its capacity was changed to in the meantime.
    fn worker_back(&mut self, now: Time, worker: WorkerId) {}

    /// A worker's capacity was changed; it offers that if it is not out, or else when it is back.
    fn capacity_changed(&mut self, now: Time, worker: WorkerId, capacity: &CapacityMap) {}

    /// A cron's firing made no job, because of its overlap rule or because no worker was alive.
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
    /// Its units have been in use since: `claimed_at`, or later if its worker was cut off from the others in the meantime;
    /// [`Time::NEVER`] while its worker is out.
    pub busy_since: Time,
    /// Whether its worker is cut off from the others, so that its process may go on after its row has ended.
    pub is_cut_off: bool,
}

impl Run {
    /// Runs on this worker since this instant.
    #[inline(always)]
    pub fn since(worker: WorkerId, claimed_at: Time) -> Run {
        Run { worker, claimed_at, busy_since: claimed_at, is_cut_off: false }
    }
}

impl Observer for () {}

impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline(always)]
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        self.0.due(now, job, attempt);
        self.1.due(now, job, attempt);
    }

    #[inline(always)]
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.0.claimed(now, job, worker);
        self.1.claimed(now, job, worker);
    }

    #[inline(always)]
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
    fn coming_from(&mut self, source: usize) {
        self.0.coming_from(source);
        self.1.coming_from(source);
    }

    #[inline]
    fn child_of(&mut self, parent: &Job) {
        self.0.child_of(parent);
        self.1.child_of(parent);
    }

    #[inline(always)]
    fn created(&mut self, now: Time, job: &Job, attempt: Attempt, given: Given) {
        self.0.created(now, job, attempt, given);
        self.1.created(now, job, attempt, given);
    }

    fn cancel_requested(&mut self, now: Time, job: &Job, run: Run) {
        self.0.cancel_requested(now, job, run);
        self.1.cancel_requested(now, job, run);
    }

    fn interrupted(&mut self, now: Time, job: &Job, run: Run) {
        self.0.interrupted(now, job, run);
        self.1.interrupted(now, job, run);
    }

    fn resumed(&mut self, now: Time, job: &Job, run: Run) {
        self.0.resumed(now, job, run);
        self.1.resumed(now, job, run);
    }

    fn zombie_over(&mut self, now: Time, job: &Job, worker: WorkerId, stopped: bool) {
        self.0.zombie_over(now, job, worker, stopped);
        self.1.zombie_over(now, job, worker, stopped);
    }

    fn worker_out(&mut self, now: Time, worker: WorkerId, kind: OutageKind) {
        self.0.worker_out(now, worker, kind);
        self.1.worker_out(now, worker, kind);
    }

    fn worker_declared_dead(&mut self, now: Time, worker: WorkerId) {
        self.0.worker_declared_dead(now, worker);
        self.1.worker_declared_dead(now, worker);
    }

    fn worker_back(&mut self, now: Time, worker: WorkerId) {
        self.0.worker_back(now, worker);
        self.1.worker_back(now, worker);
    }

    fn capacity_changed(&mut self, now: Time, worker: WorkerId, capacity: &CapacityMap) {
        self.0.capacity_changed(now, worker, capacity);
        self.1.capacity_changed(now, worker, capacity);
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
