//! The events of a run, reported one by one to an observer: statistics, the job log, tests.

use crate::arrival::JobOverrides;
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::Time;
use crate::model::wait_reason::WaitReason;
use crate::model::worker::WorkerId;
use crate::system::availability::OutageKind;

/// Receives every event of a run, in the order in which the events happen.
///
/// The simulation builds each event where it happens, so an implementation that is inlined there
/// pays only for the variants that it handles.
pub trait Observer {
    /// An event happens at `now`.
    fn on(&mut self, now: Time, event: &Event<'_>);

    /// Whether the run has to go on past the horizon, because jobs that count have not ended.
    fn is_following(&self) -> bool {
        false
    }
}

/// Something that happens in a run. `job` is the row, `run` where and since when it runs.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the fields have one meaning in all variants, and types with documentation")]
pub enum Event<'a> {
    /// A row is created, to fall due at its `scheduled_at`, or now if that is past.
    Created { job: &'a Job, attempt: Attempt, origin: JobOrigin, overrides: JobOverrides },
    /// A row falls due: it waits from now on. An initial row that already runs is reported as
    /// claimed next.
    Due { job: &'a Job, attempt: Attempt },
    /// A worker claims a waiting row, which runs from now on.
    Claimed { job: &'a Job, worker: WorkerId },
    /// A running row ends. If it `is_last`, its chain ends with it, so that no retry follows.
    Ended { job: &'a Job, attempt: Attempt, run: Execution, outcome: JobOutcome, is_last: bool },
    /// A waiting row leaves unclaimed: abandoned, rejected or cancelled.
    Left { job: &'a Job, attempt: Attempt, outcome: JobOutcome },
    /// Someone asks to cancel a running row, which has not stopped yet.
    CancelRequested { job: &'a Job, run: Execution },
    /// The worker of a running row goes down: the row's units are not in use from now on, as the
    /// worker offers none.
    Interrupted { job: &'a Job, run: Execution },
    /// The worker of a running row is back, and the row runs on: its units are in use again.
    Resumed { job: &'a Job, run: Execution },
    /// The process of a row that had become `worker_dead` ends only now. If `stopped`, its worker
    /// came back, found the process and stopped it: the row becomes `worker_resurrection`. If not,
    /// the process came to its own end, unseen.
    ZombieEnded { job: &'a Job, worker: WorkerId, stopped: bool },
    /// A worker goes down.
    WorkerDown { worker: WorkerId, kind: OutageKind },
    /// The other workers notice that a worker is down.
    WorkerDeclaredDead { worker: WorkerId },
    /// A worker is back, and offers its capacity, as it was or as it was changed in the meantime.
    WorkerUp { worker: WorkerId },
    /// The capacity of a worker changes. A worker that is down offers it once it is back.
    CapacityChanged { worker: WorkerId, capacity: &'a CapacityMap },
    /// A place gets a worker, which starts.
    WorkerOrdered { worker: WorkerId },
    /// A worker can claim from now on: it has started, or it no longer drains.
    WorkerReady { worker: WorkerId },
    /// A worker claims nothing more, and goes when its rows have ended.
    WorkerDraining { worker: WorkerId },
    /// A place has no worker from now on.
    WorkerGone { worker: WorkerId },
    /// An autoscaler changes the number of current workers of a group (by its index).
    GroupScaled { group: usize, from: u32, to: u32 },
    /// A cron's firing makes no job, because of its overlap rule or because no worker is alive.
    FiringSkipped { action: ActionId },
    /// From now on jobs with this need, of which `waiting` wait now, wait for this reason. Reported
    /// for every need at the start, and later only while jobs with the need wait.
    WaitReason { need: NeedId, reason: WaitReason, waiting: usize },
    /// At the horizon a row still waits.
    StillWaiting { job: &'a Job, attempt: Attempt },
    /// At the horizon a row still runs.
    StillRunning { job: &'a Job, attempt: Attempt, run: Execution },
    /// At the horizon a further attempt of a chain has not fallen due yet.
    StillAhead { job: &'a Job, attempt: Attempt },
    /// The horizon is over: the rows with numbers below `created` exist. Later events are reported
    /// only while an observer follows jobs.
    HorizonPassed { created: u64 },
    /// Following has ended, and a row has not: it runs, or it waits, or a further attempt of its
    /// chain is not due yet.
    LeftOpen { job: &'a Job, attempt: Attempt, run: Option<Execution> },
}

impl<'a> Event<'a> {
    /// The row of the event; `None` for an event of a worker or of a cron.
    pub fn job(&self) -> Option<&'a Job> {
        match *self {
            Event::Created { job, .. }
            | Event::Due { job, .. }
            | Event::Claimed { job, .. }
            | Event::Ended { job, .. }
            | Event::Left { job, .. }
            | Event::CancelRequested { job, .. }
            | Event::Interrupted { job, .. }
            | Event::Resumed { job, .. }
            | Event::ZombieEnded { job, .. }
            | Event::StillWaiting { job, .. }
            | Event::StillRunning { job, .. }
            | Event::StillAhead { job, .. }
            | Event::LeftOpen { job, .. } => Some(job),
            Event::WorkerDown { .. }
            | Event::WorkerDeclaredDead { .. }
            | Event::WorkerUp { .. }
            | Event::CapacityChanged { .. }
            | Event::WorkerOrdered { .. }
            | Event::WorkerReady { .. }
            | Event::WorkerDraining { .. }
            | Event::WorkerGone { .. }
            | Event::GroupScaled { .. }
            | Event::FiringSkipped { .. }
            | Event::WaitReason { .. }
            | Event::HorizonPassed { .. } => None,
        }
    }
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOrigin {
    /// It is there at the start.
    Initial,
    /// From the source with this number.
    Source(u32),
    /// It follows the failed attempt before it in its chain.
    Retry,
    /// This row has started it.
    Child(JobId),
}

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

/// Where and since when a row runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// On this worker.
    pub worker: WorkerId,
    /// Claimed, and so started, at this instant.
    pub claimed_at: Time,
    /// Its units have been in use since: `claimed_at`, or later if its worker was cut off from the
    /// others in the meantime; [`Time::NEVER`] while its worker is down.
    pub busy_since: Time,
    /// Whether its worker is cut off from the others, so that its process may go on after its row
    /// has ended.
    pub is_cut_off: bool,
}

impl Execution {
    /// Runs on this worker since this instant.
    #[inline(always)]
    pub fn since(worker: WorkerId, claimed_at: Time) -> Execution {
        Execution { worker, claimed_at, busy_since: claimed_at, is_cut_off: false }
    }
}

impl Observer for () {
    #[inline(always)]
    fn on(&mut self, _now: Time, _event: &Event<'_>) {}
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline(always)]
    fn on(&mut self, now: Time, event: &Event<'_>) {
        self.0.on(now, event);
        self.1.on(now, event);
    }

    fn is_following(&self) -> bool {
        self.0.is_following() || self.1.is_following()
    }
}

impl<O: Observer + ?Sized> Observer for &mut O {
    #[inline(always)]
    fn on(&mut self, now: Time, event: &Event<'_>) {
        (**self).on(now, event);
    }

    fn is_following(&self) -> bool {
        (**self).is_following()
    }
}
