//! Jobs: one row of the registry's job table is one attempt; a chain is a job with all its retries.

use serde::Serialize;

use super::action::ActionId;
use super::capacity::NeedId;
use super::time::{Span, Time};

/// The number of a row within its replication, in order of creation: 0, 1, 2, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// The status of a job row, as the registry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not claimed yet.
    Waiting,
    /// Being run by its worker.
    Running,
    /// Succeeded.
    Done,
    /// Ended in error; a retry may follow as a new row.
    Error,
    /// Asked to stop, not stopped yet.
    CancelRequest,
    /// Cancelled: on request, out of patience, or turned away.
    Cancel,
    /// Its worker was declared dead.
    WorkerDead,
    /// Its worker came back after having been declared dead, and stopped it.
    WorkerResurrection,
    /// Its worker was shut down gracefully.
    WorkerShutdown,
    /// Removed from the table together with its logs.
    Deleted,
}

impl Status {
    /// The word in API documents, tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Running => "running",
            Status::Done => "done",
            Status::Error => "error",
            Status::CancelRequest => "cancel_request",
            Status::Cancel => "cancel",
            Status::WorkerDead => "worker_dead",
            Status::WorkerResurrection => "worker_resurrection",
            Status::WorkerShutdown => "worker_shutdown",
            Status::Deleted => "deleted",
        }
    }
}

/// How a row left the simulation; finer than [`Status`], which knows one `error` and one `cancel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobOutcome {
    /// Ran to its end and succeeded.
    Done,
    /// Ran to its end and failed.
    Error,
    /// Ran into its deadline and was stopped: an `error`.
    DeadlineMissed,
    /// Ran into its deadline and was stopped: a `cancel`, by its action's rule.
    DeadlineCancelled,
    /// Cancelled on request.
    Cancelled,
    /// Waited longer than its patience.
    Abandoned,
    /// Found the queue full.
    Rejected,
    /// Its worker was declared dead, or came back after a crash.
    WorkerDead,
    /// Its worker was shut down gracefully.
    WorkerShutdown,
}

impl JobOutcome {
    /// The name in reports, finer than that of the status.
    pub fn name(self) -> &'static str {
        match self {
            JobOutcome::Done => "done",
            JobOutcome::Error => "error",
            JobOutcome::DeadlineMissed => "deadline_missed",
            JobOutcome::DeadlineCancelled => "deadline_cancelled",
            JobOutcome::Cancelled => "cancelled",
            JobOutcome::Abandoned => "abandoned",
            JobOutcome::Rejected => "rejected",
            JobOutcome::WorkerDead => "worker_dead",
            JobOutcome::WorkerShutdown => "worker_shutdown",
        }
    }

    /// The row's terminal status.
    pub fn status(self) -> Status {
        match self {
            JobOutcome::Done => Status::Done,
            JobOutcome::Error | JobOutcome::DeadlineMissed => Status::Error,
            JobOutcome::DeadlineCancelled | JobOutcome::Cancelled | JobOutcome::Abandoned | JobOutcome::Rejected => {
                Status::Cancel
            }
            JobOutcome::WorkerDead => Status::WorkerDead,
            JobOutcome::WorkerShutdown => Status::WorkerShutdown,
        }
    }
}

/// What a row needs while it waits and runs, kept small because a backlog holds millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The row's number.
    pub id: JobId,
    /// Not before this instant; the wait counts from here.
    pub scheduled_at: Time,
    /// How long the attempt runs if nothing stops it.
    pub service: Span,
    /// Where the engine keeps what only chains with a future or a past need (retries, closed
    /// customers).
    pub chain: Option<std::num::NonZeroU32>,
    /// The class.
    pub action: ActionId,
    /// The need vector.
    pub need: NeedId,
    /// Names the attempt among those of its action, whatever else happens: the key of its random
    /// placement.
    pub number: u32,
    /// How the attempt will end if it is left to run: done, in error, or at its deadline.
    pub planned_outcome: JobOutcome,
}
