//! The constant: always the same value.

use super::parameter::{self, ParameterError};
use crate::random::stream::Stream;

/// Always `value`. Takes nothing from the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    value: f64,
}

impl Constant {
    /// Always `value`, which is finite and not negative.
    ///
    /// # Errors
    /// If `value` is negative, infinite or no number.
    pub fn new(value: f64) -> Result<Constant, ParameterError> {
        Ok(Constant { value: parameter::non_negative("value", value)? })
    }

    /// Draws one number.
    #[inline]
    pub fn sample(&self, _stream: &mut Stream) -> f64 {
        self.value
    }

    /// The value.
    pub fn mean(&self) -> f64 {
        self.value
    }

    /// Zero.
    pub fn variance(&self) -> f64 {
        0.0
    }
}
