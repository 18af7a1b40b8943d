//! Simulated time: whole nanoseconds from the scenario's `start`, so no floating-point number
//! decides an order.
//!
//! Calendar times appear only in input and output; [`Epoch`] converts them.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// Nanoseconds in a second.
pub const NANOS: i64 = 1_000_000_000;

/// An instant of the simulation, in nanoseconds from the scenario's `start`; negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A duration in nanoseconds. [`quantity`](super::quantity) parses it from text with units:
/// `"1h30m"`, `"250ms"`, `"0.5s"`, `"7d"`.
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

    /// How long this takes at `speed` times the usual speed, to the nearest nanosecond.
    #[must_use]
    pub fn at_speed(self, speed: f64) -> Span {
        if speed == 1.0 { self } else { Span((self.0 as f64 / speed).round() as i64) }
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
            "pattern": r"^ *[0-9.].*[a-zµμ] *$",
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

    /// Nanoseconds from 1970-01-01T00:00:00Z to the epoch.
    pub fn nanos_since_1970(self) -> i128 {
        i128::from(self.0.timestamp()) * i128::from(NANOS) + i128::from(self.0.timestamp_subsec_nanos())
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
