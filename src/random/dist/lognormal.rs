//! The lognormal distribution: many services and sizes in computing look like it.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::random::stream::Stream;

/// `exp(mu + sigma N)`, given by its own mean and coefficient of variation rather than by `mu` and `sigma`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lognormal {
    mean: f64,
    cv: f64,
    /// `exp(mu)`; a plain factor, so that doubling the mean doubles every value exactly.
    median: f64,
    sigma: f64,
}

impl Lognormal {
    /// Lognormal with this mean, finite and above zero, and this coefficient of variation (standard deviation / mean), from
    /// 0 to a million: `sigma² = ln(1 + cv²)`, `exp(mu) = mean / sqrt(1 + cv²)`.
    ///
    /// # Errors
    /// If a parameter is outside its range.
    pub fn new(mean: f64, cv: f64) -> Result<Lognormal, ParameterError> {
        let mean = parameter::positive("mean", mean)?;
        let cv = parameter::require("cv", cv, (0.0..=1e6).contains(&cv), "a number from 0 to 1000000")?;
        let square = cv * cv;
        Ok(Lognormal { mean, cv, median: mean / (1.0 + square).sqrt(), sigma: math::ln_1p(square).sqrt() })
    }

    /// Draws one number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.median * math::exp(self.sigma * stream.normal())
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `(cv mean)²`.
    pub fn variance(&self) -> f64 {
        let deviation = self.cv * self.mean;
        deviation * deviation
    }
}
