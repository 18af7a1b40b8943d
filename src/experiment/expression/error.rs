//! Why an expression cannot be understood, and where in it.

use std::fmt;
use std::ops::Range;

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// The bytes of the text that are wrong.
    pub span: Range<usize>,
    /// What is wrong, in a sentence.
    pub title: String,
    /// The text under the caret; may be empty.
    pub label: String,
    /// What to write instead; may be empty.
    pub help: String,
}

impl ExpressionError {
    pub(crate) fn new(span: Range<usize>, title: impl Into<String>) -> ExpressionError {
        ExpressionError { span, title: title.into(), label: String::new(), help: String::new() }
    }

    /// About a whole text.
    pub(crate) fn about(text: &str, title: impl Into<String>) -> ExpressionError {
        ExpressionError::new(0..text.len(), title)
    }

    /// With the word that is probably meant, if there is one; otherwise with help.
    pub(crate) fn suggest(mut self, meant: Option<&str>, otherwise: impl Into<String>) -> ExpressionError {
        match meant {
            Some(meant) => self.label = format!("did you mean `{meant}`?"),
            None => self.help = otherwise.into(),
        }
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> ExpressionError {
        self.help = help.into();
        self
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        for more in [&self.label, &self.help].into_iter().filter(|more| !more.is_empty()) {
            write!(f, "; {more}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ExpressionError {}
