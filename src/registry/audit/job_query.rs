//! Which rows of the job table are asked for, as the API's `GET /jobs` takes it.

use crate::model::action::ActionId;
use crate::model::job::Status;
use crate::model::worker::WorkerId;

use super::ledger::JobRecord;

/// A part of the job table: filters, and the page of what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobQuery {
    /// Of this class; of any if `None`.
    pub action: Option<ActionId>,
    /// Claimed by this worker; by any or by none if `None`.
    pub worker: Option<WorkerId>,
    /// Only those that run (also if they have been asked to cancel), or only the others; both if `None`.
    pub running: Option<bool>,
    /// So many of the rows are passed over.
    pub start: usize,
    /// At most so many are shown; all if `None`.
    pub limit: Option<usize>,
}

impl JobQuery {
    /// Whether a row passes the filters.
    pub(super) fn admits(&self, row: &JobRecord) -> bool {
        let runs = matches!(row.status, Status::Running | Status::CancelRequest);
        self.action.is_none_or(|action| action == row.action)
            && self.worker.is_none_or(|worker| row.worker == Some(worker))
            && self.running.is_none_or(|running| running == runs)
    }

    /// The page of what has passed the filters and is in order.
    pub(super) fn page<'r, T>(&self, rows: &'r [T]) -> impl Iterator<Item = &'r T> + use<'r, T> {
        rows.iter().skip(self.start).take(self.limit.unwrap_or(usize::MAX))
    }
}
