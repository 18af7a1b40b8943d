//! The Weibull distribution: lifetimes; heavier than exponential for shapes below 1.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// `P(X > x) = exp(-(x / scale)^shape)`, given by its mean: `scale = mean / Γ(1 + 1/shape)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weibull {
    mean: f64,
    scale: f64,
    /// `1 / shape`.
    power: f64,
}

impl Weibull {
    /// Weibull with this shape, from 0.01 to a million, and this mean, finite and above zero.
    ///
    /// # Errors
    /// If a parameter is outside its range.
    pub fn new(shape: f64, mean: f64) -> Result<Weibull, ParameterError> {
        let power = 1.0 / parameter::shape(shape)?;
        let mean = parameter::positive("mean", mean)?;
        Ok(Weibull { mean, scale: mean / math::gamma(1.0 + power), power })
    }

    /// Draws one number by inversion: `scale E^(1/shape)`, with `E` a standard exponential.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        // Faster than `pow`, whose last digits do not matter here. Where E is 0, so is the result.
        self.scale * math::exp(math::ln(stream.exponential()) * self.power)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `mean² (Γ(1 + 2/shape) / Γ(1 + 1/shape)² - 1)`.
    pub fn variance(&self) -> f64 {
        let ratio = math::ln_gamma(1.0 + 2.0 * self.power) - 2.0 * math::ln_gamma(1.0 + self.power);
        self.mean * (self.mean * math::exp_m1(ratio))
    }

    /// `P(X > x) = exp(-(x / scale)^shape)`.
    pub fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { math::exp(-math::pow(x / self.scale, 1.0 / self.power)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive, any_shape};
    use proptest::prelude::*;
    use statrs::distribution::ContinuousCDF;

    impl Reference for Weibull {
        const FROZEN: ([f64; 3], u32) =
            ([0.739_340_258_678_980_1, 0.064_732_574_555_015_3, 0.144_127_363_492_181_47], 0x8e0b_31ba);

        fn examples() -> Vec<Weibull> {
            [(0.7, 3.0), (1.0, 3.0), (2.0, 3.0), (9.0, 3.0)]
                .map(|(shape, mean)| Weibull::new(shape, mean).unwrap())
                .into()
        }

        fn survival(&self, x: f64) -> f64 {
            let scale = self.mean / statrs::function::gamma::gamma(1.0 + self.power);
            statrs::distribution::Weibull::new(1.0 / self.power, scale).unwrap().sf(x)
        }

        fn scaled(&self, factor: f64) -> Weibull {
            Weibull::new(1.0 / self.power, self.mean * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Weibull> {
            (any_shape(), any_positive()).prop_map(|(shape, mean)| Weibull::new(shape, mean).unwrap()).boxed()
        }
    }
}
