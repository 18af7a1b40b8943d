//! The precision of the quantities of `--precision`: `precision.csv`, lines for people, and a list
//! for programs.

use serde_json::Value;

use crate::experiment::PrecisionStatus;
use crate::experiment::expression::Margin;
use crate::format::{ValueFormat, percent};
use crate::table::{self, Column, csv};

/// The file in a run's folder, if `--precision` was given.
pub(crate) const PATH: &str = "precision.csv";

type Col<'a> = Column<'a, &'a PrecisionStatus>;

/// Half widths and targets are in the unit of the quantity.
fn columns<'a>(replications: usize) -> [Col<'a>; 7] {
    [
        Col::new("quantity", |reached| reached.goal.quantity.text.as_str()),
        Col::new("unit", |reached| reached.goal.quantity.unit()),
        Col::new("value", |reached| reached.value),
        Col::new("half_width", |reached| reached.half_width),
        Col::new("wanted", |reached| reached.wanted),
        Col::new("reached", |reached| reached.is_met),
        Col::new("replications", move |_| replications).csv_only(),
    ]
}

/// `precision.csv`.
pub(crate) fn table(reached: &[PrecisionStatus], replications: usize) -> Vec<u8> {
    csv(&columns(replications), reached)
}

/// The rows of `precision.csv` as JSON objects.
pub(crate) fn json(reached: &[PrecisionStatus]) -> Value {
    let columns = columns(reached.len());
    reached.iter().map(|reached| table::json(&columns, &reached)).collect()
}

/// A line for each quantity: `mean(wait): 3.21 s ± 0.13 s (4.1 %), wanted ±5%: reached`.
pub fn lines(reached: &[PrecisionStatus]) -> String {
    reached.iter().map(|reached| line(reached) + "\n").collect()
}

fn line(reached: &PrecisionStatus) -> String {
    let quantity = &reached.goal.quantity;
    let format = ValueFormat::of_quantity(quantity);
    let outcome = if reached.is_met { "reached" } else { "not reached" };
    let wanted = wanted(reached);
    let Some((value, half)) = reached.value.zip(reached.half_width) else {
        return format!("{}: nothing was measured, wanted {wanted}: {outcome}", quantity.text);
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

/// The margin as the user wrote it.
fn wanted(reached: &PrecisionStatus) -> &str {
    reached.goal.text.strip_prefix(&reached.goal.quantity.text).unwrap_or(&reached.goal.text).trim()
}
