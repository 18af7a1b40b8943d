//! Logs in the Standard Workload Format (version 2.2), the format of the Parallel Workloads
//! Archive, gzip or not.
//!
//! A line is a job, or a part of one: 18 numbers, where -1 means unknown. Lines that begin with a
//! semicolon are comments, and those at the head of a file describe the machine. A log is read
//! once, as a whole; [`SwfOptions`] determine the jobs that it gives as a
//! [`Trace`](super::trace::Trace), like any other file of arrivals.

mod header;
mod jobs;
mod line;
mod options;
mod partial_executions;

pub use header::HeaderField;
pub use jobs::{SkipReason, SwfJobs};
pub use options::{Processors, RunTime, SplitBy, SwfOptions};

use super::trace::{TraceError, TraceProblems, unpacked};
use line::Line;
use partial_executions::PartialExecutions;

/// A log: its header, and a line for each job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwfLog {
    /// The fields of its comments, in file order.
    pub header: Vec<HeaderField>,
    /// The number of its lines, without comments.
    pub lines: u64,
    parts: PartialExecutions,
}

/// Reads a log.
///
/// # Errors
/// All problems of its lines, up to a limit.
pub fn parse(bytes: &[u8]) -> Result<SwfLog, TraceError> {
    let text = unpacked(bytes)?;
    let (mut header, mut lines, mut problems) = (Vec::new(), Vec::new(), TraceProblems::default());
    for (index, line) in text.strip_prefix(MARK).unwrap_or(&text).split(|byte| *byte == b'\n').enumerate() {
        let (line, number) = (line.trim_ascii(), index as u64 + 1);
        match line.strip_prefix(b";") {
            Some(comment) => header.extend(HeaderField::read(comment, number)),
            None if line.is_empty() => {}
            None => lines.extend(Line::read(line, number, &mut problems)),
        }
    }
    if lines.is_empty() && problems.any() {
        // No line has the numbers of a line: the file is of another kind.
        return Err(problems.first());
    }
    problems.into_result()?;
    Ok(SwfLog { header, lines: lines.len() as u64, parts: PartialExecutions::join(lines) })
}

/// The mark that some editors put before UTF-8 text.
const MARK: &[u8] = b"\xef\xbb\xbf";
