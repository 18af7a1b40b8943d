//! A quantity over two keys: one cell per point, coloured by its value. The value stands in the
//! cell where it fits.
//!
//! The colours are those of viridis (van der Walt and Smith, 2015). Their brightness rises evenly,
//! so people with any kind of colour vision read them alike, also in grey print.

use plotters::prelude::*;
use plotters::style::colors::colormaps::ViridisRGB;
use plotters::style::text_anchor::HPos;

use super::canvas::{self, Canvas, INK, Painted, TITLES, WIDTH};
use super::scale::is_wide;
use super::values::{Values, step_name};
use crate::experiment::design::Axis;
use crate::format::ValueFormat;
use crate::model::math;

const TOP: i32 = TITLES + 34;
/// Free space at the edges of the sheet.
const EDGE: i32 = 20;
/// Width of a letter.
const LETTER: i32 = 8;
/// Height of a line of text in a cell.
const TEXT: i32 = 16;
/// The largest number of cells in a row, and in a column.
const MOST_CELLS: (usize, usize) = (200, 100);
/// The legend's width and height, and the number of its labels.
const LEGEND: (i32, i32) = (360, 14);
const LABELS: i32 = 4;

/// The arrangement of the points.
pub(crate) struct HeatMap<'a> {
    pub(crate) rows: &'a Axis,
    pub(crate) columns: &'a Axis,
    /// The number of the point in a row and column.
    pub(crate) point: &'a dyn Fn(usize, usize) -> usize,
}

/// The cells in pixels.
struct Layout {
    left: i32,
    width: i32,
    columns: i32,
    rows: i32,
    line: i32,
    /// Whether the first row is at the bottom, as on an axis of numbers.
    is_rising: bool,
}

/// The colours of values.
struct Colors {
    low: f64,
    high: f64,
    is_log: bool,
}

pub(crate) fn draw(values: &Values, map: &HeatMap) -> Vec<u8> {
    let layout = Layout::of(map);
    let (means, _) = values.extent();
    let colors = Colors::of(&means);
    let scale = if colors.is_log { "; colours are logarithmic" } else { "" };
    let open = if values.has_bounds() { "; a number with \u{2265}, or a black corner: at least" } else { "" };
    let subtitle = format!("Colour: mean of replications{scale}{open}; {}", values.remark("!"));
    canvas::sheet(layout.bottom() + canvas::X_LABELS + 74, &values.title, &subtitle, |canvas| {
        if means.is_empty() || layout.columns > MOST_CELLS.0 as i32 || layout.rows > MOST_CELLS.1 as i32 {
            let why =
                if means.is_empty() { "Nothing was measured." } else { "Too many points to be drawn: see sweep.csv." };
            return canvas::remark(canvas, why, (WIDTH / 2, TOP + 20), HPos::Center);
        }
        for row in 0..layout.rows {
            for column in 0..layout.columns {
                let point = (map.point)(row as usize, column as usize);
                draw_cell(canvas, &layout, &colors, (row, column), point, values)?;
            }
        }
        draw_names(canvas, &layout, map)?;
        draw_legend(canvas, &colors, layout.bottom() + canvas::X_LABELS + 14, values)
    })
}

impl Layout {
    fn of(map: &HeatMap) -> Layout {
        let (rows, columns) = (map.rows.values.len() as i32, map.columns.values.len() as i32);
        let longest = (0..map.rows.values.len()).map(|row| step_name(map.rows, row).chars().count()).max().unwrap_or(0);
        let left = (EDGE + longest as i32 * LETTER + 12).clamp(64, 300);
        let width = WIDTH - left - EDGE;
        let line = (420 / rows.max(1)).clamp(4, 40);
        Layout { left, width, columns, rows, line, is_rising: map.rows.numbers().is_some() }
    }

    fn bottom(&self) -> i32 {
        TOP + self.rows.min(MOST_CELLS.1 as i32) * self.line
    }

    /// Left, right, upper and lower edge of a cell.
    fn cell(&self, row: i32, column: i32) -> (i32, i32, i32, i32) {
        let x = |column: i32| self.left + column * self.width / self.columns;
        let row = if self.is_rising { self.rows - 1 - row } else { row };
        (x(column), x(column + 1), TOP + row * self.line, TOP + (row + 1) * self.line)
    }
}

impl Colors {
    fn of(means: &[f64]) -> Colors {
        let positive = means.iter().all(|mean| *mean > 0.0);
        let is_log = positive && is_wide(means);
        let low = means.iter().copied().fold(f64::INFINITY, f64::min);
        let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Colors { low, high, is_log }
    }

    /// From 0 for the smallest value to 1 for the largest.
    fn part(&self, value: f64) -> f64 {
        let place = |value: f64| if self.is_log { math::ln(value) } else { value };
        let width = place(self.high) - place(self.low);
        if width > 0.0 { (place(value) - place(self.low)) / width } else { 0.0 }
    }

    /// The value at a part.
    fn value(&self, part: f64) -> f64 {
        if self.is_log {
            self.low * math::exp(part * math::ln(self.high / self.low))
        } else {
            self.low + part * (self.high - self.low)
        }
    }
}

/// The colour at a part of the scale.
fn color(part: f64) -> RGBColor {
    ViridisRGB.get_color(part.clamp(0.0, 1.0))
}

fn draw_cell(
    canvas: &Canvas,
    layout: &Layout,
    colors: &Colors,
    (row, column): (i32, i32),
    point: usize,
    values: &Values,
) -> Painted {
    let estimate = values.estimates[point];
    let (left, right, top, bottom) = layout.cell(row, column);
    let part = estimate.value.map(|value| colors.part(value));
    let fill = part.map_or(canvas::GRID, color);
    canvas.draw(&Rectangle::new([(left, top), (right, bottom)], fill.filled()))?;
    let format = ValueFormat::of_quantity(values.quantity);
    let mark = if values.overloaded[point] { " !" } else { "" };
    let words = format.bounded(estimate.value, estimate.is_exact()) + mark;
    let fits = words.chars().count() as i32 * LETTER <= right - left - 4 && layout.line >= TEXT;
    if !fits && !estimate.is_exact() {
        // A corner tells that the colour is that of a lower bound.
        let corner = vec![(right, top), (right, top + 8), (right - 8, top)];
        canvas.draw(&Polygon::new(corner, INK.filled()))?;
    }
    if fits {
        // Viridis is dark up to its middle.
        let ink = if part.is_some_and(|part| part < 0.55) { WHITE } else { INK };
        let at = (i32::midpoint(left, right), i32::midpoint(top, bottom) - 6);
        canvas::text(canvas, &words, at, &canvas::regular(13), ink, HPos::Center)?;
    }
    Ok(())
}

/// The values of both keys at the edges of the cells, as far as they fit, and the names of the
/// keys.
fn draw_names(canvas: &Canvas, layout: &Layout, map: &HeatMap) -> Painted {
    let font = canvas::regular(13);
    let every = (TEXT + layout.line - 1) / layout.line;
    for row in (0..layout.rows).step_by(every.max(1) as usize) {
        let (_, _, top, bottom) = layout.cell(row, 0);
        let words = canvas::fitted(&step_name(map.rows, row as usize), 13, layout.left - EDGE - 8);
        let at = (layout.left - 8, i32::midpoint(top, bottom) - 6);
        canvas::text(canvas, &words, at, &font, INK, HPos::Right)?;
    }
    let mut free_from = i32::MIN;
    for column in 0..layout.columns {
        let (left, right, _, _) = layout.cell(0, column);
        let words = canvas::fitted(&step_name(map.columns, column as usize), 13, (right - left).max(120));
        let half = words.chars().count() as i32 * LETTER / 2;
        let middle = i32::midpoint(left, right);
        if middle - half >= free_from {
            canvas::text(canvas, &words, (middle, layout.bottom() + 6), &font, INK, HPos::Center)?;
            free_from = middle + half + 6;
        }
    }
    let below = (layout.left + layout.width / 2, layout.bottom() + 26);
    canvas::text(canvas, &canvas::fitted(&map.columns.name(), 13, layout.width), below, &font, INK, HPos::Center)?;
    canvas::text(
        canvas,
        &canvas::fitted(&map.rows.name(), 13, WIDTH - 2 * EDGE),
        (EDGE, TOP - 22),
        &font,
        INK,
        HPos::Left,
    )
}

/// A bar of all colours with their values.
fn draw_legend(canvas: &Canvas, colors: &Colors, top: i32, values: &Values) -> Painted {
    let left = (WIDTH - LEGEND.0) / 2;
    for x in 0..LEGEND.0 {
        let fill = color(f64::from(x) / f64::from(LEGEND.0 - 1));
        canvas.draw(&Rectangle::new([(left + x, top), (left + x + 1, top + LEGEND.1)], fill.filled()))?;
    }
    let format = ValueFormat::of_quantity(values.quantity);
    let labels = if colors.high > colors.low { LABELS } else { 0 };
    for label in 0..=labels {
        let part = f64::from(label) / f64::from(labels.max(1));
        let at = (left + (part * f64::from(LEGEND.0)).round() as i32, top + LEGEND.1 + 5);
        let words = format.value(Some(colors.value(part)));
        canvas::text(canvas, &words, at, &canvas::regular(13), INK, HPos::Center)?;
    }
    let words = canvas::fitted(&values.quantity.text, 13, left - EDGE - 50);
    canvas::text(canvas, &words, (left - 40, top), &canvas::regular(13), INK, HPos::Right)
}
