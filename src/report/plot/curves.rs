//! Cumulative distributions of waits as curves, with their medians and 95th percentiles.

use super::axis::Axis;
use super::canvas::{
    self, Canvas, Color, GREY, HPos, INK, LEFT, PALE, PLOT_WIDTH, Painted, Plot, SERIES, Shape, Surface, TARGET,
    TITLES, WIDTH,
};
use super::hover;
use super::wait_axis::WaitAxis;
use crate::format;
use crate::model::time::Span;

/// At most this number of curves besides the black one has a colour and a name, those with the
/// longest waits. The others are pale, and a line below the legend counts them.
const MOST_CURVES: usize = 10;
/// At most this number of pale curves is drawn.
const MOST_PALE: usize = 60;
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
    let (curves, pale) = longest(all);
    let lines = curves.len().div_ceil(2) as i32 + if pale.is_empty() { 1 } else { 2 };
    canvas::sheet(LEGEND + lines * LEGEND_LINE + 14, title, subtitle, |canvas| {
        if all.iter().all(|curve| curve.points.is_empty()) {
            return canvas::remark(canvas, "No job was claimed.", (WIDTH / 2, TOP + HEIGHT / 2), HPos::Center);
        }
        plot(canvas, slo, &curves, &pale)?;
        legend(canvas, &curves)?;
        not_shown(canvas, curves.len(), pale.len())
    })
}

/// The curves to name, those of the longest waits, in their order; and the others.
fn longest(all: &[Curve]) -> (Vec<&Curve>, Vec<&Curve>) {
    // Waits that are not known are longer than any.
    let wait = |curve: &Curve| curve.p95.unwrap_or(f64::INFINITY);
    let mut ranked: Vec<usize> = (0..all.len()).filter(|place| !all[*place].is_black).collect();
    ranked.sort_by(|a, b| wait(&all[*b]).total_cmp(&wait(&all[*a])));
    let rest = ranked.split_off(ranked.len().min(MOST_CURVES));
    let (pale, named): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|place| rest.contains(place));
    let of = |places: Vec<usize>| places.into_iter().map(|place| &all[place]).collect();
    (of(named), of(pale))
}

/// The axes, the curves and their guides.
fn plot(canvas: &Canvas, slo: Option<Span>, curves: &[&Curve], pale: &[&Curve]) -> Painted {
    let all: Vec<&Curve> = curves.iter().chain(pale).copied().collect();
    let scale = scale(slo, &all);
    let name = format!("Wait (logarithmic from {} on)", scale.low);
    let percents = [0, 20, 40, 60, 80, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")));
    let shares = Axis { low: 0.0, high: 1.0, ticks: percents.into() };
    // A curve that ends early is of jobs that were never claimed, too.
    let jobs = if all.iter().all(|curve| curve.is_complete()) {
        "Share of the claimed jobs"
    } else {
        "Share of the jobs that were claimed or still waited"
    };
    let (x, y) = ((&scale.axis(), Some(name.as_str())), (&shares, jobs));
    let plot = canvas::plot(canvas, (TOP, HEIGHT), x, y)?;
    guides(canvas, &plot, slo, scale)?;
    for curve in pale.iter().take(MOST_PALE) {
        plot.draw(&Shape::path(line(curve, scale), PALE.mix(0.6).stroke_width(1)))?;
    }
    hover::open_plot(canvas, plot.edges)?;
    for (index, curve) in curves.iter().enumerate().rev() {
        hover::open_series(canvas, &curve.name, pointed(&plot, curve, scale), true)?;
        draw_curve(&plot, curve, index, scale)?;
        canvas.close()?;
    }
    canvas.close()?;
    for (index, curve) in curves.iter().enumerate().filter(|(_, curve)| !curve.is_complete()) {
        let Some(&(wait, p)) = curve.points.last() else { continue };
        let x = LEFT + (scale.place(wait) * f64::from(PLOT_WIDTH)) as i32;
        let y = TOP + ((1.0 - p) * f64::from(HEIGHT)) as i32;
        let words = format!("known up to {}", format::percent(p));
        let color = color(curve, index);
        let (at, side) = if x + 140 < WIDTH { ((x + 8, y), HPos::Left) } else { ((x - 8, y - 16), HPos::Right) };
        canvas::text(canvas, &words, at, canvas::regular(13), color, side)?;
    }
    Ok(())
}

/// An axis for all curves and the target. The shortest fiftieth of the waits may be in the linear
/// part.
fn scale(slo: Option<Span>, curves: &[&Curve]) -> WaitAxis {
    let slo = slo.map(Span::as_secs_f64).filter(|slo| *slo > 0.0);
    let waits = || curves.iter().flat_map(|curve| curve.points.iter().copied());
    let longest = waits().map(|(wait, _)| wait).chain(slo.map(|slo| 1.5 * slo)).fold(0.0, f64::max);
    let positive = waits().filter(|&(wait, p)| wait > 0.0 && p >= 0.02).map(|(wait, _)| wait);
    let shortest = positive.chain(slo).fold(f64::INFINITY, f64::min);
    if longest > 0.0 { WaitAxis::new(shortest.min(longest), longest) } else { WaitAxis::new(1.0, 60.0) }
}

/// The dashed lines of the 95th percentile and of the target, with names at their ends.
fn guides(canvas: &Canvas, plot: &Plot, slo: Option<Span>, scale: WaitAxis) -> Painted {
    let dashed =
        |points: [(f64, f64); 2], color: Color| plot.draw(&Shape::path(points, color.stroke_width(1).dashed()));
    dashed([(0.0, 0.95), (1.0, 0.95)], GREY)?;
    let right = LEFT + PLOT_WIDTH;
    canvas::remark(canvas, "p95", (right + 10, TOP + HEIGHT / 20 - 5), HPos::Left)?;
    let Some(slo) = slo else { return Ok(()) };
    let at = scale.place(slo.as_secs_f64());
    dashed([(at, 0.0), (at, 1.0)], TARGET)?;
    let words = format!("target {slo}");
    let x = LEFT + (at * f64::from(PLOT_WIDTH)) as i32;
    canvas::text(canvas, &words, (x, TOP - 18), canvas::regular(13), TARGET, HPos::Center)
}

/// Colour of the curve at a place in the legend.
fn color(curve: &Curve, index: usize) -> Color {
    if curve.is_black { INK } else { SERIES[index % SERIES.len()] }
}

/// From 0 at the shortest wait, and level after the longest wait, if that is known.
fn line(curve: &Curve, scale: WaitAxis) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = curve.points.iter().map(|&(wait, p)| (scale.place(wait), p)).collect();
    points.splice(0..0, points.first().map(|&(at, _)| (at, 0.0)));
    points.extend(curve.is_complete().then_some((1.0, 1.0)));
    points
}

/// Waits at tenths and at the usual quantiles, for a pointer.
fn pointed<'a>(plot: &'a Plot, curve: &'a Curve, scale: WaitAxis) -> impl Iterator<Item = (i32, String, String)> + 'a {
    let is_round = |p: f64| (p * 10.0).fract().abs() < 1e-9 || [0.95, 0.99, 0.999].contains(&p);
    curve.points.iter().filter(move |(_, p)| is_round(*p)).map(move |&(wait, p)| {
        (plot.pixel((scale.place(wait), p)).0, format!("{} waited at most", format::percent(p)), format::duration(wait))
    })
}

fn draw_curve(plot: &Plot, curve: &Curve, index: usize, scale: WaitAxis) -> Painted {
    let color = color(curve, index);
    plot.draw(&Shape::path(line(curve, scale), color.stroke_width(2)))?;
    for (wait, p) in curve.p50.map(|wait| (wait, 0.5)).into_iter().chain(curve.p95.map(|wait| (wait, 0.95))) {
        plot.draw(&Shape::marker((scale.place(wait), p), mark(index), color))?;
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
fn legend(canvas: &Canvas, curves: &[&Curve]) -> Painted {
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
    canvas.draw(&Shape::path([(left, top + 6), (left + 26, top + 6)], color.stroke_width(2)))?;
    canvas.draw(&Shape::marker((left + 13, top + 6), mark(index), color))?;
    let room = LEGEND_FIGURES - LEGEND_NAME - 108;
    let font = canvas::regular(13);
    canvas::text(canvas, &canvas::fitted(&curve.name, 13, room), (left + LEGEND_NAME, top), font, INK, HPos::Left)?;
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), format::duration);
    let figures = match (curve.points.is_empty(), figure(curve.p50), figure(curve.p95)) {
        (true, ..) => "not known".to_owned(),
        (false, p50, p95) => format!("{p50} / {p95}"),
    };
    canvas.describe(format!("{}: median / p95 {figures}.", curve.name));
    canvas::text(canvas, &figures, (left + LEGEND_FIGURES, top), font, INK, HPos::Right)
}

/// A line below the legend with the number of curves without a name.
fn not_shown(canvas: &Canvas, named: usize, pale: usize) -> Painted {
    if pale == 0 {
        return Ok(());
    }
    let below = LEGEND + (1 + named.div_ceil(2) as i32) * LEGEND_LINE;
    let words = format!("pale: {pale} others with a shorter p95, see wait_times.csv");
    canvas::remark(canvas, &words, (LEFT, below), HPos::Left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_waits_have_names() {
        let curve = |place: u32| Curve {
            name: place.to_string(),
            is_black: place == 0,
            points: vec![(1.0, 1.0)],
            p50: None,
            // One without a p95 counts as the longest.
            p95: (place != 29).then_some(f64::from((place * 7) % 30)),
        };
        let all: Vec<Curve> = (0..30).map(curve).collect();
        let (named, pale) = longest(&all);
        assert_eq!((named.len(), pale.len()), (11, 19));
        assert!(named[0].is_black && named.iter().any(|curve| curve.name == "29"));
        let least = named[1..].iter().filter_map(|curve| curve.p95).fold(f64::INFINITY, f64::min);
        assert!(pale.iter().all(|curve| curve.p95.unwrap() < least));
        assert_eq!(longest(&all[..5]).1.len(), 0);
    }
}
