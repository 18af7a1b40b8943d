//! Names, needs, loads and durations as sentences and tables write them.

use crate::engine::System;
use crate::format;
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;

/// A sentence lists at most this number of names, and the number of the others.
const MOST_NAMES: usize = 3;

/// Names in quotes: `a`, `b` and `c`; `a`, `b`, `c` and 2 more.
pub(super) fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    match (shown.as_slice(), names.len().saturating_sub(MOST_NAMES)) {
        ([], _) => String::new(),
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// The names of actions, each once, in this order.
pub(super) fn actions(system: &System, ids: impl Iterator<Item = ActionId>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in ids.map(|id| &system.action(id).name) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Units by resource, without zeros: `scan 1, memory 2`; `nothing` if all are zero. An analysis has
/// labels as further resources, which are left out.
pub(super) fn units(system: &System, units: &CapacityMap) -> String {
    let named = system.resources.iter().zip(&units.0).filter(|(_, units)| **units != 0);
    let words: Vec<String> = named.map(|(resource, units)| format!("{resource} {units}")).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// A load in percent; near 100, where it decides, with a decimal.
pub(super) fn load(load: f64) -> String {
    if !load.is_finite() {
        return "-".to_owned();
    }
    if (0.985..1.015).contains(&load) { format::percent(load) } else { format!("{:.0} %", load * 100.0) }
}

/// A number of jobs or units, with three digits.
pub(super) fn about(value: f64) -> String {
    match value {
        v if !v.is_finite() => "-".to_owned(),
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

/// The same, rounded down.
pub(super) fn about_at_most(value: f64) -> String {
    let decimals = if value < 10.0 { 100.0 } else { 10.0 };
    about(if value < 100.0 { (value * decimals + 1e-6).floor() / decimals } else { (value + 1e-6).floor() })
}

/// A duration as a scenario has it, with one unit, and not shorter than `seconds`: `30d`, `12h`.
pub(super) fn at_least(seconds: f64) -> String {
    let (unit, name) = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "m")]
        .into_iter()
        .find(|(unit, _)| seconds > 2.0 * unit)
        .unwrap_or((1.0, "s"));
    format!("{:.0}{name}", (seconds / unit).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_read_as_sentences_do() {
        let names =
            |count: usize| -> Vec<String> { ["a", "b", "c", "d", "e"][..count].iter().map(|&n| n.into()).collect() };
        let listed: Vec<String> = (0..=5).map(|count| list(&names(count))).collect();
        assert_eq!(
            listed,
            ["", "`a`", "`a` and `b`", "`a`, `b` and `c`", "`a`, `b`, `c` and 1 more", "`a`, `b`, `c` and 2 more"]
        );
    }

    #[test]
    fn loads_near_one_hundred_percent_have_a_decimal() {
        assert_eq!([0.333, 0.996, 1.004, 1.07, 12.0].map(load), ["33 %", "99.6 %", "100.4 %", "107 %", "1200 %"]);
    }

    #[test]
    fn durations_are_rounded_up_to_one_unit() {
        assert_eq!([5.2, 130.0, 7_300.0, 86_500.0, 180_000.0].map(at_least), ["6s", "3m", "3h", "25h", "3d"]);
    }
}
