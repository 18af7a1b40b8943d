//! Sets keys of a tree from the command line: `KEY=VALUE` with a dotted path and a TOML value, or a
//! plain text.

use toml::de::DeValue;

use super::node::{KeyValue, Node, Value};
use super::parse::{self, Reader};
use super::replacement::{AssignRules, refused};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::SourceSpan;

/// Sets a key of the tree to a value. The assignment is the part of the option's text that begins
/// at position `start`; all its diagnostics are shown at `whole`, if that is given.
pub(crate) fn assign(
    tree: &mut Node,
    assignment: &str,
    start: usize,
    whole: Option<SourceSpan>,
    rules: &AssignRules,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let all = whole.unwrap_or(SourceSpan { start, end: start + assignment.len() });
    let Some((mut path, equals)) = path(assignment, start) else {
        let diagnostic = Diagnostic::error(all, format!("`{assignment}` sets no key"));
        diagnostics.push(diagnostic.help("write KEY=VALUE with a dotted path, such as worker.replica.count=5"));
        return;
    };
    let key = path.last().map_or(all, |(_, span)| *span);
    let found = diagnostics.len();
    let Some(mut node) = value(assignment, equals + 1, start, key, diagnostics) else { return };
    if let Some(whole) = whole {
        for (_, span) in &mut path {
            *span = whole;
        }
        node.move_to(whole);
    }
    if diagnostics.len() == found {
        diagnostics.extend(set(tree, &path, 0, node, rules));
    }
}

/// The keys of the dotted path, with their spans, and the position of the `=` that ends it.
fn path(assignment: &str, start: usize) -> Option<(Vec<(String, SourceSpan)>, usize)> {
    let ends = assignment.char_indices().filter(|(_, c)| *c == '=').map(|(index, _)| index);
    ends.into_iter().find_map(|equals| {
        let text = format!("{}=0", &assignment[..equals]);
        let mut diagnostics = Vec::new();
        let tree = parse::parse(&text, start, &mut diagnostics);
        let path = chain(tree).filter(|_| diagnostics.is_empty())?;
        Some((path, equals))
    })
}

/// The keys of a tree without branches.
fn chain(mut node: Node) -> Option<Vec<(String, SourceSpan)>> {
    let mut path = Vec::new();
    while let Value::Table(mut entries) = node.value {
        let entry = entries.pop().filter(|_| entries.is_empty())?;
        path.push((entry.key, entry.span));
        node = entry.node;
    }
    Some(path)
}

/// The value that begins at byte `from` of the assignment: a TOML value, or else the text itself.
fn value(
    assignment: &str,
    from: usize,
    start: usize,
    key: SourceSpan,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let (from, text) = {
        let text = assignment[from..].trim_start();
        (assignment.len() - text.len(), text.trim_end())
    };
    let span = SourceSpan { start: start + from, end: start + from + text.len() };
    match DeValue::parse(text) {
        Ok(value) => Reader { text, start: span.start, diagnostics }.node(value.get_ref(), value.span(), key),
        // No plain text begins like this: it is a malformed TOML value.
        Err(error) if text.starts_with(['{', '[', '"', '\'']) => {
            diagnostics.push(parse::syntax_error(&error, text, span.start));
            None
        }
        Err(_) => Some(Node { span, value: Value::String(text.to_owned()) }),
    }
}

/// Sets the key at the end of a path; its first `depth` keys have led to this node.
fn set(
    node: &mut Node,
    path: &[(String, SourceSpan)],
    depth: usize,
    value: Node,
    rules: &AssignRules,
) -> Option<Diagnostic> {
    let (key, span) = path.get(depth)?;
    let is_last = depth + 1 == path.len();
    if let Value::Array(nodes) = &mut node.value {
        let Some(item) = key.parse::<usize>().ok().and_then(|index| nodes.get_mut(index)) else {
            return Some(Diagnostic::error(*span, format!("this list has no item number `{key}`, counted from 0")));
        };
        if is_last {
            *item = value;
            return None;
        }
        return set(item, path, depth + 1, value, rules);
    }
    if let Some(diagnostic) = refused(node, path, depth, &value, rules) {
        return Some(diagnostic);
    }
    if !matches!(node.value, Value::Table(_)) {
        // Keys replace a word that stood for the defaults of the table: `claim = "registry"`.
        *node = Node { span: path[depth - 1].1, value: Value::Table(Vec::new()) };
    }
    let Value::Table(entries) = &mut node.value else { return None };
    if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) {
        if is_last {
            (entry.span, entry.node) = (*span, value);
            return None;
        }
        return set(&mut entry.node, path, depth + 1, value, rules);
    }
    if depth == 1 && !is_last && rules.named.contains(&path[0].0.as_str()) {
        return Some(absent(entries, &path[0].0, key, *span));
    }
    let mut fresh = Node { span: *span, value: Value::Table(Vec::new()) };
    let diagnostic = if is_last {
        fresh = value;
        None
    } else {
        set(&mut fresh, path, depth + 1, value, rules)
    };
    entries.push(KeyValue { key: key.clone(), span: *span, node: fresh });
    diagnostic
}

/// The diagnostic for a key below a name that does not exist.
fn absent(entries: &[KeyValue], section: &str, name: &str, span: SourceSpan) -> Diagnostic {
    let diagnostic = Diagnostic::error(span, format!("the scenario has no {section} `{name}`"));
    match nearest(name, entries.iter().map(|entry| entry.key.as_str())) {
        Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
        None => diagnostic.help(format!("to add one, set it as a whole: {section}.{name}={{ … }}")),
    }
}
