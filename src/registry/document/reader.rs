//! From bytes to rows and back, in all the shapes that exports have.
//!
//! A document is a sequence of JSON values. A value is `null` (no rows: Go's empty list), an array
//! of values, a page such as `{"jobs": [...]}`, or one row. This covers pages and rows one after
//! another, bare arrays, and arrays of pages. Rows are read from a stream, so positions stay exact
//! and nothing is held twice.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::kind::DocumentKind;
use crate::model::input_file;

/// What is wrong with a document, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct DocumentError {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1: the end of the wrong value.
    pub column: usize,
    /// What was found and what would be right, with the row and its field where there is one.
    pub problem: String,
}

/// A row of a document.
pub trait DocumentRow: Default + Serialize {
    /// The kind of document that it is a row of.
    const KIND: DocumentKind;

    /// The row's `id`, if it has one.
    fn id(&self) -> Option<&str>;

    /// Reads the value of a field; `false`, and the value is not read, if such rows do not have the
    /// field.
    ///
    /// # Errors
    /// If the value is not valid for the field.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, fields: &mut A) -> Result<bool, A::Error>;

    /// Whether nothing of the row is known but its `id`, although it has other fields: it is
    /// probably a row of another system.
    fn is_foreign(&self) -> bool;

    /// The unknown fields.
    fn other(&mut self) -> &mut Map<String, Value>;
}

/// The sentence about rows that are probably those of another system, if there are any.
pub fn foreign_rows<T: DocumentRow>(rows: &[T]) -> Option<String> {
    let foreign = rows.iter().filter(|row| row.is_foreign()).count();
    let kind = T::KIND;
    (foreign > 0).then(|| {
        format!(
            "of {foreign} of {} {} nothing is known but the id: their other fields are none of the registry's",
            rows.len(),
            kind.list()
        )
    })
}

/// Prints rows as a page of the API, `{"jobs": [...]}`, indented by two spaces, with a final
/// newline.
pub fn print<T: DocumentRow>(rows: &[T]) -> String {
    let page = std::collections::BTreeMap::from([(T::KIND.list(), rows)]);
    let mut text = serde_json::to_string_pretty(&page).expect("keys are text and every value is JSON");
    text.push('\n');
    text
}

/// The rows of a document, in its order.
///
/// # Errors
/// If the bytes are not JSON or not a document of this kind, or a field has a wrong value.
pub fn read<T: DocumentRow>(bytes: &[u8]) -> Result<Vec<T>, DocumentError> {
    let json = json::<T>(bytes)?;
    let mut reader = Reader { rows: Vec::new(), row: T::default(), inside: false, key: String::new() };
    let mut json = serde_json::Deserializer::from_slice(&json);
    // `end` fails, without consuming anything, while anything but white space is left.
    while json.end().is_err() {
        ValueSeed(&mut reader).deserialize(&mut json).map_err(|error| reader.document_error(&error))?;
    }
    Ok(reader.rows)
}

/// The text of a document that is packed with gzip or not; it must begin like JSON.
fn json<T: DocumentRow>(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DocumentError> {
    let fail = |problem| Err(DocumentError { line: 1, column: 1, problem });
    let text = match input_file::text(bytes) {
        Ok(text) => text,
        Err(problem) => return fail(problem),
    };
    match text.trim_ascii_start().first() {
        None => fail(format!("the document is empty; expected {}", T::KIND.expected())),
        Some(first) if !first.is_ascii_digit() && !b"{[\"-tfn".contains(first) => {
            let start = String::from_utf8_lossy(text.trim_ascii_start()).lines().next().unwrap_or_default().to_owned();
            let start: String = start.chars().take(40).collect();
            fail(format!("not valid JSON: it begins with {start:?}; expected {}", T::KIND.expected()))
        }
        Some(_) => Ok(whole_surrogates(text)),
    }
}

/// The text with the replacement character for each half of a surrogate pair that stands alone.
/// JSON allows these, but no text can have them. Positions stay as they are.
fn whole_surrogates(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let (mut lone, mut at) = (Vec::new(), 0);
    while let Some(step) = text[at..].iter().position(|byte| *byte == b'\\') {
        at += step;
        at += match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                lone.push(at);
                6
            }
            // An escaped character, which may be a backslash itself.
            _ => 2,
        };
        if at >= text.len() {
            break;
        }
    }
    if lone.is_empty() {
        return text;
    }
    let mut text = text.into_owned();
    for at in lone {
        text[at..at + 6].copy_from_slice(b"\\ufffd");
    }
    text.into()
}

/// The rows so far, and the current position, for error messages.
struct Reader<T> {
    rows: Vec<T>,
    /// The row being read.
    row: T,
    /// Whether a row is being read.
    inside: bool,
    /// The field being read.
    key: String,
}

impl<T: DocumentRow> Reader<T> {
    fn document_error(&self, error: &serde_json::Error) -> DocumentError {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let text = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        let problem = match error.classify() {
            Category::Eof => format!("the document ends too early ({text}); was the export cut off?"),
            Category::Syntax | Category::Io => format!("not valid JSON: {text}"),
            Category::Data if self.inside => format!("{}: {text}", self.location()),
            Category::Data => text.to_owned(),
        };
        DocumentError { line, column, problem }
    }

    /// The row being read and its field: `job 3 (id "1fcf4c0f"), field "deadline"`.
    fn location(&self) -> String {
        let id = self.row.id().map(|id| format!(" (id {id:?})")).unwrap_or_default();
        format!("{} {}{id}, field {:?}", T::KIND.noun(), self.rows.len() + 1, self.key)
    }

    /// Ends the row being read.
    fn finish<E: Error>(&mut self, seen: RecognizedFields) -> Result<(), E> {
        self.inside = false;
        let mut row = std::mem::take(&mut self.row);
        if let Some(problem) = mismatch(T::KIND, self.rows.len() + 1, seen, row.other()) {
            return Err(E::custom(problem));
        }
        self.rows.push(row);
        Ok(())
    }
}

/// The evidence that an object is a row of the expected kind.
#[derive(Clone, Copy, Default)]
struct RecognizedFields {
    /// Whether it has a field of such rows.
    field: bool,
    /// Whether it has a field that only such rows have.
    mark: bool,
}

/// Why the object at row `number` is not such a row; `other` are its unknown fields.
fn mismatch(kind: DocumentKind, number: usize, seen: RecognizedFields, other: &Map<String, Value>) -> Option<String> {
    let other_kinds = || DocumentKind::ALL.into_iter().filter(|other_kind| *other_kind != kind);
    if seen.field {
        let distinctive_fields = other_kinds()
            .flat_map(|other_kind| other_kind.distinctive_fields().iter().map(move |mark| (other_kind, mark)));
        let (other_kind, mark) =
            distinctive_fields.filter(|_| !seen.mark).find(|(_, mark)| other.contains_key(**mark))?;
        return Some(format!("{0} {number} is a {1} (it has {mark:?}), not a {0}", kind.noun(), other_kind.noun()));
    }
    Some(if let Some(errors) = other.get("errors") {
        format!("the registry answered with an error, not with {}: {errors}", kind.list())
    } else if let Some(other_kind) = other_kinds().find(|other_kind| other.contains_key(other_kind.list())) {
        format!("these are {}, not {}; expected {}", other_kind.list(), kind.list(), kind.expected())
    } else {
        format!("{0} {number} has no field of a {0}; expected {1}", kind.noun(), kind.expected())
    })
}

/// Reads one value with all its rows.
struct ValueSeed<'a, T>(&'a mut Reader<T>);

impl<'de, T: DocumentRow> DeserializeSeed<'de> for ValueSeed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DocumentRow> Visitor<'de> for ValueSeed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::KIND.expected())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(ValueSeed(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let reader = self.0;
        (reader.row, reader.inside) = (T::default(), true);
        let (mut seen, mut page) = (RecognizedFields::default(), false);
        while fields.next_key_seed(KeySeed(&mut reader.key))?.is_some() {
            if reader.key == T::KIND.list() {
                (page, reader.inside) = (true, false);
                fields.next_value_seed(ValueSeed(&mut *reader))?;
            } else if reader.row.read(&reader.key, &mut fields)? {
                seen.field = true;
                seen.mark |= T::KIND.distinctive_fields().contains(&reader.key.as_str());
            } else {
                reader.row.other().insert(reader.key.clone(), fields.next_value()?);
            }
        }
        if page { Ok(()) } else { reader.finish(seen) }
    }
}

/// Reads a key into a string that is used for all keys.
struct KeySeed<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(key);
        Ok(())
    }
}
