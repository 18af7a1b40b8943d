//! Why a tree cannot be read as a type: what is wrong, where, and under which keys.
//!
//! serde reports different kinds of errors to a deserializer (an unknown key, a missing one, a
//! wrong type). The error types of format crates flatten them into text. This one keeps the kind,
//! so that diagnostics can use plain words and suggest the right spelling of a key.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::node::{BARE, ELSE, LIST};
use crate::diagnostic::nearest;
use crate::source::SourceSpan;

/// Why a tree cannot be read as a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// What is wrong.
    pub(crate) kind: ParseErrorKind,
    /// Where it is, once known.
    pub(crate) span: Option<SourceSpan>,
    /// The keys above it, innermost first.
    pub(crate) path: Vec<String>,
}

/// What can be wrong with a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParseErrorKind {
    /// A key that the table does not have.
    UnknownKey { key: String, known: &'static [&'static str] },
    /// An unknown word for a choice; `what` is the noun for the choice, once known.
    UnknownChoice { word: String, known: &'static [&'static str], what: &'static str },
    /// A required key is missing.
    Missing { key: &'static str },
    /// A value has another type, or is out of range.
    WrongType { found: String, expected: String },
    /// A number or text instead of a table of these keys.
    NotATable { found: String, known: &'static [&'static str] },
    /// A table that should name one choice names none or several, listed in `given`.
    NotOneVariant { given: Vec<String>, known: &'static [&'static str] },
    /// The message of a value's own parser.
    Other { message: String },
}

impl ParseError {
    pub(super) fn new(kind: ParseErrorKind) -> ParseError {
        ParseError { kind, span: None, path: Vec::new() }
    }

    /// Sets the span, unless a narrower one is known.
    pub(super) fn with_span(mut self, span: SourceSpan) -> ParseError {
        self.span.get_or_insert(span);
        self
    }

    /// Sets the type of the choice, unless it is known.
    pub(super) fn in_choice(mut self, name: &'static str) -> ParseError {
        if let ParseErrorKind::UnknownChoice { what, .. } = &mut self.kind
            && what.is_empty()
        {
            *what = name;
        }
        self
    }

    /// Adds a key that it lies below.
    pub(super) fn below_key(mut self, key: &str) -> ParseError {
        self.path.push(key.to_owned());
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for ParseError {}

impl de::Error for ParseError {
    fn custom<T: fmt::Display>(message: T) -> ParseError {
        ParseError::new(ParseErrorKind::Other { message: message.to_string() })
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> ParseError {
        ParseError::new(ParseErrorKind::WrongType { found: describe_found(found), expected: expected.to_string() })
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> ParseError {
        ParseError::invalid_type(found, expected)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> ParseError {
        ParseError::new(ParseErrorKind::UnknownKey { key: key.to_owned(), known })
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> ParseError {
        ParseError::new(ParseErrorKind::UnknownChoice { word: word.to_owned(), known, what: "" })
    }

    fn missing_field(key: &'static str) -> ParseError {
        ParseError::new(ParseErrorKind::Missing { key })
    }
}

/// The value that was found, in plain words.
pub(super) fn describe_found(found: Unexpected) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value:?}`"),
        Unexpected::Str(text) => format!("the text \"{text}\""),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant | Unexpected::Enum => "a table".to_owned(),
        other => other.to_string(),
    }
}

/// The words that a scenario can write for a choice.
pub(super) fn written_variants(known: &[&'static str]) -> impl Iterator<Item = &'static str> {
    known.iter().copied().filter(|word| ![BARE, ELSE, LIST].contains(word))
}

/// The known word that a misspelt one probably stands for.
pub(super) fn suggestion(word: &str, known: &[&'static str]) -> Option<&'static str> {
    nearest(word, written_variants(known))
}
