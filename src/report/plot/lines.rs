//! A quantity over a key with numbers: a line through the estimates and a band of their intervals,
//! on an axis that is true to the distances of the numbers.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{self, Canvas, INK, LEFT, PLOT_WIDTH, Painted, Plot, SERIES, TITLES, WIDTH};
use super::scale::Scale;
use super::values::{Values, step_name};
use crate::experiment::design;
use crate::model::math;
use crate::stats::interval::IntervalEstimate;

const TOP: i32 = TITLES + 12;
const HEIGHT: i32 = 360;
/// Free space between labels of the horizontal axis.
const BETWEEN_LABELS: f64 = 10.0;
/// Width of a letter of a label.
const LETTER: f64 = 8.0;
const LEGEND_LINE: i32 = 20;

/// The lines of a chart over one axis of the grid.
pub(crate) struct LineChart<'a> {
    pub(crate) axis: &'a design::Axis,
    /// The values of the axis, step by step.
    pub(crate) numbers: Vec<f64>,
    pub(crate) all: Vec<Line>,
    /// The keys whose values name the lines; empty for a single line.
    pub(crate) by: String,
}

/// A line.
pub(crate) struct Line {
    pub(crate) name: String,
    /// The number of the point at each step.
    pub(crate) points: Vec<usize>,
}

pub(crate) fn draw(values: &Values, chart: &LineChart) -> Vec<u8> {
    let (means, most) = values.extent();
    let scale = Scale::of(values.quantity, &means, most);
    let legend = if chart.by.is_empty() { 0 } else { (1 + chart.all.len() as i32) * LEGEND_LINE + 8 };
    let bottom = TOP + HEIGHT + canvas::X_LABELS;
    let band =
        if values.estimates.iter().any(|estimate| estimate.interval.is_some()) { "; band: 95 % interval" } else { "" };
    let open = if values.has_bounds() { "; hollow with an arrow: at least" } else { "" };
    let work = values.remark("ring");
    let subtitle = format!("Line: mean of replications{band}{open}{}; {work}", scale.remark);
    canvas::sheet(bottom + legend + 14, &values.title, &subtitle, |canvas| {
        if means.is_empty() {
            return canvas::remark(canvas, "Nothing was measured.", (WIDTH / 2, TOP + HEIGHT / 2), HPos::Center);
        }
        let x = steps(chart);
        // Bands that overlap are more transparent.
        let strength = if chart.all.len() > 1 { 0.12 } else { 0.2 };
        let key = canvas::fitted(&chart.axis.name(), 13, PLOT_WIDTH);
        let mut plot = canvas::plot(
            canvas,
            (TOP, HEIGHT),
            (&x.axis, Some(&key)),
            (&scale.axis, &canvas::fitted(&scale.name, 13, HEIGHT)),
        )?;
        for (index, line) in chart.all.iter().enumerate().rev() {
            draw_line(&mut plot, values, &x, &scale, line, (SERIES[index % SERIES.len()], strength))?;
        }
        draw_legend(canvas, chart, bottom + 8)
    })
}

/// The horizontal axis and the places of the steps on it, in drawing order.
struct Steps {
    axis: Axis,
    /// Place and number of each step, in rising order.
    steps: Vec<(f64, usize)>,
}

fn steps(chart: &LineChart) -> Steps {
    let is_log = is_geometric(&chart.numbers);
    let place = |number: f64| if is_log { math::ln(number) } else { number };
    let mut steps: Vec<(f64, usize)> = chart.numbers.iter().copied().map(place).zip(0..).collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = (steps.first().map_or(0.0, |step| step.0), steps.last().map_or(1.0, |step| step.0));
    let width = if last > first { last - first } else { 1.0 };
    let (low, high) = (first - 0.03 * width, last + 0.03 * width);
    let pixels = |at: f64| (at - low) / (high - low) * f64::from(PLOT_WIDTH);
    let mut ticks: Vec<(f64, String)> = Vec::new();
    // Both ends first, then the labels that fit between them.
    let by_importance = steps.first().into_iter().chain(steps.last()).chain(&steps);
    for &(at, step) in by_importance {
        let label = canvas::fitted(&step_name(chart.axis, step), 13, 140);
        let half = |words: &str| words.chars().count() as f64 * LETTER / 2.0;
        let is_free = |(tick, words): &(f64, String)| {
            (pixels(*tick) - pixels(at)).abs() >= half(words) + half(&label) + BETWEEN_LABELS
        };
        if ticks.iter().all(is_free) {
            ticks.push((at, label));
        }
    }
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    Steps { axis: Axis { low, high, ticks }, steps }
}

/// Whether the spacing of the numbers is closer to equal factors than to equal steps.
fn is_geometric(numbers: &[f64]) -> bool {
    if numbers.len() < 3 || numbers.iter().any(|number| *number <= 0.0) {
        return false;
    }
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let unevenness = |place: fn(f64) -> f64| {
        let steps = sorted.windows(2).map(|pair| place(pair[1]) - place(pair[0]));
        let (least, most) = steps.fold((f64::INFINITY, 0.0), |(least, most), step| (step.min(least), step.max(most)));
        most / least
    };
    unevenness(|number| number) > 1.5 * unevenness(math::ln)
}

/// The band, the line and its points, with a gap where nothing was measured.
fn draw_line(
    plot: &mut Plot,
    values: &Values,
    x: &Steps,
    scale: &Scale,
    line: &Line,
    (color, strength): (RGBColor, f64),
) -> Painted {
    let at = |(place, step): &(f64, usize)| (*place, values.estimates[line.points[*step]]);
    let points: Vec<(f64, IntervalEstimate)> = x.steps.iter().map(at).collect();
    for run in points.split(|(_, estimate)| estimate.value.is_none()).filter(|run| !run.is_empty()) {
        for band in run.split(|(_, estimate)| estimate.interval.is_none()) {
            let edge = |end: fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
                band.iter().filter_map(|(at, estimate)| Some((*at, scale.place(end(estimate.interval?))))).collect()
            };
            let (high, low) = (edge(|(_, high)| high), edge(|(low, _)| low));
            let outline: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
            if high.len() > 1 {
                plot.plotting_area().draw(&Polygon::new(outline, color.mix(strength)))?;
            } else {
                plot.plotting_area().draw(&PathElement::new(outline, color.mix(0.5).stroke_width(5)))?;
            }
        }
        let mean =
            |(at, estimate): &(f64, IntervalEstimate)| Some(((*at, scale.place(estimate.value?)), estimate.is_exact()));
        let means: Vec<((f64, f64), bool)> = run.iter().filter_map(mean).collect();
        let line: Vec<(f64, f64)> = means.iter().map(|(mean, _)| *mean).collect();
        plot.plotting_area().draw(&PathElement::new(line, color.stroke_width(2)))?;
        for (mean, is_exact) in means {
            if is_exact {
                plot.plotting_area().draw(&Circle::new(mean, 3, color.filled()))?;
            } else {
                canvas::draw_bound(plot, mean, color)?;
            }
        }
    }
    for (place, step) in &x.steps {
        let point = line.points[*step];
        if let Some(value) = values.estimates[point].value.filter(|_| values.overloaded[point]) {
            plot.plotting_area().draw(&Circle::new((*place, scale.place(value)), 8, color.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// The keys whose values name the lines, and the name of each line.
fn draw_legend(canvas: &Canvas, chart: &LineChart, top: i32) -> Painted {
    if chart.by.is_empty() {
        return Ok(());
    }
    canvas::remark(canvas, &canvas::fitted(&chart.by, 13, PLOT_WIDTH), (LEFT, top), HPos::Left)?;
    for (index, line) in chart.all.iter().enumerate() {
        let (color, top) = (SERIES[index % SERIES.len()], top + (1 + index as i32) * LEGEND_LINE);
        canvas.draw(&PathElement::new(vec![(LEFT, top + 7), (LEFT + 26, top + 7)], color.stroke_width(2)))?;
        canvas.draw(&Circle::new((LEFT + 13, top + 7), 3, color.filled()))?;
        let words = canvas::fitted(&line.name, 13, PLOT_WIDTH - 40);
        canvas::text(canvas, &words, (LEFT + 36, top), &canvas::regular(13), INK, HPos::Left)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_spaced_by_factors_have_a_logarithmic_axis() {
        for numbers in
            [&[1.0, 2.0, 4.0, 8.0][..], &[1.0, 10.0, 100.0], &[100.0, 1.0, 10.0], &[1.0, 2.0, 5.0, 10.0, 20.0]]
        {
            assert!(is_geometric(numbers), "{numbers:?}");
        }
        for numbers in
            [&[1.0, 2.0, 3.0, 4.0][..], &[0.0, 1.0, 10.0], &[5.0, 10.0, 15.0], &[1.0, 100.0], &[-1.0, 1.0, 9.0]]
        {
            assert!(!is_geometric(numbers), "{numbers:?}");
        }
    }
}
