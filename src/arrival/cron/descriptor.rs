//! Schedules by name: `@daily` and the like, and `@every` with a duration as the Go language writes
//! it.

use chrono::TimeDelta;

use super::parse::ScheduleError;
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

/// Nanoseconds of a duration in the notation of Go (<https://pkg.go.dev/time#ParseDuration>): an
/// optional sign, then decimal numbers, each with a unit; a single `0` needs none. `None` if it is
/// not a duration or too long for 64 bits.
fn go_duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos: i64 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(number_end);
        let unit_end = tail.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        nanos = nanos.checked_add(term(number, unit)?)?;
        rest = tail;
    }
    Some(sign * nanos)
}

/// Nanoseconds of a decimal number of units.
fn term(number: &str, unit: &str) -> Option<i64> {
    let unit: i64 = match unit {
        "ns" => 1,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Digits beyond the eighteenth are far below a nanosecond.
    let fraction = &fraction[..fraction.len().min(18)];
    let numerator: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let part = numerator * i128::from(unit) / 10_i128.pow(fraction.len() as u32);
    whole.checked_mul(unit)?.checked_add(part as i64)
}

#[cfg(test)]
mod tests {
    use super::go_duration;

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
            ("0.3333333333333333333h", 1_200_000_000_000 - 1),
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
        ] {
            assert_eq!(go_duration(text), None, "{text} must be refused");
        }
    }
}
