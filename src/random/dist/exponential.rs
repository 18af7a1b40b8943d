//! The exponential distribution: times between independent events, without memory.

use super::parameter::{self, ParameterError};
use crate::random::stream::Stream;

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
}
