//! The problems of a trace file or a log: all at once, up to a limit, each with its position and a
//! fix.

use std::fmt;

/// The number of problems that are kept; further ones are only counted.
const MOST: usize = 20;

/// One problem of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceProblem {
    /// The line, from 1; 0 for the whole file.
    pub line: u64,
    /// The name of the column, if it concerns one.
    pub column: Option<String>,
    /// The wrong value, the problem and the fix.
    pub text: String,
}

impl fmt::Display for TraceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if let Some(column) = &self.column {
            write!(f, "column {column}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// The problems of a file, up to a limit; displayed on one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// In file order.
    pub problems: Vec<TraceProblem>,
    /// The number of further problems.
    pub more: u64,
}

impl TraceError {
    /// The file cannot be read further: it is not CSV, or its compression is broken.
    pub(crate) fn damaged(error: &dyn std::error::Error) -> TraceError {
        TraceError::of_file(format!("the file is damaged: {error}; write it again"))
    }

    /// The file as a whole is something else.
    pub(crate) fn of_file(text: String) -> TraceError {
        TraceError { problems: vec![TraceProblem { line: 0, column: None, text }], more: 0 }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let end_of_line = if place > 0 { "\n" } else { "" };
            write!(f, "{end_of_line}{problem}")?;
        }
        if self.more > 0 { write!(f, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for TraceError {}

/// Problems while a file is read.
#[derive(Debug, Default)]
pub(crate) struct TraceProblems {
    kept: Vec<TraceProblem>,
    more: u64,
}

impl TraceProblems {
    /// Adds one.
    pub(crate) fn add(&mut self, problem: TraceProblem) {
        if self.kept.len() < MOST {
            self.kept.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// The error with the first problem only, for a file of another kind.
    pub(crate) fn first(mut self) -> TraceError {
        let more = self.kept.len().saturating_sub(1) as u64;
        self.kept.truncate(1);
        TraceError { problems: self.kept, more: self.more + more }
    }

    /// Whether there is any problem.
    pub(crate) fn any(&self) -> bool {
        !self.kept.is_empty()
    }

    /// An error, if there is any problem.
    pub(crate) fn into_result(self) -> Result<(), TraceError> {
        if self.any() { Err(TraceError { problems: self.kept, more: self.more }) } else { Ok(()) }
    }
}
