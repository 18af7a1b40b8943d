//! `sweep.csv`: every figure at every point, one a row; a column a key, and then those of a run's `summary.csv`.

use super::Swept;
use crate::csv::{SUMMARY, file, summary_lines};

/// The table of everything.
pub(super) fn sweep(swept: &Swept) -> Vec<u8> {
    let header: Vec<&str> = swept.grid.keys().chain(SUMMARY).collect();
    let points = swept.grid.points();
    let lines = points.iter().zip(swept.measured).flat_map(|(point, measured)| {
        let values: Vec<&str> = point.settings.iter().map(|(_, value)| value.as_str()).collect();
        let lines = summary_lines(&swept.context(point.number), &measured.summary);
        lines.map(move |line| (values.clone(), line))
    });
    file(&header, lines)
}
