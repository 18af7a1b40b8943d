//! What keeps a tree from being a value of a type: what is wrong, where, and under which keys.
//!
//! serde tells a deserializer's error type apart what is wrong (an unknown key, a missing one, a wrong type); the error
//! types of format crates flatten that into text. Ours keeps it, so that complaints can be put into plain words and a
//! misspelt key gets its suggestion.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::de::{BARE, ELSE};
use crate::diagnostic::nearest;
use crate::source::Place;

/// Why a tree is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) kind: FaultKind,
    /// Where, once known.
    pub(crate) place: Option<Place>,
    /// The keys above it, innermost first.
    pub(crate) path: Vec<String>,
}

/// What can be wrong with a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A key that the table does not have.
    UnknownKey { key: String, known: &'static [&'static str] },
    /// A word that is none of the choices; `what` is the noun for them, once known.
    UnknownChoice { word: String, known: &'static [&'static str], what: &'static str },
    /// A key that must be there is not.
    Missing { key: &'static str },
    /// A value of another type, or out of range.
    Unfit { found: String, expected: String },
    /// A table that should name one choice names none or several: those `given`.
    NotOneChoice { given: Vec<String>, known: &'static [&'static str] },
    /// What a value says about itself.
    Other { message: String },
}

impl Fault {
    pub(super) fn new(kind: FaultKind) -> Fault {
        Fault { kind, place: None, path: Vec::new() }
    }

    /// At that place, unless a place within is known already.
    pub(super) fn at(mut self, place: Place) -> Fault {
        self.place.get_or_insert(place);
        self
    }

    /// Among choices of that type, unless the type is known already.
    pub(super) fn among(mut self, name: &'static str) -> Fault {
        if let FaultKind::UnknownChoice { what, .. } = &mut self.kind
            && what.is_empty()
        {
            *what = name;
        }
        self
    }

    /// Below that key.
    pub(super) fn under(mut self, key: &str) -> Fault {
        self.path.push(key.to_owned());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        Fault::new(FaultKind::Other { message: message.to_string() })
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Fault {
        Fault::new(FaultKind::Unfit { found: plain(found), expected: expected.to_string() })
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Fault {
        Fault::invalid_type(found, expected)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Fault {
        Fault::new(FaultKind::UnknownKey { key: key.to_owned(), known })
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Fault {
        Fault::new(FaultKind::UnknownChoice { word: word.to_owned(), known, what: "" })
    }

    fn missing_field(key: &'static str) -> Fault {
        Fault::new(FaultKind::Missing { key })
    }
}

/// What was found, as a person would call it.
fn plain(found: Unexpected) -> String {
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

/// The words of a choice that a scenario can write.
pub(super) fn words(known: &[&'static str]) -> impl Iterator<Item = &'static str> {
    known.iter().copied().filter(|word| ![BARE, ELSE].contains(word))
}

/// The known word that a misspelt one stands for.
pub(super) fn meant(word: &str, known: &[&'static str]) -> Option<&'static str> {
    nearest(word, words(known))
}
