//! The API's three documents as plain Rust, read from bytes and printed back.
//!
//! What comes out of a registry is rarely the textbook page: exports are concatenated, cut to bare arrays, full of nulls,
//! and newer than any list of fields. Everything that can be understood is read; what cannot is named by line, column,
//! row and field. Unknown fields and actions are kept, so that printing gives back what was read.

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
pub use reader::{DocumentError, DocumentRow, print, read};
pub use rows::{CronDocument, JobDocument, JobStatus, WorkerDocument, WorkerStatus};

/// The rows of a jobs document, in its order.
///
/// # Errors
/// If the bytes are no JSON, no jobs document, or a field holds what it cannot hold.
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
