//! The parameters of a scenario: the numbers, times and rates that its text sets and that say how large something is.

use super::Override;
use super::settings::nodes;
use super::tree::{Node, Value};
use crate::model::time::Span;
use crate::model::unit::Rate;

/// Sections that say what is looked at, or list what happens by name and instant, and not how large anything is.
const NO_PARAMETERS: [&str; 10] =
    ["name", "start", "horizon", "warmup", "seed", "replications", "slo", "slowdown_bound", "job", "cancel"];

/// Keys of numbers that are rounded to whole ones when they are used.
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
    /// Whether it is used as a whole number, whatever is written.
    pub is_rounded: bool,
}

/// The parameters that a scenario's text sets, after the command line's changes; in order of the text.
pub fn parameters(text: &str, overrides: &[Override]) -> Vec<Parameter> {
    nodes(text, overrides).iter().filter_map(|(key, node)| parameter(key, node)).collect()
}

fn parameter(key: &str, node: &Node) -> Option<Parameter> {
    let segments: Vec<&str> = key.split('.').collect();
    // An instant of a list is no length of time, and ids are names.
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

/// Whether the key is a number of children or of jobs at once, which is a distribution of numbers: bare or constant.
fn is_rounded(segments: &[&str]) -> bool {
    let segments = segments.strip_suffix(&["constant"]).unwrap_or(segments);
    segments.len() > 3 && segments.last().is_some_and(|last| ROUNDED.contains(last))
}

fn number(value: &Value) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::String(text) if text.parse::<Span>().is_ok() || text.parse::<Rate>().is_ok() => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let said: Vec<String> = parameters
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
        assert_eq!(said, expected);
    }
}
