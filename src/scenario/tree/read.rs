//! Reads a value from a tree and reports every mistake in it, not only the first.
//!
//! serde stops at the first error. So the wrong entry is reported and removed, and the tree is read
//! again, until it has no errors left. A key that is missing only because it was removed is not
//! reported again: [`RecoveredKeys`] remembers it.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::error::{ParseError, ParseErrorKind, suggestion, written_variants};
use super::node::{KeyValue, Node, Value};
use super::synonyms;
use crate::diagnostic::Diagnostic;
use crate::source::SourceSpan;

/// Wrong keys that were removed from their tables, so that they are not reported as missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecoveredKeys {
    keys: BTreeSet<(SourceSpan, String)>,
    /// Whether more mistakes were left than are looked for.
    pub(crate) is_exhausted: bool,
}

impl RecoveredKeys {
    /// Whether `key` was removed from the table at that span.
    pub(crate) fn has(&self, table: SourceSpan, key: &str) -> bool {
        self.keys.contains(&(table, key.to_owned()))
    }

    /// Whether anything was removed from the table or list at that span.
    pub(crate) fn any(&self, table: SourceSpan) -> bool {
        self.keys.range((table, String::new())..).next().is_some_and(|(span, _)| *span == table)
    }

    /// Whether `key` was removed from any table.
    pub(crate) fn has_anywhere(&self, key: &str) -> bool {
        self.keys.iter().any(|(_, taken)| taken == key)
    }

    /// Whether nothing was removed.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Reads a `T` from the correct entries of the tree, and reports the others.
pub(crate) fn read<T: DeserializeOwned + Default>(
    mut tree: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> (T, RecoveredKeys) {
    let mut recovered = RecoveredKeys::default();
    for _ in 0..MOST_ROUNDS {
        let error = match T::deserialize(&tree) {
            Ok(value) => return (value, recovered),
            Err(error) => error,
        };
        let span = error.span.unwrap_or(tree.span);
        let path: Vec<&str> = error.path.iter().rev().map(String::as_str).collect();
        if !is_consequence(&error, span, &recovered) {
            diagnostics.push(diagnostic_of(&error.kind, span, &path));
        }
        let Some((table, entry)) = find_entry(&mut tree, &path) else { return (T::default(), recovered) };
        let key = path.last().copied().unwrap_or_default();
        let others = match (&error.kind, &mut table.value) {
            // The other unknown keys of the table go at once: a table may have thousands of them.
            (ParseErrorKind::UnknownKey { known, .. }, Value::Table(entries)) => {
                let (wrong, right) = entries.drain(..).partition(|entry| !known.contains(&entry.key.as_str()));
                *entries = right;
                let wrong: Vec<KeyValue> = wrong;
                wrong
            }
            (_, Value::Table(entries)) => vec![entries.remove(entry)],
            (_, Value::Array(nodes)) => {
                nodes.remove(entry);
                Vec::new()
            }
            _ => Vec::new(),
        };
        for other in &others {
            let ParseErrorKind::UnknownKey { known, .. } = error.kind else { continue };
            // A misspelt `servise` counts as the service.
            let meant = synonyms::parameter(&other.key, known).map(|(meant, _)| meant);
            let meant = meant.or_else(|| suggestion(&other.key, known));
            recovered.keys.extend(meant.map(|key| (table.span, key.to_owned())));
            recovered.keys.insert((table.span, other.key.clone()));
            if other.key != key {
                let kind = ParseErrorKind::UnknownKey { key: other.key.clone(), known };
                diagnostics.push(diagnostic_of(&kind, other.span, &path));
            }
        }
        recovered.keys.insert((table.span, key.to_owned()));
    }
    diagnostics.push(Diagnostic::error(SourceSpan::NOWHERE, "there are more mistakes, which are not shown yet"));
    recovered.is_exhausted = true;
    (T::default(), recovered)
}

/// The most mistakes that are looked for, not counting unknown keys of one table: each takes a
/// reading of the whole tree.
const MOST_ROUNDS: usize = 200;

/// Whether an error only follows from the removal of a wrong entry.
fn is_consequence(error: &ParseError, span: SourceSpan, recovered: &RecoveredKeys) -> bool {
    match error.kind {
        ParseErrorKind::Missing { key } => recovered.has(span, key),
        ParseErrorKind::NotOneVariant { .. } => recovered.any(span),
        _ => false,
    }
}

/// The entry at the end of a path: the table or list that holds it, and its place there.
fn find_entry<'a>(node: &'a mut Node, path: &[&str]) -> Option<(&'a mut Node, usize)> {
    let (&key, rest) = path.split_first()?;
    let place = match &node.value {
        Value::Table(entries) => entries.iter().position(|entry| entry.key == key)?,
        Value::Array(nodes) => key.parse().ok().filter(|place| *place < nodes.len())?,
        _ => return None,
    };
    if rest.is_empty() {
        return Some((node, place));
    }
    match &mut node.value {
        Value::Table(entries) => find_entry(&mut entries[place].node, rest),
        Value::Array(nodes) => find_entry(&mut nodes[place], rest),
        _ => None,
    }
}

/// An error in plain words; `path` leads to it.
fn diagnostic_of(kind: &ParseErrorKind, span: SourceSpan, path: &[&str]) -> Diagnostic {
    match kind {
        ParseErrorKind::UnknownKey { key, known } if synonyms::parameter(key, known).is_some() => {
            let (meant, help) = synonyms::parameter(key, known).unwrap_or_default();
            Diagnostic::error(span, format!("unknown key `{key}`"))
                .label(format!("did you mean `{meant}`?"))
                .help(help)
                .help(format!("keys here: {}", quoted_list(known)))
        }
        ParseErrorKind::UnknownKey { key, known } => {
            suggest(Diagnostic::error(span, format!("unknown key `{key}`")), key, known, "keys here")
        }
        ParseErrorKind::UnknownChoice { word, known, what } => {
            let title = format!("there is no {} `{word}`", type_noun(what));
            let meant: Vec<String> = crate::policy::synonyms(word)
                .filter(|policy| known.contains(policy))
                .map(|policy| format!("`{policy}`"))
                .collect();
            if !meant.is_empty() {
                let diagnostic = Diagnostic::error(span, title).label(format!("did you mean {}?", meant.join(" or ")));
                return diagnostic.help(format!("known: {}", quoted_list(known)));
            }
            suggest(Diagnostic::error(span, title), word, known, "known")
        }
        ParseErrorKind::Missing { key } => {
            Diagnostic::error(span, format!("`{key}` is missing")).label(format!("needs `{key}`"))
        }
        ParseErrorKind::WrongType { found, expected } => {
            let diagnostic =
                Diagnostic::error(span, format!("{} is expected here, not {found}", describe_expected(expected)));
            match (found.as_str(), expected.as_str()) {
                ("a table", "a sequence") => {
                    diagnostic.help("a list of tables is written with two brackets, such as [[job]]")
                }
                _ => diagnostic,
            }
        }
        ParseErrorKind::NotATable { found, known } => {
            let diagnostic = Diagnostic::error(span, format!("a table of keys is expected here, not {found}"));
            match (known, found.strip_prefix("the text ").unwrap_or(found).trim_matches('`')) {
                ([only], value) => {
                    diagnostic.help(format!("`{0}` has one key: write {0}.{only} = {value}", path.join(".")))
                }
                _ => diagnostic.help(format!("keys here: {}", quoted_list(known))),
            }
        }
        ParseErrorKind::NotOneVariant { given, known } if given.is_empty() => {
            Diagnostic::error(span, "this table is empty").help(format!("write one of {}", quoted_list(known)))
        }
        ParseErrorKind::NotOneVariant { given, .. } => {
            let given: Vec<String> = given.iter().map(|word| format!("`{word}`")).collect();
            Diagnostic::error(span, format!("{} exclude each other", given.join(" and "))).help("keep one of them")
        }
        ParseErrorKind::Other { message } => Diagnostic::error(span, message.as_str()),
    }
}

/// Adds the word that is probably meant, and the list of all words.
fn suggest(diagnostic: Diagnostic, word: &str, known: &[&'static str], what: &str) -> Diagnostic {
    let diagnostic = match suggestion(word, known) {
        Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
        None => diagnostic,
    };
    diagnostic.help(format!("{what}: {}", quoted_list(known)))
}

/// A type's name as words: `OutageKind` is an outage kind.
fn type_noun(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn quoted_list(known: &[&'static str]) -> String {
    written_variants(known).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The type that serde expected, in plain words.
fn describe_expected(expected: &str) -> &str {
    match expected {
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number of 0 or more",
        "i64" => "a whole number",
        "f64" => "a number",
        "a string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        "a choice" => "a word, or a table with one key",
        "unit" => "a word",
        other => other,
    }
}
