//! Instants as logs write them: calendar times with or without an offset from UTC, and numbers.
//!
//! They are read digit by digit into nanoseconds since 1970, never through a floating-point number.

use chrono::NaiveDate;

use crate::model::decimal::scaled;
use crate::model::time::NANOS;

/// How a column writes its instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StampKind {
    /// A calendar time with an offset from UTC.
    Offset,
    /// A calendar time without one.
    Local,
    /// A number in this unit, in powers of ten of a second: 0 for seconds, 3 for milliseconds.
    Number(u8),
}

impl StampKind {
    /// In words: "a time with an offset from UTC".
    pub(crate) fn words(self) -> &'static str {
        match self {
            StampKind::Offset => "a time with an offset from UTC",
            StampKind::Local => "a time without an offset from UTC",
            StampKind::Number(0) => "a number of seconds",
            StampKind::Number(3) => "a number of milliseconds",
            StampKind::Number(6) => "a number of microseconds",
            StampKind::Number(_) => "a number of nanoseconds",
        }
    }
}

/// Whether a cell stands for a value that is not set.
pub(crate) fn is_unset(cell: &str) -> bool {
    const WORDS: [&str; 10] = ["", "null", "none", "nil", "nan", "nat", "unknown", "n/a", "\\n", "-"];
    let first = cell.as_bytes().first();
    if first.is_some_and(u8::is_ascii_digit) {
        // The zero times of Go and MySQL.
        return cell.starts_with("0001-01-01") || cell.starts_with("0000-00-00");
    }
    cell.len() <= 7 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The instant of a cell in nanoseconds; for [`StampKind::Local`], as if the clocks showed UTC.
/// `None` if the cell is not an instant, or is outside the years 1678 to 2261.
pub(crate) fn read(cell: &str) -> Option<(StampKind, i64)> {
    let bytes = cell.as_bytes();
    if bytes.get(4) == Some(&b'-') && bytes.len() >= 19 {
        return calendar(bytes);
    }
    if !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let whole = match cell.find(['.', 'e', 'E']) {
        None => cell.parse::<i64>().ok()?,
        Some(_) => scaled(cell, 0)?.nearest,
    };
    // As seconds, the first bound is the year 5138; as milliseconds, it is the year 1973.
    let unit = match whole {
        ..100_000_000_000 => 0,
        100_000_000_000..100_000_000_000_000 => 3,
        100_000_000_000_000..100_000_000_000_000_000 => 6,
        _ => 9,
    };
    Some((StampKind::Number(unit), scaled(cell, 9 - i64::from(unit))?.nearest))
}

/// Seconds from a start, which may be negative, in nanoseconds.
pub(crate) fn from_start(cell: &str) -> Option<i64> {
    match cell.strip_prefix('-') {
        Some(digits) => scaled(digits, 9).map(|number| -number.nearest),
        None => scaled(cell, 9).map(|number| number.nearest),
    }
}

/// `2026-03-01T12:00:00.123+02:00`, with a blank or `T`, with or without fraction and offset.
fn calendar(text: &[u8]) -> Option<(StampKind, i64)> {
    let is_laid_out = text[7] == b'-' && matches!(text[10], b'T' | b't' | b' ') && text[13] == b':' && text[16] == b':';
    if !is_laid_out {
        return None;
    }
    let number = |from: usize, to: usize| digits(&text[from..to]);
    let date = NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)? as u32, number(8, 10)? as u32)?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // A leap second is the first of the next minute, as the clocks of most systems have it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = i64::from(chrono::Datelike::num_days_from_ce(&date)) - 719_163;
    let (nanos, rest) = fraction(&text[19..])?;
    let (kind, offset) = offset(rest.trim_ascii_start())?;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some((kind, seconds.checked_mul(NANOS)?.checked_add(nanos)?))
}

/// The number that these digits are; `None` if there are other characters.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// The nanoseconds behind the point, and the rest of the text. Further digits are cut off.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".").or_else(|| text.strip_prefix(b",")) else { return Some((0, text)) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let used = count.min(9);
    let nanos = digits(&rest[..used])? * 10_i64.pow(9 - used as u32);
    (count > 0).then_some((nanos, &rest[count..]))
}

/// The offset from UTC in seconds, positive in the east.
fn offset(text: &[u8]) -> Option<(StampKind, i64)> {
    let (sign, rest) = match text {
        b"" => return Some((StampKind::Local, 0)),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some((StampKind::Offset, 0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (digits(rest)?, 0),
        4 => (digits(&rest[..2])?, digits(&rest[2..])?),
        5 if rest[2] == b':' => (digits(&rest[..2])?, digits(&rest[3..])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some((StampKind::Offset, sign * (hours * 3_600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;

    const NOON: i64 = 1_772_366_400_000_000_000;

    #[test]
    fn times_are_read_as_systems_write_them() {
        for (cell, kind, nanos) in [
            ("2026-03-01T12:00:00Z", StampKind::Offset, NOON),
            ("2026-03-01T12:00:00.5Z", StampKind::Offset, NOON + 500_000_000),
            ("2026-03-01 14:00:00+02:00", StampKind::Offset, NOON),
            ("2026-03-01 14:00:00.123456+0200", StampKind::Offset, NOON + 123_456_000),
            ("2026-03-01 04:30:00-07:30", StampKind::Offset, NOON),
            ("2026-03-01 12:00:00+00", StampKind::Offset, NOON),
            ("2026-03-01 12:00:00 UTC", StampKind::Offset, NOON),
            ("2026-03-01T12:00:00", StampKind::Local, NOON),
            ("2026-03-01 12:00:00,250", StampKind::Local, NOON + 250_000_000),
            ("2026-03-01 11:59:60", StampKind::Local, NOON),
            ("1772366400", StampKind::Number(0), NOON),
            ("1772366400.25", StampKind::Number(0), NOON + 250_000_000),
            ("1772366400000", StampKind::Number(3), NOON),
            ("1.7723664e9", StampKind::Number(0), NOON),
            ("1772366400000001", StampKind::Number(6), NOON + 1_000),
            ("1772366400000000001", StampKind::Number(9), NOON + 1),
        ] {
            assert_eq!(read(cell), Some((kind, nanos)), "{cell}");
        }
        for cell in [
            "",
            "now",
            "2026-02-30 00:00:00",
            "2026-03-01",
            "2026-03-01 24:00:00",
            "2026-03-01 12:00:00.",
            "2026-03-01 12:00:00 CET",
            "2026-03-01 12:00:00+2",
            "2500-01-01 00:00:00",
            "01.03.2026 12:00:00",
            "-5",
            "99999999999999999999",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn unset_values_have_many_spellings() {
        for cell in ["", "NULL", "None", "Unknown", "N/A", "NaT", "\\N", "0001-01-01T00:00:00Z", "0000-00-00 00:00:00"]
        {
            assert!(is_unset(cell), "{cell}");
        }
        for cell in ["0", "2026-03-01T12:00:00Z", "x"] {
            assert!(!is_unset(cell), "{cell}");
        }
    }

    proptest! {
        /// Whatever chrono prints is read as what it was.
        #[test]
        fn every_instant_is_read_as_chrono_prints_it(nanos in any::<i64>()) {
            let at: DateTime<Utc> = DateTime::from_timestamp_nanos(nanos);
            let east = at.with_timezone(&chrono::FixedOffset::east_opt(5 * 3_600 + 2_700).unwrap());
            for text in [at.to_rfc3339(), east.to_rfc3339(), at.format("%Y-%m-%d %H:%M:%S%.f UTC").to_string()] {
                prop_assert_eq!(read(&text), Some((StampKind::Offset, nanos)), "{}", text);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}", digits in "[0-9T:+.-]{0,30}") {
            let _ = (read(&text), read(&digits), from_start(&text), from_start(&digits));
        }
    }
}
