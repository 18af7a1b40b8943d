//! A comparison as a person reads it in a terminal: what is judged, then the gates, and last what these come to.

use comfy_table::CellAlignment;

use super::value;
use super::{ComparisonReport, label};
use crate::experiment::comparison::{Gate, Outcome};
use crate::format::ValueFormat;
use crate::table::{Charset, empty};

/// The heading line, the tables, `place` (where the files are), and the outcome of the gates.
pub(super) fn text(report: &ComparisonReport, place: &str) -> String {
    let mut parts = vec![report.heading() + "\n", judged(report)];
    if !report.comparison.gates.is_empty() {
        parts.push(gates(report));
    }
    parts.extend(undecided(report));
    parts.push(place.to_owned());
    parts.extend(outcome(report));
    parts.concat()
}

fn judged(report: &ComparisonReport) -> String {
    let mut table =
        empty(&["contender", "judged", "baseline", "value", "difference", "relative", "verdict"], Charset::Utf8);
    let mut contender = None;
    for (row, judgement) in report.comparison.judged() {
        // A name is said once.
        let name = if contender == Some(row.contender) { "" } else { &report.contenders[row.contender].name };
        contender = Some(row.contender);
        let [baseline, value] = value::values(row);
        table.add_row([
            name.to_owned(),
            label(row),
            baseline,
            value,
            value::difference_with_interval(row),
            value::relative_with_interval(row),
            judgement.verdict.name().to_owned(),
        ]);
    }
    left(&mut table, &[1, 6]);
    table.trim_fmt() + "\n"
}

fn gates(report: &ComparisonReport) -> String {
    let mut table =
        empty(&["contender", "gate", "baseline", "value", "bound", "value - bound", "outcome"], Charset::Utf8);
    for gate in &report.comparison.gates {
        let format = format(gate);
        let beyond = match gate.interval {
            Some((low, high)) => format!(
                "{} ({} to {})",
                format.difference(gate.beyond),
                format.difference(Some(low)),
                format.difference(Some(high))
            ),
            None => format.difference(gate.beyond),
        };
        table.add_row([
            report.contenders[gate.contender].name.clone(),
            gate.condition.text.clone(),
            format.value(gate.baseline),
            format.value(gate.value),
            format.value(gate.bound),
            beyond,
            gate.outcome.name().to_owned(),
        ]);
    }
    left(&mut table, &[1, 6]);
    table.trim_fmt() + "\n"
}

fn left(table: &mut comfy_table::Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
}

/// How the values of a gate are written.
pub(super) fn format(gate: &Gate) -> ValueFormat {
    ValueFormat::of_quantity(&gate.condition.quantity)
}

/// A line on what so many replications did not decide.
fn undecided(report: &ComparisonReport) -> Option<String> {
    let replications = report.comparison.replications;
    let open = !report.comparison.is_decided(report.questions);
    open.then(|| format!("Not all is decided after {replications} replications; --max-replications allows more.\n"))
}

/// The last line: what the gates come to.
fn outcome(report: &ComparisonReport) -> Option<String> {
    let outcome = report.comparison.outcome()?;
    let gates = &report.comparison.gates;
    let count = |outcome: Outcome| gates.iter().filter(|gate| gate.outcome == outcome).count();
    let (all, pass, fail) = (gates.len(), count(Outcome::Pass), count(Outcome::Fail));
    Some(match outcome {
        Outcome::Pass => format!("gates: pass ({all} of {all})\n"),
        Outcome::Fail => format!("gates: fail ({fail} of {all} broken)\n"),
        Outcome::Undecided => format!("gates: undecided ({pass} of {all} pass, {} undecided)\n", all - pass),
    })
}

/// A line for each gate that does not pass.
pub(super) fn open_gates(report: &ComparisonReport) -> Vec<String> {
    let gates = report.comparison.gates.iter().filter(|gate| gate.outcome != Outcome::Pass);
    gates.map(|gate| said(report, gate)).collect()
}

/// A gate in a line.
pub(super) fn said(report: &ComparisonReport, gate: &Gate) -> String {
    let format = format(gate);
    let what = match gate.outcome {
        Outcome::Pass => "kept",
        Outcome::Fail => "broken",
        Outcome::Undecided => "undecided",
    };
    format!(
        "gate {} is {what} by {}: {}, the bound is {}, after {} replications",
        gate.condition.text,
        report.contenders[gate.contender].name,
        format.value(gate.value),
        format.value(gate.bound),
        gate.replications
    )
}
