//! The rows of documents that a scenario was made of, beside it: what they say that the engine has no use for.

use std::collections::BTreeMap;

use crate::document::{CronDocument, JobDocument, WorkerDocument};
use crate::model::action::ActionId;
use crate::model::worker::WorkerId;

/// The documents behind a scenario; empty for one that names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDocuments {
    /// The workers that come from a document.
    pub workers: BTreeMap<WorkerId, WorkerDocument>,
    /// The rows that are there at the start, in the order of their job numbers.
    pub jobs: Vec<JobDocument>,
    /// The crons that come from a document.
    pub crons: BTreeMap<ActionId, CronDocument>,
}
