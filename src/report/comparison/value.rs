//! Values and differences as people read them, in the unit of what was measured.

use crate::experiment::comparison::Row;
use crate::report::number::{human, percent};

/// How the numbers of a measure are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A length of time.
    Time,
    /// A share of a whole, as a percentage; differences in percentage points.
    Share,
    /// Any other number.
    Number,
}

impl Form {
    /// The form of a measure's statistic in a unit.
    pub(super) fn of(measure: &str, statistic: &str, unit: &str) -> Form {
        match unit {
            "s" => Form::Time,
            "1" if ["utilization", "within_slo"].contains(&measure) || statistic.starts_with("share") => Form::Share,
            _ => Form::Number,
        }
    }

    fn of_row(row: &Row) -> Form {
        Form::of(row.measure, &row.statistic, row.unit)
    }

    /// A value; `-` if there is none.
    pub(super) fn value(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        match self {
            Form::Time => human(value),
            Form::Share => percent(value),
            Form::Number => digits(value),
        }
    }

    /// A difference, with its sign.
    pub(super) fn difference(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        let sign = if value > 0.0 { "+" } else { "" };
        match self {
            Form::Time => format!("{sign}{}", human(value)),
            Form::Share => format!("{sign}{} pp", digits(value * 100.0)),
            Form::Number => format!("{sign}{}", digits(value)),
        }
    }
}

/// The value of a row's baseline and contender.
pub(super) fn values(row: &Row) -> [String; 2] {
    let form = Form::of_row(row);
    [form.value(row.baseline), form.value(row.value)]
}

/// The value of a row's baseline.
pub(in crate::report) fn baseline(row: &Row) -> String {
    Form::of_row(row).value(row.baseline)
}

/// A row's difference.
pub(in crate::report) fn difference(row: &Row) -> String {
    Form::of_row(row).difference(row.difference)
}

/// A row's difference with its interval.
pub(super) fn difference_with_interval(row: &Row) -> String {
    let form = Form::of_row(row);
    match row.interval {
        Some((low, high)) => {
            format!("{} ({} to {})", difference(row), form.difference(Some(low)), form.difference(Some(high)))
        }
        None => difference(row),
    }
}

/// A row's relative difference with its interval.
pub(super) fn relative_with_interval(row: &Row) -> String {
    let Some(relative) = row.relative else { return "-".to_owned() };
    match row.relative_interval {
        Some((low, high)) => format!("{} ({} to {})", percentage(relative), percentage(low), percentage(high)),
        None => percentage(relative),
    }
}

/// A relative difference: `+7.3 %`, `-12 %`.
pub(in crate::report) fn percentage(relative: f64) -> String {
    let percents = relative * 100.0;
    format!("{}{} %", if percents > 0.0 { "+" } else { "" }, digits(percents))
}

/// A number with three digits that count.
fn digits(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        0.0 => 0,
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.999_5 => 2,
        size if size >= 0.099_95 => 3,
        size if size >= 0.009_995 => 4,
        size if size >= 1e-6 => 6,
        _ => return format!("{value:.1e}"),
    };
    let text = format!("{value:.decimals$}");
    // Zeros after the point say nothing.
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_count() {
        for (value, text) in [
            (0.0, "0"),
            (1234.5, "1234"),
            (99.96, "100"),
            (12.34, "12.3"),
            (1.0, "1"),
            (0.98765, "0.988"),
            (0.012_34, "0.0123"),
            (-0.000_123_4, "-0.000123"),
            (1.5e-9, "1.5e-9"),
        ] {
            assert_eq!(digits(value), text);
        }
    }

    #[test]
    fn differences_have_a_sign_and_shares_are_in_points() {
        assert_eq!(Form::Time.difference(Some(12.34)), "+12.3 s");
        assert_eq!(Form::Time.difference(Some(-83.0)), "-1m23s");
        assert_eq!(Form::Share.difference(Some(-0.021)), "-2.1 pp");
        assert_eq!(Form::of("utilization", "mean", "1").value(Some(0.253)), "25.3 %");
        assert_eq!(Form::of("jain", "mean", "1").value(Some(0.9871)), "0.987");
        assert_eq!(Form::Number.value(None), "-");
        assert_eq!(percentage(0.073_25), "+7.32 %");
    }
}
