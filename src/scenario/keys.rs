//! The keys that a scenario sets, one by one with their values, so that scenarios can be compared
//! key by key; and those keys whose values are numbers, which a study may vary.

use crate::model::quantity::Quantity;
use crate::overrides::Override;
use crate::spec::Spec;
use crate::tree::{self, Node, Value};

/// Every key of a scenario's text by its dotted path, with its value as text, after the overrides;
/// in the order of the text. Mistakes in the text are ignored, because [`load`](crate::load)
/// reports them.
pub fn key_values(text: &str, overrides: &[Override]) -> Vec<(String, String)> {
    nodes(text, overrides).into_iter().map(|(key, node)| (key, shown(&node.value))).collect()
}

/// Every key with its value.
fn nodes(text: &str, overrides: &[Override]) -> Vec<(String, Node)> {
    let mut diagnostics = Vec::new();
    let (mut tree, rules) = (tree::parse(text, 0, &mut diagnostics), Spec::assign_rules());
    for Override { assignment, .. } in overrides {
        tree::assign(&mut tree, assignment, 0, None, &rules, &mut diagnostics);
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

/// A key below a path, in quotes if necessary.
fn join(path: &str, key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if is_bare { key.to_owned() } else { format!("{key:?}") };
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

/// Sections that describe the run or list single events, and hold no quantity of the system.
const NO_PARAMETERS: [&str; 11] = [
    "name",
    "start",
    "horizon",
    "warmup",
    "cooldown",
    "seed",
    "replications",
    "slo",
    "slowdown_bound",
    "job",
    "cancel",
];

/// Keys whose numbers are rounded to whole ones when they are used.
const ROUNDED: [&str; 2] = ["count", "batch"];

/// A key whose value is a number, or a list of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its dotted path.
    pub key: String,
    /// The number as text, with its unit, or each number of the list.
    pub values: Vec<String>,
    /// Whether it is a list.
    pub is_list: bool,
    /// Whether it is written as whole numbers.
    pub is_whole: bool,
    /// Whether it is rounded to a whole number when it is used.
    pub is_rounded: bool,
}

/// The parameters that a scenario's text sets, after the overrides; in the order of the text.
pub fn parameters(text: &str, overrides: &[Override]) -> Vec<Parameter> {
    nodes(text, overrides).iter().filter_map(|(key, node)| parameter(key, node)).collect()
}

fn parameter(key: &str, node: &Node) -> Option<Parameter> {
    let segments: Vec<&str> = key.split('.').collect();
    // The instants in lists are not durations, and ids are names.
    if NO_PARAMETERS.contains(&segments[0]) || matches!(segments.last(), Some(&"at" | &"ids")) {
        return None;
    }
    let (nodes, is_list) = match &node.value {
        Value::Array(nodes) => (nodes.as_slice(), true),
        _ => (std::slice::from_ref(node), false),
    };
    let values: Vec<String> = nodes.iter().filter_map(|node| number(&node.value)).collect();
    let are_numbers = !values.is_empty() && values.len() == nodes.len();
    are_numbers.then(|| Parameter {
        key: key.to_owned(),
        values,
        is_list,
        is_whole: nodes.iter().all(|node| matches!(node.value, Value::Integer(_))),
        is_rounded: is_rounded(&segments),
    })
}

/// Whether the key is a number of children or a batch size: a distribution of numbers, bare or
/// constant.
fn is_rounded(segments: &[&str]) -> bool {
    let segments = segments.strip_suffix(&["constant"]).unwrap_or(segments);
    segments.len() > 3 && segments.last().is_some_and(|last| ROUNDED.contains(last))
}

fn number(value: &Value) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::String(text) => match text.parse() {
            // A number in quotes is a name.
            Ok(Quantity::Number(_)) | Err(_) => None,
            Ok(_) => Some(text.clone()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_dotted_paths_and_overrides_win() {
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
        let values = key_values(text, &overrides);
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (&**key, &**value)).collect();
        let expected = [
            ("horizon", "1d"),
            ("claim.policy.easy-backfill.order", "shortest"),
            ("worker.w.count", "3"),
            ("worker.w.capacity.scan", "1"),
            ("worker.w.capacity.\"two words\"", "0.5"),
            ("job.0.at", "1m"),
            ("job.1.values", "[1, 2]"),
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn numbers_with_and_without_units_are_parameters_and_names_and_instants_are_not() {
        let text = r#"
            name = "5s"
            horizon = "1d"
            seed = 4
            slo = { wait = "1m" }
            [worker.w]
            count = 2
            ids = ["7", "8"]
            capacity = { scan = 1 }
            [action.scan]
            arrival = { poisson = { rate = "40/h", batch = 2 } }
            service = { lognormal = { mean = "26s", cv = 1.5 } }
            spawns = { action = "check", count = { constant = 3 } }
            error = 0.1
            [action.check]
            arrival = { profile = { rates = ["1/h", "2/h"] } }
            service = "4m"
            [cron.check]
            schedule = "0 0 3 * * *"
            [[outage]]
            worker = "w"
            at = "2h"
            for = "5m"
            [[job]]
            action = "scan"
            service = "1m"
        "#;
        let parameters = parameters(text, &[Override::set("action.check.retries=1")]);
        let lines: Vec<String> = parameters
            .iter()
            .map(|parameter| {
                let Parameter { key, values, is_list, is_whole, is_rounded } = parameter;
                let marks = [("list", is_list), ("whole", is_whole), ("rounded", is_rounded)];
                let marks = marks.iter().filter(|(_, is)| **is).map(|(word, _)| *word);
                [key.as_str()]
                    .into_iter()
                    .chain(values.iter().map(String::as_str))
                    .chain(marks)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let expected = [
            "worker.w.count 2 whole",
            "worker.w.capacity.scan 1 whole",
            "action.scan.arrival.poisson.rate 40/h",
            "action.scan.arrival.poisson.batch 2 whole rounded",
            "action.scan.service.lognormal.mean 26s",
            "action.scan.service.lognormal.cv 1.5",
            "action.scan.spawns.count.constant 3 whole rounded",
            "action.scan.error 0.1",
            "action.check.arrival.profile.rates 1/h 2/h list",
            "action.check.service 4m",
            "action.check.retries 1 whole",
            "outage.0.for 5m",
        ];
        assert_eq!(lines, expected);
    }
}
