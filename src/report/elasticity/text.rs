//! Effects as a person reads them in a terminal: a line a key, with what 1 % more of it does to each shown quantity.

use super::ElasticityReport;
use crate::experiment::elasticity::Effect;
use crate::format::{ValueFormat, relative_change};
use crate::sweep::text::without_intervals;
use crate::table::{Charset, empty};

/// The heading line, the table (keys by their effect on the first quantity), and what was left out.
pub fn text(report: &ElasticityReport) -> String {
    let titles = report.shown.iter().map(|quantity| quantity.text.as_str());
    let header: Vec<&str> = ["1 % more of", "value"].into_iter().chain(titles).collect();
    let mut table = empty(&header, Charset::Utf8);
    let values = report.shown.iter().enumerate().map(|(shown, quantity)| {
        let base = report.effects.iter().find(|effect| effect.shown == shown).and_then(|effect| effect.base);
        ValueFormat::of_quantity(quantity).value(base)
    });
    table.add_row(["(now)".to_owned(), String::new()].into_iter().chain(values).collect::<Vec<_>>());
    let mut without: Vec<&str> = Vec::new();
    for first in report.ranked(0) {
        let nudge = &report.nudges[first.nudge];
        let of_nudge: Vec<&Effect> = report.effects.iter().filter(|effect| effect.nudge == first.nudge).collect();
        if of_nudge.iter().all(|effect| effect.is_nothing()) {
            without.push(&nudge.key);
            continue;
        }
        let cells = of_nudge.into_iter().map(|effect| cell(effect, Charset::Utf8));
        table.add_row([nudge.key.clone(), nudge.short_value()].into_iter().chain(cells).collect::<Vec<_>>());
    }
    let without =
        if without.is_empty() { String::new() } else { format!("no effect at all: {}\n", without.join(", ")) };
    let left_out = report.left_out.iter().map(|left_out| format!("left out: {}: {}\n", left_out.key, left_out.why));
    let notes: String = std::iter::once(without).chain(left_out).collect();
    format!("{}\n{}\n{notes}{}", report.heading(), table.trim_fmt(), on_intervals(report.effects))
}

/// Why there are effects without an interval.
fn on_intervals(effects: &[Effect]) -> &'static str {
    if effects.iter().all(|effect| effect.replications < 2) {
        return without_intervals(true);
    }
    let is_open = |effect: &Effect| effect.effect.is_some() && effect.interval.is_none();
    if effects.iter().any(is_open) {
        "So few replications do not exclude that what has no interval is 0; more --replications may.\n"
    } else {
        ""
    }
}

/// By how many percent a quantity changes, with half the width of the interval.
pub(crate) fn cell(effect: &Effect, charset: Charset) -> String {
    let Some(value) = effect.effect else { return "-".to_owned() };
    let change = relative_change(value / 100.0);
    match effect.interval {
        Some((low, high)) => {
            let half = relative_change((high - low) / 200.0);
            format!("{change} {} {}", charset.plus_minus(), half.trim_start_matches('+'))
        }
        None => change,
    }
}
