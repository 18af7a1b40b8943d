//! How the values of a measure and their differences are written for people: times, shares, rates and other numbers.

use super::number::{human, percent};
use crate::experiment::expression::Quantity;
use crate::stats::Measure;

/// How the numbers of a measure are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A length of time.
    Time,
    /// A share of a whole, as a percentage; differences in percentage points.
    Share,
    /// A number a second.
    Rate,
    /// Any other number.
    Number,
}

impl Form {
    /// The form of a measure's statistic in a unit.
    pub(super) fn of(measure: &str, statistic: &str, unit: &str) -> Form {
        match unit {
            "s" => Form::Time,
            "jobs/s" => Form::Rate,
            "1" if Measure::named(measure).is_some_and(Measure::is_share) || statistic.starts_with("share") => {
                Form::Share
            }
            _ => Form::Number,
        }
    }

    /// The form of what an expression asks for.
    pub(super) fn of_quantity(quantity: &Quantity) -> Form {
        Form::of(quantity.measure.name(), &quantity.statistic(), quantity.unit())
    }

    /// A value; `-` if there is none.
    pub(super) fn value(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        match self {
            Form::Time => human(value),
            Form::Share => percent(value),
            Form::Rate => format!("{} /s", digits(value, 6)),
            Form::Number => digits(value, 6),
        }
    }

    /// A difference, with its sign.
    pub(super) fn difference(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        match self {
            Form::Time => format!("{}{}", if value > 0.0 { "+" } else { "" }, human(value)),
            Form::Share => format!("{} pp", signed(value * 100.0, 2)),
            Form::Rate => format!("{} /s", signed(value, 6)),
            Form::Number => signed(value, 6),
        }
    }
}

/// A relative difference: `+7.3 %`, `-12 %`.
pub(super) fn percentage(relative: f64) -> String {
    format!("{} %", signed(relative * 100.0, 2))
}

/// A number with its sign; nothing has none.
fn signed(value: f64, decimals: usize) -> String {
    let text = digits(value, decimals);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A number with three digits that count, but no more than so many after the point.
fn digits(value: f64, most: usize) -> String {
    let steps = [99.95, 9.995, 0.999_5, 0.099_95, 0.009_995, 0.000_999_5];
    let decimals = steps.iter().position(|step| value.abs() >= *step).unwrap_or(steps.len()).min(most);
    let text = format!("{value:.decimals$}");
    // Zeros after the point say nothing, and nothing has no sign.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
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
            (-1.5e-9, "0"),
        ] {
            assert_eq!(digits(value, 6), text);
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
        assert_eq!(Form::of("throughput_per_s", "mean", "jobs/s").difference(Some(0.5)), "+0.5 /s");
        assert_eq!([percentage(0.073_25), percentage(0.000_01), percentage(-0.000_212)], ["+7.32 %", "0 %", "-0.02 %"]);
    }
}
