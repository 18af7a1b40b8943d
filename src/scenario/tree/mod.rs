//! A scenario's text as a tree of keys and values that know where they stand, in the order of the file.
//!
//! TOML itself is parsed by the `toml` crate. Its tree sorts keys and borrows from one text; ours keeps the order in which
//! the file names workers and actions, which the model depends on, and takes values from several texts, because options
//! of the command line set keys too.

mod assign;
mod de;
mod fault;
mod read;

pub(crate) use assign::{Shape, assign};
pub(crate) use de::{BARE, ELSE, PLACED};
pub(crate) use read::{Holes, read};

use toml::de::{DeTable, DeValue, Error};

use super::diagnostic::Complaint;
use super::source::Place;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The value's own place; that of the key, if it is a table or array of several lines.
    pub(crate) place: Place,
    /// The value.
    pub(crate) value: Value,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Text, or a date and time as it is written.
    String(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// Values in order.
    Array(Vec<Node>),
    /// Keys with values, in the order of the file.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// Its value.
    pub(crate) node: Node,
}

/// Reads the TOML text that begins at position `start`; adds every error of syntax to `complaints`, and gives as much of a
/// tree as can be read all the same.
pub(crate) fn parse(text: &str, start: usize, complaints: &mut Vec<Complaint>) -> Node {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(text.len(), |span| span.start));
    complaints.extend(errors.iter().map(|error| syntax_error(error, text, start)));
    let mut reader = Reader { text, start, complaints };
    Node { place: Place::NOWHERE, value: Value::Table(reader.entries(table.get_ref())) }
}

/// An error of the TOML parser, in our words where its own are hard to understand.
fn syntax_error(error: &Error, text: &str, start: usize) -> Complaint {
    let span = error.span().unwrap_or(text.len()..text.len());
    let place = Place { start: start + span.start, end: start + span.end };
    match error.message() {
        "duplicate key" => {
            let key = text.get(span).unwrap_or_default();
            Complaint::error(place, format!("`{key}` is given twice"))
                .label("the second one")
                .help("keep one of the two")
        }
        message if message.starts_with("string values must be quoted") => {
            let value = text.get(span).unwrap_or_default().trim();
            if value.is_empty() {
                Complaint::error(place, "there is no value after the `=`")
            } else {
                Complaint::error(place, format!("`{value}` is neither a number nor a text in quotes"))
                    .help(format!("write texts and durations in quotes: \"{value}\""))
            }
        }
        message => Complaint::error(place, format!("this is no TOML: {message}")),
    }
}

/// Turns the parser's tree into ours.
struct Reader<'a> {
    text: &'a str,
    start: usize,
    complaints: &'a mut Vec<Complaint>,
}

impl Reader<'_> {
    fn entries(&mut self, table: &DeTable) -> Vec<Entry> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let place = self.place(key.span());
            if let Some(node) = self.node(value.get_ref(), value.span(), place) {
                entries.push(Entry { key: key.get_ref().to_string(), place, node });
            }
        }
        entries
    }

    /// The value that stands at `span`, under the key at `key`; `None` (and a complaint) if it is a number beyond all bounds.
    fn node(&mut self, value: &DeValue, span: std::ops::Range<usize>, key: Place) -> Option<Node> {
        let place = self.place(span);
        let (place, value) = match value {
            DeValue::String(text) => (place, Value::String(text.to_string())),
            DeValue::Datetime(instant) => (place, Value::String(instant.to_string())),
            DeValue::Boolean(value) => (place, Value::Boolean(*value)),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(value) => (place, Value::Integer(value)),
                Err(_) => return self.too_large(place),
            },
            DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
                Ok(value) if value.is_finite() => (place, Value::Float(value)),
                _ => return self.too_large(place),
            },
            DeValue::Array(values) => {
                let mut nodes = Vec::with_capacity(values.len());
                for item in values {
                    let place = self.place(item.span());
                    nodes.extend(self.node(item.get_ref(), item.span(), place));
                }
                (self.one_line(place).unwrap_or(key), Value::Array(nodes))
            }
            DeValue::Table(table) => (key, Value::Table(self.entries(table))),
        };
        Some(Node { place, value })
    }

    /// The place, if it lies within one line.
    fn one_line(&self, place: Place) -> Option<Place> {
        let text = self.text.get(place.start - self.start..place.end - self.start)?;
        (!text.contains('\n')).then_some(place)
    }

    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place { start: self.start + span.start, end: self.start + span.end }
    }

    fn too_large(&mut self, place: Place) -> Option<Node> {
        let digits = self.text.get(place.start - self.start..place.end - self.start).unwrap_or_default();
        let complaint = Complaint::error(place, format!("`{digits}` is no number that can be computed with"));
        self.complaints.push(complaint.help("numbers go up to 9223372036854775807, and are finite"));
        None
    }
}
