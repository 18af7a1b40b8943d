//! Targets against the cost, one below the other: the value of every setting that was simulated,
//! with its interval, and the bound.

use crate::experiment::sizing::EvaluatedDesign;
use crate::format::{self, ValueFormat};
use crate::plot::axis::Axis;
use crate::plot::canvas::{
    self, Canvas, Color, GREY, HPos, INK, LEFT, PLOT_WIDTH, Painted, Plot, SERIES, Shape, Surface, TARGET, TITLES,
    WIDTH,
};
use crate::plot::wait_axis::WaitAxis;
use crate::sizing::SizingReport;
use crate::stats::bound_test::BoundStatus;

/// Upper edge of the first panel, with its heading above it.
const TOP: i32 = TITLES + HEADING;
const HEADING: i32 = 30;
/// The smallest number of pixels between labels of costs.
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

/// One panel per target over a common axis of costs.
pub(super) fn draw(report: &SizingReport) -> Vec<u8> {
    let targets = report.targets.conditions.len() as i32;
    let title = match report.targets.conditions.as_slice() {
        [one] => format!("{}: {} against the cost", report.title, one.quantity.text),
        _ => format!("{}: targets against the cost", report.title),
    };
    let loss = report.lost.as_ref().map_or_else(String::new, |lost| format!("; {}", lost.words));
    let has_overload = report.sizing.evaluated.iter().any(|one| report.setting(one).overload.is_some());
    let overload = if has_overload { " (!: overload)" } else { "" };
    let all: Vec<Vec<Mark>> = (0..targets as usize).map(|target| marks(report, target)).collect();
    let open = if all.iter().flatten().all(|mark| mark.is_exact) { "" } else { "; arrow: at least" };
    let keys: Vec<&str> = report.keys.iter().map(|key| short_key(key)).collect();
    let subtitle = format!(
        "Means of replications with the intervals of the verdicts; labels: {}{overload}{open}{loss}",
        keys.join(", ")
    );
    let height = (460 / targets.max(1)).clamp(150, 380);
    let step = height + HEADING + 10;
    let legend_top = TOP + targets * step - HEADING - 10 + canvas::X_LABELS + 12;
    canvas::sheet(legend_top + 30, &title, &subtitle, |canvas| {
        if all.iter().all(Vec::is_empty) {
            return canvas::remark(canvas, "No setting had anything to measure.", (WIDTH / 2, TOP + 40), HPos::Center);
        }
        let costs = costs(all.iter().flatten());
        let x_name = format!("Cost{}", if report.cost_unit.is_empty() { "" } else { report.cost_unit });
        let x_name = x_name.replace('/', " per ");
        for (target, marks) in all.iter().enumerate() {
            let name = (target + 1 == all.len()).then_some(x_name.as_str());
            let heights = (TOP + target as i32 * step, height);
            draw_panel(canvas, report, (target, marks), heights, (&costs, name))?;
        }
        legend(canvas, legend_top)
    })
}

/// The last two parts of a key: `replica.count` for `worker.replica.count`.
fn short_key(key: &str) -> &str {
    key.rmatch_indices('.').nth(1).map_or(key, |(dot, _)| &key[dot + 1..])
}

/// A target: its name and bound above the plot, and the settings.
fn draw_panel(
    canvas: &Canvas,
    report: &SizingReport,
    (target, marks): (usize, &[Mark]),
    (top, height): (i32, i32),
    (costs, name): (&Axis, Option<&str>),
) -> Painted {
    let condition = &report.targets.conditions[target];
    let test = report.sizing.evaluated.first().and_then(|evaluated| evaluated.tests.get(target));
    let bound = test.map_or(0.0, |test| test.bound);
    let format = report.format(target);
    canvas::heading(canvas, &canvas::fitted(&condition.text, 14, PLOT_WIDTH), (LEFT, top - 20))?;
    if marks.is_empty() {
        return canvas::remark(canvas, "No setting had anything to measure.", (LEFT, top + 20), HPos::Left);
    }
    let is_time = condition.quantity.unit() == "s";
    let scale = ValueScale::over(marks, bound, is_time, format == ValueFormat::Share);
    let mut axis = scale.axis();
    axis.thin(18.0 / f64::from(height));
    let plot = canvas::plot(canvas, (top, height), (costs, name), (&axis, ""))?;
    let at = scale.place(bound);
    plot.draw(&Shape::path([(costs.low, at), (costs.high, at)], TARGET.stroke_width(1).dashed()))?;
    for mark in marks {
        let value = format.value_with_interval(Some(mark.value), mark.is_exact, mark.interval);
        let verdict = words(mark.verdict);
        let story = format!("{}: {value} at cost {}, {verdict}", mark.name, format::count(mark.cost));
        if mark.is_answer {
            canvas.describe(format!("The answer, {story} ({}).", condition.text));
        }
        canvas.mark(&story, || draw_setting(&plot, &scale, mark))?;
    }
    label_settings(&plot, &scale, marks, at)
}

fn words(verdict: BoundStatus) -> &'static str {
    match verdict {
        BoundStatus::Kept => "met",
        BoundStatus::Broken => "not met",
        BoundStatus::Undecided => "undecided",
    }
}

/// An axis over all costs, with a tick at each cost whose label fits.
fn costs<'a>(marks: impl Iterator<Item = &'a Mark>) -> Axis {
    let mut all: Vec<f64> = marks.map(|mark| mark.cost).collect();
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

/// A disc for a target that is met, a cross for one that is not, a ring for one that is undecided.
fn draw_setting(plot: &Plot, scale: &ValueScale, mark: &Mark) -> Painted {
    let at = (mark.cost, scale.place(mark.value));
    let color = color(mark.verdict);
    if let Some((low, high)) = mark.interval {
        let line = vec![(mark.cost, scale.place(low)), (mark.cost, scale.place(high))];
        plot.draw(&Shape::path(line, color.stroke_width(2)))?;
    }
    if !mark.is_exact {
        canvas::draw_arrow(plot, at, color)?;
    }
    match mark.verdict {
        BoundStatus::Kept => plot.draw(&Shape::circle(at, 5, color.filled()))?,
        BoundStatus::Broken => plot.draw(&Shape::Cross(at, 5, color.stroke_width(2)))?,
        BoundStatus::Undecided => plot.draw(&Shape::circle(at, 5, color.stroke_width(2)))?,
    }
    if mark.is_answer {
        plot.draw(&Shape::circle(at, 10, INK.stroke_width(2)))?;
    }
    Ok(())
}

fn color(verdict: BoundStatus) -> Color {
    match verdict {
        BoundStatus::Kept => SERIES[0],
        BoundStatus::Broken => SERIES[1],
        BoundStatus::Undecided => GREY,
    }
}

/// The names of settings beside their marks, where they touch no mark, no interval, not the bound
/// and no other name; that of the answer first. The others are named where a pointer is.
fn label_settings(plot: &Plot, scale: &ValueScale, marks: &[Mark], bound: f64) -> Painted {
    let (left, top, right, bottom) = plot.edges;
    let place = |mark: &Mark, value: f64| plot.pixel((mark.cost, scale.place(value)));
    // Left, upper, right and lower edge of what must not be covered.
    let mut taken: Vec<(i32, i32, i32, i32)> = Vec::new();
    for mark in marks {
        let (x, y) = place(mark, mark.value);
        let reach = if mark.is_answer { 12 } else { 7 };
        taken.push((x - reach, y - if mark.is_exact { reach } else { 26 }, x + reach, y + reach));
        if let Some((low, high)) = mark.interval {
            taken.push((x - 2, place(mark, high).1, x + 2, place(mark, low).1));
        }
    }
    let line = plot.pixel((plot.x.low, bound)).1;
    taken.push((left, line - 1, right, line + 1));
    let answer_first = marks.iter().filter(|mark| mark.is_answer).chain(marks.iter().filter(|mark| !mark.is_answer));
    for mark in answer_first {
        let (x, y) = place(mark, mark.value);
        let top_of_mark = mark.interval.map_or(y, |(_, high)| place(mark, high).1).min(y - 8);
        let name = canvas::fitted(&mark.name, 13, 200);
        let width = name.chars().count() as i32 * 8;
        let around =
            [(x + 13, y - 7), (x - 13 - width, y - 7), (x - width / 2, top_of_mark - 17), (x - width / 2, y + 10)];
        let is_free = |&(at, above): &(i32, i32)| {
            let (end, below) = (at + width, above + 15);
            let touches = |of: &(i32, i32, i32, i32)| at < of.2 && of.0 < end && above < of.3 && of.1 < below;
            at >= left && end <= right + 40 && above >= top && below <= bottom && !taken.iter().any(touches)
        };
        if let Some((at, above)) = around.into_iter().find(is_free) {
            let color = color(mark.verdict);
            canvas::text(plot.canvas, &name, (at, above), canvas::regular(13), color, HPos::Left)?;
            taken.push((at, above, at + width, above + 15));
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas, y: i32) -> Painted {
    let mut x = LEFT + 6;
    for verdict in [BoundStatus::Kept, BoundStatus::Broken, BoundStatus::Undecided] {
        let (at, color) = ((x, y + 6), color(verdict));
        match verdict {
            BoundStatus::Kept => canvas.draw(&Shape::circle(at, 5, color.filled()))?,
            BoundStatus::Broken => canvas.draw(&Shape::Cross(at, 5, color.stroke_width(2)))?,
            BoundStatus::Undecided => canvas.draw(&Shape::circle(at, 5, color.stroke_width(2)))?,
        }
        canvas::text(canvas, words(verdict), (x + 14, y), canvas::regular(13), INK, HPos::Left)?;
        x += 110;
    }
    canvas.draw(&Shape::circle((x, y + 6), 9, INK.stroke_width(2)))?;
    canvas::text(canvas, "cheapest that meets all targets", (x + 16, y), canvas::regular(13), INK, HPos::Left)?;
    x += 280;
    canvas.draw(&Shape::path([(x, y + 6), (x + 30, y + 6)], TARGET.stroke_width(1).dashed()))?;
    canvas::text(canvas, "target", (x + 38, y), canvas::regular(13), INK, HPos::Left)
}
