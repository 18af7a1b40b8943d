//! How numbers become text: exactly for programs, with three or four digits for people, by the kind
//! of the quantity.
//!
//! Only the formatting of the standard library is used, which rounds exactly and alike on every
//! platform.

use crate::experiment::expression::Quantity;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{HoursOfWeek, Measure};

/// A value of which only a lower bound is known.
pub(crate) fn at_least(value: &str) -> String {
    format!("\u{2265} {value}")
}

/// A figure in ASCII, for charts.
pub(crate) fn ascii(figure: &str) -> String {
    figure.replace('\u{b1}', "+/-").replace('\u{2265}', ">=")
}

/// The format of a measure's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueFormat {
    Duration,
    /// A share of a whole: a percentage, and differences in percentage points.
    Share,
    /// A number per second.
    Rate,
    Number,
}

impl ValueFormat {
    /// The format of a measure's statistic in a unit.
    pub(crate) fn of(measure: &str, statistic: &str, unit: &str) -> ValueFormat {
        match unit {
            "s" => ValueFormat::Duration,
            "jobs/s" => ValueFormat::Rate,
            "1" if Measure::named(measure).is_some_and(Measure::is_share) || statistic.starts_with("share") => {
                ValueFormat::Share
            }
            _ => ValueFormat::Number,
        }
    }

    /// The format of the values of an expression.
    pub(crate) fn of_quantity(quantity: &Quantity) -> ValueFormat {
        ValueFormat::of(quantity.measure.name(), &quantity.statistic(), quantity.unit())
    }

    /// A value; `-` if there is none.
    pub(crate) fn value(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        match self {
            ValueFormat::Duration => duration(value),
            ValueFormat::Share => percent(value),
            ValueFormat::Rate => format!("{} /s", digits(value, 6)),
            ValueFormat::Number => digits(value, 6),
        }
    }

    /// A value, or a lower bound of it: `≥ 26m36s`.
    pub(crate) fn bounded(self, value: Option<f64>, is_exact: bool) -> String {
        let text = self.value(value);
        if is_exact || value.is_none() { text } else { at_least(&text) }
    }

    /// A value with its interval: `3m41s (3m30s to 3m52s)`.
    pub(crate) fn value_with_interval(
        self,
        value: Option<f64>,
        is_exact: bool,
        interval: Option<(f64, f64)>,
    ) -> String {
        with_ends(self.bounded(value, is_exact), interval, |end| self.value(Some(end)))
    }

    /// A value with half the width of its interval: `3m41s ± 11.0 s`.
    pub(crate) fn value_with_half_width(self, estimate: IntervalEstimate) -> String {
        with_half_width(estimate, |value| self.value(Some(value)))
    }

    /// A difference, with its sign.
    pub(crate) fn difference(self, value: Option<f64>) -> String {
        let Some(value) = value.filter(|value| value.is_finite()) else { return "-".to_owned() };
        match self {
            ValueFormat::Duration => format!("{}{}", if value > 0.0 { "+" } else { "" }, duration(value)),
            ValueFormat::Share => format!("{} pp", signed(value * 100.0, 2)),
            ValueFormat::Rate => format!("{} /s", signed(value, 6)),
            ValueFormat::Number => signed(value, 6),
        }
    }

    /// A difference with its interval.
    pub(crate) fn difference_with_interval(self, value: Option<f64>, interval: Option<(f64, f64)>) -> String {
        with_ends(self.difference(value), interval, |end| self.difference(Some(end)))
    }
}

/// A value with half the width of its interval. A value of which only bounds are known is one
/// number if both bounds read the same, else a lower bound.
pub(crate) fn with_half_width(estimate: IntervalEstimate, text: impl Fn(f64) -> String) -> String {
    let Some(value) = estimate.value.map(&text) else { return "-".to_owned() };
    let is_known = estimate.upper.map(&text).as_ref() == Some(&value);
    match estimate.interval.filter(|_| is_known) {
        Some((low, high)) => format!("{value} \u{b1} {}", text((high - low) / 2.0)),
        None if is_known => value,
        None => at_least(&value),
    }
}

/// The hour that a value is of, after the value: `, mon-fri 09:00..10:00`.
pub(crate) fn of_hour(hour: Option<HoursOfWeek>) -> String {
    hour.map_or_else(String::new, |hour| format!(", {hour}"))
}

/// A number and the ends of its interval, all as text.
pub(crate) fn with_ends(number: String, interval: Option<(f64, f64)>, text: impl Fn(f64) -> String) -> String {
    match interval {
        Some((low, high)) => format!("{number} ({} to {})", text(low), text(high)),
        None => number,
    }
}

/// A relative difference: `+7.3 %`, `-12 %`.
pub(crate) fn relative_change(relative: f64) -> String {
    format!("{} %", signed(relative * 100.0, 2))
}

/// A number with its sign; zero has none.
fn signed(value: f64, decimals: usize) -> String {
    let text = digits(value, decimals);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A number with three significant digits, and at most `most` digits after the point.
pub(crate) fn digits(value: f64, most: usize) -> String {
    let steps = [99.95, 9.995, 0.999_5, 0.099_95, 0.009_995, 0.000_999_5];
    let decimals = steps.iter().position(|step| value.abs() >= *step).unwrap_or(steps.len()).min(most);
    let text = format!("{value:.decimals$}");
    // Trailing zeros carry no information, and zero has no sign.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The shortest decimal that reads back to the same number; empty if the value is not finite, and
/// never `-0`.
pub(crate) fn exact(value: f64) -> String {
    if value.is_finite() { format!("{}", unsigned_zero(value)) } else { String::new() }
}

/// A measured number without the noise of floating point: nanoseconds of seconds, nine significant
/// digits of a small number; never `-0`.
pub(crate) fn measured(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return unsigned_zero(value);
    }
    let exponent = |value: f64| format!("{value:e}").rsplit('e').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    let before_the_point = usize::try_from(exponent(value) + 1_i32).unwrap_or(0);
    let digits = (9 + before_the_point).min(15);
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

/// The number itself, but 0 for -0, whose sign has no meaning.
pub(crate) fn unsigned_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

/// A duration in seconds as people write it: `85 ms`, `12.3 s`, `1m23s`, `3h05m`, `2d04h`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "-".to_owned();
    }
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds));
    }
    // Each bound lies where the next larger unit begins after rounding, so that no text is `60.0 s`
    // or `1000 ms`.
    match seconds {
        0.0 => "0 s".to_owned(),
        s if s < 999.5e-9 => format!("{:.0} ns", s * 1e9),
        s if s < 999.5e-6 => format!("{:.0} us", s * 1e6),
        s if s < 0.9995 => format!("{:.0} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 59.95 => format!("{s:.1} s"),
        s if s < 3_599.5 => parts(s.round(), (60.0, "m"), "s"),
        s if s < 86_370.0 => parts((s / 60.0).round(), (60.0, "h"), "m"),
        s => parts((s / 3_600.0).round(), (24.0, "d"), "h"),
    }
}

/// `total` small units as large units and a remainder: `1m23s`.
fn parts(total: f64, (per_large, large): (f64, &str), small: &str) -> String {
    format!("{:.0}{large}{:02.0}{small}", (total / per_large).floor(), total % per_large)
}

/// A share as a percentage with one decimal: `63.2 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.1} %", share * 100.0);
    // A rounding error below zero is zero.
    if text == "-0.0 %" { "0.0 %".to_owned() } else { text }
}

/// A number of jobs, short enough for an axis.
pub(crate) fn short_count(jobs: f64) -> String {
    match jobs {
        jobs if jobs >= 10_000_000.0 => format!("{} M", jobs / 1_000_000.0),
        jobs if jobs >= 10_000.0 => format!("{} k", jobs / 1_000.0),
        jobs => exact(jobs),
    }
}

/// A count or an average of counts: whole numbers without decimals, others with two.
pub(crate) fn count(value: f64) -> String {
    let value = unsigned_zero(value);
    if value.fract() == 0.0 || value.abs() >= 1_000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
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
        assert_eq!(ValueFormat::Duration.difference(Some(12.34)), "+12.3 s");
        assert_eq!(ValueFormat::Duration.difference(Some(-83.0)), "-1m23s");
        assert_eq!(ValueFormat::Share.difference(Some(-0.021)), "-2.1 pp");
        assert_eq!(ValueFormat::of("utilization", "mean", "1").value(Some(0.253)), "25.3 %");
        assert_eq!(ValueFormat::of("jain", "mean", "1").value(Some(0.9871)), "0.987");
        assert_eq!(ValueFormat::Number.value(None), "-");
        assert_eq!(ValueFormat::of("throughput_per_s", "mean", "jobs/s").difference(Some(0.5)), "+0.5 /s");
        assert_eq!(
            [relative_change(0.073_25), relative_change(0.000_01), relative_change(-0.000_212)],
            ["+7.32 %", "0 %", "-0.02 %"]
        );
    }

    #[test]
    fn durations_read_as_people_write_them() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (3e-9, "3 ns"),
            (0.000_25, "250 us"),
            (0.85, "850 ms"),
            (0.999_6, "1.00 s"),
            (1.5, "1.50 s"),
            (9.996, "10.0 s"),
            (12.34, "12.3 s"),
            (59.96, "1m00s"),
            (83.0, "1m23s"),
            (3_599.6, "1h00m"),
            (11_100.0, "3h05m"),
            (86_390.0, "1d00h"),
            (187_200.0, "2d04h"),
            (-83.0, "-1m23s"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn measured_numbers_have_no_noise() {
        for (value, text) in [
            (0.1 + 0.2, "0.3"),
            (141.515_182_204_594_5, "141.515182205"),
            (27_900.868_755_173, "27900.868755173"),
            (1.0 / 3.0 * 1e-6, "0.000000333333333"),
            (123_456_789.123_456_79, "123456789.123457"),
            (999.999_999_999_9, "1000"),
            (-2.5, "-2.5"),
            (-0.0, "0"),
        ] {
            assert_eq!(measured(value).to_string(), text);
        }
        assert!(measured(f64::NAN).is_nan() && measured(f64::MAX) > 1e308 && measured(5e-324) > 0.0);
    }

    #[test]
    fn plain_numbers_read_back_to_the_same_bits() {
        for value in [0.1, 1.0 / 3.0, 1e21, 5e-324, f64::MAX, -2.5] {
            assert_eq!(exact(value).parse(), Ok(value));
        }
        assert_eq!([exact(-0.0), exact(f64::NAN), exact(3.0)], ["0", "", "3"]);
    }
}
