//! Quantities with a unit of their own that parse themselves: [`Rate`] and [`Probability`].

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::time::{Quantity, Span};

/// Events per second. Parsed from text with a unit: `"12/min"`, `"0.5/s"`, `"40/h"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(f64);

/// A text that is not a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a rate; write a number of 0 or more, a slash and a unit of time, such as \"0.5/s\", \"12/min\" or \"40/h\""
)]
pub struct RateError {
    text: String,
}

impl Rate {
    /// A rate in events per second; `None` if negative, infinite or NaN.
    pub fn per_second(value: f64) -> Option<Rate> {
        (value >= 0.0 && value.is_finite()).then_some(Rate(value))
    }

    /// Events per second.
    pub fn as_per_second(self) -> f64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let wrong = || RateError { text: text.to_owned() };
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let number: f64 = number.trim().parse().map_err(|_| wrong())?;
        let unit: Span = format!("1{}", unit.trim()).parse().map_err(|_| wrong())?;
        Rate::per_second(number / unit.as_secs_f64()).ok_or_else(wrong)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        deserializer.deserialize_str(Quantity { what: "rate", example: "/min", kind: PhantomData })
    }
}

impl JsonSchema for Rate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^ *[0-9.]+ */ *[a-z]+ *$", "examples": ["0.5/s", "12/min", "40/h"] })
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

/// A number that is not a probability.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a probability; write a number from 0 to 1, such as 0.02")]
pub struct ProbabilityError(f64);

impl Probability {
    /// The probability as a number from 0 to 1.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = ProbabilityError;
    fn try_from(value: f64) -> Result<Probability, ProbabilityError> {
        if (0.0..=1.0).contains(&value) { Ok(Probability(value)) } else { Err(ProbabilityError(value)) }
    }
}

impl JsonSchema for Probability {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Probability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1, "examples": [0.02] })
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> f64 {
        probability.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_need_a_unit() {
        assert_eq!("12/min".parse::<Rate>().unwrap().as_per_second(), 0.2);
        assert_eq!("0.5/s".parse::<Rate>().unwrap().as_per_second(), 0.5);
        assert_eq!("36/h".parse::<Rate>().unwrap().as_per_second(), 0.01);
        for text in ["5", "-1/s", "inf/s", "1/parsec", "/s", "1/", "x/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text} must be refused");
        }
    }

    #[test]
    fn probabilities_lie_between_0_and_1() {
        assert!(Probability::try_from(0.0).is_ok() && Probability::try_from(1.0).is_ok());
        for value in [-0.1, 1.1, f64::NAN] {
            assert!(Probability::try_from(value).is_err());
        }
    }
}
