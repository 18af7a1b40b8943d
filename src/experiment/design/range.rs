//! Ranges of values: `1..8`, `5s..20s:5s`, `1..64:x2`, `0.1..0.9:lin5`, `1s..1h:log7`.

use std::iter;
use std::ops::Range;

use super::MAX_POINTS;
use super::amount::{Amount, Unit};
use super::decimal::{Decimal, MAX_PLACES};
use crate::expression::ExpressionError;
use crate::model::math;

/// Significant digits of values between the ends of a logarithmic range.
const LOG_DIGITS: usize = 3;

/// Significant digits of multiples by a factor that are not whole.
const FACTOR_DIGITS: u32 = 6;

/// How a range goes from its low to its high end.
enum Progression {
    Step(Amount),
    Factor(Decimal),
    Even(usize),
    Logarithmic(usize),
}

/// The values of the range at `span`; `None` if the text there is not a range. A range has two dots
/// behind a number, unlike `../trace.csv`.
pub(super) fn values(text: &str, span: &Range<usize>) -> Option<Result<Vec<String>, ExpressionError>> {
    let (low, rest) = text[span.clone()].split_once("..")?;
    let is_number = low.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    let (high, progression) = rest.split_once(':').map_or((rest, None), |(high, rest)| (high, Some(rest)));
    let range = RangeText { span, low: low.trim(), high: high.trim(), progression: progression.map(str::trim) };
    is_number.then(|| range.values())
}

/// The range that a text in another notation probably means: `4-8`, `4...8`, `4..=8`.
pub(super) fn written_otherwise(text: &str) -> Option<String> {
    let (low, rest) = ["...", "..=", "-", "\u{2013}"].iter().find_map(|sign| text.split_once(sign))?;
    let (high, progression) = rest.split_once(':').map_or((rest, None), |(high, rest)| (high, Some(rest)));
    let (low, high) = (low.trim(), high.trim());
    let ends = [Amount::read(low)?, Amount::read(high)?];
    let is_count = ends.iter().all(|end| end.unit == Unit::None && end.number.is_whole());
    Some(match progression {
        Some(progression) => format!("{low}..{high}:{progression}"),
        None if is_count => format!("{low}..{high}"),
        None => format!("{low}..{high}:lin5"),
    })
}

/// A range as it is written.
struct RangeText<'a> {
    span: &'a Range<usize>,
    low: &'a str,
    high: &'a str,
    progression: Option<&'a str>,
}

impl RangeText<'_> {
    fn values(&self) -> Result<Vec<String>, ExpressionError> {
        let (mut low, mut high) = (self.end(self.low)?, self.end(self.high)?);
        let mut progression = self.progression(&low, &high)?;
        // The step is one of the amounts that need a common unit.
        if let Progression::Step(step) = progression {
            let [first, last, step] = self.alike([low, high, step])?;
            (low, high, progression) = (first, last, Progression::Step(step));
        } else {
            [low, high] = self.alike([low, high])?;
        }
        if low.number > high.number {
            let help = format!("write the lower end first: {}..{}", self.high, self.low);
            return Err(self.error("this range runs backwards", help));
        }
        let is_multiplied = matches!(progression, Progression::Factor(_) | Progression::Logarithmic(_));
        if is_multiplied && !low.number.is_positive() {
            let help = "a factor needs a first value above 0; write one, or a step, or linN".to_owned();
            return Err(self.error("this range has to begin above 0", help));
        }
        let numbers = self.numbers(&low, &high, progression)?;
        Ok(numbers.into_iter().map(|number| Amount { number, unit: low.unit.clone() }.to_text()).collect())
    }

    fn end(&self, text: &str) -> Result<Amount, ExpressionError> {
        Amount::read(text).ok_or_else(|| {
            let title = match text {
                "" => "this range has no end".to_owned(),
                _ => format!("`{text}` is not an end of a range"),
            };
            self.error(title, "write LO..HI, such as 1..8, 5s..20s:5s, 10/h..80/h:x2 or 0.1..0.9:lin5".to_owned())
        })
    }

    fn progression(&self, low: &Amount, high: &Amount) -> Result<Progression, ExpressionError> {
        let Some(text) = self.progression else {
            let is_count = |end: &Amount| end.unit == Unit::None && end.number.is_whole();
            if is_count(low) && is_count(high) {
                return Ok(Progression::Step(Amount { number: Decimal::whole(1), unit: Unit::None }));
            }
            if let (Some(number), Unit::None, Unit::None) = (self.last_place(), &low.unit, &high.unit) {
                return Ok(Progression::Step(Amount { number, unit: Unit::None }));
            }
            let help = format!("write a step or the number of values after a colon: {}", self.example("lin5"));
            return Err(self.error("this range needs a step", help));
        };
        if let Some(factor) = text.strip_prefix('x') {
            let factor = factor.trim().parse().ok().filter(|factor| *factor > Decimal::whole(1));
            let help = || format!("write a number above 1: {}", self.example("x2"));
            return factor
                .map(Progression::Factor)
                .ok_or_else(|| self.error(format!("`{text}` is not a factor"), help()));
        }
        for (word, make) in [("lin", Progression::Even as fn(usize) -> Progression), ("log", Progression::Logarithmic)]
        {
            if let Some(count) = text.strip_prefix(word) {
                let count = count.trim().parse().ok().filter(|count| (2..=MAX_POINTS).contains(count));
                let help = || format!("write a number of values from 2 on: {}", self.example(&format!("{word}5")));
                return count
                    .map(make)
                    .ok_or_else(|| self.error(format!("`{text}` is not a number of values"), help()));
            }
        }
        let step = Amount::read(text).filter(|step| step.number.is_positive());
        let help = || "write a step above 0 in the unit of the ends, or xFACTOR, linN or logN".to_owned();
        step.map(Progression::Step).ok_or_else(|| self.error(format!("`{text}` is not a step"), help()))
    }

    /// One in the last decimal place that is written: 0.1 for `0.5..2`.
    fn last_place(&self) -> Option<Decimal> {
        let decimals = |end: &str| end.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let places = decimals(self.low).max(decimals(self.high));
        let is_plain = [self.low, self.high].iter().all(|end| !end.contains(['e', 'E']));
        if is_plain && places > 0 { format!("0.{:0>places$}", 1).parse().ok() } else { None }
    }

    fn alike<const N: usize>(&self, amounts: [Amount; N]) -> Result<[Amount; N], ExpressionError> {
        Amount::alike(amounts).ok_or_else(|| {
            let help = "write the same unit behind each number, such as 5s..20s:5s";
            self.error("the ends and the step of this range are not in one unit", help.to_owned())
        })
    }

    fn numbers(&self, low: &Amount, high: &Amount, progression: Progression) -> Result<Vec<Decimal>, ExpressionError> {
        // Nanoseconds have no fractions. A logarithmic range with whole ends is one of counts.
        let places = if low.unit == Unit::Times { 0 } else { MAX_PLACES };
        let is_count = low.unit == Unit::None && low.number.is_whole() && high.number.is_whole();
        let log_places = if is_count { 0 } else { places };
        let (low, high) = (low.number, high.number);
        let rounded = |number: Decimal| number.significant(FACTOR_DIGITS).rounded(places);
        let mut numbers: Vec<Decimal> = match progression {
            Progression::Step(step) => {
                let steps = iter::successors(Some(low), |number| Some(number.plus(step.number)));
                steps.take_while(|number| *number <= high).take(MAX_POINTS + 1).collect()
            }
            Progression::Factor(factor) => {
                let multiples = iter::successors(Some(low), |number| Some(number.times(factor)));
                multiples.map(rounded).take_while(|number| *number <= high).take(MAX_POINTS + 1).collect()
            }
            Progression::Even(count) => {
                let width = high.minus(low);
                (0..count).map(|index| low.plus(width.part(index, count - 1)).rounded(places)).collect()
            }
            Progression::Logarithmic(count) => logarithmic(low, high, count, log_places),
        };
        if numbers.len() > MAX_POINTS {
            let help = format!("the maximum is {MAX_POINTS}; write a longer step");
            return Err(self.error("this range has too many values", help));
        }
        // Close values may round to the same number.
        numbers.dedup();
        Ok(numbers)
    }

    /// The range with another progression.
    fn example(&self, progression: &str) -> String {
        format!("{}..{}:{progression}", self.low, self.high)
    }

    fn error(&self, title: impl Into<String>, help: String) -> ExpressionError {
        ExpressionError::new(self.span.clone(), title).help(help)
    }
}

/// Both ends as they are, and rounded values between them.
fn logarithmic(low: Decimal, high: Decimal, count: usize, places: u32) -> Vec<Decimal> {
    let [first, last] = [low, high].map(|end| math::ln(end.to_f64()));
    let between = (1..count - 1).filter_map(|index| {
        let part = index as f64 / (count - 1) as f64;
        Decimal::nearest(math::exp(first + part * (last - first)), LOG_DIGITS, places)
    });
    let between = between.map(|number| number.clamp(low, high));
    iter::once(low).chain(between).chain(iter::once(high)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values_of(text: &str) -> Vec<String> {
        values(text, &(0..text.len())).unwrap().unwrap()
    }

    #[test]
    fn ranges_keep_the_unit_they_are_written_in() {
        for (text, expected) in [
            ("1..4", "1 2 3 4"),
            ("-1..1", "-1 0 1"),
            ("3..3", "3"),
            ("1..10:4", "1 5 9"),
            ("0.1..0.9:0.2", "0.1 0.3 0.5 0.7 0.9"),
            ("0.8..1.2", "0.8 0.9 1 1.1 1.2"),
            ("1..1.05", "1 1.01 1.02 1.03 1.04 1.05"),
            ("5s..20s:5s", "5s 10s 15s 20s"),
            ("0.5s .. 1.5s : 0.5s", "0.5s 1s 1.5s"),
            ("30s..2m:30s", "30s 1m 1m30s 2m"),
            ("10/h..40/h:x2", "10/h 20/h 40/h"),
            ("1/30s..3/30s:1/30s", "1/30s 2/30s 3/30s"),
            ("5%..15%:5%", "5% 10% 15%"),
            ("1e1..3e1:10", "10 20 30"),
            ("1..64:x2", "1 2 4 8 16 32 64"),
            ("1..6:x1.5", "1 1.5 2.25 3.375 5.0625"),
            ("0..1:lin5", "0 0.25 0.5 0.75 1"),
            ("0.0..1.0:lin4", "0 0.3333333 0.6666667 1"),
            ("0..3:lin9", "0 0.375 0.75 1.125 1.5 1.875 2.25 2.625 3"),
            ("1..100:log3", "1 10 100"),
            ("1.0..10.0:log3", "1 3.16 10"),
            ("1..10:log3", "1 3 10"),
            ("1..3:log9", "1 2 3"),
            ("1s..1h:log5", "1s 7s750ms 1m 7m45s 1h"),
            ("1m..1h30m:lin3", "1m 45m30s 1h30m"),
        ] {
            let expected: Vec<&str> = expected.split(' ').collect();
            assert_eq!(values_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_range_begins_with_a_number() {
        for text in ["../trace.csv", "a..b", "first-fit", "0.5", "", "..", "\"1..2\""] {
            assert!(values(text, &(0..text.len())).is_none(), "{text}");
        }
    }

    #[test]
    fn invalid_ranges_are_refused() {
        for (text, words) in [
            ("8..1", "1..8"),
            ("1..", "no end"),
            ("1..x", "`x` is not an end"),
            ("10/h..80/h", "10/h..80/h:lin5"),
            ("1e-3..2", "needs a step"),
            ("5s..20s", "needs a step"),
            ("5s..20s:5", "one unit"),
            ("5s..20:5s", "one unit"),
            ("10/h..2/min:1/h", "one unit"),
            ("1..8:0", "not a step"),
            ("1..8:-1", "not a step"),
            ("1..8:x1", "not a factor"),
            ("0..8:x2", "above 0"),
            ("-1..8:log3", "above 0"),
            ("1..8:log1", "not a number of values"),
            ("1..8:lin", "not a number of values"),
            ("0..1000000", "too many"),
            ("0.00000000001..1:x1.000001", "too many"),
        ] {
            let error = values(text, &(0..text.len())).unwrap().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
