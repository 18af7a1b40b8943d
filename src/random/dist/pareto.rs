//! The Pareto distribution, bounded or not: power tails, as of file sizes.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::random::stream::Stream;

/// `P(X > x) = (low / x)^shape` for `x >= low`; bounded: the same under the condition `X <= high`.
///
/// The logarithm of `X / low` is exponential with rate `shape`, cut off at `span = ln(high / low)`. All formulas here are
/// that exponential's, and the unbounded distribution is the case of an infinite span.
#[derive(Clone, Debug, PartialEq)]
pub struct Pareto {
    shape: f64,
    low: f64,
    /// Infinite if unbounded.
    high: f64,
    /// `ln(high / low)`.
    span: f64,
    /// `P(X <= high)` of the unbounded distribution.
    inside: f64,
}

impl Pareto {
    /// Pareto with this shape, from 0.01 to a million, from `low`, finite and above zero, up to `high`, if given, which is
    /// finite and at least `low`.
    ///
    /// # Errors
    /// If a parameter is outside its range.
    pub fn new(shape: f64, low: f64, high: Option<f64>) -> Result<Pareto, ParameterError> {
        let shape = parameter::shape(shape)?;
        let low = parameter::positive("low", low)?;
        if let Some(high) = high {
            parameter::positive("high", high)?;
            parameter::require("high", high, high >= low, "a value of at least `low`")?;
        }
        // A difference of logarithms, for the ratio itself may overflow.
        let span = high.map_or(f64::INFINITY, |high| (math::ln(high) - math::ln(low)).max(0.0));
        let inside = -math::exp_m1(-shape * span);
        Ok(Pareto { shape, low, high: high.unwrap_or(f64::INFINITY), span, inside })
    }

    /// Draws one number by inversion.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        let exponential =
            if self.span.is_infinite() { stream.exponential() } else { -math::ln_1p(-self.inside * stream.uniform()) };
        (self.low * math::exp(exponential / self.shape)).min(self.high)
    }

    /// The mean: `low shape / (shape - 1)` if unbounded, which is infinite for shapes up to 1.
    pub fn mean(&self) -> f64 {
        self.low * self.moment(1.0)
    }

    /// The variance; infinite for shapes up to 2 if unbounded.
    pub fn variance(&self) -> f64 {
        let (mean, square) = (self.moment(1.0), self.moment(2.0));
        if square.is_infinite() { square } else { self.low * self.low * (square - mean * mean).max(0.0) }
    }

    /// The moment of that order of `X / low`: the quotient of two integrals of `exp(-rate y)` over the span.
    fn moment(&self, order: f64) -> f64 {
        if self.span == 0.0 { 1.0 } else { self.integral(self.shape - order) / self.integral(self.shape) }
    }

    /// The integral of `exp(-rate y)` for `y` from 0 to the span.
    fn integral(&self, rate: f64) -> f64 {
        if rate == 0.0 || (rate < 0.0 && self.span.is_infinite()) {
            self.span
        } else {
            -math::exp_m1(-rate * self.span) / rate
        }
    }
}
