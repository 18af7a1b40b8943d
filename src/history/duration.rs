//! Durations as logs write them: numbers of seconds, clock readings such as `1-02:03:04`, and
//! numbers with units.

use crate::model::decimal::scaled;
use crate::model::time::{NANOS, Span};

/// The unit of the numbers in a column, by the end of its name: `duration_ms` has milliseconds.
pub(crate) fn unit_of(column: &str) -> u8 {
    let lower = column.to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| lower.ends_with(word));
    match () {
        () if ends(&["_ms", "ms)", "[ms]", "millis", "milliseconds"]) => 3,
        () if ends(&["_us", "us)", "[us]", "micros", "microseconds"]) => 6,
        () if ends(&["_ns", "ns)", "[ns]", "nanos", "nanoseconds"]) => 9,
        () => 0,
    }
}

/// The duration of a cell; numbers are in 10^-`unit` seconds. `None` if the cell is not a duration;
/// negative ones are read, for the message about them.
pub(crate) fn read(cell: &str, unit: u8) -> Option<Span> {
    let (sign, text) = cell.strip_prefix('-').map_or((1, cell), |text| (-1, text));
    let number = || scaled(text, 9 - i64::from(unit)).map(|number| number.nearest);
    let nanos = number().or_else(|| clock(text)).or_else(|| with_units(text))?;
    Some(Span(sign * nanos))
}

/// `[DAYS-]HOURS:MINUTES:SECONDS[.FRACTION]`, or `MINUTES:SECONDS`.
fn clock(text: &str) -> Option<i64> {
    let (days, rest) = match text.split_once('-') {
        Some((days, rest)) => (whole(days)?, rest),
        None => (0, text),
    };
    let mut parts = rest.rsplit(':');
    let seconds = scaled(parts.next()?, 9)?.nearest;
    let minutes = whole(parts.next()?)?;
    let hours = parts.next().map_or(Some(0), whole)?;
    let total = days.checked_mul(24)?.checked_add(hours)?.checked_mul(60)?.checked_add(minutes)?;
    let is_clock = parts.next().is_none() && minutes < 60 && seconds < 60 * NANOS;
    if is_clock { total.checked_mul(60 * NANOS)?.checked_add(seconds) } else { None }
}

fn whole(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// `1h30m`, `250ms`, as scenarios and Go write it.
fn with_units(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", NANOS),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let (mut total, mut rest) = (0_i64, text);
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
        let number = i128::from(scaled(number, 9)?.nearest) * i128::from(*nanos) / i128::from(NANOS);
        (total, rest) = (total.checked_add(i64::try_from(number).ok()?)?, after.trim_start());
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_systems_write_them() {
        for (cell, unit, nanos) in [
            ("0", 0, 0),
            ("12.5", 0, 12_500_000_000),
            ("12.5", 3, 12_500_000),
            ("-3", 0, -3_000_000_000),
            ("00:01:30", 0, 90_000_000_000),
            ("1-02:03:04", 0, 93_784_000_000_000),
            ("02:03.5", 0, 123_500_000_000),
            ("1h30m", 0, 5_400_000_000_000),
            ("1.5h 2s", 0, 5_402_000_000_000),
            ("250ms", 0, 250_000_000),
        ] {
            assert_eq!(read(cell, unit), Some(Span(nanos)), "{cell}");
        }
        for cell in ["", "x", "1:2:3:4", "00:99:00", "UNLIMITED", "5 apples", "--1", "1h30", "99999999999999"] {
            assert_eq!(read(cell, 0), None, "{cell}");
        }
    }

    #[test]
    fn units_follow_the_name_of_the_column() {
        for (column, unit) in [("duration", 0), ("duration_ms", 3), ("wait (ms)", 3), ("runMillis", 3), ("t_us", 6)] {
            assert_eq!(unit_of(column), unit, "{column}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}", digits in "[0-9dhms:.-]{0,40}") {
            let _ = (read(&text, 0), read(&digits, 0), read(&digits, 9));
        }
    }
}
