//! A query of the job table: filters and paging, as in the API's `GET /jobs`.

use crate::model::action::ActionId;
use crate::model::job::Status;
use crate::model::worker::WorkerId;

use super::ledger::JobRecord;

/// Filters of the job table, and the page of the rows that pass them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobQuery {
    /// Only rows of this action; of all actions, if `None`.
    pub action: Option<ActionId>,
    /// Only rows that this worker claimed; all rows, if `None`.
    pub worker: Option<WorkerId>,
    /// Only running rows (also those that have been asked to cancel), or only the others; both, if
    /// `None`.
    pub running: Option<bool>,
    /// The number of rows to skip.
    pub start: usize,
    /// The most rows to show; all, if `None`.
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

    /// The page of sorted rows that have passed the filters.
    pub(super) fn page<'r, T>(&self, rows: &'r [T]) -> impl Iterator<Item = &'r T> + use<'r, T> {
        rows.iter().skip(self.start).take(self.limit.unwrap_or(usize::MAX))
    }
}
