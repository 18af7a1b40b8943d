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

use super::trace::{TraceError, TraceProblems};
use crate::model::input_file;
use line::{FIELDS, Line};
use partial_executions::PartialExecutions;

/// A log: its header, and a line for each job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwfLog {
    /// The fields of its comments, in file order.
    pub header: Vec<HeaderField>,
    /// The number of its lines, without comments.
    pub lines: u64,
    /// The lines that have more or fewer numbers than the format.
    pub irregular: Option<IrregularLines>,
    parts: PartialExecutions,
}

/// Lines that have more or fewer numbers than the format: what they lack is unknown, what they have
/// in addition is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IrregularLines {
    /// Their number.
    pub count: u64,
    /// The first of them, from 1.
    pub line: u64,
    /// The numbers of that line.
    pub fields: usize,
}

/// The numbers of a line of the format.
pub const FIELDS_OF_A_LINE: usize = FIELDS.len();

/// Reads a log.
///
/// # Errors
/// All problems of its lines, up to a limit.
pub fn parse(bytes: &[u8]) -> Result<SwfLog, TraceError> {
    let text = input_file::text(bytes).map_err(TraceError::of_file)?;
    let (mut header, mut lines, mut problems) = (Vec::new(), Vec::new(), TraceProblems::default());
    let mut irregular: Option<IrregularLines> = None;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let (line, number) = (line.trim_ascii(), index as u64 + 1);
        match line.strip_prefix(b";") {
            Some(comment) => header.extend(HeaderField::read(comment, number)),
            None if line.is_empty() => {}
            None => {
                let Some((read, fields)) = Line::read(line, number, &mut problems) else { continue };
                lines.push(read);
                if fields != FIELDS.len() {
                    irregular.get_or_insert(IrregularLines { count: 0, line: number, fields }).count += 1;
                }
            }
        }
    }
    if lines.is_empty() && problems.any() {
        // No line has the numbers of a line: the file is of another kind.
        return Err(problems.first());
    }
    problems.into_result()?;
    Ok(SwfLog { header, lines: lines.len() as u64, irregular, parts: PartialExecutions::join(lines) })
}
