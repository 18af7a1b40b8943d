//! How well the quantities of `--precision` are known: `precision.csv`, a line each for people, and a list for programs.

use serde::Serialize;
use serde_json::{Value, json};

use super::tables::{Cell, file};
use crate::format::ValueFormat;
use crate::format::percent;
use crate::experiment::Reached;
use crate::experiment::expression::Margin;

/// Where a run keeps it, if anything was asked for.
pub const PATH: &str = "precision.csv";

#[derive(Serialize)]
struct Line<'a> {
    quantity: &'a str,
    unit: &'a str,
    value: Cell,
    half_width: Cell,
    wanted: Cell,
    reached: bool,
    replications: usize,
}

/// `precision.csv`: half the width of each interval, and what was wanted, in the unit of the quantity.
pub fn table(reached: &[Reached], replications: usize) -> Vec<u8> {
    let header = ["quantity", "unit", "value", "half_width", "wanted", "reached", "replications"];
    let lines = reached.iter().map(|reached| Line {
        quantity: &reached.goal.quantity.text,
        unit: reached.goal.quantity.unit(),
        value: Cell(reached.value),
        half_width: Cell(reached.half),
        wanted: Cell(reached.wanted),
        reached: reached.is_reached,
        replications,
    });
    file(&header, lines)
}

/// A line for each: `mean(wait): 3.21 s ± 0.13 s (4.1 %), wanted ±5%: reached`.
pub fn lines(reached: &[Reached]) -> Vec<String> {
    reached.iter().map(line).collect()
}

fn line(reached: &Reached) -> String {
    let quantity = &reached.goal.quantity;
    let format = ValueFormat::of_quantity(quantity);
    let outcome = if reached.is_reached { "reached" } else { "not reached" };
    let wanted = wanted(reached);
    let Some((value, half)) = reached.value.zip(reached.half) else {
        return format!("{}: nothing to measure, wanted {wanted}: {outcome}", quantity.text);
    };
    let relative = match reached.goal.margin {
        Margin::Relative(_) if value != 0.0 => format!(" ({})", percent(half / value.abs())),
        _ => String::new(),
    };
    format!(
        "{}: {} \u{b1} {}{relative}, wanted {wanted}: {outcome}",
        quantity.text,
        format.value(Some(value)),
        format.value(Some(half))
    )
}

/// The margin as it was written.
fn wanted(reached: &Reached) -> &str {
    reached.goal.text.strip_prefix(&reached.goal.quantity.text).unwrap_or(&reached.goal.text).trim()
}

/// The same for programs.
pub fn document(reached: &[Reached]) -> Value {
    let of = |reached: &Reached| {
        json!({
            "quantity": reached.goal.quantity.text,
            "unit": reached.goal.quantity.unit(),
            "value": reached.value,
            "half_width": reached.half,
            "wanted": reached.wanted,
            "reached": reached.is_reached,
        })
    };
    reached.iter().map(of).collect()
}
