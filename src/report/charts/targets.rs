//! A target against the cost: the value of every setting that was simulated, with its interval, and
//! the bound.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::experiment::sizing::EvaluatedDesign;
use crate::format::{self, ValueFormat};
use crate::plot::axis::Axis;
use crate::plot::canvas::{self, Canvas, GREY, INK, LEFT, PLOT_WIDTH, Painted, Plot, SERIES, TARGET, TITLES, WIDTH};
use crate::plot::wait_axis::WaitAxis;
use crate::sizing::SizingReport;
use crate::stats::bound_test::BoundStatus;

const HEIGHT: i32 = 380;
const TOP: i32 = TITLES + 22;
const LEGEND: i32 = TOP + HEIGHT + canvas::X_LABELS + 12;
/// The smallest number of pixels between labels of settings, and between those of costs.
const BETWEEN_LABELS: f64 = 62.0;

/// A setting that was simulated.
struct Mark {
    cost: f64,
    /// The values of the keys that vary.
    name: String,
    /// The target's value.
    value: f64,
    /// Whether the value is known, and not only a lower bound of it.
    is_exact: bool,
    interval: Option<(f64, f64)>,
    /// Whether the target is met.
    verdict: BoundStatus,
    is_answer: bool,
}

/// The marks of all settings that have a value of the target.
fn marks(report: &SizingReport, target: usize) -> Vec<Mark> {
    let is_overloaded = |evaluated: &EvaluatedDesign| report.setting(evaluated).overload.is_some();
    let mark = |(place, evaluated): (usize, &EvaluatedDesign)| {
        let test = &evaluated.tests[target];
        Some(Mark {
            cost: evaluated.cost,
            name: report.values(evaluated).join(", ") + if is_overloaded(evaluated) { " !" } else { "" },
            value: test.value?,
            is_exact: test.is_exact,
            interval: test.interval,
            verdict: test.status,
            is_answer: report.sizing.answer == Some(place),
        })
    };
    report.sizing.evaluated.iter().enumerate().filter_map(mark).collect()
}

/// The places of values on the vertical axis.
enum ValueScale {
    /// Times: logarithmic from the first tick on.
    Times(WaitAxis),
    /// Anything else: linear from 0.
    Linear(Axis),
}

impl ValueScale {
    fn over(marks: &[Mark], bound: f64, is_time: bool, is_share: bool) -> ValueScale {
        let ends = |mark: &Mark| [Some(mark.value), mark.interval.map(|(_, high)| high)];
        let most = marks.iter().flat_map(ends).flatten().chain([bound]).fold(0.0, f64::max);
        if is_time {
            let least = marks.iter().map(|mark| mark.value).chain([bound]).filter(|value| *value > 0.0);
            return ValueScale::Times(WaitAxis::new(least.fold(most, f64::min).max(1e-9), (2.5 * most).max(1e-6)));
        }
        let label = move |at: f64| if is_share { format!("{:.0} %", at * 100.0) } else { format::count(at) };
        ValueScale::Linear(if is_share {
            Axis { low: 0.0, high: 1.0, ticks: [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|at| (at, label(at))).into() }
        } else {
            Axis::from_zero(1.1 * most, label)
        })
    }

    fn axis(&self) -> Axis {
        match self {
            ValueScale::Times(times) => times.axis(),
            ValueScale::Linear(axis) => axis.clone(),
        }
    }

    fn place(&self, value: f64) -> f64 {
        match self {
            ValueScale::Times(times) => times.place(value),
            ValueScale::Linear(_) => value,
        }
    }
}

pub(super) fn draw(report: &SizingReport, target: usize) -> Vec<u8> {
    let condition = &report.targets.conditions[target];
    let title = format!("{}: {} against the cost", report.title, condition.quantity.text);
    let loss = report.lost.as_ref().map_or_else(String::new, |lost| format!("; {}", lost.words));
    let has_overload = report.sizing.evaluated.iter().any(|one| report.setting(one).overload.is_some());
    let overload = if has_overload { " (!: overload)" } else { "" };
    let subtitle = format!(
        "Means over replications with the intervals of the verdicts; labels: {}{overload}{loss}",
        report.keys.join(", ")
    );
    let marks = marks(report, target);
    let open = if marks.iter().all(|mark| mark.is_exact) { "" } else { "; arrow: at least" };
    let subtitle = canvas::fitted(&format!("{subtitle}{open}"), 13, WIDTH - 40);
    let bound = report
        .sizing
        .evaluated
        .first()
        .and_then(|evaluated| evaluated.tests.get(target))
        .map_or(0.0, |test| test.bound);
    let (is_time, is_share) = (condition.quantity.unit() == "s", report.format(target) == ValueFormat::Share);
    canvas::sheet(LEGEND + 30, &title, &subtitle, |canvas| {
        if marks.is_empty() {
            return canvas::remark(canvas, "No setting had anything to measure.", (WIDTH / 2, TOP + 40), HPos::Center);
        }
        let scale = ValueScale::over(&marks, bound, is_time, is_share);
        let costs = costs(&marks);
        let x_name = format!("Cost{}", if report.cost_unit.is_empty() { "" } else { report.cost_unit });
        let (x_name, y_name) = (x_name.replace('/', " per "), canvas::fitted(&condition.quantity.text, 13, HEIGHT));
        let mut plot = canvas::plot(canvas, (TOP, HEIGHT), (&costs, Some(&x_name)), (&scale.axis(), &y_name))?;
        draw_bound(canvas, &mut plot, &costs, &scale, bound, &bound_words(report, target))?;
        for mark in &marks {
            draw_setting(&plot, &scale, mark)?;
        }
        label_settings(canvas, &costs, &scale, &marks)?;
        legend(canvas)
    })
}

/// The bound as the user wrote it: `target < 5m`.
fn bound_words(report: &SizingReport, target: usize) -> String {
    let condition = &report.targets.conditions[target];
    let bound = condition.text.strip_prefix(&condition.quantity.text).unwrap_or("").trim();
    format!("target {bound}")
}

/// An axis over all costs, with a tick at each cost whose label fits.
fn costs(marks: &[Mark]) -> Axis {
    let mut all: Vec<f64> = marks.iter().map(|mark| mark.cost).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    let (first, last) = (all[0], all[all.len() - 1]);
    let space = if last > first { 0.06 * (last - first) } else { 1.0 };
    let (low, high) = (first - space, last + space);
    let near = BETWEEN_LABELS / f64::from(PLOT_WIDTH) * (high - low);
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for cost in all {
        if ticks.last().is_none_or(|(tick, _)| cost - tick >= near) {
            ticks.push((cost, format::count(cost)));
        }
    }
    Axis { low, high, ticks }
}

fn draw_bound(canvas: &Canvas, plot: &mut Plot, costs: &Axis, scale: &ValueScale, bound: f64, words: &str) -> Painted {
    let at = scale.place(bound);
    let line = DashedLineSeries::new([(costs.low, at), (costs.high, at)], 6, 5, TARGET.stroke_width(1));
    plot.draw_series(line)?;
    canvas::text(canvas, words, (LEFT + PLOT_WIDTH, TOP - 18), &canvas::regular(13), TARGET, HPos::Right)
}

/// A disc for a target that is met, a cross for one that is not, a ring for one that is undecided.
fn draw_setting(plot: &Plot, scale: &ValueScale, mark: &Mark) -> Painted {
    let at = (mark.cost, scale.place(mark.value));
    let color = color(mark.verdict);
    if let Some((low, high)) = mark.interval {
        let line = vec![(mark.cost, scale.place(low)), (mark.cost, scale.place(high))];
        plot.plotting_area().draw(&PathElement::new(line, color.stroke_width(2)))?;
    }
    if !mark.is_exact {
        canvas::draw_arrow(plot, at, color)?;
    }
    match mark.verdict {
        BoundStatus::Kept => plot.plotting_area().draw(&Circle::new(at, 5, color.filled()))?,
        BoundStatus::Broken => plot.plotting_area().draw(&Cross::new(at, 5, color.stroke_width(2)))?,
        BoundStatus::Undecided => plot.plotting_area().draw(&Circle::new(at, 5, color.stroke_width(2)))?,
    }
    if mark.is_answer {
        plot.plotting_area().draw(&Circle::new(at, 10, INK.stroke_width(2)))?;
    }
    Ok(())
}

fn color(verdict: BoundStatus) -> RGBColor {
    match verdict {
        BoundStatus::Kept => SERIES[0],
        BoundStatus::Broken => SERIES[1],
        BoundStatus::Undecided => GREY,
    }
}

/// The values of settings above their marks, as far as they do not touch.
fn label_settings(canvas: &Canvas, costs: &Axis, scale: &ValueScale, marks: &[Mark]) -> Painted {
    let axis = scale.axis();
    let x = |cost: f64| LEFT + ((cost - costs.low) / (costs.high - costs.low) * f64::from(PLOT_WIDTH)) as i32;
    let y = |value: f64| {
        let part = (scale.place(value) - axis.low) / (axis.high - axis.low);
        TOP + HEIGHT - (part.clamp(0.0, 1.0) * f64::from(HEIGHT)) as i32
    };
    let mut taken: Vec<(i32, i32)> = Vec::new();
    let answer_first = marks.iter().filter(|mark| mark.is_answer).chain(marks.iter().filter(|mark| !mark.is_answer));
    for mark in answer_first {
        let top = mark.interval.map_or(mark.value, |(_, high)| high);
        let above = if mark.is_exact { 28 } else { 44 };
        let at = (x(mark.cost), (y(top) - above).max(TOP + 2));
        let is_free =
            |other: &(i32, i32)| (other.0 - at.0).abs() >= BETWEEN_LABELS as i32 || (other.1 - at.1).abs() >= 16;
        if taken.iter().all(is_free) {
            let name = canvas::fitted(&mark.name, 13, BETWEEN_LABELS as i32);
            canvas::text(canvas, &name, at, &canvas::regular(13), color(mark.verdict), HPos::Center)?;
            taken.push(at);
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas) -> Painted {
    let (mut x, y) = (LEFT + 6, LEGEND);
    for (verdict, words) in
        [(BoundStatus::Kept, "met"), (BoundStatus::Broken, "not met"), (BoundStatus::Undecided, "undecided")]
    {
        let (at, color) = ((x, y + 7), color(verdict));
        match verdict {
            BoundStatus::Kept => canvas.draw(&Circle::new(at, 5, color.filled()))?,
            BoundStatus::Broken => canvas.draw(&Cross::new(at, 5, color.stroke_width(2)))?,
            BoundStatus::Undecided => canvas.draw(&Circle::new(at, 5, color.stroke_width(2)))?,
        }
        canvas::text(canvas, words, (x + 14, y), &canvas::regular(13), INK, HPos::Left)?;
        x += 130;
    }
    canvas.draw(&Circle::new((x, y + 7), 9, INK.stroke_width(2)))?;
    canvas::text(canvas, "the cheapest that meets all targets", (x + 18, y), &canvas::regular(13), INK, HPos::Left)
}
