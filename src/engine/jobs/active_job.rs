//! The state of a running job that has more than a completion pending: its process, requests to
//! stop it, its children.

use crate::model::job::{Job, JobOutcome};
use crate::model::time::{Span, Time};
use crate::observer::Execution;

/// A running row, or a process that outlives its row, with more than one event to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveJob {
    /// Where and since when it runs.
    pub(crate) run: Execution,
    /// The state of its process.
    pub(crate) process: Process,
    /// Whether someone has asked to cancel the row: then it ends as cancelled, whatever else
    /// happens.
    pub(crate) is_cancel_requested: bool,
    /// Whether the row has ended, and only the process is left, cut off from all others.
    pub(crate) is_zombie: bool,
    /// The join with its children, if it has started any.
    pub(crate) join: Option<usize>,
    /// When its own service time is over, while that event is to come.
    service_over: Option<Time>,
    /// When its deadline is, while that event is to come.
    deadline: Option<Time>,
    /// Whether the event is to come in which it ends because its children have ended.
    is_joined: bool,
}

/// The state of the process of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// It does its own work.
    Serving,
    /// Its own work is done, and it waits for its children.
    Joining,
    /// It has been asked to stop, and is stopping; the row then ends with this outcome.
    Stopping(JobOutcome),
    /// It has ended, which no one knows yet as its worker is cut off.
    Ended(JobOutcome),
    /// It is gone with its worker, which no one knows yet.
    Gone,
}

/// The cause of an event of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventCause {
    /// Its own service time is over.
    ServiceOver,
    /// The chains of all its children have ended.
    Joined,
    /// Its deadline is reached.
    Deadline,
    /// It has stopped, by itself or killed.
    Stopped,
}

impl ActiveJob {
    /// A row with its one event to come.
    pub(crate) fn new(job: &Job, run: Execution) -> ActiveJob {
        let end = run.claimed_at + job.service;
        ActiveJob {
            run,
            process: Process::Serving,
            is_cancel_requested: false,
            is_zombie: false,
            join: None,
            service_over: (job.planned_outcome != JobOutcome::DeadlineMissed).then_some(end),
            deadline: None,
            is_joined: false,
        }
    }

    /// Its deadline comes this long after its claim.
    pub(crate) fn expect_deadline(&mut self, deadline: Span) -> Time {
        *self.deadline.insert(self.run.claimed_at + deadline)
    }

    /// Its children's chains have ended, and so it ends, in an event of its own.
    pub(crate) fn expect_join(&mut self) {
        self.is_joined = true;
    }

    /// The cause of an event of class completion at that instant. Of two events at one instant the
    /// one that was scheduled first comes first, and a process works before it is stopping.
    pub(crate) fn completion(&mut self, now: Time) -> EventCause {
        if std::mem::take(&mut self.is_joined) {
            EventCause::Joined
        } else if self.service_over == Some(now) {
            self.service_over = None;
            EventCause::ServiceOver
        } else {
            EventCause::Stopped
        }
    }

    /// The cause of an event of class deadline at that instant.
    pub(crate) fn deadline(&mut self, now: Time) -> EventCause {
        if self.deadline == Some(now) {
            self.deadline = None;
            return EventCause::Deadline;
        }
        EventCause::Stopped
    }

    /// Whether its process can still be asked to stop.
    pub(crate) fn is_at_work(&self) -> bool {
        matches!(self.process, Process::Serving | Process::Joining)
    }

    /// Whether no one has asked it to stop.
    pub(crate) fn can_be_asked(&self) -> bool {
        !self.is_cancel_requested && !matches!(self.process, Process::Stopping(_))
    }
}
