//! Small multiples over time: one panel per series, one below the other on a common time axis.
//!
//! Twelve lines with their bands hide each other in one plot. Twelve panels do not, and they need
//! no legend.

use std::ops::Range;

use super::axis::Axis;
use super::band::{self, Buckets, Spread};
use super::calendar;
use super::canvas::{
    self, BLUE, Canvas, GREY, HPos, INK, LEFT, PLOT_WIDTH, Painted, Plot, Shape, Surface, TITLES, WIDTH, X_LABELS,
};
use super::hover;
use crate::model::time::{Epoch, Span, Time};

/// At most this number of panels is drawn, those with the highest values; a line below them counts
/// the others.
const MOST_PANELS: usize = 10;
/// At most this number of values of a series is there for a pointer.
const MOST_POINTED: usize = 240;
/// Height of a panel's heading and the space above it.
const HEADING: i32 = 34;
/// Upper edge of the first plot.
const TOP_OF_FIRST: i32 = TITLES + HEADING;

/// A series.
pub(crate) struct Panel {
    /// The resource or jobs that it is about.
    pub(crate) heading: String,
    /// A remark on the whole series.
    pub(crate) remark: String,
    /// Its vertical axis.
    pub(crate) axis: Axis,
    /// How a value is written.
    pub(crate) format: fn(f64) -> String,
    /// Its values, bucket by bucket; `None` where nothing was measured.
    pub(crate) spreads: Vec<Option<Spread>>,
}

impl Panel {
    /// The bucket with the highest mean, and that mean.
    fn peak(&self) -> Option<(usize, f64)> {
        let means = self.spreads.iter().enumerate().filter_map(|(bucket, spread)| Some((bucket, (*spread)?.mean)));
        // The first of equal ones.
        means.fold(None, |best, of| if best.is_none_or(|best: (usize, f64)| of.1 > best.1) { Some(of) } else { best })
    }
}

/// The part that all panels share.
pub(crate) struct Sheet<'a> {
    pub(crate) title: String,
    /// The meaning of the values.
    pub(crate) subtitle: String,
    /// The unit of the vertical axes.
    pub(crate) unit: &'a str,
    /// The text of a chart without panels.
    pub(crate) nothing: &'a str,
    /// A line below the panels, such as what is not drawn; empty for none.
    pub(crate) footer: String,
    pub(crate) buckets: Buckets,
    /// The calendar time of instant 0.
    pub(crate) epoch: Epoch,
    /// The end of the warm-up, which is shaded.
    pub(crate) warmup: Time,
    pub(crate) horizon: Time,
    pub(crate) replications: usize,
}

/// Draws the panels from top to bottom.
pub(crate) fn draw(sheet: &Sheet, panels: &[Panel]) -> Vec<u8> {
    let shown = highest(panels);
    let height = (360 / shown.len().max(1) as i32).clamp(84, 300);
    let bottom = TITLES + shown.len().max(1) as i32 * (HEADING + height) + X_LABELS + 14;
    let left_out = panels.len() - shown.len();
    let more =
        if left_out > 0 { format!("{left_out} more with lower peaks: see utilization.csv") } else { String::new() };
    let parts: Vec<&str> = [more.as_str(), &sheet.footer].into_iter().filter(|part| !part.is_empty()).collect();
    let footer = canvas::fitted(&parts.join("; "), 13, PLOT_WIDTH);
    let room = if footer.is_empty() { 0 } else { 20 };
    canvas::sheet(bottom + room, &sheet.title, &explanation(sheet), |canvas| {
        canvas::remark(canvas, &footer, (LEFT, bottom - 6), HPos::Left)?;
        if shown.is_empty() {
            return canvas::remark(canvas, sheet.nothing, (WIDTH / 2, TOP_OF_FIRST + height / 2), HPos::Center);
        }
        plots(canvas, sheet, &shown, height)
    })
}

/// The panels with the highest peaks, in their order.
fn highest(panels: &[Panel]) -> Vec<&Panel> {
    let peak = |place: &usize| panels[*place].peak().map_or(f64::NEG_INFINITY, |(_, peak)| peak);
    let mut places: Vec<usize> = (0..panels.len()).collect();
    if panels.len() > MOST_PANELS {
        places.sort_by(|a, b| peak(b).total_cmp(&peak(a)));
        places.truncate(MOST_PANELS);
        places.sort_unstable();
    }
    places.into_iter().map(|place| &panels[place]).collect()
}

/// The meaning of values, lines, bands and shades.
fn explanation(sheet: &Sheet) -> String {
    let warm_up = (sheet.warmup > Time::ZERO).then(|| "grey: warm-up".to_owned());
    let parts = band::meaning(sheet.replications).into_iter().chain(warm_up);
    parts.fold(sheet.subtitle.clone(), |all, part| format!("{all}; {part}"))
}

/// The panels with their headings; the last one carries the time axis.
fn plots(canvas: &Canvas, sheet: &Sheet, panels: &[&Panel], height: i32) -> Painted {
    let (time, time_name) = calendar::axis(sheet.epoch, sheet.horizon);
    for (index, panel) in panels.iter().enumerate() {
        let top = TOP_OF_FIRST + index as i32 * (HEADING + height);
        let name = (index + 1 == panels.len()).then_some(time_name.as_str());
        let plot = canvas::plot(canvas, (top, height), (&time, name), (&panel.axis, sheet.unit))?;
        shade_warm_up(&plot, sheet.warmup, &time, &panel.axis)?;
        hover::open_plot(canvas, plot.edges)?;
        hover::open_series(canvas, &panel.heading, pointed(sheet, panel, &time), index == 0)?;
        series(&plot, sheet, &panel.spreads, time.high / f64::from(PLOT_WIDTH))?;
        canvas.close()?;
        canvas.close()?;
        headings(canvas, panel, top)?;
        describe(canvas, sheet, panel);
    }
    Ok(())
}

/// The values for a pointer: of each group of buckets the highest mean, at the begin of the group.
fn pointed(sheet: &Sheet, panel: &Panel, time: &Axis) -> impl Iterator<Item = (i32, String, String)> {
    let group = panel.spreads.len().div_ceil(MOST_POINTED).max(1);
    let length = Span(sheet.buckets.length.0.saturating_mul(group as i64));
    panel.spreads.chunks(group).enumerate().map(move |(number, spreads)| {
        let seconds =
            sheet.buckets.seconds(number * group).start..sheet.buckets.seconds(number * group + group - 1).end;
        let pixel = time.pixel(f64::midpoint(seconds.start, seconds.end), (LEFT, LEFT + PLOT_WIDTH));
        let begin = Time(length.0.saturating_mul(number as i64));
        let highest = spreads.iter().flatten().max_by(|a, b| a.mean.total_cmp(&b.mean));
        (
            pixel,
            calendar::words(sheet.epoch, begin, length),
            highest.map_or_else(String::new, |it| (panel.format)(it.mean)),
        )
    })
}

/// When a series is highest.
fn describe(canvas: &Canvas, sheet: &Sheet, panel: &Panel) {
    if let Some((bucket, peak)) = panel.peak() {
        let begin = Time(sheet.buckets.length.0.saturating_mul(bucket as i64));
        let at = calendar::words(sheet.epoch, begin, sheet.buckets.length);
        let remark = if panel.remark.is_empty() { String::new() } else { format!("{}, ", panel.remark) };
        let (name, peak) = (&panel.heading, (panel.format)(peak));
        canvas.describe(format!("{name}: {remark}highest mean {peak} at {at}."));
    }
}

fn headings(canvas: &Canvas, panel: &Panel, top: i32) -> Painted {
    canvas::heading(canvas, &canvas::fitted(&panel.heading, 13, 480), (LEFT, top - 19))?;
    canvas::remark(canvas, &panel.remark, (LEFT + canvas::PLOT_WIDTH, top - 19), HPos::Right)
}

/// Shades the warm-up, which no figure counts.
fn shade_warm_up(plot: &Plot, warmup: Time, time: &Axis, axis: &Axis) -> Painted {
    let end = warmup.as_secs_f64().min(time.high);
    if end > 0.0 {
        let area = Shape::rectangle([(0.0, axis.low), (end, axis.high)], GREY.mix(0.13));
        plot.draw(&area)?;
    }
    Ok(())
}

/// Draws bands and lines, with a gap where nothing was measured; a pixel is this number of seconds.
fn series(plot: &Plot, sheet: &Sheet, spreads: &[Option<Spread>], pixel: f64) -> Painted {
    let spreads: Vec<(usize, Option<Spread>)> = spreads.iter().copied().enumerate().collect();
    for run in spreads.split(|(_, spread)| spread.is_none()).filter(|run| !run.is_empty()) {
        let edge = |value: fn(Spread) -> f64| {
            let levels = run.iter().filter_map(|(bucket, s)| Some((sheet.buckets.seconds(*bucket), value((*s)?))));
            visible(&steps(levels), pixel)
        };
        let (low, high) = (edge(|spread| spread.low), edge(|spread| spread.high));
        if band::has_maximum(sheet.replications) {
            plot.draw(&Shape::path(edge(|spread| spread.max), INK.mix(0.4).stroke_width(1)))?;
        }
        if low != high {
            let outline: Vec<_> = high.into_iter().chain(low.into_iter().rev()).collect();
            plot.draw(&Shape::path(outline, BLUE.mix(0.25)))?;
        }
        plot.draw(&Shape::path(edge(|spread| spread.mean), BLUE.stroke_width(2)))?;
    }
    Ok(())
}

/// A level line over each bucket, without points between buckets of the same level.
fn steps(levels: impl Iterator<Item = (Range<f64>, f64)>) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (seconds, level) in levels {
        match points.last_mut() {
            Some(last) if last.1 == level => last.0 = seconds.end,
            _ => points.extend([(seconds.start, level), (seconds.end, level)]),
        }
    }
    points
}

/// The points that make a line what it looks like: the first, the lowest, the highest and the last
/// of those in one column of pixels.
fn visible(points: &[(f64, f64)], pixel: f64) -> Vec<(f64, f64)> {
    let column = |point: &(f64, f64)| (point.0 / pixel).floor();
    let mut seen: Vec<(f64, f64)> = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        let by_level = |a: &usize, b: &usize| group[*a].1.total_cmp(&group[*b].1);
        let ends = [(0..group.len()).min_by(by_level), (0..group.len()).max_by(by_level)];
        let mut kept: Vec<usize> = ends.into_iter().flatten().chain([0, group.len() - 1]).collect();
        kept.sort_unstable();
        kept.dedup();
        seen.extend(kept.into_iter().map(|place| group[place]));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_one_level_are_one_line() {
        let points = steps([0.0, 1.0, 2.0].map(|at| at..at + 1.0).into_iter().zip([4.0, 4.0, 7.0]));
        assert_eq!(points, [(0.0, 4.0), (2.0, 4.0), (2.0, 7.0), (3.0, 7.0)]);
    }

    #[test]
    fn a_column_of_pixels_keeps_its_ends_and_extremes() {
        let line: Vec<(f64, f64)> = [1.0, 3.0, 9.0, 2.0, 0.5, 4.0, 5.0, 6.0]
            .into_iter()
            .enumerate()
            .map(|(at, level)| (at as f64 / 6.0, level))
            .collect();
        let seen = visible(&line, 1.0);
        assert_eq!(seen, [line[0], line[2], line[4], line[5], line[6], line[7]]);
        assert_eq!(visible(&line, 0.01), line);
        assert!(visible(&[], 1.0).is_empty());
    }
}
