//! The grammar of quantities: one for scenarios, `--set`, `--vary`, targets and gates.
//!
//! ```text
//! number    8, 0.5, .5, 1e-3
//! share     85%
//! duration  NUMBER UNIT; several go from the longest unit to the shortest: 250ms, 1h30m, 2 days, 4 hours
//! rate      NUMBER/UNIT, NUMBER/DURATION: 12/min, 1/30s, 2/5min
//! ```
//!
//! Numbers have a decimal point, never a comma. A duration is rounded to whole nanoseconds, if
//! that changes it by at most 0.1 %.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::time::{NANOS, Span};
use super::unit::{Probability, Rate};

/// A number, with its unit if it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A number without a unit.
    Number(f64),
    /// A percentage, as a share: `85%` is 0.85.
    Share(f64),
    /// A length of time.
    Duration(Span),
    /// Events per time.
    Rate(Rate),
}

/// The kinds of quantities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Duration,
    Rate,
}

/// A text that is not the quantity it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityError {
    text: String,
    kind: Kind,
    fault: Fault,
}

/// What is wrong with a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Something else.
    Malformed,
    /// A number without a unit.
    NoUnit,
    /// A comma in a number: of thousands or of decimals.
    Comma,
    /// A minus sign.
    Negative,
    /// Beyond the clock, or below its resolution.
    OutOfRange,
    /// A rate over no time.
    NoTime,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QuantityError { text, kind, fault } = self;
        match (fault, kind) {
            (Fault::Malformed, Kind::Duration) => write!(
                f,
                "`{text}` is not a duration; write a number with a unit, such as \"250ms\", \"30s\", \"1h30m\" or \
                 \"7d\""
            ),
            (Fault::Malformed, Kind::Rate) => write!(
                f,
                "`{text}` is not a rate; write a number of 0 or more, a slash and a unit of time, such as \"0.5/s\", \
                 \"12/min\", \"40/h\" or \"1/30s\""
            ),
            (Fault::Malformed, Kind::Any) => write!(
                f,
                "`{text}` is not a number, a percentage, a duration or a rate; write one such as \"0.5\", \"85%\", \
                 \"30s\" or \"40/h\""
            ),
            (Fault::NoUnit, Kind::Rate) if text.contains('/') => {
                write!(f, "`{text}` has no unit; write a rate such as \"{text}s\"")
            }
            (Fault::NoUnit, Kind::Rate) => write!(f, "`{text}` has no unit; write a rate such as \"{text}/min\""),
            (Fault::NoUnit, _) => write!(f, "`{text}` has no unit; write a duration such as \"{text}s\""),
            (Fault::Comma, _) => {
                let (whole, decimal) = (text.replace(',', ""), text.replacen(',', ".", 1).replace(',', ""));
                write!(f, "`{text}` has a comma in its number; write \"{whole}\", or \"{decimal}\" with decimals")
            }
            (Fault::Negative, _) => write!(f, "`{text}` is negative; write 0 or more"),
            (Fault::OutOfRange, Kind::Rate) => write!(f, "`{text}` is out of range; write a finite rate"),
            (Fault::OutOfRange, _) => write!(
                f,
                "`{text}` is out of range; durations are whole nanoseconds, from \"1ns\" to \"106751d\" (292 years), \
                 or \"0s\""
            ),
            (Fault::NoTime, _) => {
                write!(f, "`{text}` is a rate over no time; write a time above 0s after the slash, such as \"1/30s\"")
            }
        }
    }
}

impl std::error::Error for QuantityError {}

impl QuantityError {
    /// Whether the text is a quantity but for one detail, such as a comma or the range.
    pub fn is_detail(&self) -> bool {
        !matches!(self.fault, Fault::Malformed | Fault::NoUnit)
    }
}

impl Fault {
    fn of(self, kind: Kind, text: &str) -> QuantityError {
        QuantityError { text: text.trim().to_owned(), kind, fault: self }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        let trimmed = text.trim();
        if trimmed.contains('/') {
            return trimmed.parse().map(Quantity::Rate);
        }
        if let Some(percents) = trimmed.strip_suffix('%') {
            return share(percents.trim_end()).map(Quantity::Share).map_err(|fault| fault.of(Kind::Any, text));
        }
        match number(trimmed) {
            Err(Fault::Malformed) => trimmed.parse().map(Quantity::Duration).map_err(|error: QuantityError| {
                let kind = if error.fault == Fault::Malformed { Kind::Any } else { error.kind };
                QuantityError { kind, ..error }
            }),
            number => number.map(Quantity::Number).map_err(|fault| fault.of(Kind::Any, text)),
        }
    }
}

impl fmt::Display for Quantity {
    /// As it is read: parsing gives the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Number(number) => write!(f, "{number}"),
            Quantity::Share(share) => write!(f, "{}%", percents(*share)),
            Quantity::Duration(duration) => write!(f, "{duration}"),
            Quantity::Rate(rate) => write!(f, "{rate}"),
        }
    }
}

impl FromStr for Span {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Span, QuantityError> {
        duration(text.trim()).map_err(|fault| fault.of(Kind::Duration, text))
    }
}

impl TryFrom<String> for Span {
    type Error = QuantityError;
    fn try_from(text: String) -> Result<Span, QuantityError> {
        text.parse()
    }
}

impl FromStr for Rate {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Rate, QuantityError> {
        rate(text.trim()).map_err(|fault| fault.of(Kind::Rate, text))
    }
}

/// A number at the beginning of a text, without a sign, and what follows it. The number is empty
/// if the text begins otherwise.
pub fn split_number(text: &str) -> (&str, &str) {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    if text[end..].starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if end > 0 && text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    text.split_at(end)
}

/// Why a text that should begin with a number does not, or does not end with it.
fn misplaced(number: &str, after: &str) -> Fault {
    let is_comma = after.strip_prefix(',').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    match (number, after) {
        ("", after) if after.starts_with(['-', '\u{2212}']) => Fault::Negative,
        (_, _) if is_comma => Fault::Comma,
        _ => Fault::Malformed,
    }
}

/// The whole text, if it is a number.
fn whole_number(text: &str) -> Result<&str, Fault> {
    match split_number(text) {
        (number, "") if !number.is_empty() => Ok(number),
        (number, after) => Err(misplaced(number, after)),
    }
}

fn number(text: &str) -> Result<f64, Fault> {
    let number = whole_number(text)?.parse().ok();
    number.filter(|number: &f64| number.is_finite()).ok_or(Fault::OutOfRange)
}

/// The share of a number of percents, rounded once.
fn share(percents: &str) -> Result<f64, Fault> {
    // Shifting the decimal point in the text rounds correctly, as a division would not.
    let (decimal, exponent) = whole_number(percents)?.split_once(['e', 'E']).unwrap_or((percents, "0"));
    let exponent: i64 = exponent.parse().map_err(|_| Fault::OutOfRange)?;
    number(&format!("{decimal}e{}", exponent.saturating_sub(2)))
}

/// A share as a number of percents, without rounding.
fn percents(share: f64) -> String {
    let text = format!("{share}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let shifted = format!("{whole}{fraction:0<2}");
    let (whole, fraction) = shifted.split_at(whole.len() + 2);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn rate(text: &str) -> Result<Rate, Fault> {
    let Some((events, time)) = text.split_once('/') else {
        return Err(number(text).map_or_else(|fault| fault, |_| Fault::NoUnit));
    };
    let (events, time) = (number(events.trim())?, time.trim());
    let time = if time.starts_with(char::is_alphabetic) {
        UNITS.iter().find(|(_, words)| words.contains(&time)).map(|(unit, _)| Span(*unit)).ok_or(Fault::Malformed)?
    } else {
        duration(time)?
    };
    if time == Span::ZERO {
        return Err(Fault::NoTime);
    }
    Rate::per_second(events / time.as_secs_f64()).ok_or(Fault::OutOfRange)
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
    (1_000, &["us", "usec", "usecs", "µs", "μs", "µsec", "µsecs", "micro", "micros", "microsecond", "microseconds"]),
    (1, &["ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"]),
];

/// Reads numbers with units, the longest unit first: `1h30m`, `2 days, 4 hours`. Only the last
/// number may have decimals.
fn duration(text: &str) -> Result<Span, Fault> {
    let (mut rest, mut total, mut last_unit) = (text, 0_i64, i64::MAX);
    loop {
        let (number, after) = split_number(rest);
        let (word, after_word) = {
            let after = after.trim_start();
            after.split_at(after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()))
        };
        if number.is_empty() || word.is_empty() {
            let is_bare = number == text && !number.is_empty();
            return Err(if is_bare { Fault::NoUnit } else { misplaced(number, after) });
        }
        let unit = UNITS.iter().find(|(unit, words)| *unit < last_unit && words.contains(&word));
        let (unit, _) = unit.ok_or(Fault::Malformed)?;
        total = total.checked_add(nanoseconds(number, *unit)?).ok_or(Fault::OutOfRange)?;
        if after_word.is_empty() {
            return Ok(Span(total));
        }
        let separated = match after_word.strip_prefix(',') {
            Some(after) if !after.starts_with(char::is_whitespace) => None,
            Some(after) => Some(after),
            None => Some(after_word),
        };
        let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
        rest = separated.filter(|_| is_whole).ok_or(Fault::Malformed)?.trim_start();
        last_unit = *unit;
    }
}

/// The largest power of ten whose half can be added to a product of digits and a unit.
const MAX_POWER: u32 = 37;

/// Digits of a number that count: with a unit of a week, their product stays below 10^37.
const MAX_DIGITS: usize = 22;

/// A number of units in nanoseconds, rounded to the nearest; refused where that changes it by more
/// than 0.1 %.
fn nanoseconds(number: &str, unit: i64) -> Result<i64, Fault> {
    let (rounded, is_close) = rounded_nanoseconds(number, unit)?;
    if is_close { Ok(rounded) } else { Err(Fault::OutOfRange) }
}

/// A number, as [`split_number`] gives it, of units of this number of nanoseconds: in nanoseconds,
/// rounded to the nearest; `None` beyond the clock.
pub fn nanoseconds_of(number: &str, unit: i64) -> Option<i64> {
    rounded_nanoseconds(number, unit).ok().map(|(nanos, _)| nanos)
}

/// Also tells whether rounding changes the number by at most 0.1 %.
fn rounded_nanoseconds(number: &str, unit: i64) -> Result<(i64, bool), Fault> {
    let (decimal, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok((0, true));
    }
    let (digits, rest) = digits.split_at(digits.len().min(MAX_DIGITS));
    let exponent: i64 = exponent.parse().map_err(|_| Fault::OutOfRange)?;
    let power = exponent.saturating_add(rest.len() as i64).saturating_sub(fraction.len() as i64);
    let product = digits.parse::<i128>().map_err(|_| Fault::OutOfRange)? * i128::from(unit);
    let ten =
        |power: u64| u32::try_from(power).ok().filter(|power| *power <= MAX_POWER).map(|power| 10_i128.pow(power));
    let factor = ten(power.unsigned_abs()).ok_or(Fault::OutOfRange)?;
    let (rounded, is_close) = if power >= 0 {
        (product.checked_mul(factor).ok_or(Fault::OutOfRange)?, true)
    } else {
        let rounded = (product + factor / 2) / factor;
        (rounded, (rounded * factor - product).abs() <= product / 1000)
    };
    i64::try_from(rounded).map(|nanos| (nanos, is_close)).map_err(|_| Fault::OutOfRange)
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(WithUnit { what: "duration", example: "s", kind: PhantomData })
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        deserializer.deserialize_str(WithUnit { what: "rate", example: "/min", kind: PhantomData })
    }
}

/// Reads a quantity from text with a unit; the error for a bare number shows the missing unit.
struct WithUnit<T> {
    /// The word for it in messages.
    what: &'static str,
    /// A unit that may follow a number.
    example: &'static str,
    /// The type to read.
    kind: PhantomData<T>,
}

impl<T> WithUnit<T> {
    fn without_unit<E: Error>(&self, number: impl fmt::Display) -> E {
        let WithUnit { what, example, .. } = self;
        E::custom(format_args!("`{number}` has no unit; write a {what} such as \"{number}{example}\""))
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for WithUnit<T> {
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

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Probability, D::Error> {
        deserializer.deserialize_any(ProbabilityVisitor)
    }
}

/// Takes a number or a percentage.
struct ProbabilityVisitor;

impl Visitor<'_> for ProbabilityVisitor {
    type Value = Probability;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number from 0 to 1")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Probability, E> {
        Probability::try_from(number).map_err(|error| {
            let meant = Quantity::Share(number / 100.0);
            let is_percentage = (1.0..=100.0).contains(&number);
            if is_percentage { E::custom(format_args!("{error}, or \"{meant}\"")) } else { E::custom(error) }
        })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Probability, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Probability, E> {
        self.visit_f64(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Probability, E> {
        match text.parse() {
            Ok(Quantity::Share(share)) => Probability::try_from(share).map_err(E::custom),
            _ => Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests;
