//! The sheet that charts are drawn on: its width, margins, fonts and colours, titles, axes and text
//! that fits.
//!
//! The reader's font sets the text of an SVG, and its width is unknown here. So every text leaves
//! room for a wide font (0.62 of the size per letter, more if bold), and names that would not fit
//! are shortened.

use std::io;

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;

/// Width of every chart in pixels.
pub(crate) const WIDTH: i32 = 900;
/// Free space at the edges of the sheet.
pub(crate) const MARGIN: i32 = 20;
/// Left edge of the plots, right of the labels of the vertical axis.
pub(crate) const LEFT: i32 = 84;
/// Free space right of the plots.
const RIGHT: i32 = 52;
/// Width of the plots.
pub(crate) const PLOT_WIDTH: i32 = WIDTH - LEFT - RIGHT;
/// Height of titles above the first plot.
pub(crate) const TITLES: i32 = 66;
/// Height of the labels and the name of a horizontal axis.
pub(crate) const X_LABELS: i32 = 50;

/// Text and axes.
pub(crate) const INK: RGBColor = RGBColor(40, 40, 40);
/// Explanations.
pub(crate) const GREY: RGBColor = RGBColor(105, 105, 105);
/// Axes and ticks.
const AXIS: RGBColor = RGBColor(130, 130, 130);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(228, 228, 228);
/// The main colour, from the palette of [`SERIES`].
pub(crate) const BLUE: RGBColor = SERIES[0];
/// Targets and limits.
pub(crate) const TARGET: RGBColor = RGBColor(150, 0, 60);

/// Colours that people with any kind of colour vision can distinguish (Okabe and Ito, "Color
/// Universal Design", 2008). Black, which is for totals, and yellow, which is too faint on white,
/// are not among them.
pub(crate) const SERIES: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
pub(crate) type Painted = Result<(), DrawingAreaErrorKind<io::Error>>;

/// Draws a white sheet of the given height with a title and a subtitle.
pub(crate) fn sheet(height: i32, title: &str, subtitle: &str, paint: impl FnOnce(&Canvas) -> Painted) -> Vec<u8> {
    let mut svg = String::new();
    let canvas = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
    let painted = canvas
        .fill(&WHITE)
        .and_then(|()| text(&canvas, &fitted(title, 22, WIDTH - 2 * MARGIN), (MARGIN, 16), &bold(19), INK, HPos::Left))
        .and_then(|()| text(&canvas, subtitle, (MARGIN, 45), &regular(13), GREY, HPos::Left))
        .and_then(|()| paint(&canvas))
        .and_then(|()| canvas.present());
    painted.expect("drawing into memory does not fail");
    drop(canvas);
    svg.into_bytes()
}

/// An empty plot with grid and axes between the sheet's margins, at this top and with this height.
pub(crate) fn plot<'a, 'b>(
    canvas: &Canvas<'b>,
    (top, height): (i32, i32),
    (x, x_name): (&Axis, Option<&str>),
    (y, y_name): (&Axis, &str),
) -> Result<Plot<'a, 'b>, DrawingAreaErrorKind<io::Error>> {
    let below = if x_name.is_some() { X_LABELS } else { 0 };
    let area = canvas.clone().shrink((MARGIN, top), (WIDTH - MARGIN - RIGHT, height + below));
    let mut plot = ChartBuilder::on(&area)
        .set_label_area_size(LabelAreaPosition::Left, LEFT - MARGIN)
        .set_label_area_size(LabelAreaPosition::Bottom, below)
        .build_cartesian_2d(x.clone(), y.clone())?;
    plot.configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(AXIS)
        .label_style(regular(13).color(&INK))
        .axis_desc_style(regular(13).color(&INK))
        .x_desc(x_name.unwrap_or_default())
        .y_desc(y_name)
        .draw()?;
    Ok(plot)
}

/// A font of this size in pixels.
/// Draws an arrow to larger values, from a value of which only a lower bound is known.
pub(crate) fn draw_arrow(plot: &Plot, at: (f64, f64), color: RGBColor) -> Painted {
    let area = plot.plotting_area();
    area.draw(&(EmptyElement::at(at) + PathElement::new(vec![(0, -4), (0, -18)], color.stroke_width(2))))?;
    area.draw(&(EmptyElement::at(at) + Polygon::new(vec![(0, -24), (4, -16), (-4, -16)], color.filled())))
}

/// Draws a mean of which only a lower bound is known: a hollow mark with an arrow.
pub(crate) fn draw_bound(plot: &Plot, at: (f64, f64), color: RGBColor) -> Painted {
    draw_arrow(plot, at, color)?;
    let area = plot.plotting_area();
    area.draw(&Circle::new(at, 4, WHITE.filled()))?;
    area.draw(&Circle::new(at, 4, color.stroke_width(2)))
}

pub(crate) fn regular(size: i32) -> TextStyle<'static> {
    // The backend divides sizes by 1.24, its ratio of line height to size.
    ("sans-serif", f64::from(size) * 1.24).into_text_style(&(WIDTH as u32, WIDTH as u32))
}

fn bold(size: i32) -> TextStyle<'static> {
    ("sans-serif", f64::from(size) * 1.24, FontStyle::Bold).into_text_style(&(WIDTH as u32, WIDTH as u32))
}

/// Text with its upper edge at `at`.
pub(crate) fn text(
    canvas: &Canvas,
    words: &str,
    at: (i32, i32),
    style: &TextStyle,
    color: RGBColor,
    side: HPos,
) -> Painted {
    canvas.draw_text(&printable(words), &style.color(&color).pos(Pos::new(side, VPos::Top)), at)
}

/// A name above a plot.
pub(crate) fn heading(canvas: &Canvas, words: &str, at: (i32, i32)) -> Painted {
    text(canvas, words, at, &bold(13), INK, HPos::Left)
}

/// A remark in the sheet's small type.
pub(crate) fn remark(canvas: &Canvas, words: &str, at: (i32, i32), side: HPos) -> Painted {
    text(canvas, words, at, &regular(13), GREY, side)
}

/// `words` if they surely fit into `width` pixels; otherwise their beginning and end, where names
/// differ most.
pub(crate) fn fitted(words: &str, size: i32, width: i32) -> String {
    let most = (width * 100 / (size * 62)).max(3) as usize;
    let count = words.chars().count();
    if count <= most {
        return words.to_owned();
    }
    let tail = (most - 2) / 3;
    words.chars().take(most - 2 - tail).chain("..".chars()).chain(words.chars().skip(count - tail)).collect()
}

/// Replaces characters that XML excludes.
fn printable(words: &str) -> String {
    words.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn characters_that_xml_excludes_are_replaced() {
        assert_eq!(printable("a\t<\u{1}\u{ffff}\u{e9}"), "a?<??\u{e9}");
    }
}
