//! The API's three documents as Rust types, read from bytes and printed back.
//!
//! Real exports rarely look like the textbook page: they are concatenated, cut to bare arrays, full
//! of nulls, and newer than any list of fields. The reader accepts everything that it can
//! interpret, and reports the rest by line, column, row and field. It keeps unknown fields and
//! actions, so that a printed document equals the one that was read.

mod duration;
mod field;
mod instant;
mod kind;
mod reader;
mod rows;

#[cfg(test)]
mod tests;

pub use field::{Field, FieldValue};
pub use kind::DocumentKind;
pub use reader::{DocumentError, DocumentRow, foreign_rows, print, read};
pub use rows::{CronDocument, JobDocument, JobStatus, WorkerDocument, WorkerStatus};

/// The rows of a jobs document, in its order.
///
/// # Errors
/// If the bytes are not JSON or not a jobs document, or a field has a wrong value.
pub fn jobs(bytes: &[u8]) -> Result<Vec<JobDocument>, DocumentError> {
    read(bytes)
}

/// The rows of a workers document, in its order.
///
/// # Errors
/// As [`jobs`].
pub fn workers(bytes: &[u8]) -> Result<Vec<WorkerDocument>, DocumentError> {
    read(bytes)
}

/// The rows of a crons document, in its order.
///
/// # Errors
/// As [`jobs`].
pub fn crons(bytes: &[u8]) -> Result<Vec<CronDocument>, DocumentError> {
    read(bytes)
}
