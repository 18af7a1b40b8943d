//! A sweep as a person reads it in a terminal: a line a point, with what is shown and its intervals.

use super::Swept;
use crate::form::Form;
use crate::stats::interval::IntervalEstimate;
use crate::table::{Charset, empty};

/// Most points that are printed; the rest is in the file.
const MOST_POINTS: usize = 40;

/// The heading line, the table, and what is left out of it.
pub fn text(swept: &Swept) -> String {
    let keys: Vec<&str> = swept.grid.keys().collect();
    let header: Vec<&str> =
        keys.iter().copied().chain(swept.shown.iter().map(|quantity| quantity.text.as_str())).collect();
    let mut table = empty(&header, Charset::Utf8);
    let forms: Vec<Form> = swept.shown.iter().map(Form::of_quantity).collect();
    for (point, measured) in swept.grid.points().iter().zip(swept.measured).take(MOST_POINTS) {
        let values = point.settings.iter().map(|(_, value)| value.clone());
        let shown = measured.responses.iter().zip(&forms);
        let shown = shown.map(|(shown, form)| cell(*form, shown.estimate, Charset::Utf8));
        table.add_row(values.chain(shown).collect::<Vec<_>>());
    }
    format!("{}\n{}\n{}", swept.heading(), table.trim_fmt(), notes(swept))
}

/// What is not printed, not drawn and not known.
fn notes(swept: &Swept) -> String {
    let more = swept.measured.len().saturating_sub(MOST_POINTS);
    let left_out = if more > 0 { format!("{more} more points are in sweep.csv\n") } else { String::new() };
    let has_charts = swept.grid.axes.len() <= 2;
    let chartless = if has_charts { "" } else { "More than two keys have no chart; sweep.csv has it all.\n" };
    let mut shown = swept.measured.iter().flat_map(|measured| &measured.responses);
    left_out + chartless + without_intervals(shown.all(|shown| shown.values.len() < 2))
}

/// A value with half the width of its interval.
pub(crate) fn cell(form: Form, estimate: IntervalEstimate, charset: Charset) -> String {
    match estimate.interval {
        Some((low, high)) => {
            let half = form.value(Some((high - low) / 2.0));
            format!("{} {} {half}", form.value(estimate.value), charset.plus_minus())
        }
        None => form.value(estimate.value),
    }
}

/// The line that says why there are no intervals.
pub(crate) fn without_intervals(is_single: bool) -> &'static str {
    if is_single { "One replication has no interval; --replications 10 has one.\n" } else { "" }
}
