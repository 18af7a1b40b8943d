//! Sets keys of a tree from the command line: `KEY=VALUE` with a dotted path and a TOML value, or a plain text.

use toml::de::DeValue;

use super::{Entry, Node, Reader, Value};
use crate::diagnostic::{Complaint, nearest};
use crate::source::Place;

/// What setting a key has to know about the tables it walks through.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Tables whose keys are names that the scenario gives; a name that is not there is no place to set a key.
    pub(crate) named: &'static [&'static str],
    /// Words of which a table holds one only: setting one takes another one's place.
    pub(crate) choices: Vec<Vec<&'static str>>,
}

/// Sets a key of the tree to a value. The assignment is the part of the option's text that begins at position `start`.
pub(crate) fn assign(tree: &mut Node, assignment: &str, start: usize, shape: &Shape, complaints: &mut Vec<Complaint>) {
    let whole = Place { start, end: start + assignment.len() };
    let Some((path, equals)) = path(assignment, start) else {
        let complaint = Complaint::error(whole, format!("`{assignment}` sets no key"));
        complaints.push(complaint.help("write KEY=VALUE with a dotted path, such as worker.replica.count=5"));
        return;
    };
    let key = path.last().map_or(whole, |(_, place)| *place);
    let found = complaints.len();
    let Some(node) = value(assignment, equals + 1, start, key, complaints) else { return };
    if complaints.len() == found {
        complaints.extend(set(tree, &path, 0, node, shape));
    }
}

/// The keys of the dotted path before the first `=` that ends one, with their places; and where that `=` is.
fn path(assignment: &str, start: usize) -> Option<(Vec<(String, Place)>, usize)> {
    let ends = assignment.char_indices().filter(|(_, c)| *c == '=').map(|(index, _)| index);
    ends.into_iter().find_map(|equals| {
        let text = format!("{}=0", &assignment[..equals]);
        let mut complaints = Vec::new();
        let tree = super::parse(&text, start, &mut complaints);
        let path = chain(tree).filter(|_| complaints.is_empty())?;
        Some((path, equals))
    })
}

/// The keys of a tree that has no branches.
fn chain(mut node: Node) -> Option<Vec<(String, Place)>> {
    let mut path = Vec::new();
    while let Value::Table(mut entries) = node.value {
        let entry = entries.pop().filter(|_| entries.is_empty())?;
        path.push((entry.key, entry.place));
        node = entry.node;
    }
    Some(path)
}

/// The value that begins at byte `from` of the assignment: a TOML value, or else the text itself.
fn value(assignment: &str, from: usize, start: usize, key: Place, complaints: &mut Vec<Complaint>) -> Option<Node> {
    let (from, text) = {
        let text = assignment[from..].trim_start();
        (assignment.len() - text.len(), text.trim_end())
    };
    let place = Place { start: start + from, end: start + from + text.len() };
    match DeValue::parse(text) {
        Ok(value) => Reader { text, start: place.start, complaints }.node(value.get_ref(), value.span(), key),
        // A plain text begins otherwise: this is a TOML value gone wrong.
        Err(error) if text.starts_with(['{', '[', '"', '\'']) => {
            complaints.push(super::syntax_error(&error, text, place.start));
            None
        }
        Err(_) => Some(Node { place, value: Value::String(text.to_owned()) }),
    }
}

/// Sets the key at the end of a path of which `depth` keys led to this node.
fn set(node: &mut Node, path: &[(String, Place)], depth: usize, value: Node, shape: &Shape) -> Option<Complaint> {
    let (key, place) = path.get(depth)?;
    let is_last = depth + 1 == path.len();
    if let Value::Array(nodes) = &mut node.value {
        let Some(item) = key.parse::<usize>().ok().and_then(|index| nodes.get_mut(index)) else {
            return Some(Complaint::error(*place, format!("there is no number `{key}` in this list, counted from 0")));
        };
        if is_last {
            *item = value;
            return None;
        }
        return set(item, path, depth + 1, value, shape);
    }
    if !matches!(node.value, Value::Table(_)) {
        // What stood for the whole table, such as `claim = "registry"`, makes room for keys.
        *node = Node { place: path[depth - 1].1, value: Value::Table(Vec::new()) };
    }
    let Value::Table(entries) = &mut node.value else { return None };
    make_room(entries, key, depth, shape);
    if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) {
        if is_last {
            (entry.place, entry.node) = (*place, value);
            return None;
        }
        return set(&mut entry.node, path, depth + 1, value, shape);
    }
    if depth == 1 && !is_last && shape.named.contains(&path[0].0.as_str()) {
        return Some(absent(entries, &path[0].0, key, *place));
    }
    let mut fresh = Node { place: *place, value: Value::Table(Vec::new()) };
    let complaint = if is_last {
        fresh = value;
        None
    } else {
        set(&mut fresh, path, depth + 1, value, shape)
    };
    entries.push(Entry { key: key.clone(), place: *place, node: fresh });
    complaint
}

/// Takes out the choice that a new one replaces: `exponential` in the place of `lognormal`.
fn make_room(entries: &mut Vec<Entry>, key: &str, depth: usize, shape: &Shape) {
    // The first two keys of a path are sections and names, never choices.
    if let (true, [only]) = (depth >= 2, entries.as_slice()) {
        let replaces = |words: &Vec<&str>| words.contains(&key) && words.contains(&only.key.as_str());
        if only.key != key && shape.choices.iter().any(replaces) {
            entries.clear();
        }
    }
}

/// The complaint that there is nothing of that name to set a key of.
fn absent(entries: &[Entry], section: &str, name: &str, place: Place) -> Complaint {
    let complaint = Complaint::error(place, format!("the scenario has no {section} `{name}`"));
    match nearest(name, entries.iter().map(|entry| entry.key.as_str())) {
        Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
        None => complaint.help(format!("a new one is set whole: {section}.{name}={{ … }}")),
    }
}
