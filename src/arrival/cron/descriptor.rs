//! Schedules by name: `@daily` and the like, and `@every` with a duration as the Go language writes
//! it.

use chrono::TimeDelta;

use super::parse::ScheduleError;
use crate::model::quantity::{nanoseconds_of, split_number};
use crate::model::time::NANOS;

/// The names and their fields.
const NAMED: [(&str, &str); 7] = [
    ("@yearly", "0 0 0 1 1 *"),
    ("@annually", "0 0 0 1 1 *"),
    ("@monthly", "0 0 0 1 * *"),
    ("@weekly", "0 0 0 * * 0"),
    ("@daily", "0 0 0 * * *"),
    ("@midnight", "0 0 0 * * *"),
    ("@hourly", "0 0 * * * *"),
];

/// The meaning of a schedule by name.
pub(super) enum Descriptor {
    /// The fields of a schedule.
    Fields(&'static str),
    /// The interval between firings, at least a second.
    Every(TimeDelta),
}

/// Reads a text that begins with `@`.
pub(super) fn parse(text: &str) -> Result<Descriptor, ScheduleError> {
    if let Some((_, fields)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Ok(Descriptor::Fields(fields));
    }
    match text.strip_prefix("@every ") {
        Some(duration) => every(duration),
        None => Err(ScheduleError::Descriptor { text: text.to_owned(), hint: hint(text) }),
    }
}

/// Fractions of a second are truncated; less than a second becomes one.
fn every(text: &str) -> Result<Descriptor, ScheduleError> {
    let nanos = go_duration(text).ok_or_else(|| ScheduleError::Every { text: text.to_owned() })?;
    let period = TimeDelta::nanoseconds(nanos - nanos % NANOS);
    Ok(Descriptor::Every(period.max(TimeDelta::seconds(1))))
}

/// The names, or the intended one if only upper case is wrong.
fn hint(text: &str) -> String {
    let lower = text.to_lowercase();
    if let Some((name, _)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return format!("`{name}`, in lower case");
    }
    let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
    format!("one of {}, or `@every` with a duration, such as `@every 90m`", names.join(" "))
}

/// Units of Go's durations: nanoseconds, and the words for it (with the micro sign, or the letter).
const UNITS: [(i64, &[&str]); 6] = [
    (3600 * NANOS, &["h"]),
    (60 * NANOS, &["m"]),
    (NANOS, &["s"]),
    (1_000_000, &["ms"]),
    (1_000, &["us", "\u{b5}s", "\u{3bc}s"]),
    (1, &["ns"]),
];

/// Nanoseconds of a duration in the notation of Go (<https://pkg.go.dev/time#ParseDuration>): an
/// optional sign, then numbers without an exponent, each with a unit, in any order; a single `0`
/// needs none. `None` if it is not a duration or too long for 64 bits.
fn go_duration(text: &str) -> Option<i64> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text.strip_prefix('+').unwrap_or(text)), |it| (-1, it));
    if unsigned == "0" {
        return Some(0);
    }
    let (mut rest, mut nanos) = (unsigned, 0_i64);
    loop {
        let (number, after) = split_number(rest);
        let after = if number.contains('.') { after } else { after.strip_prefix('.').unwrap_or(after) };
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, _) = UNITS.iter().find(|(_, words)| words.contains(&&after[..end]))?;
        if number.is_empty() || number.contains(['e', 'E']) {
            return None;
        }
        nanos = nanos.checked_add(nanoseconds_of(number, *unit)?)?;
        rest = &after[end..];
        if rest.is_empty() {
            return Some(sign * nanos);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::go_duration;
    use crate::model::time::Span;

    proptest! {
        /// What both notations have means the same in both.
        #[test]
        fn printed_durations_are_read_back(nanos in prop_oneof![0..i64::MAX, 0..10_000_000_000_i64]) {
            let text = Span(nanos).to_string();
            let hours: String = match text.split_once('d') {
                Some((days, rest)) => format!("{}h{rest}", 24 * days.parse::<i64>().unwrap()),
                None => text,
            };
            prop_assert_eq!(go_duration(&hours), Some(nanos), "{}", hours);
        }
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, nanos) in [
            ("0", 0),
            ("5s", 5_000_000_000),
            ("+5s", 5_000_000_000),
            ("-1.5h", -5_400_000_000_000),
            ("1h15m30.918273645s", 4_530_918_273_645),
            ("3.4s1ms", 3_401_000_000),
            (".5m", 30_000_000_000),
            ("5.s", 5_000_000_000),
            ("10\u{b5}s11\u{3bc}s12us", 33_000),
            ("0.3333333333333333333h", 1_200_000_000_000),
            ("2562047h47m16.854775807s", i64::MAX),
        ] {
            assert_eq!(go_duration(text), Some(nanos), "{text}");
        }
        for text in [
            "",
            "3",
            "-",
            "s",
            ".",
            "-.",
            ".s",
            "+.s",
            "1d",
            "1 s",
            "1.2.3s",
            "3000000h",
            "5S",
            "--5s",
            "2562047h47m17s",
            "1e3s",
            "5..s",
            "1,5s",
        ] {
            assert_eq!(go_duration(text), None, "{text} must be refused");
        }
    }
}
