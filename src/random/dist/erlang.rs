//! The Erlang distribution: the sum of a number of exponential phases.

use super::gamma::StandardGamma;
use super::parameter::{self, ParameterError};
use crate::stream::Stream;

/// The largest number of phases that are drawn one by one; beyond it, a gamma variate of the same
/// distribution is faster.
const FEW: u32 = 4;

/// The sum of `shape` independent exponentials of mean `mean / shape` each.
#[derive(Clone, Debug, PartialEq)]
pub struct Erlang {
    shape: u32,
    mean: f64,
    /// For many phases: the gamma distribution of the same shape.
    gamma: StandardGamma,
}

impl Erlang {
    /// Erlang with `shape` phases, at least one, and this mean of the sum, finite and above zero.
    ///
    /// # Errors
    /// If `shape` is 0, or `mean` not above zero, infinite or no number.
    pub fn new(shape: u32, mean: f64) -> Result<Erlang, ParameterError> {
        parameter::require("shape", shape.into(), shape > 0, "a whole number of 1 or more")?;
        let mean = parameter::positive("mean", mean)?;
        Ok(Erlang { shape, mean, gamma: StandardGamma::new(shape.into()) })
    }

    /// Draws one number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean * if self.shape <= FEW { self.sum(stream) } else { self.gamma.sample(stream) }
    }

    /// The mean of `shape` standard exponentials.
    fn sum(&self, stream: &mut Stream) -> f64 {
        (0..self.shape).map(|_| stream.exponential()).sum::<f64>() / f64::from(self.shape)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// `mean² / shape`.
    pub fn variance(&self) -> f64 {
        self.mean * self.mean / f64::from(self.shape)
    }

    /// `P(X > x)`.
    pub fn survival(&self, x: f64) -> f64 {
        self.gamma.survival(x / self.mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use crate::model::math;
    use proptest::prelude::*;

    impl Reference for Erlang {
        const FROZEN: ([f64; 3], u32) =
            ([1.327_359_719_657_524_6, 0.241_314_601_949_229_05, 0.422_590_855_702_328_35], 0x1b08_5cef);

        fn examples() -> Vec<Erlang> {
            // On both sides of the border between the two methods.
            [1, 2, FEW, FEW + 1, 40].map(|shape| Erlang::new(shape, 3.0).unwrap()).into()
        }

        fn survival(&self, x: f64) -> f64 {
            // Fewer events of a Poisson process than phases.
            let events = f64::from(self.shape) / self.mean * x;
            let probability = |j| math::exp(j * math::ln(events) - events - math::ln_gamma(j + 1.0));
            (0..self.shape).map(|j| probability(f64::from(j))).sum()
        }

        fn scaled(&self, factor: f64) -> Erlang {
            Erlang::new(self.shape, self.mean * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Erlang> {
            (1..=u32::MAX, any_positive()).prop_map(|(shape, mean)| Erlang::new(shape, mean).unwrap()).boxed()
        }
    }

    #[test]
    fn there_is_at_least_one_phase() {
        let error = Erlang::new(0, 1.0).unwrap_err();
        assert_eq!(error.to_string(), "`shape` cannot be 0; write a whole number of 1 or more");
    }
}
