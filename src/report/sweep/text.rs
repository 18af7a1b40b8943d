//! A sweep as a person reads it in a terminal: a line a point, with what is shown and its intervals.

use super::SweepReport;
use crate::format::ValueFormat;
use crate::table::{Charset, empty};
use crate::stats::interval::IntervalEstimate;

/// Most points that are printed; the rest is in the file.
const MOST_POINTS: usize = 40;

/// The heading line, the table, and what is left out of it.
pub fn text(report: &SweepReport) -> String {
    let keys: Vec<&str> = report.grid.keys().collect();
    let header: Vec<&str> =
        keys.iter().copied().chain(report.shown.iter().map(|quantity| quantity.text.as_str())).collect();
    let mut table = empty(&header, Charset::Utf8);
    let forms: Vec<ValueFormat> = report.shown.iter().map(ValueFormat::of_quantity).collect();
    for (point, measured) in report.grid.points().iter().zip(report.measured).take(MOST_POINTS) {
        let values = point.settings.iter().map(|(_, value)| value.clone());
        let shown = measured.shown.iter().zip(&forms);
        let shown = shown.map(|(shown, format)| cell(*format, shown.estimate, Charset::Utf8));
        table.add_row(values.chain(shown).collect::<Vec<_>>());
    }
    format!("{}\n{}\n{}", report.heading(), table.trim_fmt(), notes(report))
}

/// What is not printed, not drawn and not known.
fn notes(report: &SweepReport) -> String {
    let more = report.measured.len().saturating_sub(MOST_POINTS);
    let left_out = if more > 0 { format!("{more} more points are in sweep.csv\n") } else { String::new() };
    let has_charts = report.grid.axes.len() <= 2;
    let chartless = if has_charts { "" } else { "More than two keys have no chart; sweep.csv has it all.\n" };
    let mut shown = report.measured.iter().flat_map(|measured| &measured.shown);
    left_out + chartless + without_intervals(shown.all(|shown| shown.values.len() < 2))
}

/// A value with half the width of its interval.
pub(crate) fn cell(format: ValueFormat, estimate: IntervalEstimate, charset: Charset) -> String {
    match estimate.interval {
        Some((low, high)) => {
            let half = format.value(Some((high - low) / 2.0));
            format!("{} {} {half}", format.value(estimate.value), charset.plus_minus())
        }
        None => format.value(estimate.value),
    }
}

/// The line that says why there are no intervals.
pub(crate) fn without_intervals(is_single: bool) -> &'static str {
    if is_single { "One replication has no interval; --replications 10 has one.\n" } else { "" }
}
