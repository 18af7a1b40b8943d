//! The uniform distribution on a half-open interval.

use super::parameter::{self, ParameterError};
use crate::random::stream::Stream;

/// Every value in `[low, high)` alike; the constant `low` if the two are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    width: f64,
    /// The largest number that may be drawn: rounding must not reach `high`.
    last: f64,
}

impl Uniform {
    /// Uniform on `[low, high)`, with 0 <= `low` <= `high`, both finite.
    ///
    /// # Errors
    /// If a bound is negative, infinite or no number, or `high` is below `low`.
    pub fn new(low: f64, high: f64) -> Result<Uniform, ParameterError> {
        let low = parameter::non_negative("low", low)?;
        let high = parameter::non_negative("high", high)?;
        parameter::require("high", high, high >= low, "a value of at least `low`")?;
        Ok(Uniform { low, width: high - low, last: if low < high { high.next_down() } else { low } })
    }

    /// The lower bound, which is a possible value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper bound, which is none unless it equals the lower.
    pub fn high(&self) -> f64 {
        self.low + self.width
    }

    /// Draws one number: `low + (high - low) U`.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        (self.low + self.width * stream.uniform()).min(self.last)
    }

    /// `(low + high) / 2`.
    pub fn mean(&self) -> f64 {
        self.low + self.width / 2.0
    }

    /// `(high - low)² / 12`.
    pub fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }
}
