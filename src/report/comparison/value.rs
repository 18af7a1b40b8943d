//! Values and differences as people read them, in the unit of what was measured.

use crate::experiment::comparison::Row;
use crate::format::{ValueFormat, relative_change};

/// The value of a row's baseline and contender.
pub(super) fn values(row: &Row) -> [String; 2] {
    let format = format(row);
    [format.value(row.baseline), format.value(row.value)]
}

/// The value of a row's baseline.
pub(crate) fn baseline(row: &Row) -> String {
    format(row).value(row.baseline)
}

/// A row's difference.
pub(crate) fn difference(row: &Row) -> String {
    format(row).difference(row.difference)
}

/// A row's difference with its interval.
pub(super) fn difference_with_interval(row: &Row) -> String {
    let format = format(row);
    match row.interval {
        Some((low, high)) => {
            format!("{} ({} to {})", difference(row), format.difference(Some(low)), format.difference(Some(high)))
        }
        None => difference(row),
    }
}

/// A row's relative difference with its interval.
pub(super) fn relative_with_interval(row: &Row) -> String {
    let Some(relative) = row.relative else { return "-".to_owned() };
    match row.relative_interval {
        Some((low, high)) => format!("{} ({} to {})", relative_change(relative), relative_change(low), relative_change(high)),
        None => relative_change(relative),
    }
}

fn format(row: &Row) -> ValueFormat {
    ValueFormat::of(row.measure, &row.statistic, row.unit)
}
