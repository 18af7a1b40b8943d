//! Values that know where they stand, and the names by which types ask for more than serde offers.

use crate::source::SourceSpan;

/// The name by which a type asks for its span, too: it then reads `(start, end, value)`.
pub(crate) const SPANNED: &str = "$spanned";

/// The variant of a choice that stands for a bare number or text: `service = "10m"`.
pub(crate) const BARE: &str = "$bare";

/// The variant of a choice that takes every value that no other variant names:
/// `delay = { uniform = … }` next to `"none"`.
pub(crate) const ELSE: &str = "$else";

/// The variant of a choice that is a list: `backoff = ["10s", "1m"]`.
pub(crate) const LIST: &str = "$list";

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The span of the value; that of its key, if it is a table or an array of several lines.
    pub(crate) span: SourceSpan,
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
    Table(Vec<KeyValue>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyValue {
    /// The key.
    pub(crate) key: String,
    /// Its span.
    pub(crate) span: SourceSpan,
    /// Its value.
    pub(crate) node: Node,
}

impl Node {
    /// Gives the value and everything in it one span.
    pub(super) fn move_to(&mut self, span: SourceSpan) {
        self.span = span;
        match &mut self.value {
            Value::Array(nodes) => nodes.iter_mut().for_each(|node| node.move_to(span)),
            Value::Table(entries) => {
                for entry in entries {
                    entry.span = span;
                    entry.node.move_to(span);
                }
            }
            _ => {}
        }
    }
}
