//! The keys that a scenario sets, one by one with their values, so that two scenarios can be compared key by key.

use super::Override;
use super::spec::Spec;
use super::tree::{self, Node, Value};

/// Every key of a scenario's text by its dotted path, with its value as text, after the command line's changes; in order of the text. What is wrong with the
/// text is passed over: that is for [`load`](super::load) to say.
pub fn settings(text: &str, overrides: &[Override]) -> Vec<(String, String)> {
    nodes(text, overrides).into_iter().map(|(key, node)| (key, shown(&node.value))).collect()
}

/// The same with the values themselves.
pub(super) fn nodes(text: &str, overrides: &[Override]) -> Vec<(String, Node)> {
    let mut complaints = Vec::new();
    let (mut tree, shape) = (tree::parse(text, 0, &mut complaints), Spec::shape());
    for Override { assignment, .. } in overrides {
        tree::assign(&mut tree, assignment, 0, &shape, &mut complaints);
    }
    let mut nodes = Vec::new();
    collect(tree, "", &mut nodes);
    nodes
}

fn collect(node: Node, path: &str, nodes: &mut Vec<(String, Node)>) {
    match node.value {
        Value::Table(entries) => {
            for entry in entries {
                collect(entry.node, &join(path, &entry.key), nodes);
            }
        }
        Value::Array(items) if items.iter().any(|item| matches!(item.value, Value::Table(_) | Value::Array(_))) => {
            for (index, item) in items.into_iter().enumerate() {
                collect(item, &join(path, &index.to_string()), nodes);
            }
        }
        _ => nodes.push((path.to_owned(), node)),
    }
}

/// A key below a path, quoted if it needs be.
fn join(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if is_plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Array(nodes) => {
            let items: Vec<String> = nodes.iter().map(|node| shown(&node.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_dotted_paths_and_the_command_line_has_the_last_word() {
        let text = r#"
            horizon = "1d"
            claim = "registry"
            [worker.w]
            count = 2
            capacity = { scan = 1, "two words" = 0.5 }
            [[job]]
            at = "1m"
            [[job]]
            values = [1, 2]
        "#;
        let overrides = [Override::set("worker.w.count=3"), Override::policy("easy-backfill(order=shortest)")];
        let settings = settings(text, &overrides);
        let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (&**key, &**value)).collect();
        let expected = [
            ("horizon", "1d"),
            ("claim.policy.easy-backfill.order", "shortest"),
            ("worker.w.count", "3"),
            ("worker.w.capacity.scan", "1"),
            ("worker.w.capacity.\"two words\"", "0.5"),
            ("job.0.at", "1m"),
            ("job.1.values", "[1, 2]"),
        ];
        assert_eq!(settings, expected);
    }
}
