//! A row of the naive simulator's job table, with what its process is at.

use claimsim::engine::{Attempt, JobOverrides};
use claimsim::model::action::ActionId;
use claimsim::model::capacity::NeedId;
use claimsim::model::job::JobOutcome;
use claimsim::model::time::Time;

use super::super::draws::{Drawn, Key};
use super::Customer;

pub(super) struct Row {
    pub(super) action: ActionId,
    pub(super) need: NeedId,
    pub(super) scheduled_at: Time,
    /// What the chain brought along, for all its attempts.
    pub(super) overrides: JobOverrides,
    pub(super) drawn: Drawn,
    pub(super) attempt: Attempt,
    pub(super) ordinal: u64,
    /// Who waits for the end of the chain.
    pub(super) customer: Option<Customer>,
    pub(super) parent: Option<usize>,
    pub(super) state: State,
    /// Where it runs, or ran, once it has been claimed.
    pub(super) place: Option<Place>,
    pub(super) process: Process,
    pub(super) is_cancel_requested: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    NotDue,
    /// Since it fell due; `told` counts the events before that.
    Waiting {
        due: Time,
        told: usize,
    },
    Running,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) worker: usize,
    pub(super) claimed_at: Time,
    /// Its units are in use since then; `NEVER` while its worker is out.
    pub(super) busy_since: Time,
}

/// What the process of a row is at. It may go on when its row is over, and be gone while its row still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// There is none: not yet, or not any more.
    None,
    Serving,
    /// Its own work is done; it waits for its children.
    Joining,
    /// It was asked to stop, and its row then ends so.
    Stopping(JobOutcome),
    /// It has come to its end, and its worker could not write it down yet.
    Ended(JobOutcome),
}

impl Process {
    /// Whether it can be asked to stop.
    pub(super) fn is_at_work(self) -> bool {
        matches!(self, Process::Serving | Process::Joining)
    }

    pub(super) fn goes_on(self) -> bool {
        self.is_at_work() || matches!(self, Process::Stopping(_))
    }
}

impl Row {
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    pub(super) fn is_running(&self) -> bool {
        self.state == State::Running
    }

    pub(super) fn is_on(&self, worker: usize) -> bool {
        self.place.is_some_and(|place| place.worker == worker)
    }

    /// What later draws of this attempt are numbered by.
    pub(super) fn key(&self) -> Key {
        Key { action: self.action, ordinal: self.ordinal, attempt: self.attempt.number }
    }
}
