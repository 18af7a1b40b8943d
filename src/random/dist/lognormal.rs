//! The lognormal distribution: the shape of many service times and sizes in computing.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// `exp(mu + sigma N)`, given by its own mean and coefficient of variation rather than by `mu` and
/// `sigma`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lognormal {
    mean: f64,
    cv: f64,
    /// `exp(mu)`; a plain factor, so that doubling the mean doubles every value exactly.
    median: f64,
    sigma: f64,
}

impl Lognormal {
    /// Lognormal with this mean, finite and above zero, and this coefficient of variation (standard
    /// deviation / mean), from 0 to a million: `sigma² = ln(1 + cv²)`, `exp(mu) = mean / sqrt(1 +
    /// cv²)`.
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

    /// `P(X > x)`: that of a standard normal beyond `ln(x / median) / sigma`.
    pub fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 || self.sigma == 0.0 {
            return if x < self.median { 1.0 } else { 0.0 };
        }
        math::erfc(math::ln(x / self.median) / (self.sigma * std::f64::consts::SQRT_2)) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use proptest::prelude::*;

    impl Reference for Lognormal {
        const FROZEN: ([f64; 3], u32) =
            ([27.292_464_262_987_96, 17.455_660_871_595_505, 21.175_201_313_888_945], 0xc705_e4fe);

        fn examples() -> Vec<Lognormal> {
            [(26.0, 1.5), (3.0, 0.2), (2.0, 0.0)].map(|(mean, cv)| Lognormal::new(mean, cv).unwrap()).into()
        }

        fn survival(&self, x: f64) -> f64 {
            if self.sigma == 0.0 {
                return if x < self.mean { 1.0 } else { 0.0 };
            }
            // From mean = exp(mu + sigma²/2).
            let mu = math::ln(self.mean) - self.sigma * self.sigma / 2.0;
            libm::erfc((math::ln(x) - mu) / (self.sigma * 2f64.sqrt())) / 2.0
        }

        fn scaled(&self, factor: f64) -> Lognormal {
            Lognormal::new(self.mean * factor, self.cv).unwrap()
        }

        fn any() -> BoxedStrategy<Lognormal> {
            (any_positive(), 0.0..=1e6).prop_map(|(mean, cv)| Lognormal::new(mean, cv).unwrap()).boxed()
        }
    }
}
