//! TOML text -> a tree, by the `toml` crate's parser.

use toml::de::{DeTable, DeValue, Error};

use super::node::{KeyValue, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::SourceSpan;

/// Reads the TOML text that begins at position `start`. Adds every syntax error to `diagnostics`,
/// and returns what can be read in spite of them.
pub(crate) fn parse(text: &str, start: usize, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(text.len(), |range| range.start));
    diagnostics.extend(errors.iter().map(|error| syntax_error(error, text, start)));
    let mut reader = Reader { text, start, diagnostics };
    Node { span: SourceSpan::NOWHERE, value: Value::Table(reader.entries(table.get_ref())) }
}

/// An error of the TOML parser, in other words where its own are hard to understand.
pub(super) fn syntax_error(error: &Error, text: &str, start: usize) -> Diagnostic {
    let range = error.span().unwrap_or(text.len()..text.len());
    let span = SourceSpan { start: start + range.start, end: start + range.end };
    match error.message() {
        "duplicate key" => {
            let key = text.get(range).unwrap_or_default();
            Diagnostic::error(span, format!("`{key}` is given twice"))
                .label("the second one")
                .help("keep one of the two")
        }
        message if message.starts_with("string values must be quoted") => {
            let value = text.get(range).unwrap_or_default().trim();
            if value.is_empty() {
                Diagnostic::error(span, "there is no value after the `=`")
            } else {
                Diagnostic::error(span, format!("`{value}` is neither a number nor a text in quotes"))
                    .help(format!("write texts and durations in quotes: \"{value}\""))
            }
        }
        message => Diagnostic::error(span, format!("this is not valid TOML: {message}")),
    }
}

/// Converts the parser's tree.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entries(&mut self, table: &DeTable) -> Vec<KeyValue> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let span = self.span(key.span());
            if let Some(node) = self.node(value.get_ref(), value.span(), span) {
                entries.push(KeyValue { key: key.get_ref().to_string(), span, node });
            }
        }
        entries
    }

    /// The value at `range`, under the key at `key`; `None` and a diagnostic if it is a number out
    /// of range.
    pub(super) fn node(&mut self, value: &DeValue, range: std::ops::Range<usize>, key: SourceSpan) -> Option<Node> {
        let span = self.span(range);
        let (span, value) = match value {
            DeValue::String(text) => (span, Value::String(text.to_string())),
            DeValue::Datetime(instant) => (span, Value::String(instant.to_string())),
            DeValue::Boolean(value) => (span, Value::Boolean(*value)),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(value) => (span, Value::Integer(value)),
                Err(_) => return self.too_large(span),
            },
            DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
                Ok(value) if value.is_finite() => (span, Value::Float(value)),
                _ => return self.too_large(span),
            },
            DeValue::Array(values) => {
                let mut nodes = Vec::with_capacity(values.len());
                for item in values {
                    let span = self.span(item.span());
                    nodes.extend(self.node(item.get_ref(), item.span(), span));
                }
                (self.one_line(span).unwrap_or(key), Value::Array(nodes))
            }
            DeValue::Table(table) => (key, Value::Table(self.entries(table))),
        };
        Some(Node { span, value })
    }

    /// The span, if it lies within one line.
    fn one_line(&self, span: SourceSpan) -> Option<SourceSpan> {
        let text = self.text.get(span.start - self.start..span.end - self.start)?;
        (!text.contains('\n')).then_some(span)
    }

    fn span(&self, range: std::ops::Range<usize>) -> SourceSpan {
        SourceSpan { start: self.start + range.start, end: self.start + range.end }
    }

    fn too_large(&mut self, span: SourceSpan) -> Option<Node> {
        let digits = self.text.get(span.start - self.start..span.end - self.start).unwrap_or_default();
        let diagnostic = Diagnostic::error(span, format!("the number `{digits}` is out of range"));
        self.diagnostics.push(diagnostic.help("numbers go up to 9223372036854775807, and are finite"));
        None
    }
}
