//! The Weibull distribution: lifetimes; heavier than exponential for shapes below 1.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::random::stream::Stream;

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
        self.scale * math::pow(stream.exponential(), self.power)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `mean² (Γ(1 + 2/shape) / Γ(1 + 1/shape)² - 1)`.
    pub fn variance(&self) -> f64 {
        let ratio = math::ln_gamma(1.0 + 2.0 * self.power) - 2.0 * math::ln_gamma(1.0 + self.power);
        self.mean * self.mean * math::exp_m1(ratio)
    }
}
