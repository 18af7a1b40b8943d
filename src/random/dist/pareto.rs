//! The Pareto distribution, bounded or not: power tails, as of file sizes.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// `P(X > x) = (low / x)^shape` for `x >= low`; bounded: the same under the condition `X <= high`.
///
/// The logarithm of `X / low` is exponential with rate `shape`, cut off at `span = ln(high / low)`.
/// All formulas here are that exponential's, and the unbounded distribution is the case of an
/// infinite span.
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
    /// Pareto with this shape, from 0.01 to a million, from `low`, finite and above zero, up to
    /// `high`, if given, which is finite and at least `low`.
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
        // The logarithm of the ratio, so that doubling both bounds changes no bit; a ratio beyond
        // all `f64` is cut off there.
        let span = high.map_or(f64::INFINITY, |high| math::ln((high / low).min(f64::MAX)));
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
        if square.is_infinite() { square } else { self.low * (self.low * (square - mean * mean).max(0.0)) }
    }

    /// `P(X > x)`, by the exponential that `ln(X / low)` is.
    pub fn survival(&self, x: f64) -> f64 {
        if x < self.low {
            1.0
        } else if x >= self.high {
            0.0
        } else {
            let beyond = math::ln(x / self.low);
            math::exp(-self.shape * beyond) * -math::exp_m1(-self.shape * (self.span - beyond)) / self.inside
        }
    }

    /// The moment of that order of `X / low`: the quotient of two integrals of `exp(-rate y)` over
    /// the span.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive, any_shape};
    use proptest::prelude::*;

    impl Reference for Pareto {
        const FROZEN: ([f64; 3], u32) =
            ([2.269_506_465_908_933, 2.046_496_943_866_435_5, 2.082_135_248_050_701_4], 0x0eb3_f048);

        fn examples() -> Vec<Pareto> {
            [
                (3.5, 2.0, None),
                (1.1, 1.0, Some(500.0)),
                (1.0, 1.0, Some(100.0)),
                (2.0, 3.0, Some(4.0)),
                (1.5, 3.0, Some(3.0)),
            ]
            .map(|(shape, low, high)| Pareto::new(shape, low, high).unwrap())
            .into()
        }

        fn survival(&self, x: f64) -> f64 {
            if x < self.low {
                1.0
            } else if x >= self.high {
                0.0
            } else {
                let beyond = |x: f64| math::pow(self.low / x, self.shape);
                (beyond(x) - beyond(self.high)) / (1.0 - beyond(self.high))
            }
        }

        fn scaled(&self, factor: f64) -> Pareto {
            let high = self.high.is_finite().then_some(self.high * factor);
            Pareto::new(self.shape, self.low * factor, high).unwrap()
        }

        fn any() -> BoxedStrategy<Pareto> {
            let unbounded = (any_shape(), any_positive()).prop_map(|(shape, low)| (shape, low, None));
            let bounded = (any_shape(), any_positive(), any_positive())
                .prop_map(|(shape, a, b)| (shape, a.min(b), Some(a.max(b))));
            prop_oneof![unbounded, bounded]
                .prop_map(|(shape, low, high)| Pareto::new(shape, low, high).unwrap())
                .boxed()
        }
    }

    #[test]
    fn heavy_tails_have_infinite_moments_and_bounded_ones_have_not() {
        let moments = |shape, high| Pareto::new(shape, 1.0, high).map(|it| (it.mean(), it.variance())).unwrap();
        assert_eq!(moments(1.0, None), (f64::INFINITY, f64::INFINITY));
        assert_eq!(moments(2.0, None), (2.0, f64::INFINITY));
        let (mean, variance) = moments(1.0, Some(100.0));
        // ln(h) / (1 - 1/h) and (h - 1) / (1 - 1/h) = h, less the square of the mean.
        let exact = math::ln(100.0) / 0.99;
        assert!((mean - exact).abs() < 1e-12 && (variance - (100.0 - exact * exact)).abs() < 1e-11);
    }

    #[test]
    fn the_bounds_must_be_in_order() {
        assert_eq!(Pareto::new(1.0, 5.0, Some(4.0)).unwrap_err().parameter, "high");
        assert_eq!(Pareto::new(1.0, 0.0, None).unwrap_err().parameter, "low");
    }
}
