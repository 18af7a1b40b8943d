//! The input of an import: the documents, and what they do not tell.

use chrono::{DateTime, Utc};

use crate::registry::document::{CronDocument, JobDocument, WorkerDocument};

/// Marks what no document tells, for the operator to review.
pub const ASSUMPTION: &str = "ASSUMPTION";

/// The rows of the documents, all pages together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Documents<'a> {
    /// Rows of `GET /jobs`.
    pub jobs: &'a [JobDocument],
    /// Rows of `GET /workers`; `None` if there is no such document.
    pub workers: Option<&'a [WorkerDocument]>,
    /// Rows of `GET /crons`; `None` if there is no such document.
    pub crons: Option<&'a [CronDocument]>,
}

/// What the documents do not tell about the scenario.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The scenario's name.
    pub name: String,
    /// The files that the documents were read from, for the first comment.
    pub sources: Vec<String>,
    /// The path by which the scenario names the jobs document, if that is a single file: the
    /// scenario then takes its waiting and running rows from there.
    pub jobs_file: Option<String>,
    /// When the documents were exported. Default: the latest time in them.
    pub exported_at: Option<DateTime<Utc>>,
}
