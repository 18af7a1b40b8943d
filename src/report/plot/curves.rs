//! Cumulative distributions of waits as curves, with their medians and 95th percentiles.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{self, Canvas, GREY, INK, LEFT, PLOT_WIDTH, Painted, Plot, SERIES, TARGET, TITLES, WIDTH};
use super::wait_axis::WaitAxis;
use crate::format;
use crate::model::time::Span;

/// At most this number of curves is drawn; a line below the legend counts the others.
const MOST_CURVES: usize = 24;
const HEIGHT: i32 = 400;
const TOP: i32 = TITLES + 18;
/// The legend is below the axis, in two columns.
const LEGEND: i32 = TOP + HEIGHT + canvas::X_LABELS + 16;
const LEGEND_LINE: i32 = 20;
const LEGEND_COLUMN: i32 = PLOT_WIDTH / 2 + 10;
/// Within a column, names begin here and figures end here.
const LEGEND_NAME: i32 = 36;
const LEGEND_FIGURES: i32 = LEGEND_COLUMN - 28;

/// A distribution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    pub(crate) name: String,
    /// Whether the others are compared with it: the curve of all jobs, or the baseline's.
    pub(crate) is_black: bool,
    /// `(wait in seconds, p)` by rising `p`, up to the largest `p` whose wait is known in every
    /// replication; none if no wait is.
    pub(crate) points: Vec<(f64, f64)>,
    /// The median and the 95th percentile in seconds, as in the summary.
    pub(crate) p50: Option<f64>,
    pub(crate) p95: Option<f64>,
}

impl Curve {
    /// Whether all waits are known.
    fn is_complete(&self) -> bool {
        self.points.last().is_some_and(|&(_, p)| p >= 1.0)
    }
}

/// Draws the curves; the first in the legend is on top.
pub(crate) fn draw(slo: Option<Span>, all: &[Curve], title: &str, subtitle: &str) -> Vec<u8> {
    let curves = &all[..all.len().min(MOST_CURVES)];
    let lines = curves.len().div_ceil(2) as i32 + if all.len() > curves.len() { 2 } else { 1 };
    canvas::sheet(LEGEND + lines * LEGEND_LINE + 14, title, subtitle, |canvas| {
        if curves.iter().all(|curve| curve.points.is_empty()) {
            return canvas::remark(canvas, "No job was claimed.", (WIDTH / 2, TOP + HEIGHT / 2), HPos::Center);
        }
        plot(canvas, slo, curves)?;
        legend(canvas, curves)?;
        not_shown(canvas, curves.len(), all.len())
    })
}

/// The axes, the curves and their guides.
fn plot(canvas: &Canvas, slo: Option<Span>, curves: &[Curve]) -> Painted {
    let scale = scale(slo, curves);
    let name = format!("Wait (logarithmic from {} on)", scale.low);
    let percents = [0, 20, 40, 60, 80, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")));
    let shares = Axis { low: 0.0, high: 1.0, ticks: percents.into() };
    // A curve that ends early is of jobs that were never claimed, too.
    let jobs = if curves.iter().all(Curve::is_complete) {
        "Share of the claimed jobs"
    } else {
        "Share of the jobs that were claimed or still waited"
    };
    let (x, y) = ((&scale.axis(), Some(name.as_str())), (&shares, jobs));
    let mut plot = canvas::plot(canvas, (TOP, HEIGHT), x, y)?;
    guides(canvas, &mut plot, slo, scale)?;
    for (index, curve) in curves.iter().enumerate().rev() {
        draw_curve(&mut plot, curve, index, scale)?;
    }
    for (index, curve) in curves.iter().enumerate().filter(|(_, curve)| !curve.is_complete()) {
        let Some(&(wait, p)) = curve.points.last() else { continue };
        let x = LEFT + (scale.place(wait) * f64::from(PLOT_WIDTH)) as i32;
        let y = TOP + ((1.0 - p) * f64::from(HEIGHT)) as i32;
        let words = format!("known up to {}", format::percent(p));
        let color = color(curve, index);
        let (at, side) = if x + 140 < WIDTH { ((x + 8, y), HPos::Left) } else { ((x - 8, y - 16), HPos::Right) };
        canvas::text(canvas, &words, at, &canvas::regular(13), color, side)?;
    }
    Ok(())
}

/// An axis for all curves and the target. The shortest fiftieth of the waits may be in the linear
/// part.
fn scale(slo: Option<Span>, curves: &[Curve]) -> WaitAxis {
    let slo = slo.map(Span::as_secs_f64).filter(|slo| *slo > 0.0);
    let waits = || curves.iter().flat_map(|curve| curve.points.iter().copied());
    let longest = waits().map(|(wait, _)| wait).chain(slo.map(|slo| 1.5 * slo)).fold(0.0, f64::max);
    let positive = waits().filter(|&(wait, p)| wait > 0.0 && p >= 0.02).map(|(wait, _)| wait);
    let shortest = positive.chain(slo).fold(f64::INFINITY, f64::min);
    if longest > 0.0 { WaitAxis::new(shortest.min(longest), longest) } else { WaitAxis::new(1.0, 60.0) }
}

/// The dashed lines of the 95th percentile and of the target, with names at their ends.
fn guides(canvas: &Canvas, plot: &mut Plot, slo: Option<Span>, scale: WaitAxis) -> Painted {
    let mut dashed = |points: [(f64, f64); 2], color: RGBColor| {
        plot.draw_series(DashedLineSeries::new(points, 6, 5, color.stroke_width(1))).map(|_| ())
    };
    dashed([(0.0, 0.95), (1.0, 0.95)], GREY)?;
    let right = LEFT + PLOT_WIDTH;
    canvas::remark(canvas, "p95", (right + 10, TOP + HEIGHT / 20 - 5), HPos::Left)?;
    let Some(slo) = slo else { return Ok(()) };
    let at = scale.place(slo.as_secs_f64());
    dashed([(at, 0.0), (at, 1.0)], TARGET)?;
    let words = format!("target {slo}");
    let x = LEFT + (at * f64::from(PLOT_WIDTH)) as i32;
    canvas::text(canvas, &words, (x, TOP - 18), &canvas::regular(13), TARGET, HPos::Center)
}

/// Colour of the curve at a place in the legend.
fn color(curve: &Curve, index: usize) -> RGBColor {
    if curve.is_black { INK } else { SERIES[index % SERIES.len()] }
}

fn draw_curve(plot: &mut Plot, curve: &Curve, index: usize, scale: WaitAxis) -> Painted {
    let color = color(curve, index);
    let mut points: Vec<(f64, f64)> = curve.points.iter().map(|&(wait, p)| (scale.place(wait), p)).collect();
    // From 0 at the shortest wait, and level after the longest wait, if that is known.
    points.splice(0..0, points.first().map(|&(at, _)| (at, 0.0)));
    points.extend(curve.is_complete().then_some((1.0, 1.0)));
    plot.plotting_area().draw(&PathElement::new(points, color.stroke_width(2)))?;
    for (wait, p) in curve.p50.map(|wait| (wait, 0.5)).into_iter().chain(curve.p95.map(|wait| (wait, 0.95))) {
        plot.plotting_area().draw(&(EmptyElement::at((scale.place(wait), p)) + Polygon::new(mark(index), color)))?;
    }
    Ok(())
}

/// The outline of the mark of the curve at a place in the legend. The shape changes with the
/// colour, and again after each round of colours, so no two of 36 curves have the same shape and
/// colour, and neighbours differ even in grey print.
fn mark(index: usize) -> Vec<(i32, i32)> {
    match (index + index / SERIES.len()) % 6 {
        0 => vec![(-4, -4), (4, -4), (4, 4), (-4, 4)],
        1 => vec![(0, -6), (5, 4), (-5, 4)],
        2 => vec![(0, -6), (6, 0), (0, 6), (-6, 0)],
        3 => vec![(0, 6), (5, -4), (-5, -4)],
        4 => vec![
            (-2, -6),
            (2, -6),
            (2, -2),
            (6, -2),
            (6, 2),
            (2, 2),
            (2, 6),
            (-2, 6),
            (-2, 2),
            (-6, 2),
            (-6, -2),
            (-2, -2),
        ],
        _ => vec![(-3, -6), (3, -6), (6, 0), (3, 6), (-3, 6), (-6, 0)],
    }
}

/// Names, marks and key figures of the curves below the axis, column by column.
fn legend(canvas: &Canvas, curves: &[Curve]) -> Painted {
    let lines = curves.len().div_ceil(2);
    for column in 0..curves.len().min(2) as i32 {
        let right = LEFT + column * LEGEND_COLUMN + LEGEND_FIGURES;
        canvas::remark(canvas, "median / p95", (right, LEGEND), HPos::Right)?;
    }
    for (index, curve) in curves.iter().enumerate() {
        let left = LEFT + (index / lines) as i32 * LEGEND_COLUMN;
        let top = LEGEND + (1 + (index % lines) as i32) * LEGEND_LINE;
        legend_entry(canvas, curve, index, (left, top))?;
    }
    Ok(())
}

fn legend_entry(canvas: &Canvas, curve: &Curve, index: usize, (left, top): (i32, i32)) -> Painted {
    let color = color(curve, index);
    canvas.draw(&PathElement::new(vec![(left, top + 6), (left + 26, top + 6)], color.stroke_width(2)))?;
    canvas.draw(&(EmptyElement::at((left + 13, top + 6)) + Polygon::new(mark(index), color)))?;
    let room = LEGEND_FIGURES - LEGEND_NAME - 108;
    let font = canvas::regular(13);
    canvas::text(canvas, &canvas::fitted(&curve.name, 13, room), (left + LEGEND_NAME, top), &font, INK, HPos::Left)?;
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), format::duration);
    let figures = match (curve.points.is_empty(), figure(curve.p50), figure(curve.p95)) {
        (true, ..) => "not known".to_owned(),
        (false, p50, p95) => format!("{p50} / {p95}"),
    };
    canvas::text(canvas, &figures, (left + LEGEND_FIGURES, top), &font, INK, HPos::Right)
}

/// A line below the legend with the number of curves that are not shown.
fn not_shown(canvas: &Canvas, shown: usize, all: usize) -> Painted {
    if shown == all {
        return Ok(());
    }
    let below = LEGEND + (1 + shown.div_ceil(2) as i32) * LEGEND_LINE;
    canvas::remark(canvas, &format!("{} more: see wait_times.csv", all - shown), (LEFT, below), HPos::Left)
}
