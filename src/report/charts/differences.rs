//! Differences between contenders and the baseline: a dot and an interval for each, measure by
//! measure, on one scale.
//!
//! Measures have different units, so the scale is relative; the difference in its own unit is
//! beside the dot. The scale is logarithmic in the ratio to the baseline: half and double are
//! equally far from no difference.

use crate::comparison::{ComparisonReport, difference, format, label};
use crate::experiment::comparison::{ComparisonRow, Verdict};
use crate::format::relative_change;
use crate::model::math;
use crate::plot::canvas::{
    self, BLUE, Canvas, Color, GREY, HPos, INK, MARGIN, Painted, SERIES, Shape, Surface, TITLES, WIDTH,
};
use crate::plot::ratio_axis::RatioAxis;

/// The edges of the plot; the names are to its left, the figures to its right.
const LEFT: i32 = 236;
const RIGHT: i32 = 620;
const FIGURES: i32 = 644;
const TOP: i32 = TITLES + 10;
const LINE: i32 = 20;
/// Space above each measure.
const GAP: i32 = 8;
/// At most this number of lines is drawn, headings included; a line below them counts the other
/// measures.
const MOST_LINES: usize = 60;

/// At most this number of contenders is in the lines of a measure, those with the largest
/// differences; a line counts the others.
const MOST_CONTENDERS: usize = 10;

/// The measures that are shown besides the judged ones, if they exist.
const ALWAYS_SHOWN: [(&str, &str); 10] = [
    ("wait_s", "mean"),
    ("wait_s", "p95"),
    ("wait_s", "p99"),
    ("response_s", "mean"),
    ("slowdown", "mean"),
    ("worst_slowdown", "mean"),
    ("jain", "mean"),
    ("deadline_misses", "count"),
    ("throughput_per_s", "mean"),
    ("utilization", "mean"),
];

pub(super) fn draw(report: &ComparisonReport) -> Vec<u8> {
    let all = groups(report);
    let mut lines = 0;
    let shown: Vec<&Vec<&ComparisonRow>> = all.iter().take_while(|group| fits(&mut lines, group)).collect();
    let axis = axis(&shown);
    let height = lines as i32 * LINE + shown.len() as i32 * GAP;
    let more = all.len() - shown.len();
    let sheet = TOP + height.max(80) + canvas::X_LABELS + if more > 0 { 30 } else { 10 };
    let title = format!("{}: differences to {}", report.title, report.baseline().name);
    let level = (1.0 - report.criteria.level) * 100.0;
    let subtitle = format!(
        "{} paired differences with {level} % intervals that hold at any look; blue: better, orange: worse, grey: not \
         shown or not judged",
        report.comparison.replications
    );
    canvas::sheet(sheet, &title, &subtitle, |canvas| {
        if shown.is_empty() {
            return canvas::remark(canvas, "Nothing could be compared.", (WIDTH / 2, TOP + 30), HPos::Center);
        }
        scale(canvas, &axis, height)?;
        let mut top = TOP;
        for group in &shown {
            top = draw_group(canvas, report, &axis, group, top + GAP)?;
        }
        if more > 0 {
            let more = format!("{more} more measures: see comparison.csv");
            canvas::remark(canvas, &more, (MARGIN, TOP + height + canvas::X_LABELS + 8), HPos::Left)?;
        }
        Ok(())
    })
}

/// The rows grouped by measure, one per contender: first the judged measures, then those that are
/// always shown.
fn groups<'a>(report: &ComparisonReport<'a>) -> Vec<Vec<&'a ComparisonRow>> {
    let rows = &report.comparison.rows;
    let is_shown = |row: &&ComparisonRow| {
        let is_over_all = matches!(row.key.action.as_str(), "" | "all");
        let is_zero = row.baseline == Some(0.0) && row.value == Some(0.0);
        is_over_all && !is_zero && ALWAYS_SHOWN.contains(&(row.key.measure, row.key.statistic.as_str()))
    };
    let mut leaders: Vec<&ComparisonRow> = Vec::new();
    let judged = report.comparison.judged().map(|(row, _)| row);
    for row in judged.chain(rows.iter().filter(is_shown)).filter(|row| row.difference.is_some()) {
        if leaders.iter().all(|leader| leader.key != row.key) {
            leaders.push(row);
        }
    }
    let group =
        |leader: &ComparisonRow| rows.iter().filter(|row| leader.key == row.key && row.difference.is_some()).collect();
    leaders.into_iter().map(group).collect()
}

/// The lines of the contenders of a measure, and of the number of the others.
fn lines_of(group: &[&ComparisonRow]) -> usize {
    group.len().min(MOST_CONTENDERS + 1)
}

/// The rows of the largest differences, in their order.
fn largest<'a>(group: &[&'a ComparisonRow]) -> Vec<&'a ComparisonRow> {
    let size =
        |place: &usize| group[*place].relative.map_or(0.0, |relative| math::ln(1.0 + relative.max(-0.999)).abs());
    let mut places: Vec<usize> = (0..group.len()).collect();
    if places.len() > MOST_CONTENDERS {
        places.sort_by(|a, b| size(b).total_cmp(&size(a)));
        places.truncate(MOST_CONTENDERS);
        places.sort_unstable();
    }
    places.into_iter().map(|place| group[place]).collect()
}

/// Adds the lines of a group if they fit.
fn fits(lines: &mut usize, group: &[&ComparisonRow]) -> bool {
    let more = *lines + 1 + lines_of(group);
    let fits = more <= MOST_LINES;
    *lines = if fits { more } else { *lines };
    fits
}

fn axis(groups: &[&Vec<&ComparisonRow>]) -> RatioAxis {
    let rows = groups.iter().flat_map(|group| group.iter());
    let ends = rows.flat_map(|row| {
        let (low, high) = row.relative_interval.unzip();
        [row.relative, low, high].into_iter().flatten()
    });
    RatioAxis::over(ends, f64::from(RIGHT - LEFT))
}

fn x(axis: &RatioAxis, relative: f64) -> i32 {
    LEFT + (axis.place(relative) * f64::from(RIGHT - LEFT)).round() as i32
}

/// Grid lines with their labels, and the line of no difference.
fn scale(canvas: &Canvas, axis: &RatioAxis, height: i32) -> Painted {
    let bottom = TOP + height + GAP;
    for &(at, ref words) in axis.ticks() {
        let x = x(axis, at);
        let color = if at == 0.0 { INK } else { canvas::GRID };
        canvas.draw(&Shape::path([(x, TOP), (x, bottom)], color.stroke_width(1)))?;
        canvas::text(canvas, words, (x, bottom + 6), canvas::regular(13), INK, HPos::Center)?;
    }
    let middle = i32::midpoint(LEFT, RIGHT);
    let name = "Difference relative to the baseline (logarithmic in the ratio)";
    canvas::text(canvas, name, (middle, bottom + 26), canvas::regular(13), INK, HPos::Center)
}

/// Draws the heading of a measure and a line for each contender; returns the top of the next
/// measure.
fn draw_group(
    canvas: &Canvas,
    report: &ComparisonReport,
    axis: &RatioAxis,
    group: &[&ComparisonRow],
    mut top: i32,
) -> Result<i32, std::fmt::Error> {
    if let Some(first) = group.first() {
        canvas::heading(canvas, &canvas::fitted(&label(first), 14, FIGURES - MARGIN), (MARGIN, top))?;
        let baseline = format(first).bounded(first.baseline, first.is_exact[0]);
        let baseline = format!("baseline: {baseline}");
        canvas::remark(canvas, &baseline, (FIGURES, top), HPos::Left)?;
    }
    top += LINE;
    let shown = largest(group);
    for row in &shown {
        let name = &report.contenders[row.alternative].name;
        let words = format!("{}, {name}: {}", label(row), figures(row));
        canvas.describe(format!("{words}."));
        canvas.mark(&words, || draw_row(canvas, report, axis, row, top))?;
        top += LINE;
    }
    let more = group.len() - shown.len();
    if more > 0 {
        let words = format!("{more} with smaller differences: see comparison.csv");
        canvas::remark(canvas, &words, (MARGIN + 12, top), HPos::Left)?;
        top += LINE;
    }
    Ok(top)
}

/// The colour of a verdict.
fn color(row: &ComparisonRow) -> Color {
    match row.test.map(|judgement| judgement.verdict) {
        Some(Verdict::Better) => BLUE,
        Some(Verdict::Worse) => SERIES[1],
        Some(Verdict::Higher | Verdict::Lower) => INK,
        _ => GREY,
    }
}

fn draw_row(canvas: &Canvas, report: &ComparisonReport, axis: &RatioAxis, row: &ComparisonRow, top: i32) -> Painted {
    let color = color(row);
    let (font, middle) = (canvas::regular(13), top + 7);
    let name = canvas::fitted(&report.contenders[row.alternative].name, 13, LEFT - MARGIN - 22);
    canvas::text(canvas, &name, (MARGIN + 12, top), font, INK, HPos::Left)?;
    if let Some((low, high)) = row.relative_interval {
        let ends = vec![(x(axis, low), middle), (x(axis, high), middle)];
        canvas.draw(&Shape::path(ends, color.stroke_width(2)))?;
        for (end, outward) in [(low, -1), (high, 1)] {
            draw_end(canvas, axis, end, outward, middle, color)?;
        }
    }
    match row.relative {
        Some(relative) => canvas.draw(&Shape::circle((x(axis, relative), middle), 4, color.filled()))?,
        None if row.is_exact == [true, true] => {
            canvas::remark(canvas, "no ratio: the baseline is 0", (LEFT + 6, top), HPos::Left)?;
        }
        None => canvas::remark(canvas, "no ratio: only bounds are known", (LEFT + 6, top), HPos::Left)?,
    }
    canvas::text(canvas, &figures(row), (FIGURES, top), font, INK, HPos::Left)
}

/// A bar at the end of an interval, or an arrow if the end is beyond the scale.
fn draw_end(canvas: &Canvas, axis: &RatioAxis, end: f64, outward: i32, y: i32, color: Color) -> Painted {
    let x = x(axis, end);
    let points = if RatioAxis::is_beyond(end) {
        vec![(x, y - 5), (x, y + 5), (x + 7 * outward, y)]
    } else {
        vec![(x - 1, y - 5), (x + 1, y - 5), (x + 1, y + 5), (x - 1, y + 5)]
    };
    canvas.draw(&Shape::path(points, color.filled()))
}

/// The difference in its unit, the relative difference, and the verdict.
fn figures(row: &ComparisonRow) -> String {
    let relative = row.relative.map_or_else(String::new, |relative| format!(" ({})", relative_change(relative)));
    let verdict = match row.test.map(|judgement| judgement.verdict) {
        None => String::new(),
        Some(Verdict::NoDifferenceShown) => " not shown".to_owned(),
        Some(verdict) => format!(" {}", verdict.name()),
    };
    format!("{}{relative}{verdict}", difference(row))
}
