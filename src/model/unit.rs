//! Quantities with a unit of their own: [`Rate`] and [`Probability`].

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// Events per second. [`quantity`](super::quantity) parses it from text with a unit: `"12/min"`,
/// `"0.5/s"`, `"1/30s"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(f64);

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

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
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
        json_schema!({
            "type": "string",
            "pattern": r"^ *[0-9.][0-9.eE+-]* */ *[0-9a-zµμ.].*$",
            "examples": ["0.5/s", "12/min", "40/h", "1/30s"],
        })
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number between 0 and 1; scenarios also write it as a percentage.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(into = "f64")]
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
        json_schema!({
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "string", "pattern": r"^ *[0-9.][0-9.eE+-]* *% *$" },
            ],
            "examples": [0.02, "2%"],
        })
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
    fn probabilities_lie_between_0_and_1() {
        assert!(Probability::try_from(0.0).is_ok() && Probability::try_from(1.0).is_ok());
        for value in [-0.1, 1.1, f64::NAN] {
            assert!(Probability::try_from(value).is_err());
        }
    }
}
