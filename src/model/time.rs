//! Simulated time: whole nanoseconds from the scenario's `start`, so no floating-point number
//! decides an order.
//!
//! Calendar times appear only in input and output; [`Epoch`] converts them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds in a second.
pub const NANOS: i64 = 1_000_000_000;

/// An instant of the simulation, in nanoseconds from the scenario's `start`; negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A duration in nanoseconds. Parsed from text with units: `"1h30m"`, `"250ms"`, `"0.5s"`, `"7d"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Time {
    /// The scenario's `start`.
    pub const ZERO: Time = Time(0);
    /// Later than every event.
    pub const NEVER: Time = Time(i64::MAX);

    /// Seconds from `start`, for statistics and charts; never for an order.
    pub fn as_secs_f64(self) -> f64 {
        Span(self.0).as_secs_f64()
    }
}

impl Span {
    /// A duration of zero.
    pub const ZERO: Span = Span(0);

    /// A duration of whole seconds.
    pub const fn secs(seconds: i64) -> Span {
        Span(seconds * NANOS)
    }

    /// The nearest nanosecond to `seconds`; a negative value (or NaN) becomes zero, a value that is
    /// too long the maximum.
    pub fn from_secs_f64(seconds: f64) -> Span {
        // Adding a half and truncating rounds non-negative values to the nearest.
        Span((seconds * 1e9 + 0.5).max(0.0) as i64)
    }

    /// The duration without insignificant digits: whole milliseconds above a second, whole seconds
    /// above an hour.
    #[must_use]
    pub fn rounded(self) -> Span {
        let length = self.0.unsigned_abs();
        let unit = match length / NANOS as u64 {
            0 => 1_000,
            1..3_600 => 1_000_000,
            _ => NANOS as u64,
        };
        let rounded = i64::try_from((length + unit / 2) / unit * unit).unwrap_or(i64::MAX);
        Span(if self.0 < 0 { -rounded } else { rounded })
    }

    /// The duration in seconds, for statistics and charts; never for an order.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Span) -> Time {
        // Saturating without a branch would cost several more instructions per event.
        self.0.checked_add(span.0).map_or_else(|| beyond_all_time(span), Time)
    }
}

/// The end of time, in the direction of a duration.
#[cold]
fn beyond_all_time(span: Span) -> Time {
    Time(if span.0 < 0 { i64::MIN } else { i64::MAX })
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Span {
    /// `4m`, `1h30m`, `26s`, `250ms`: the parser reads it back to the same duration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, mut wrote) = (self.0.unsigned_abs(), false);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (unit, name) in [
            (86_400_000_000_000, "d"),
            (3_600_000_000_000, "h"),
            (60_000_000_000, "m"),
            (1_000_000_000, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
            (1, "ns"),
        ] {
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                (rest, wrote) = (rest % unit, true);
            }
        }
        if wrote { Ok(()) } else { f.write_str("0s") }
    }
}

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a duration; write a number with a unit, such as \"250ms\", \"30s\", \"1h30m\" or \"7d\"")]
pub struct SpanError {
    text: String,
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Span, SpanError> {
        nanoseconds(text.trim()).map(Span).ok_or_else(|| SpanError { text: text.to_owned() })
    }
}

const HOUR: i64 = 3_600 * NANOS;

/// Units of a duration, the longest first: nanoseconds, and the words for it.
const UNITS: [(i64, &[&str]); 8] = [
    (7 * 24 * HOUR, &["w", "wk", "wks", "week", "weeks"]),
    (24 * HOUR, &["d", "day", "days"]),
    (HOUR, &["h", "hr", "hrs", "hour", "hours"]),
    (60 * NANOS, &["m", "min", "mins", "minute", "minutes"]),
    (NANOS, &["s", "sec", "secs", "second", "seconds"]),
    (1_000_000, &["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"]),
    (1_000, &["us", "usec", "usecs", "µs", "µsec", "µsecs", "micro", "micros", "microsecond", "microseconds"]),
    (1, &["ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"]),
];

/// Reads whole numbers with units, the longest unit first: `1h30m`, `2 days, 4 hours`. The last
/// number may have up to nine decimals if its unit is between a microsecond and an hour. `None` if
/// the text is something else, or longer than 292 years.
fn nanoseconds(text: &str) -> Option<i64> {
    let leading = |text: &str, is_part: fn(char) -> bool| text.find(|c| !is_part(c)).unwrap_or(text.len());
    let digits = |text: &str| leading(text, |c| c.is_ascii_digit());
    let (mut rest, mut total, mut last_unit) = (text, 0_i64, i64::MAX);
    loop {
        let (whole, after) = rest.split_at(digits(rest));
        let decimals = after.strip_prefix(['.', ',']).map(|after| after.split_at(digits(after)));
        let after = decimals.map_or(after, |(_, after)| after).trim_start();
        let (word, after) = after.split_at(leading(after, char::is_alphabetic));
        let (unit, _) = *UNITS.iter().find(|(unit, words)| *unit < last_unit && words.contains(&word))?;
        total = total.checked_add(whole.parse::<i64>().ok()?.checked_mul(unit)?)?;
        if let Some((decimals, _)) = decimals {
            let may_follow = (1..=9).contains(&decimals.len()) && (2..=HOUR).contains(&unit) && after.is_empty();
            let billionths: i64 = format!("{decimals:0<9}").parse().ok().filter(|_| may_follow)?;
            return total.checked_add((i128::from(billionths) * i128::from(unit) / i128::from(NANOS)) as i64);
        }
        if after.is_empty() {
            return Some(total);
        }
        let separated = after
            .strip_prefix(',')
            .map_or(Some(after), |after| Some(after).filter(|after| after.starts_with(char::is_whitespace)));
        (rest, last_unit) = (separated?.trim_start(), unit);
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;
    fn try_from(text: String) -> Result<Span, SpanError> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(Quantity { what: "duration", example: "s", kind: PhantomData })
    }
}

/// Reads a quantity from text with a unit; the error for a bare number shows the missing unit.
pub(super) struct Quantity<T> {
    /// The word for it in messages.
    pub(super) what: &'static str,
    /// A unit that may follow a number.
    pub(super) example: &'static str,
    /// The type to read.
    pub(super) kind: PhantomData<T>,
}

impl<T> Quantity<T> {
    fn without_unit<E: Error>(&self, number: impl fmt::Display) -> E {
        let Quantity { what, example, .. } = self;
        E::custom(format_args!("`{number}` has no unit; write a {what} such as \"{number}{example}\""))
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Quantity<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a {} such as \"5{}\"", self.what, self.example)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Err(self.without_unit(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Err(self.without_unit(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Err(self.without_unit(number))
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^ *[0-9].*[a-zµ] *$",
            "examples": ["250ms", "30s", "1h30m", "7d"],
        })
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The calendar time (UTC) of simulated instant 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(pub DateTime<Utc>);

impl Default for Epoch {
    /// The `start` of a scenario that names none: 2017-02-17T00:00:00Z, a day of the sample
    /// documents of the registry.
    fn default() -> Epoch {
        Epoch(DateTime::from_timestamp(1_487_289_600, 0).expect("a valid instant"))
    }
}

impl Epoch {
    /// The simulated instant of a calendar time, or `None` where it is more than 292 years away.
    pub fn time_of(self, calendar: DateTime<Utc>) -> Option<Time> {
        (calendar - self.0).num_nanoseconds().map(Time)
    }

    /// The calendar time of a simulated instant, or `None` outside the calendar.
    pub fn calendar_of(self, time: Time) -> Option<DateTime<Utc>> {
        self.0.checked_add_signed(TimeDelta::nanoseconds(time.0))
    }

    /// The instant in RFC 3339 with `Z` and the given digits of a second.
    pub fn rfc3339(self, time: Time, digits: SecondsFormat) -> String {
        self.calendar_of(time).map_or_else(String::new, |at| at.to_rfc3339_opts(digits, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_with_units_only() {
        for (text, nanos) in [
            ("1h30m", 5_400 * NANOS),
            ("250ms", 250_000_000),
            ("0.5s", 500_000_000),
            ("7d", 7 * 86_400 * NANOS),
            ("0s", 0),
            ("1m0s", 60 * NANOS),
            ("1.5h", 5_400 * NANOS),
            ("800us", 800_000),
            ("1w 2 days, 3 hours4min", (9 * 24 * 60 + 184) * 60 * NANOS),
            (" 1,5 ms ", 1_500_000),
            ("2.000000001µs", 2_000),
        ] {
            assert_eq!(text.parse(), Ok(Span(nanos)), "{text}");
        }
        for text in [
            "",
            "5",
            "-3s",
            "5 parsecs",
            "s",
            "1e3",
            "999999999d",
            "1m1h",
            "1s 1s",
            "1.5d",
            "1.s",
            "1.0000000001s",
            "1.5h3m",
            "1h,",
            "1h,3m",
            "1month",
            "1S",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text} must be refused");
        }
    }

    #[test]
    fn spans_print_as_they_are_read() {
        for nanos in [0, 1, 999, 1_500_000, 90 * NANOS, 86_400 * NANOS + 1, i64::MAX] {
            assert_eq!(Span(nanos).to_string().parse(), Ok(Span(nanos)));
        }
    }

    #[test]
    fn rounded_spans_are_short() {
        for (nanos, text) in [
            (0, "0s"),
            (1_499_999, "1ms500us"),
            (26_123_456_789, "26s123ms"),
            (3_725_600_000_000, "1h2m6s"),
            (-1_000_400_000, "-1s"),
        ] {
            assert_eq!(Span(nanos).rounded().to_string(), text);
        }
    }

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(Span::from_secs_f64(0.1), Span(100_000_000));
        assert_eq!(Span::from_secs_f64(1.4e-9), Span(1));
        assert_eq!(Span::from_secs_f64(1.6e-9), Span(2));
        assert_eq!(Span::from_secs_f64(-1.0), Span::ZERO);
        assert_eq!(Span::from_secs_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_secs_f64(f64::INFINITY), Span(i64::MAX));
    }
}
