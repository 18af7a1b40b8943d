//! The constant: always the same value.

use super::parameter::{self, ParameterError};
use crate::stream::Stream;

/// Always `value`. Takes nothing from the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    value: f64,
}

impl Constant {
    /// Always zero.
    pub const ZERO: Constant = Constant { value: 0.0 };

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

    /// `P(X > x)`: 1 below the value, 0 from it on.
    #[inline]
    pub fn survival(&self, x: f64) -> f64 {
        if x < self.value { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use proptest::prelude::*;

    impl Reference for Constant {
        const FROZEN: ([f64; 3], u32) = ([2.5, 2.5, 2.5], 0x73cb_0a12);

        fn examples() -> Vec<Constant> {
            [2.5, 0.0].map(|value| Constant::new(value).unwrap()).into()
        }

        fn survival(&self, x: f64) -> f64 {
            if x < self.value { 1.0 } else { 0.0 }
        }

        fn scaled(&self, factor: f64) -> Constant {
            Constant::new(self.value * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Constant> {
            any_positive().prop_map(|value| Constant::new(value).unwrap()).boxed()
        }
    }
}
