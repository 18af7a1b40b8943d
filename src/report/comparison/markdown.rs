//! `report.md`: the comparison as a short page, to be pasted into a pull request.

use std::fmt::Write as _;

use super::{ComparisonReport, label, text, value};
use crate::experiment::comparison::{Outcome, Questions};

/// The page.
pub(super) fn report(report: &ComparisonReport) -> String {
    let mut page = format!("## {}\n\n", escaped(&report.heading()));
    page.push_str(&judged(report));
    page.push_str(&gates(report));
    page.push_str(&notes(report));
    page
}

fn judged(report: &ComparisonReport) -> String {
    let mut text = String::from(
        "| contender | judged | baseline | value | difference | relative | verdict |\n|---|---|--:|--:|--:|--:|---|\n",
    );
    for (row, judgement) in report.comparison.judged() {
        let [baseline, value] = value::values(row);
        let cells = [
            escaped(&report.contenders[row.contender].name),
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

fn gates(report: &ComparisonReport) -> String {
    let Some(outcome) = report.comparison.outcome() else { return String::new() };
    let mut text = format!("\n**Gates: {}**\n\n", outcome.name());
    text.push_str("| contender | gate | baseline | value | bound | outcome |\n|---|---|--:|--:|--:|---|\n");
    for gate in &report.comparison.gates {
        let format = text::format(gate);
        let cells = [
            escaped(&report.contenders[gate.contender].name),
            format!("`{}`", gate.condition.text),
            format.value(gate.baseline),
            format.value(gate.value),
            format.value(gate.bound),
            if gate.outcome == Outcome::Pass { "pass".to_owned() } else { format!("**{}**", gate.outcome.name()) },
        ];
        line(&mut text, &cells);
    }
    text
}

/// What one has to know to read the numbers.
fn notes(report: &ComparisonReport) -> String {
    let Questions { level, looks, .. } = report.questions;
    let mut text = format!(
        "\nDifferences are contender minus baseline, paired by replication; in parentheses {} % intervals, valid at whichever of \
         {} planned looks replications ended. Verdicts are corrected for all that is judged (Holm) and for the looks, at level {level}.\n",
        crate::format::exact((1.0 - level) * 100.0),
        looks.count(),
    );
    let ratios: Vec<f64> = report.comparison.judged().filter_map(|(row, _)| row.variance_ratio).collect();
    let (least, most) =
        ratios.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), ratio| (least.min(*ratio), most.max(*ratio)));
    if !ratios.is_empty() {
        let _ = writeln!(
            text,
            "Common random numbers leave {} to {} of the variance that differences of independent runs would have.",
            crate::format::percent(least),
            crate::format::percent(most),
        );
    }
    let missing = report.comparison.judged().map(|(row, _)| row.missing).max().unwrap_or(0);
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
