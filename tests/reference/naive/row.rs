//! A row of the naive simulator's job table with the state of its process.

use claimsim::internals::engine::{Attempt, JobOverrides};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::job::JobOutcome;
use claimsim::internals::model::time::Time;

use super::super::draws::{Drawn, Key};
use super::Customer;

pub(super) struct Row {
    pub(super) action: ActionId,
    pub(super) need: NeedId,
    pub(super) scheduled_at: Time,
    /// The attributes that all attempts of the chain share.
    pub(super) overrides: JobOverrides,
    pub(super) drawn: Drawn,
    pub(super) attempt: Attempt,
    pub(super) ordinal: u64,
    /// The job or customer that waits for the end of the chain.
    pub(super) customer: Option<Customer>,
    pub(super) parent: Option<usize>,
    pub(super) state: State,
    /// Its last worker, once it has been claimed.
    pub(super) place: Option<Place>,
    pub(super) process: Process,
    pub(super) is_cancel_requested: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    NotDue,
    /// Waits since `due`; `events_before` is the number of earlier events.
    Waiting {
        due: Time,
        events_before: usize,
    },
    Running,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) worker: usize,
    pub(super) claimed_at: Time,
    /// The time since which its units are in use; `NEVER` while its worker is out.
    pub(super) busy_since: Time,
}

/// The state of the process of a row. It may outlive its row, and may be gone while the row still
/// runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// Not started, or gone.
    None,
    Serving,
    /// Its own work is done; it waits for its children.
    Joining,
    /// It received a request to stop; then the row ends with this outcome.
    Stopping(JobOutcome),
    /// It has ended, but its worker could not record that yet.
    Ended(JobOutcome),
}

impl Process {
    /// Whether it can receive a request to stop.
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

    /// The key of later draws of this attempt.
    pub(super) fn key(&self) -> Key {
        Key { action: self.action, ordinal: self.ordinal, attempt: self.attempt.number }
    }
}
