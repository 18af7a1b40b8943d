//! A quantity over a key with numbers: a line through the estimates and a band of their intervals,
//! on an axis that is true to the distances of the numbers.

use super::axis::Axis;
use super::canvas::{
    self, Color, HPos, LEFT, PALE, PLOT_WIDTH, Painted, Plot, SERIES, Shape, Surface, TARGET, TITLES, WIDTH,
};
use super::hover;
use super::names::{self, Name};
use super::scale::Scale;
use super::values::{Values, step_name};
use crate::experiment::design;
use crate::format::ValueFormat;
use crate::model::math;
use crate::stats::interval::IntervalEstimate;

const TOP: i32 = TITLES + 12;
const HEIGHT: i32 = 360;
/// Free space between labels of the horizontal axis.
const BETWEEN_LABELS: f64 = 10.0;
/// Width of a letter of a label.
const LETTER: f64 = 8.0;
/// Room for the names of lines right of the plot.
const NAMES: i32 = 170;
/// Lines with colours and names, those that end highest; the others are pale.
const MOST_NAMED: usize = 10;

/// The lines of a chart over one axis of the grid.
pub(crate) struct LineChart<'a> {
    pub(crate) axis: &'a design::Axis,
    /// The values of the axis, step by step.
    pub(crate) numbers: Vec<f64>,
    pub(crate) all: Vec<Line>,
    /// The keys whose values name the lines; empty for a single line.
    pub(crate) by: String,
    /// The file that has the values.
    pub(crate) table: &'a str,
}

/// A line.
pub(crate) struct Line {
    pub(crate) name: String,
    /// The number of the point at each step.
    pub(crate) points: Vec<usize>,
}

pub(crate) fn draw(values: &Values, chart: &LineChart) -> Vec<u8> {
    let (means, most) = values.extent();
    let target = values.target.as_ref().map_or(0.0, |(value, _)| *value);
    let scale = Scale::of(values.quantity, &means, most.max(target));
    let right = LEFT + PLOT_WIDTH - if chart.by.is_empty() { 0 } else { NAMES - 32 };
    let bottom = TOP + HEIGHT + canvas::X_LABELS;
    let band =
        if values.estimates.iter().any(|estimate| estimate.interval.is_some()) { "; band: 95 % interval" } else { "" };
    let open = if values.has_bounds() { "; hollow with an arrow: at least" } else { "" };
    let work = values.remark("ring");
    let by = if chart.by.is_empty() { String::new() } else { format!("; lines: {}", chart.by) };
    let subtitle = format!("Line: mean of replications{band}{open}{}; {work}{by}", scale.remark);
    let others = chart.all.len() - named(values, chart).len();
    let footer = if others > 0 { 24 } else { 0 };
    canvas::sheet(bottom + footer + 14, &values.title, &subtitle, |canvas| {
        if means.is_empty() {
            return canvas::remark(canvas, "Nothing was measured.", (WIDTH / 2, TOP + HEIGHT / 2), HPos::Center);
        }
        let x = steps(chart, right - LEFT);
        let key = canvas::fitted(&chart.axis.name(), 13, PLOT_WIDTH);
        let name = canvas::fitted(&scale.name, 13, HEIGHT);
        let plot = canvas::plot_to(canvas, right, (TOP, HEIGHT), (&x.axis, Some(&key)), (&scale.axis, &name))?;
        draw_target(&plot, values, &scale)?;
        hover::open_plot(canvas, plot.edges)?;
        draw_lines(&plot, values, (chart, &x), &scale)?;
        canvas.close()?;
        if others > 0 {
            let words = format!("pale: {others} others that end lower, see {}", chart.table);
            canvas::remark(canvas, &words, (LEFT, bottom + 8), HPos::Left)?;
        }
        Ok(())
    })
}

/// A dashed line at the value to compare with, if the axis has it.
fn draw_target(plot: &Plot, values: &Values, scale: &Scale) -> Painted {
    let Some((value, name)) = &values.target else { return Ok(()) };
    let at = scale.place(*value);
    plot.draw(&Shape::path([(plot.x.low, at), (plot.x.high, at)], TARGET.stroke_width(1).dashed()))?;
    // Above the line, or below it at the upper edge.
    let line = plot.pixel((plot.x.low, at)).1;
    let words = (LEFT + 6, if line - 17 < TOP { line + 5 } else { line - 17 });
    canvas::text(plot.canvas, name, words, canvas::regular(13), TARGET, HPos::Left)
}

/// The lines that have colours and names.
fn named(values: &Values, chart: &LineChart) -> Vec<usize> {
    let mut all: Vec<usize> = (0..chart.all.len()).collect();
    if all.len() > MOST_NAMED {
        let end = |line: &usize| last(values, &chart.all[*line]).map_or(f64::NEG_INFINITY, |(_, value)| value);
        all.sort_by(|a, b| end(b).total_cmp(&end(a)));
        all.truncate(MOST_NAMED);
        all.sort_unstable();
    }
    all
}

/// The last step of a line that has a value, and that value.
fn last(values: &Values, line: &Line) -> Option<(usize, f64)> {
    let steps = line.points.iter().enumerate();
    steps.rev().find_map(|(step, point)| Some((step, values.estimates[*point].value?)))
}

/// All lines, the first on top, and the names of those with a colour.
fn draw_lines(plot: &Plot, values: &Values, (chart, x): (&LineChart, &Steps), scale: &Scale) -> Painted {
    let named = named(values, chart);
    // Bands that overlap are more transparent.
    let strength = if chart.all.len() > 1 { 0.12 } else { 0.2 };
    let color = |line: usize| named.iter().position(|of| *of == line).map(|place| SERIES[place % SERIES.len()]);
    let mut order: Vec<usize> = (0..chart.all.len()).rev().collect();
    order.sort_by_key(|line| color(*line).is_some());
    for (place, line) in order.iter().enumerate() {
        let name = if chart.by.is_empty() { &values.quantity.text } else { &chart.all[*line].name };
        hover::open_series(plot.canvas, name, pointed(plot, values, (chart, x), *line), place == 0)?;
        let style = color(*line).map_or((PALE, 0.0), |color| (color, strength));
        draw_line(plot, values, x, scale, &chart.all[*line], style)?;
        plot.canvas.close()?;
    }
    if chart.by.is_empty() {
        return Ok(());
    }
    let ends: Vec<Name> = named
        .iter()
        .filter_map(|line| {
            let (step, value) = last(values, &chart.all[*line])?;
            let (at, _) = x.steps.iter().find(|(_, of)| *of == step)?;
            let pixel = plot.pixel((*at, scale.place(value)));
            Some(Name { words: &chart.all[*line].name, at: pixel, color: color(*line)? })
        })
        .collect();
    names::draw(plot, &ends)
}

/// The values of a line for a pointer.
fn pointed<'a>(
    plot: &'a Plot,
    values: &'a Values,
    (chart, x): (&'a LineChart, &'a Steps),
    line: usize,
) -> impl Iterator<Item = (i32, String, String)> + 'a {
    let format = ValueFormat::of_quantity(values.quantity);
    x.steps.iter().map(move |(at, step)| {
        let estimate = values.estimates[chart.all[line].points[*step]];
        let place = format!("{} {}", chart.axis.name(), step_name(chart.axis, *step));
        (
            plot.pixel((*at, 0.0)).0,
            place,
            format.value_with_interval(estimate.value, estimate.is_exact(), estimate.interval),
        )
    })
}

/// The horizontal axis and the places of the steps on it, in drawing order.
struct Steps {
    axis: Axis,
    /// Place and number of each step, in rising order.
    steps: Vec<(f64, usize)>,
}

fn steps(chart: &LineChart, plot_width: i32) -> Steps {
    let is_log = is_geometric(&chart.numbers);
    let place = |number: f64| if is_log { math::ln(number) } else { number };
    let mut steps: Vec<(f64, usize)> = chart.numbers.iter().copied().map(place).zip(0..).collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = (steps.first().map_or(0.0, |step| step.0), steps.last().map_or(1.0, |step| step.0));
    let width = if last > first { last - first } else { 1.0 };
    let (low, high) = (first - 0.03 * width, last + 0.03 * width);
    let pixels = |at: f64| (at - low) / (high - low) * f64::from(plot_width);
    let tick = |&(at, step): &(f64, usize)| (at, canvas::fitted(&step_name(chart.axis, step), 13, 140));
    let all: Vec<(f64, String)> = steps.iter().map(tick).collect();
    let half = |words: &str| words.chars().count() as f64 * LETTER / 2.0;
    let is_free = |pair: &[(f64, String)]| {
        pixels(pair[1].0) - pixels(pair[0].0) >= half(&pair[0].1) + half(&pair[1].1) + BETWEEN_LABELS
    };
    let every = |stride: usize| all.iter().step_by(stride).cloned().collect::<Vec<_>>();
    // Each, each second and so on; of numbers that lie unevenly those that fit.
    let even = (1..=all.len() / 3).map(every).find(|ticks| ticks.windows(2).all(is_free));
    let ticks = even.unwrap_or_else(|| {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for tick in all {
            if ticks.last().is_none_or(|last| is_free(&[last.clone(), tick.clone()])) {
                ticks.push(tick);
            }
        }
        ticks
    });
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
    plot: &Plot,
    values: &Values,
    x: &Steps,
    scale: &Scale,
    line: &Line,
    (color, strength): (Color, f64),
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
            if strength == 0.0 {
                continue;
            }
            if high.len() > 1 {
                plot.draw(&Shape::path(outline, color.mix(strength)))?;
            } else {
                plot.draw(&Shape::path(outline, color.mix(0.5).stroke_width(5)))?;
            }
        }
        let mean =
            |(at, estimate): &(f64, IntervalEstimate)| Some(((*at, scale.place(estimate.value?)), estimate.is_exact()));
        let means: Vec<((f64, f64), bool)> = run.iter().filter_map(mean).collect();
        let line: Vec<(f64, f64)> = means.iter().map(|(mean, _)| *mean).collect();
        plot.draw(&Shape::path(line, color.stroke_width(2)))?;
        for (mean, is_exact) in means {
            if is_exact {
                plot.draw(&Shape::circle(mean, 3, color.filled()))?;
            } else {
                canvas::draw_bound(plot, mean, color)?;
            }
        }
    }
    for (place, step) in &x.steps {
        let point = line.points[*step];
        if let Some(value) = values.estimates[point].value.filter(|_| values.overloaded[point]) {
            plot.draw(&Shape::circle((*place, scale.place(value)), 8, color.stroke_width(2)))?;
        }
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
