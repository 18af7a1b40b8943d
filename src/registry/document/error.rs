//! Why bytes are no document of the wanted kind, and where.

/// What is wrong with a document, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct DocumentError {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1: the end of what is wrong.
    pub column: usize,
    /// What was found and what would be right, with the row and its field where there is one.
    pub problem: String,
}
