//! Reads a value from a tree and finds everything that is wrong with it, not only the first thing.
//!
//! serde stops at the first fault. So the entry at fault is complained about and taken out of the tree, and the tree is
//! read again, until nothing is wrong with what is left. What is missing only because it was taken out is no complaint:
//! [`Holes`] remembers.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::fault::{Fault, FaultKind, meant, words};
use super::{Node, Value};
use crate::diagnostic::Complaint;
use crate::source::Place;

/// Keys that were taken out of their tables, so that nobody complains that they are missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holes(BTreeSet<(Place, String)>);

impl Holes {
    /// Whether `key` was taken out of the table at that place.
    pub(crate) fn has(&self, table: Place, key: &str) -> bool {
        self.0.contains(&(table, key.to_owned()))
    }

    /// Whether anything was taken out of the table or list at that place.
    pub(crate) fn any(&self, table: Place) -> bool {
        self.0.range((table, String::new())..).next().is_some_and(|(place, _)| *place == table)
    }

    /// Whether `key` was taken out of any table.
    pub(crate) fn has_anywhere(&self, key: &str) -> bool {
        self.0.iter().any(|(_, taken)| taken == key)
    }

    /// Whether nothing was taken out anywhere.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a `T` from what is right in the tree, and complains about the rest.
pub(crate) fn read<T: DeserializeOwned + Default>(mut tree: Node, complaints: &mut Vec<Complaint>) -> (T, Holes) {
    let mut holes = Holes::default();
    loop {
        let fault = match T::deserialize(&tree) {
            Ok(value) => return (value, holes),
            Err(fault) => fault,
        };
        let place = fault.place.unwrap_or(tree.place);
        if !is_consequence(&fault, place, &holes) {
            complaints.push(explain(&fault.kind, place));
        }
        let path: Vec<&str> = fault.path.iter().rev().map(String::as_str).collect();
        let Some(table) = take_out(&mut tree, &path) else { return (T::default(), holes) };
        if let FaultKind::UnknownKey { key, known } = &fault.kind {
            // Whoever wrote `servise` has given the service.
            holes.0.extend(meant(key, known).map(|key| (table, key.to_owned())));
        }
        holes.0.insert((table, path.last().copied().unwrap_or_default().to_owned()));
    }
}

/// Whether something is wrong only because a faulty entry was taken out before.
fn is_consequence(fault: &Fault, place: Place, holes: &Holes) -> bool {
    match fault.kind {
        FaultKind::Missing { key } => holes.has(place, key),
        FaultKind::NotOneChoice { .. } => holes.any(place),
        _ => false,
    }
}

/// Takes the entry at the end of a path out of the tree; says where the table or list stands that it was in.
fn take_out(node: &mut Node, path: &[&str]) -> Option<Place> {
    let (&key, rest) = path.split_first()?;
    let place = node.place;
    match &mut node.value {
        Value::Table(entries) => {
            let index = entries.iter().position(|entry| entry.key == key)?;
            if rest.is_empty() {
                entries.remove(index);
                return Some(place);
            }
            take_out(&mut entries[index].node, rest)
        }
        Value::Array(nodes) => {
            let index = key.parse().ok().filter(|index| *index < nodes.len())?;
            if rest.is_empty() {
                nodes.remove(index);
                return Some(place);
            }
            take_out(&mut nodes[index], rest)
        }
        _ => None,
    }
}

/// A fault in plain words.
fn explain(kind: &FaultKind, place: Place) -> Complaint {
    match kind {
        FaultKind::UnknownKey { key, known } => {
            suggest(Complaint::error(place, format!("unknown key `{key}`")), key, known, "keys here")
        }
        FaultKind::UnknownChoice { word, known, what } => {
            let title = format!("there is no {} `{word}`", spoken(what));
            suggest(Complaint::error(place, title), word, known, "known")
        }
        FaultKind::Missing { key } => {
            Complaint::error(place, format!("`{key}` is missing")).label(format!("needs `{key}`"))
        }
        FaultKind::Unfit { found, expected } => {
            let complaint =
                Complaint::error(place, format!("{} is wanted here, not {found}", in_plain_words(expected)));
            match (found.as_str(), expected.as_str()) {
                ("a table", "a sequence") => {
                    complaint.help("a list of tables is written with two brackets, such as [[job]]")
                }
                _ => complaint,
            }
        }
        FaultKind::NotOneChoice { given, known } if given.is_empty() => {
            Complaint::error(place, "this table is empty").help(format!("write one of {}", list(known)))
        }
        FaultKind::NotOneChoice { given, .. } => {
            let given: Vec<String> = given.iter().map(|word| format!("`{word}`")).collect();
            Complaint::error(place, format!("{} exclude each other", given.join(" and "))).help("keep one of them")
        }
        FaultKind::Other { message } => Complaint::error(place, message.as_str()),
    }
}

/// Adds the likely word and the list of all words.
fn suggest(complaint: Complaint, word: &str, known: &[&'static str], what: &str) -> Complaint {
    let complaint = match meant(word, known) {
        Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
        None => complaint,
    };
    complaint.help(format!("{what}: {}", list(known)))
}

/// A type's name as words: `OutageKind` is an outage kind.
fn spoken(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn list(known: &[&'static str]) -> String {
    words(known).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// serde's names of types, as a person would call them.
fn in_plain_words(expected: &str) -> &str {
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
