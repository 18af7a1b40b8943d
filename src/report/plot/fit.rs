//! The distribution of observed times with its band, and that of the law fitted to them.

use super::axis::Axis;
use super::canvas::{
    self, BLUE, Canvas, Color, GREY, HPos, INK, LEFT, PALE, PLOT_WIDTH, Painted, Shape, Style, Surface, TITLES,
};
use super::wait_axis::WaitAxis;

const HEIGHT: i32 = 360;
const TOP: i32 = TITLES + 12;
const LEGEND: i32 = TOP + HEIGHT + canvas::X_LABELS + 14;
const LINE: i32 = 20;
/// The runs are a broad line, on which that of the law is seen.
const RUNS: Color = PALE;

/// A law and the times behind it.
pub(crate) struct FitCurves<'a> {
    /// Seconds and the share of times up to there, rising; the share stays between two points.
    pub(crate) observed: &'a [(f64, f64)],
    /// Half the width of the band around them.
    pub(crate) band: f64,
    /// Seconds and the law's probability, rising.
    pub(crate) fitted: &'a [(f64, f64)],
    /// The legend's words for both.
    pub(crate) observed_name: &'a str,
    pub(crate) fitted_name: &'a str,
    pub(crate) x_name: &'a str,
}

pub(crate) fn draw(title: &str, subtitle: &str, curves: &FitCurves) -> Vec<u8> {
    canvas::sheet(LEGEND + 2 * LINE + 8, title, subtitle, |canvas| {
        let inner = curves.observed.iter().filter(|(seconds, share)| *seconds > 0.0 && *share >= 0.02);
        let shortest = inner.map(|point| point.0).fold(f64::INFINITY, f64::min);
        let longest = curves.observed.last().map_or(0.0, |last| last.0);
        let axis =
            if longest > 0.0 { WaitAxis::new(shortest.min(longest), 1.05 * longest) } else { WaitAxis::new(1.0, 60.0) };
        let percents = [0, 20, 40, 60, 80, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")));
        let shares = Axis { low: 0.0, high: 1.0, ticks: percents.into() };
        let name = format!("{} (logarithmic from {} on)", curves.x_name, axis.low);
        let plot = canvas::plot(canvas, (TOP, HEIGHT), (&axis.axis(), Some(&name)), (&shares, "Share of the runs"))?;
        let edge = |shift: f64| stairs(curves.observed, |share| (share + shift).clamp(0.0, 1.0), axis);
        let outline: Vec<_> = edge(curves.band).into_iter().chain(edge(-curves.band).into_iter().rev()).collect();
        let area = &plot;
        area.draw(&Shape::path(outline, GREY.mix(0.18)))?;
        area.draw(&Shape::path(stairs(curves.observed, |share| share, axis), RUNS.stroke_width(5)))?;
        let inside = curves.fitted.iter().map(|(seconds, p)| (axis.place(*seconds), *p));
        let law: Vec<(f64, f64)> = inside.take_while(|(place, _)| *place < 1.0).collect();
        area.draw(&Shape::path(law, BLUE.stroke_width(2)))?;
        legend(canvas, 0, RUNS.stroke_width(5), curves.observed_name)?;
        legend(canvas, 1, BLUE.stroke_width(2), curves.fitted_name)
    })
}

/// A distribution function with its jumps, from 0 to the end of the axis.
fn stairs(points: &[(f64, f64)], share: impl Fn(f64) -> f64, axis: WaitAxis) -> Vec<(f64, f64)> {
    let mut stairs = vec![(0.0, share(0.0))];
    let mut level = share(0.0);
    for (seconds, next) in points {
        let place = axis.place(*seconds);
        stairs.push((place, level));
        level = share(*next);
        stairs.push((place, level));
    }
    stairs.push((1.0, level));
    stairs
}

fn legend(canvas: &Canvas, row: i32, style: Style, name: &str) -> Painted {
    let top = LEGEND + row * LINE;
    canvas.draw(&Shape::path([(LEFT, top + 6), (LEFT + 26, top + 6)], style))?;
    let name = canvas::fitted(name, 13, PLOT_WIDTH - 36);
    canvas::text(canvas, &name, (LEFT + 36, top), canvas::regular(13), INK, HPos::Left)
}
