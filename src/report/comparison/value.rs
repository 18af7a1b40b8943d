//! Values and differences as people read them, in the unit of what was measured.

use crate::experiment::comparison::ComparisonRow;
use crate::form::{Form, percentage};

/// The value of a row's baseline and contender.
pub(super) fn values(row: &ComparisonRow) -> [String; 2] {
    let form = form(row);
    [form.value(row.baseline), form.value(row.value)]
}

/// The value of a row's baseline.
pub(crate) fn baseline(row: &ComparisonRow) -> String {
    form(row).value(row.baseline)
}

/// A row's difference.
pub(crate) fn difference(row: &ComparisonRow) -> String {
    form(row).difference(row.difference)
}

/// A row's difference with its interval.
pub(super) fn difference_with_interval(row: &ComparisonRow) -> String {
    let form = form(row);
    match row.interval {
        Some((low, high)) => {
            format!("{} ({} to {})", difference(row), form.difference(Some(low)), form.difference(Some(high)))
        }
        None => difference(row),
    }
}

/// A row's relative difference with its interval.
pub(super) fn relative_with_interval(row: &ComparisonRow) -> String {
    let Some(relative) = row.relative else { return "-".to_owned() };
    match row.relative_interval {
        Some((low, high)) => format!("{} ({} to {})", percentage(relative), percentage(low), percentage(high)),
        None => percentage(relative),
    }
}

fn form(row: &ComparisonRow) -> Form {
    Form::of(row.key.measure, &row.key.statistic, row.unit)
}
