//! The exponential distribution: times between independent events, without memory.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// Density `exp(-x / mean) / mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// Exponential with this mean, which is finite and above zero.
    ///
    /// # Errors
    /// If `mean` is not above zero, infinite or no number.
    pub fn new(mean: f64) -> Result<Exponential, ParameterError> {
        Ok(Exponential { mean: parameter::positive("mean", mean)? })
    }

    /// Draws one number: `mean` times a standard exponential.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean * stream.exponential()
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `mean²`.
    pub fn variance(&self) -> f64 {
        self.mean * self.mean
    }

    /// `P(X > x) = exp(-x / mean)`.
    #[inline]
    pub fn survival(&self, x: f64) -> f64 {
        math::exp(-x.max(0.0) / self.mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use proptest::prelude::*;

    impl Reference for Exponential {
        const FROZEN: ([f64; 3], u32) =
            ([1.327_359_719_657_524_6, 0.241_314_601_949_229_05, 0.422_590_855_702_328_35], 0xc971_6420);

        fn examples() -> Vec<Exponential> {
            vec![Exponential::new(3.0).unwrap()]
        }

        fn survival(&self, x: f64) -> f64 {
            math::exp(-x / self.mean)
        }

        fn scaled(&self, factor: f64) -> Exponential {
            Exponential::new(self.mean * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Exponential> {
            any_positive().prop_map(|mean| Exponential::new(mean).unwrap()).boxed()
        }
    }
}
