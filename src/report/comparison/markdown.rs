//! `report.md`: the comparison as a short page, to be pasted into a pull request.

use std::fmt::Write as _;

use super::{Sides, label, table, value};
use crate::experiment::comparison::ComparisonCriteria;
use crate::stats::bound_test::BoundStatus;

/// The page.
pub(super) fn report(sides: &Sides) -> String {
    let mut page = format!("## {}\n\n", escaped(&sides.heading()));
    page.push_str(&judged(sides));
    page.push_str(&gates(sides));
    page.push_str(&notes(sides));
    page
}

fn judged(sides: &Sides) -> String {
    let mut text = String::from(
        "| contender | judged | baseline | value | difference | relative | verdict |\n|---|---|--:|--:|--:|--:|---|\n",
    );
    for (row, judgement) in sides.comparison.judged() {
        let [baseline, value] = value::values(row);
        let cells = [
            escaped(&sides.contenders[row.alternative].name),
            format!("`{}`", label(row)),
            baseline,
            value,
            value::difference_with_interval(row),
            value::relative_with_interval(row),
            format!("**{}**", judgement.verdict.name()),
        ];
        line(&mut text, &cells);
    }
    text
}

fn gates(sides: &Sides) -> String {
    let Some(outcome) = sides.comparison.gate_status() else { return String::new() };
    let mut text = format!("\n**Gates: {}**\n\n", outcome.gate_word());
    text.push_str("| contender | gate | baseline | value | bound | outcome |\n|---|---|--:|--:|--:|---|\n");
    for gate in &sides.comparison.gates {
        let form = table::form(gate);
        let cells = [
            escaped(&sides.contenders[gate.alternative].name),
            format!("`{}`", gate.condition.text),
            form.value(gate.baseline),
            form.value(gate.value),
            form.value(gate.bound),
            if gate.status == BoundStatus::Kept {
                "pass".to_owned()
            } else {
                format!("**{}**", gate.status.gate_word())
            },
        ];
        line(&mut text, &cells);
    }
    text
}

/// What one has to know to read the numbers.
fn notes(sides: &Sides) -> String {
    let ComparisonCriteria { level, looks, .. } = sides.questions;
    let mut text = format!(
        "\nDifferences are contender minus baseline, paired by replication; in parentheses {} % intervals, valid at whichever of \
         {} planned looks replications ended. Verdicts are corrected for all that is judged (Holm) and for the looks, at level {level}.\n",
        crate::number::plain((1.0 - level) * 100.0),
        looks.count(),
    );
    let ratios: Vec<f64> = sides.comparison.judged().filter_map(|(row, _)| row.variance_ratio).collect();
    let (least, most) =
        ratios.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), ratio| (least.min(*ratio), most.max(*ratio)));
    if !ratios.is_empty() {
        let _ = writeln!(
            text,
            "Common random numbers leave {} to {} of the variance that differences of independent runs would have.",
            crate::number::percent(least),
            crate::number::percent(most),
        );
    }
    let missing = sides.comparison.judged().map(|(row, _)| row.missing).max().unwrap_or(0);
    if missing > 0 {
        let _ = writeln!(text, "In up to {missing} replications a figure did not exist; they are left out of its row.");
    }
    text
}

fn line(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// Names with characters that end a cell or begin a markup.
fn escaped(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, c| {
        if "|\\`*_<>[]".contains(c) {
            text.push('\\');
        }
        text.push(c);
        text
    })
}
