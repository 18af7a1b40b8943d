//! Logs in the Standard Workload Format (version 2.2), the format of the Parallel Workloads Archive, gzip or not.
//!
//! A line is a job, or a part of one: 18 numbers, of which -1 means that nothing is known. Lines that begin with a semicolon are
//! comments, and those at the head of a file say what is known of the machine. A log is read once and whole; what of it becomes
//! jobs is said by a [`Choice`], and comes out as a [`Trace`](super::trace::Trace), as from any other file of arrivals.

mod choice;
mod header;
mod jobs;
mod line;
mod parts;

pub use choice::{Choice, Processors, RunTime, Split};
pub use header::HeaderField;
pub use jobs::{Jobs, Reason};

use super::trace::{Complaints, TraceError, unpacked};
use line::Line;
use parts::Parts;

/// A log: its header, and a line for each job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What its comments say of the machine, in file order.
    pub header: Vec<HeaderField>,
    /// How many lines it has, comments not counted.
    pub lines: u64,
    parts: Parts,
}

/// Reads a log.
///
/// # Errors
/// All that is wrong with its lines, up to a limit.
pub fn parse(bytes: &[u8]) -> Result<Log, TraceError> {
    let text = unpacked(bytes)?;
    let (mut header, mut lines, mut complaints) = (Vec::new(), Vec::new(), Complaints::default());
    for (index, line) in text.strip_prefix(MARK).unwrap_or(&text).split(|byte| *byte == b'\n').enumerate() {
        let (line, number) = (line.trim_ascii(), index as u64 + 1);
        match line.strip_prefix(b";") {
            Some(comment) => header.extend(HeaderField::read(comment, number)),
            None if line.is_empty() => {}
            None => lines.extend(Line::read(line, number, &mut complaints)),
        }
    }
    if lines.is_empty() && complaints.any() {
        // No line has what a line must have: the file is of another kind.
        return Err(complaints.first());
    }
    complaints.into_result()?;
    Ok(Log { header, lines: lines.len() as u64, parts: Parts::join(lines) })
}

/// What some editors put before a text to say that it is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
