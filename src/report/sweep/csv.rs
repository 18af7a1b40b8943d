//! `sweep.csv`: every figure at every point, one a row; a column a key, and then those of a run's `summary.csv`.

use super::SweepReport;
use crate::run::tables::{SUMMARY, file, summary_lines};

/// The table of everything.
pub(super) fn sweep(report: &SweepReport) -> Vec<u8> {
    let header: Vec<&str> = report.grid.keys().chain(SUMMARY).collect();
    let points = report.grid.points();
    let lines = points.iter().zip(report.measured).flat_map(|(point, measured)| {
        let values: Vec<&str> = point.settings.iter().map(|(_, value)| value.as_str()).collect();
        let lines = summary_lines(&report.context(point.number), &measured.summary);
        lines.map(move |line| (values.clone(), line))
    });
    file(&header, lines)
}
