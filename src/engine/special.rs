//! What is to be known of a running row that is not plain: of its process, of requests to stop it, of the children it waits for.

use super::observer::Execution;
use crate::model::job::{Job, JobOutcome};
use crate::model::time::{Span, Time};

/// A running row, or a process that goes on after its row has ended, of which more is to come than one end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Special {
    /// Where and since when.
    pub(super) run: Execution,
    /// What its process is at.
    pub(super) process: Process,
    /// Whether somebody has asked to cancel the row, which then ends as that, whatever else happens.
    pub(super) is_cancel_requested: bool,
    /// Whether the row has ended, and only the process is left, cut off from all others.
    pub(super) is_zombie: bool,
    /// The children it waits for, if it has started any.
    pub(super) join: Option<usize>,
    /// When its own service time is over, as long as that event is to come.
    service_over: Option<Time>,
    /// When its deadline is, as long as that event is to come.
    deadline: Option<Time>,
    /// Whether the event is to come in which it ends because its children have.
    is_joined: bool,
}

/// What the process of a row is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// At its own work.
    Serving,
    /// Waiting for its children, its own work being done.
    Joining,
    /// Stopping, since it was asked to; the row then ends so.
    Stopping(JobOutcome),
    /// At its end, which nobody knows of yet as its worker is cut off.
    Ended(JobOutcome),
    /// Gone, which nobody knows of yet as its worker is.
    Gone,
}

/// What an event of a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Its own service time is over.
    ServiceOver,
    /// The chains of all its children have ended.
    Joined,
    /// Its deadline is here.
    Deadline,
    /// It has stopped, by itself or killed.
    Stopped,
}

impl Special {
    /// A row with its one event to come.
    pub(super) fn new(job: &Job, run: Execution) -> Special {
        let end = run.claimed_at + job.service;
        Special {
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

    /// Its deadline comes so long after its claim.
    pub(super) fn expect_deadline(&mut self, deadline: Span) -> Time {
        *self.deadline.insert(self.run.claimed_at + deadline)
    }

    /// Its children's chains have ended, and so it does, in an event of its own.
    pub(super) fn expect_join(&mut self) {
        self.is_joined = true;
    }

    /// What an event of class completion says at that instant. Of two at one instant the one that has been scheduled first comes
    /// first, and whoever is stopping was at work before.
    pub(super) fn completion(&mut self, now: Time) -> Sign {
        if std::mem::take(&mut self.is_joined) {
            Sign::Joined
        } else if self.service_over == Some(now) {
            self.service_over = None;
            Sign::ServiceOver
        } else {
            Sign::Stopped
        }
    }

    /// What an event of class deadline says at that instant.
    pub(super) fn deadline(&mut self, now: Time) -> Sign {
        if self.deadline == Some(now) {
            self.deadline = None;
            return Sign::Deadline;
        }
        Sign::Stopped
    }

    /// Whether its process can still be asked to stop.
    pub(super) fn is_at_work(&self) -> bool {
        matches!(self.process, Process::Serving | Process::Joining)
    }

    /// Whether nobody has asked it to stop.
    pub(super) fn can_be_asked(&self) -> bool {
        !self.is_cancel_requested && !matches!(self.process, Process::Stopping(_))
    }
}
