//! Refuses to set a key below a value that it would replace: a mean of an exponential below a
//! lognormal. The diagnostic shows how to replace the value as a whole.

use super::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::model::catalogue::CatalogueEntry;
use crate::source::SourceSpan;

/// The rules for setting keys in tables.
#[derive(Clone, Debug)]
pub(crate) struct AssignRules {
    /// Tables whose keys are names of the user's choice: a key can be set only below an existing
    /// name.
    pub(crate) named: &'static [&'static str],
    /// Words that exclude each other in a table, with the keys below them.
    pub(crate) choices: Vec<&'static [CatalogueEntry]>,
    /// Keys of tables that may also be written as one value, with the keys that they need.
    pub(crate) tables: &'static [CatalogueEntry],
    /// Keys with a word that stands for the defaults of the keys below it.
    pub(crate) defaults: &'static [(&'static str, &'static str)],
}

/// The diagnostic for setting a key that would replace the value at a node; its path has `depth`
/// keys.
pub(super) fn refused(
    node: &Node,
    path: &[(String, SourceSpan)],
    depth: usize,
    value: &Node,
    rules: &AssignRules,
) -> Option<Diagnostic> {
    let (key, span) = path.get(depth)?;
    let choices = rules.choices.iter().find(|choices| choices.iter().any(|choice| choice.name == key));
    let current = match &node.value {
        Value::Table(entries) => {
            // The first two keys of a path are sections and names, never choices.
            let [only] = entries.as_slice() else { return None };
            let is_other = only.key != *key && choices?.iter().any(|choice| choice.name == only.key);
            if depth < 2 || !is_other {
                return None;
            }
            only.key.clone()
        }
        Value::Array(_) => return None,
        word => {
            let above = path.get(depth.checked_sub(1)?)?.0.as_str();
            let is_default = |(name, default): &(&str, &str)| *name == above && is_text(word, default);
            if rules.defaults.iter().any(is_default) {
                return None;
            }
            toml(word).trim_matches('"').to_owned()
        }
    };
    let whole = dotted(&path[..depth]);
    let title = format!("`{whole}` is `{current}`, which `{}` would replace", dotted(&path[depth..]));
    let diagnostic = Diagnostic::error(*span, title);
    let table = rules.tables.iter().find(|table| path[depth - 1].0 == table.name);
    let written = match (choices, table) {
        (Some(choices), _) => {
            let choice = choices.iter().find(|choice| choice.name == key)?;
            format!("{{ {key} = {} }}", with_required(&path[depth + 1..], value, choice.parameters, &whole))
        }
        (None, Some(table)) => with_required(&path[depth..], value, table.parameters, &whole),
        (None, None) => return Some(Diagnostic::error(*span, format!("`{whole}` is `{current}` and has no keys"))),
    };
    Some(diagnostic.help(format!("to replace it as a whole, write '{whole}={written}'")))
}

/// The value below a path, with examples of the keys that its table needs.
fn with_required(path: &[(String, SourceSpan)], value: &Node, parameters: &[&str], whole: &str) -> String {
    let is_known = |key: &str| parameters.iter().any(|parameter| parameter.trim_end_matches('?') == key);
    let inner = match path {
        [] if parameters == ["value"] || matches!(value.value, Value::Table(_)) => return toml(&value.value),
        [] => String::new(),
        [(key, _), ..] if !is_known(key) => String::new(),
        [_, rest @ ..] => {
            rest.iter().rev().fold(toml(&value.value), |inner, (key, _)| format!("{{ {key} = {inner} }}"))
        }
    };
    let given = path.first().map_or("", |(key, _)| key.as_str());
    let is_number = [".batch", ".count", ".factor"].iter().any(|end| whole.ends_with(end));
    let mut keys = if inner.is_empty() { Vec::new() } else { vec![format!("{given} = {inner}")] };
    let required = parameters.iter().filter(|parameter| !parameter.ends_with('?') && **parameter != given);
    keys.extend(required.map(|parameter| format!("{parameter} = {}", example(parameter, is_number))));
    format!("{{ {} }}", keys.join(", "))
}

/// A value that a parameter may have.
fn example(parameter: &str, is_number: bool) -> String {
    match (parameter, is_number) {
        ("cv" | "shape", _) => "2".to_owned(),
        ("rate", _) => "\"10/h\"".to_owned(),
        ("rates", _) => format!("[{}]", ["\"10/h\""; 24].join(", ")),
        ("population", _) => "10".to_owned(),
        ("file" | "resource", _) => format!("\"{}\"", parameter.to_uppercase()),
        ("phases", false) => "[{ p = 1, mean = \"1m\" }]".to_owned(),
        ("phases", true) => "[{ p = 1, mean = 2 }]".to_owned(),
        ("low", false) => "\"1ms\"".to_owned(),
        ("low", true) => "1".to_owned(),
        (_, false) => "\"1m\"".to_owned(),
        (_, true) => "3".to_owned(),
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    matches!(value, Value::String(word) if word == text)
}

/// The path as options write it.
fn dotted(path: &[(String, SourceSpan)]) -> String {
    let is_bare = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let keys = path.iter().map(|(key, _)| if is_bare(key) { key.clone() } else { format!("{key:?}") });
    keys.collect::<Vec<_>>().join(".")
}

/// The value in TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Array(nodes) => {
            let items: Vec<String> = nodes.iter().map(|node| toml(&node.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(entries) => {
            let items: Vec<String> =
                entries.iter().map(|entry| format!("{} = {}", entry.key, toml(&entry.node.value))).collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}
