//! The rows of the documents that a scenario was made of, with the fields that the engine does not
//! use.

use std::collections::BTreeMap;

use crate::document::{CronDocument, JobDocument, WorkerDocument};
use crate::model::action::ActionId;
use crate::model::worker::WorkerId;

/// The documents behind a scenario; empty if it names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDocuments {
    /// The workers that come from a document.
    pub workers: BTreeMap<WorkerId, WorkerDocument>,
    /// The rows that exist at the start, in the order of their job numbers.
    pub jobs: Vec<JobDocument>,
    /// The crons that come from a document.
    pub crons: BTreeMap<ActionId, CronDocument>,
}
