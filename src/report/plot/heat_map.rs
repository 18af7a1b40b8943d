//! A value for each row and column: one cell each, coloured by its value. The values stand in the
//! cells if all of them fit.
//!
//! The colours are those of viridis (van der Walt and Smith, 2015). Their brightness rises evenly,
//! so people with any kind of colour vision read them alike, also in grey print, and they are the
//! same on light and on dark pages.

use super::axis::Axis;
use super::canvas::{self, AXIS, Canvas, Color, GRID, HPos, INK, Painted, Shape, Surface, TITLES, WIDTH};
use super::hover;
use super::scale::is_wide;
use crate::model::math;

const TOP: i32 = TITLES + 34;
/// Free space at the edges of the sheet.
const EDGE: i32 = 20;
/// Width of a letter.
const LETTER: i32 = 8;
/// Sizes of text in cells, and the width of a letter.
const SIZES: [(i32, i32); 3] = [(13, 8), (11, 7), (10, 6)];
/// Height of a line of text in a cell.
const TEXT: i32 = 16;
/// The largest number of cells in a row, and in a column.
const MOST_CELLS: (usize, usize) = (200, 100);
/// The legend's width and height, the number of its fields, and of its labels.
const LEGEND: (i32, i32) = (360, 14);
const FIELDS: i32 = 40;
const LABELS: i32 = 4;
/// Colours of a logarithmic scale span at most this factor.
const FARTHEST: f64 = 1e6;
/// At most this number of cells has values for a pointer.
const MOST_POINTED: usize = 4_000;

/// Colours from dark to bright, at equal distances.
const VIRIDIS: [[u8; 3]; 11] = [
    [68, 1, 84],
    [72, 36, 117],
    [65, 68, 135],
    [53, 95, 141],
    [42, 120, 142],
    [33, 145, 140],
    [34, 168, 132],
    [68, 191, 112],
    [122, 209, 81],
    [189, 223, 38],
    [253, 231, 37],
];

/// A cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// `None` where nothing was measured.
    pub(crate) value: Option<f64>,
    /// The value as text, with what a reader has to know about it.
    pub(crate) words: String,
    /// What stands in the cell; it may be empty.
    pub(crate) label: String,
    /// Whether only a lower bound is known.
    pub(crate) is_bound: bool,
}

/// The cells with their names.
pub(crate) struct HeatMap<'a> {
    pub(crate) title: &'a str,
    pub(crate) subtitle: &'a str,
    /// The names of rows, from the top, and of columns.
    pub(crate) rows: Vec<String>,
    pub(crate) columns: Vec<String>,
    /// What rows and columns are.
    pub(crate) row_name: &'a str,
    pub(crate) column_name: &'a str,
    /// The axis of columns that are times, from the first to the last edge; their names are those
    /// of a pointer.
    pub(crate) time: Option<Axis>,
    /// Row by row.
    pub(crate) cells: Vec<Cell>,
    /// What colours are, and how a value is written.
    pub(crate) value_name: &'a str,
    pub(crate) format: &'a dyn Fn(f64) -> String,
    /// The values at both ends of the colours; those of the cells by default.
    pub(crate) range: Option<(f64, f64)>,
    /// Why a cell has no value.
    pub(crate) missing: &'a str,
    /// The file that has the values.
    pub(crate) table: &'a str,
}

/// The cells in pixels.
struct Layout {
    left: i32,
    width: i32,
    columns: i32,
    rows: i32,
    line: i32,
    /// The size of the values in the cells; none if they do not fit.
    words: Option<i32>,
}

/// The colours of values.
struct Colors {
    low: f64,
    high: f64,
    is_log: bool,
    /// Whether values below the first colour have it, too.
    has_less: bool,
}

pub(crate) fn draw(map: &HeatMap) -> Vec<u8> {
    let layout = Layout::of(map);
    let values: Vec<f64> = map.cells.iter().filter_map(|cell| cell.value).filter(|value| value.is_finite()).collect();
    let colors = Colors::of(&values, map.range);
    let is_missing = map.cells.iter().any(|cell| cell.value.is_none());
    let notes = [
        (colors.is_log, "colours are logarithmic".to_owned()),
        (is_missing && !values.is_empty(), format!("grey: {}", map.missing)),
        (map.cells.iter().any(|cell| cell.is_bound), "black corner: at least".to_owned()),
        (layout.words.is_none() && !map.table.is_empty(), format!("values: {}", map.table)),
    ];
    let notes = notes.into_iter().filter_map(|(holds, note)| holds.then_some(note));
    let subtitle = notes.fold(map.subtitle.to_owned(), |all, note| format!("{all}; {note}"));
    let is_too_large = layout.columns > MOST_CELLS.0 as i32 || layout.rows > MOST_CELLS.1 as i32;
    canvas::sheet(layout.bottom() + canvas::X_LABELS + 74, map.title, &subtitle, |canvas| {
        if values.is_empty() || is_too_large {
            let many = format!("Too many points to be drawn: see {}.", map.table);
            let why = if values.is_empty() { "Nothing was measured." } else { &many };
            return canvas::remark(canvas, why, (WIDTH / 2, TOP + 20), HPos::Center);
        }
        for row in 0..layout.rows {
            draw_row(canvas, &layout, &colors, map, row)?;
        }
        describe(canvas, map);
        draw_names(canvas, &layout, map)?;
        draw_legend(canvas, &colors, layout.bottom() + canvas::X_LABELS + 14, map)
    })
}

impl Layout {
    fn of(map: &HeatMap) -> Layout {
        let (rows, columns) = (map.rows.len() as i32, map.columns.len() as i32);
        let longest = map.rows.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let left = (EDGE + longest as i32 * LETTER + 12).clamp(64, 300);
        let width = WIDTH - left - EDGE;
        let line = (420 / rows.max(1)).clamp(4, 40);
        let longest = map.cells.iter().map(|cell| cell.label.chars().count()).max().unwrap_or(0);
        let fits = |(_, letter): &&(i32, i32)| longest as i32 * letter <= width / columns.max(1) - 2 && line >= TEXT;
        let words = SIZES.iter().find(fits).map(|(size, _)| *size);
        Layout { left, width, columns, rows, line, words }
    }

    fn bottom(&self) -> i32 {
        TOP + self.rows.min(MOST_CELLS.1 as i32) * self.line
    }

    /// Left edge of a column.
    fn x(&self, column: i32) -> i32 {
        self.left + column * self.width / self.columns
    }

    /// Left, right, upper and lower edge of a cell.
    fn cell(&self, row: i32, column: i32) -> (i32, i32, i32, i32) {
        (self.x(column), self.x(column + 1), TOP + row * self.line, TOP + (row + 1) * self.line)
    }
}

impl Colors {
    fn of(values: &[f64], range: Option<(f64, f64)>) -> Colors {
        let (least, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (value.min(low), value.max(high)));
        if let Some((low, high)) = range {
            return Colors { low, high, is_log: false, has_less: false };
        }
        // Zeros have no logarithm; they have the colour of the smallest value.
        let is_log = least >= 0.0 && is_wide(values);
        let positive = values.iter().copied().filter(|value| *value > 0.0).fold(high, f64::min);
        let low = if is_log { positive.max(high / FARTHEST) } else { least };
        Colors { low, high, is_log, has_less: least < low }
    }

    /// From 0 for the smallest value to 1 for the largest.
    fn part(&self, value: f64) -> f64 {
        let place = |value: f64| if self.is_log { math::ln(value.max(self.low)) } else { value };
        let width = place(self.high) - place(self.low);
        if width > 0.0 { ((place(value) - place(self.low)) / width).clamp(0.0, 1.0) } else { 0.0 }
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
fn color(part: f64) -> Color {
    let place = part.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (place as usize).min(VIRIDIS.len() - 2);
    let mix = |channel: usize| {
        let (from, to) = (f64::from(VIRIDIS[low][channel]), f64::from(VIRIDIS[low + 1][channel]));
        (from + (to - from) * (place - low as f64)).round() as u8
    };
    Color::Fixed(mix(0), mix(1), mix(2))
}

fn draw_row(canvas: &Canvas, layout: &Layout, colors: &Colors, map: &HeatMap, row: i32) -> Painted {
    let (start, end) = (row as usize * map.columns.len(), (row as usize + 1) * map.columns.len());
    let cells = &map.cells[start..end];
    let (left, _, top, bottom) = layout.cell(row, 0);
    let is_pointed = map.cells.len() <= MOST_POINTED;
    if is_pointed {
        hover::open_plot(canvas, (left, top, left + layout.width, bottom))?;
        let middle = |column: i32| i32::midpoint(layout.x(column), layout.x(column + 1));
        let texts = cells.iter().zip(&map.columns).enumerate().map(|(column, (cell, name))| {
            let words = if cell.value.is_some() { cell.words.clone() } else { map.missing.to_owned() };
            (
                middle(column as i32),
                if map.time.is_some() { name.clone() } else { format!("{} {name}", map.column_name) },
                words,
            )
        });
        hover::open_series(canvas, &map.rows[row as usize], texts, row == 0)?;
    }
    for (column, cell) in cells.iter().enumerate() {
        draw_cell(canvas, layout, colors, (row, column as i32), cell)?;
    }
    if is_pointed {
        canvas.close()?;
        canvas.close()?;
    }
    Ok(())
}

fn draw_cell(canvas: &Canvas, layout: &Layout, colors: &Colors, at: (i32, i32), cell: &Cell) -> Painted {
    let (left, right, top, bottom) = layout.cell(at.0, at.1);
    let part = cell.value.map(|value| colors.part(value));
    canvas.draw(&Shape::rectangle([(left, top), (right, bottom)], part.map_or(GRID, color)))?;
    // Viridis is dark up to its middle.
    let ink = match part {
        None => INK,
        Some(part) if part < 0.55 => Color::Fixed(255, 255, 255),
        Some(_) => Color::Fixed(20, 20, 20),
    };
    if cell.is_bound {
        // A corner tells that the colour is that of a lower bound.
        canvas.draw(&Shape::path([(right, top), (right, top + 8), (right - 8, top)], ink))?;
    }
    if let Some(size) = layout.words.filter(|_| cell.value.is_some() && !cell.label.is_empty()) {
        let at = (i32::midpoint(left, right), i32::midpoint(top, bottom) - 5);
        canvas::text(canvas, &cell.label, at, canvas::regular(size), ink, HPos::Center)?;
    }
    Ok(())
}

/// The highest and the lowest cell, in words.
fn describe(canvas: &Canvas, map: &HeatMap) {
    let mut known: Vec<(usize, f64)> =
        map.cells.iter().enumerate().filter_map(|(place, cell)| Some((place, cell.value?))).collect();
    known.sort_by(|a, b| a.1.total_cmp(&b.1));
    let name = |place: usize| {
        let (row, column) = (&map.rows[place / map.columns.len()], &map.columns[place % map.columns.len()]);
        if map.time.is_some() {
            format!("{} at {row}, {column}", map.cells[place].words)
        } else {
            format!("{} at {row}, {} {column}", map.cells[place].words, map.column_name)
        }
    };
    if let (Some(first), Some(last)) = (known.first(), known.last()) {
        canvas.describe(format!("Lowest: {}. Highest: {}.", name(first.0), name(last.0)));
    }
}

/// The values of both keys at the edges of the cells, as far as they fit, and the names of the
/// keys.
fn draw_names(canvas: &Canvas, layout: &Layout, map: &HeatMap) -> Painted {
    let font = canvas::regular(13);
    let every = (TEXT + layout.line - 1) / layout.line;
    for row in (0..layout.rows).step_by(every.max(1) as usize) {
        let (_, _, top, bottom) = layout.cell(row, 0);
        let words = canvas::fitted(&map.rows[row as usize], 13, layout.left - EDGE - 8);
        let at = (layout.left - 8, i32::midpoint(top, bottom) - 5);
        canvas::text(canvas, &words, at, font, INK, HPos::Right)?;
    }
    // Names at equal distances, as near as the longest of them allows.
    let cell = (layout.width / layout.columns.max(1)).max(1);
    let names: &[String] = if map.time.is_some() { &[] } else { &map.columns };
    let names: Vec<String> = names.iter().map(|name| canvas::fitted(name, 13, cell.max(120))).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as i32 * LETTER + 6;
    let every = ((longest + cell - 1) / cell).max(1);
    for column in (0..names.len() as i32).step_by(every as usize) {
        let middle = i32::midpoint(layout.x(column), layout.x(column + 1));
        let at = (middle, layout.bottom() + 6);
        canvas::text(canvas, &names[column as usize], at, font, INK, HPos::Center)?;
    }
    for (at, words) in map.time.iter().flat_map(|axis| {
        axis.ticks.iter().map(move |(at, words)| (axis.pixel(*at, (layout.left, layout.left + layout.width)), words))
    }) {
        let bottom = layout.bottom();
        canvas.draw(&Shape::path([(at, bottom), (at, bottom + 5)], AXIS.stroke_width(1)))?;
        let half = words.chars().count() as i32 * 4;
        let middle = at.min(WIDTH - 2 - half);
        canvas::text(canvas, words, (middle, bottom + 8), font, INK, HPos::Center)?;
    }
    let below = (layout.left + layout.width / 2, layout.bottom() + 28);
    canvas::text(canvas, &canvas::fitted(map.column_name, 13, layout.width), below, font, INK, HPos::Center)?;
    let name = canvas::fitted(map.row_name, 13, WIDTH - 2 * EDGE);
    canvas::text(canvas, &name, (EDGE, TOP - 22), font, INK, HPos::Left)
}

/// A bar of all colours with their values.
fn draw_legend(canvas: &Canvas, colors: &Colors, top: i32, map: &HeatMap) -> Painted {
    let left = (WIDTH - LEGEND.0) / 2;
    for field in 0..FIELDS {
        let x = |field: i32| left + field * LEGEND.0 / FIELDS;
        let fill = color(f64::from(field) / f64::from(FIELDS - 1));
        canvas.draw(&Shape::rectangle([(x(field), top), (x(field + 1), top + LEGEND.1)], fill))?;
    }
    let labels = if colors.high > colors.low { LABELS } else { 0 };
    for label in 0..=labels {
        let part = f64::from(label) / f64::from(labels.max(1));
        let at = (left + (part * f64::from(LEGEND.0)).round() as i32, top + LEGEND.1 + 5);
        let words = (map.format)(colors.value(part));
        let words = if label == 0 && colors.has_less { format!("\u{2264} {words}") } else { words };
        canvas::text(canvas, &words, at, canvas::regular(13), INK, HPos::Center)?;
    }
    let words = canvas::fitted(map.value_name, 13, left - EDGE - 50);
    canvas::text(canvas, &words, (left - 40, top), canvas::regular(13), INK, HPos::Right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_does_not_make_wide_colours_linear() {
        let colors = Colors::of(&[0.0, 0.001, 1.0, 1_000.0], None);
        assert!(colors.is_log && colors.has_less);
        assert_eq!((colors.part(0.0), colors.part(0.001), colors.part(1_000.0)), (0.0, 0.0, 1.0));
        assert!((colors.part(1.0) - 0.5).abs() < 1e-12);
        let narrow = Colors::of(&[0.0, 2.0, 4.0], None);
        assert!(!narrow.is_log && narrow.part(2.0) == 0.5);
    }

    #[test]
    fn all_cells_have_their_values_or_none() {
        for (long, all) in [("1 s", true), ("a long value of a cell that has no room", false)] {
            let cell = |words: &str| Cell {
                value: Some(1.0),
                words: words.to_owned(),
                label: words.to_owned(),
                is_bound: false,
            };
            let map = HeatMap {
                title: "t",
                subtitle: "s",
                rows: vec!["r".to_owned()],
                columns: (0..12).map(|column| column.to_string()).collect(),
                row_name: "rows",
                column_name: "columns",
                time: None,
                cells: (0..12).map(|column| cell(if column == 7 { long } else { "7 s" })).collect(),
                value_name: "v",
                format: &|value| value.to_string(),
                range: None,
                missing: "m",
                table: "x.csv",
            };
            let svg = String::from_utf8(draw(&map)).unwrap();
            assert_eq!(svg.matches(">7 s</text>").count(), if all { 11 } else { 0 });
            assert_eq!(svg.contains("values: x.csv"), !all);
        }
    }
}
