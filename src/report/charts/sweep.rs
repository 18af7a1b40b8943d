//! The chart of a quantity over the points of a sweep. The number of keys, and whether their values
//! are numbers, choose its kind.

use crate::experiment::design::Axis;
use crate::format::ValueFormat;
use crate::plot::heat_map::{Cell, HeatMap};
use crate::plot::lines::{Line, LineChart};
use crate::plot::values::{Values, step_name};
use crate::plot::{dots, heat_map, lines};
use crate::sweep::{SweepReport, replications_and_seed};

/// The largest number of lines in a chart; with more, a heat map is clearer.
const MOST_LINES: usize = 6;

/// The chart of one of the shown quantities; `None` if more than two keys vary independently.
pub(super) fn draw(report: &SweepReport, shown: usize) -> Option<Vec<u8>> {
    let quantity = &report.shown[shown];
    let values = Values {
        title: format!("{}: {}", report.title, quantity.text),
        work: replications_and_seed(report.trials),
        overloaded: report.overloaded(),
        quantity,
        target: None,
        estimates: report.measured.iter().map(|measured| measured.responses[shown].estimate).collect(),
    };
    match report.grid.axes.as_slice() {
        [axis] => Some(match axis.numbers() {
            Some(numbers) => {
                let line = Line { name: String::new(), points: (0..numbers.len()).collect() };
                lines::draw(
                    &values,
                    &LineChart { axis, numbers, all: vec![line], by: String::new(), table: "sweep.csv" },
                )
            }
            None => dots::draw(&values, axis),
        }),
        [rows, columns] => Some(plane(&values, rows, columns)),
        _ => None,
    }
}

/// A chart of two keys: lines if one has a few words and the other has numbers, otherwise a heat
/// map.
fn plane(values: &Values, first: &Axis, last: &Axis) -> Vec<u8> {
    let (firsts, lasts) = (first.values.len(), last.values.len());
    // The last axis varies fastest.
    let point = |first: usize, last: usize| first * lasts + last;
    // A line for each word of one key, over the numbers of the other.
    let lines = |axis: &Axis, numbers: Vec<f64>, words: &Axis, point: &dyn Fn(usize, usize) -> usize| {
        let line = |word| Line {
            name: step_name(words, word),
            points: (0..axis.values.len()).map(|number| point(word, number)).collect(),
        };
        let all = (0..words.values.len()).map(line).collect();
        lines::draw(values, &LineChart { axis, numbers, all, by: words.name(), table: "sweep.csv" })
    };
    match (first.numbers(), last.numbers()) {
        (None, Some(numbers)) if firsts <= MOST_LINES => lines(last, numbers, first, &point),
        (Some(numbers), None) if lasts <= MOST_LINES => {
            lines(first, numbers, last, &|word, number| point(number, word))
        }
        // Words have room as names of rows.
        (Some(_), None) => cells(values, last, first, &|row, column| point(column, row)),
        _ => cells(values, first, last, &point),
    }
}

/// A heat map; numbers in rows rise from the bottom, as on an axis.
fn cells(values: &Values, rows: &Axis, columns: &Axis, point: &dyn Fn(usize, usize) -> usize) -> Vec<u8> {
    let format = ValueFormat::of_quantity(values.quantity);
    let mut order: Vec<usize> = (0..rows.values.len()).collect();
    if rows.numbers().is_some() {
        order.reverse();
    }
    let cell = |row: usize, column: usize| {
        let point = point(row, column);
        let estimate = values.estimates[point];
        let mark = if values.overloaded[point] { " !" } else { "" };
        let words = format.bounded(estimate.value, estimate.is_exact()) + mark;
        Cell {
            value: estimate.value,
            label: words.clone(),
            words,
            is_bound: estimate.value.is_some() && !estimate.is_exact(),
        }
    };
    let steps = columns.values.len();
    heat_map::draw(&HeatMap {
        title: &values.title,
        subtitle: &format!("Colour: mean of replications; {}", values.remark("!")),
        rows: order.iter().map(|row| step_name(rows, *row)).collect(),
        columns: (0..steps).map(|column| step_name(columns, column)).collect(),
        row_name: &rows.name(),
        column_name: &columns.name(),
        time: None,
        cells: order.iter().flat_map(|row| (0..steps).map(|column| cell(*row, column))).collect(),
        value_name: &values.quantity.text,
        format: &|value| format.value(Some(value)),
        range: None,
        missing: "nothing was measured",
        table: "sweep.csv",
    })
}
