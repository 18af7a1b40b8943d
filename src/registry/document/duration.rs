//! Durations as Go writes them (`15m`, `1h30m0s`, `1.5h`), the notation of `deadline` and
//! `stopTimeout`.
//!
//! It differs from the notation of scenarios: Go has no unit for a day, allows a fraction in every
//! part (`1.5h30s`), and needs no unit for `0`. The rules are those of `time.ParseDuration` in Go's
//! standard library.

use serde::ser::Serializer;

use super::field::{Field, FieldValue};
use crate::model::time::Span;

/// Go's units, the largest first, in nanoseconds. Two characters look like µ: the micro sign and
/// the Greek letter.
const UNITS: [(&str, i128); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];

impl FieldValue for Span {
    const EXPECTED: &'static str = "a duration as Go writes it, such as \"15m\" or \"1h30m\", or \"\" for none";

    fn from_text(text: &str) -> Option<Field<Span>> {
        parse(text).map(Field::Given)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&print(*self))
    }
}

/// The duration that a text stands for; `None` if it is not a duration, negative, or longer than
/// 292 years.
fn parse(text: &str) -> Option<Span> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Span::ZERO);
    }
    let mut total = 0_i128;
    loop {
        let (nanos, after) = part(rest)?;
        total = total.checked_add(nanos)?;
        if after.is_empty() {
            return i64::try_from(total).ok().map(Span);
        }
        rest = after;
    }
}

/// The first number with its unit, in nanoseconds, and the rest of the text. Fractions of a
/// nanosecond are cut off.
fn part(text: &str) -> Option<(i128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (name, rest) = rest.split_at(rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len()));
    let (_, unit) = UNITS.iter().find(|(unit, _)| *unit == name)?;
    // Digits beyond the 18th are worth less than a nanosecond in any unit.
    let fraction = &fraction[..fraction.len().min(18)];
    let whole = number(whole)?.checked_mul(*unit)?;
    Some((whole.checked_add(number(fraction)? * unit / 10_i128.pow(fraction.len() as u32))?, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn number(digits: &str) -> Option<i128> {
    if digits.is_empty() { Some(0) } else { digits.parse().ok() }
}

/// The shortest notation of a duration in Go's units: `15m`, `26h`, `1h30m`, `250ms`.
fn print(span: Span) -> String {
    let mut rest = i128::from(span.0);
    let mut text = String::new();
    for (name, unit) in UNITS.iter().filter(|(name, _)| name.is_ascii()) {
        if rest >= *unit {
            text.push_str(&(rest / unit).to_string());
            text.push_str(name);
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_examples_of_gos_documentation() {
        for (text, nanos) in [
            ("0", 0),
            ("5s", 5_000_000_000),
            ("+5s", 5_000_000_000),
            ("15m", 900_000_000_000),
            ("1h15m30.918273645s", 4_530_918_273_645),
            ("1.5h30s", 5_430_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("12\u{b5}s", 12_000),
            ("12\u{3bc}s", 12_000),
            ("1.5ns", 1),
            ("0.3333333333333333333333333h", 1_200_000_000_000 - 1),
            ("9223372036854775807ns", i64::MAX),
        ] {
            assert_eq!(parse(text), Some(Span(nanos)), "{text}");
        }
    }

    #[test]
    fn rejects_what_go_rejects_and_what_cannot_be_a_deadline() {
        for text in
            ["5", "-5s", "s", ".", ".s", "1d", "15 m", "1h 30m", "3000000h", "9223372036854775808ns", "1e3s", "\u{b5}"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn prints_what_it_reads() {
        for (span, text) in
            [(Span::ZERO, "0s"), (Span::secs(900), "15m"), (Span::secs(93_600), "26h"), (Span(1_001), "1us1ns")]
        {
            assert_eq!(print(span), text);
        }
        for nanos in [1, 999, 1_500_000, 86_400_000_000_001, i64::MAX] {
            assert_eq!(parse(&print(Span(nanos))), Some(Span(nanos)));
        }
    }
}
