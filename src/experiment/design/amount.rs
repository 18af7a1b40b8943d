//! A number with its unit, as scenarios write them: an end or a step of a range, or the value of a
//! parameter.

use super::decimal::{Decimal, MAX_PLACES};
use crate::model::quantity::{Quantity, split_number};
use crate::model::time::Span;
use crate::model::unit::Rate;

/// A number and its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(super) number: Decimal,
    pub(super) unit: Unit,
}

/// The unit of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nothing.
    None,
    /// A unit of time, as it was written: `s`.
    Time(String),
    /// Several units of time, as in `1h30m`; the number is in nanoseconds.
    Times,
    /// A slash and a time, as they were written: `/h`, `/30s`.
    Rate(String),
    /// `%`.
    Percent,
}

impl Amount {
    /// Reads a number with or without a unit: `8`, `0.5`, `5%`, `8s`, `1h30m`, `40/h`,
    /// `1/30s`.
    pub(crate) fn read(text: &str) -> Option<Amount> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let unit = split_number(unsigned).1;
        let (digits, unit) = (&text[..text.len() - unit.len()], unit.trim());
        let with = |unit| Some(Amount { number: digits.parse().ok()?, unit });
        match unit {
            "" => return with(Unit::None),
            "%" => return with(Unit::Percent),
            _ => {}
        }
        if unit.starts_with('/') {
            let rate = format!("1{unit}").parse::<Rate>().is_ok();
            return with(Unit::Rate(unit.to_owned())).filter(|_| rate);
        }
        let span: Span = text.parse().ok()?;
        if unit.chars().all(char::is_alphabetic) {
            return with(Unit::Time(unit.to_owned()));
        }
        Some(Amount { number: Decimal::whole(span.0), unit: Unit::Times })
    }

    /// All amounts in one unit; `None` if that is impossible. Times in different units become
    /// nanoseconds.
    pub(super) fn alike<const N: usize>(amounts: [Amount; N]) -> Option<[Amount; N]> {
        let first = amounts.first()?.unit.clone();
        if amounts.iter().all(|amount| amount.unit == first) {
            return Some(amounts);
        }
        let are_times = amounts.iter().all(|amount| matches!(amount.unit, Unit::Time(_) | Unit::Times));
        are_times.then(|| amounts.map(Amount::in_nanoseconds))
    }

    fn in_nanoseconds(self) -> Amount {
        match self.unit {
            Unit::Time(_) => {
                let span: Span = self.to_text().parse().unwrap_or(Span::ZERO);
                Amount { number: Decimal::whole(span.0), unit: Unit::Times }
            }
            _ => self,
        }
    }

    /// The number, of a time in seconds, of a rate per second.
    pub(crate) fn to_f64(&self) -> f64 {
        let text = self.to_text();
        match self.unit {
            Unit::None => self.number.to_f64(),
            Unit::Time(_) | Unit::Times => text.parse().map_or(f64::NAN, Span::as_secs_f64),
            Unit::Rate(_) => text.parse().map_or(f64::NAN, Rate::as_per_second),
            Unit::Percent => match text.parse() {
                Ok(Quantity::Share(share)) => share,
                _ => f64::NAN,
            },
        }
    }

    /// The end of the name of a column of such numbers, and the number in it.
    pub(crate) fn for_column(&self) -> (&'static str, f64) {
        let suffix = match self.unit {
            Unit::None | Unit::Percent => "_number",
            Unit::Time(_) | Unit::Times => "_s",
            Unit::Rate(_) => "_per_s",
        };
        (suffix, self.to_f64())
    }

    /// The sum, in the same unit.
    pub(crate) fn plus(self, number: Decimal) -> Amount {
        Amount { number: self.number.plus(number), ..self }
    }

    /// The product; nanoseconds are rounded to a whole number.
    pub(crate) fn times(self, factor: Decimal) -> Amount {
        let places = if self.unit == Unit::Times { 0 } else { MAX_PLACES };
        Amount { number: self.number.times(factor).rounded(places), ..self }
    }

    /// Whether both are plain numbers, times, or rates.
    pub(super) fn is_like(&self, other: &Amount) -> bool {
        let kind = |amount: &Amount| match amount.unit {
            Unit::None | Unit::Percent => 0,
            Unit::Time(_) | Unit::Times => 1,
            Unit::Rate(_) => 2,
        };
        kind(self) == kind(other)
    }

    /// As scenarios write it.
    pub(crate) fn to_text(&self) -> String {
        match &self.unit {
            Unit::None => self.number.to_string(),
            Unit::Percent => format!("{}%", self.number),
            Unit::Time(unit) | Unit::Rate(unit) => format!("{}{unit}", self.number),
            Unit::Times => Span(self.number.to_string().parse().unwrap_or(i64::MAX)).to_string(),
        }
    }
}
