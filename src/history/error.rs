//! Why a file cannot be read as a history.

/// What is wrong with a file as a whole, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", line.map_or_else(String::new, |line| format!("line {line}: ")))]
pub struct HistoryError {
    /// The line, from 1, if the problem has one.
    pub line: Option<u64>,
    /// What was found and what would be right.
    pub problem: String,
}

impl HistoryError {
    /// A problem of the whole file.
    pub(crate) fn of_file(problem: impl Into<String>) -> HistoryError {
        HistoryError { line: None, problem: problem.into() }
    }

    /// A problem of one line.
    pub(crate) fn at(line: u64, problem: impl Into<String>) -> HistoryError {
        HistoryError { line: Some(line), problem: problem.into() }
    }
}
