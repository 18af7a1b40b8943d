//! The chart of a quantity over the points of a sweep, which chooses itself: by how many keys there are, and whether their values are numbers.

use super::heat_map::HeatMap;
use super::lines::{Line, Lines};
use super::{dots, heat_map, lines};
use crate::experiment::design::Axis;
use crate::experiment::expression::Quantity;
use crate::sweep::SweepReport;
use crate::stats::interval::IntervalEstimate;

/// Most lines of one chart; with more, colours cover the plane better.
const MOST_LINES: usize = 6;

/// What a chart shows at each point.
pub(super) struct Values<'a> {
    pub(super) title: String,
    /// How much work is behind it.
    pub(super) work: String,
    pub(super) quantity: &'a Quantity,
    /// By the number of the point.
    pub(super) estimates: Vec<IntervalEstimate>,
}

/// The chart of one of the shown quantities; none with more than two keys that vary independently.
pub(crate) fn draw(report: &SweepReport, shown: usize) -> Option<Vec<u8>> {
    let quantity = &report.shown[shown];
    let values = Values {
        title: format!("{}: {}", report.title, quantity.text),
        work: report.work(),
        quantity,
        estimates: report.measured.iter().map(|measured| measured.shown[shown].estimate).collect(),
    };
    match report.grid.axes.as_slice() {
        [axis] => Some(match axis.numbers() {
            Some(numbers) => {
                let line = Line { name: String::new(), points: (0..numbers.len()).collect() };
                lines::draw(&values, &Lines { axis, numbers, all: vec![line], by: String::new() })
            }
            None => dots::draw(&values, axis),
        }),
        [rows, columns] => Some(plane(&values, rows, columns)),
        _ => None,
    }
}

/// A chart of two keys: lines if one has few words and the other numbers, or else a heat map.
fn plane(values: &Values, first: &Axis, last: &Axis) -> Vec<u8> {
    let (firsts, lasts) = (first.values.len(), last.values.len());
    // The last axis is the fastest.
    let point = |first: usize, last: usize| first * lasts + last;
    match (first.numbers(), last.numbers()) {
        (None, Some(numbers)) if firsts <= MOST_LINES => {
            let line =
                |row| Line { name: name(first, row), points: (0..lasts).map(|column| point(row, column)).collect() };
            lines::draw(values, &Lines { axis: last, numbers, all: (0..firsts).map(line).collect(), by: first.name() })
        }
        (Some(numbers), None) if lasts <= MOST_LINES => {
            let line =
                |column| Line { name: name(last, column), points: (0..firsts).map(|row| point(row, column)).collect() };
            lines::draw(values, &Lines { axis: first, numbers, all: (0..lasts).map(line).collect(), by: last.name() })
        }
        // Words are rows, where they have room.
        (Some(_), None) => {
            heat_map::draw(values, &HeatMap { rows: last, columns: first, point: &|row, column| point(column, row) })
        }
        _ => heat_map::draw(values, &HeatMap { rows: first, columns: last, point: &point }),
    }
}

/// What a step of an axis is called: its values, those of several keys with a comma between.
pub(super) fn name(axis: &Axis, step: usize) -> String {
    let mut values = axis.values[step].clone();
    // Keys that take the same value need it said once.
    values.dedup();
    values.join(", ")
}
