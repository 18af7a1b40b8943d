//! The Erlang distribution: the sum of so many exponential phases.

use super::gamma::StandardGamma;
use super::parameter::{self, ParameterError};
use crate::random::stream::Stream;

/// Up to so many phases are drawn one by one; beyond, a gamma variate of the same law is faster.
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
    /// Erlang with so many phases, at least one, and this mean of the whole, finite and above zero.
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

    /// The mean of so many standard exponentials.
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
}
