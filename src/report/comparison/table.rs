//! A comparison as a person reads it in a terminal: what is judged, then the gates, and last what these come to.

use comfy_table::CellAlignment;

use super::value;
use super::{Sides, label};
use crate::experiment::comparison::Gate;
use crate::form::Form;
use crate::stats::bound_test::BoundStatus;
use crate::table::{Charset, empty};

/// The heading line, the tables, `place` (where the files are), and the outcome of the gates.
pub fn text(sides: &Sides, place: &str) -> String {
    let mut parts = vec![sides.heading() + "\n", judged(sides)];
    if !sides.comparison.gates.is_empty() {
        parts.push(gates(sides));
    }
    parts.extend(undecided(sides));
    parts.push(place.to_owned());
    parts.extend(outcome(sides));
    parts.concat()
}

fn judged(sides: &Sides) -> String {
    let mut table =
        empty(&["contender", "judged", "baseline", "value", "difference", "relative", "verdict"], Charset::Utf8);
    let mut contender = None;
    for (row, judgement) in sides.comparison.judged() {
        // A name is said once.
        let name = if contender == Some(row.alternative) { "" } else { &sides.contenders[row.alternative].name };
        contender = Some(row.alternative);
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

fn gates(sides: &Sides) -> String {
    let mut table =
        empty(&["contender", "gate", "baseline", "value", "bound", "value - bound", "outcome"], Charset::Utf8);
    for gate in &sides.comparison.gates {
        let form = form(gate);
        let beyond = match gate.interval {
            Some((low, high)) => format!(
                "{} ({} to {})",
                form.difference(gate.beyond),
                form.difference(Some(low)),
                form.difference(Some(high))
            ),
            None => form.difference(gate.beyond),
        };
        table.add_row([
            sides.contenders[gate.alternative].name.clone(),
            gate.condition.text.clone(),
            form.value(gate.baseline),
            form.value(gate.value),
            form.value(gate.bound),
            beyond,
            gate.status.gate_word().to_owned(),
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
pub(super) fn form(gate: &Gate) -> Form {
    Form::of_quantity(&gate.condition.quantity)
}

/// A line on what so many replications did not decide.
fn undecided(sides: &Sides) -> Option<String> {
    let replications = sides.comparison.replications;
    let open = !sides.comparison.is_decided(sides.questions);
    open.then(|| format!("Not all is decided after {replications} replications; --max-replications allows more.\n"))
}

/// The last line: what the gates come to.
fn outcome(sides: &Sides) -> Option<String> {
    let outcome = sides.comparison.gate_status()?;
    let gates = &sides.comparison.gates;
    let count = |outcome: BoundStatus| gates.iter().filter(|gate| gate.status == outcome).count();
    let (all, pass, fail) = (gates.len(), count(BoundStatus::Kept), count(BoundStatus::Broken));
    Some(match outcome {
        BoundStatus::Kept => format!("gates: pass ({all} of {all})\n"),
        BoundStatus::Broken => format!("gates: fail ({fail} of {all} broken)\n"),
        BoundStatus::Undecided => format!("gates: undecided ({pass} of {all} pass, {} undecided)\n", all - pass),
    })
}

/// A line for each gate that does not pass.
pub fn open_gates(sides: &Sides) -> Vec<String> {
    let gates = sides.comparison.gates.iter().filter(|gate| gate.status != BoundStatus::Kept);
    gates.map(|gate| said(sides, gate)).collect()
}

/// A gate in a line.
pub(super) fn said(sides: &Sides, gate: &Gate) -> String {
    let form = form(gate);
    let what = match gate.status {
        BoundStatus::Kept => "kept",
        BoundStatus::Broken => "broken",
        BoundStatus::Undecided => "undecided",
    };
    format!(
        "gate {} is {what} by {}: {}, the bound is {}, after {} replications",
        gate.condition.text,
        sides.contenders[gate.alternative].name,
        form.value(gate.value),
        form.value(gate.bound),
        gate.replications
    )
}
