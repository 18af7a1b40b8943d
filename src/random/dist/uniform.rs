//! The uniform distribution on a half-open interval.

use super::parameter::{self, ParameterError};
use crate::stream::Stream;

/// Every value in `[low, high)` with equal probability; the constant `low` if the two are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    width: f64,
    /// The largest number that may be drawn: rounding must not reach `high`.
    last: f64,
}

impl Uniform {
    /// Uniform on `[low, high)`, with 0 <= `low` <= `high`, both finite.
    ///
    /// # Errors
    /// If a bound is negative, infinite or no number, or `high` is below `low`.
    pub fn new(low: f64, high: f64) -> Result<Uniform, ParameterError> {
        let low = parameter::non_negative("low", low)?;
        let high = parameter::non_negative("high", high)?;
        parameter::require("high", high, high >= low, "a value of at least `low`")?;
        Ok(Uniform { low, width: high - low, last: if low < high { high.next_down() } else { low } })
    }

    /// The lower bound, which is a possible value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper bound, which is not a possible value unless it equals the lower.
    pub fn high(&self) -> f64 {
        self.low + self.width
    }

    /// Draws one number: `low + (high - low) U`.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        (self.low + self.width * stream.uniform()).min(self.last)
    }

    /// `(low + high) / 2`.
    pub fn mean(&self) -> f64 {
        self.low + self.width / 2.0
    }

    /// `(high - low)² / 12`.
    pub fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }

    /// `P(X > x)`, falling evenly from 1 at `low` to 0 at `high`.
    #[inline]
    pub fn survival(&self, x: f64) -> f64 {
        let left = self.low + self.width - x;
        if x < self.low {
            1.0
        } else if left <= 0.0 {
            0.0
        } else {
            (left / self.width).min(1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use crate::stream::{Purpose, Streams};
    use proptest::prelude::*;

    impl Reference for Uniform {
        const FROZEN: ([f64; 3], u32) =
            ([0.367_849_772_961_588_7, 0.221_615_232_378_134_4, 0.551_562_699_559_715_7], 0x4488_c9a5);

        fn examples() -> Vec<Uniform> {
            [(0.0, 3.0), (2.0, 7.5), (4.0, 4.0)].map(|(low, high)| Uniform::new(low, high).unwrap()).into()
        }

        fn survival(&self, x: f64) -> f64 {
            if x < self.low { 1.0 } else { ((self.low + self.width - x) / self.width).max(0.0) }
        }

        fn scaled(&self, factor: f64) -> Uniform {
            Uniform::new(self.low * factor, (self.low + self.width) * factor).unwrap()
        }

        fn any() -> BoxedStrategy<Uniform> {
            (any_positive(), any_positive()).prop_map(|(a, b)| Uniform::new(a.min(b), a.max(b)).unwrap()).boxed()
        }
    }

    #[test]
    fn the_upper_end_is_never_reached() {
        // The next number above 1 is the upper end itself: rounding would choose it every second
        // time.
        let narrow = Uniform::new(1.0, 1.0f64.next_up()).unwrap();
        let mut stream = Streams::new(1, 0).stream(Purpose::Delay, "");
        assert!((0..100).all(|_| narrow.sample(&mut stream) == 1.0));
    }

    #[test]
    fn the_bounds_must_be_in_order() {
        let error = Uniform::new(3.0, 2.0).unwrap_err();
        assert_eq!(error.to_string(), "`high` cannot be 2; write a value of at least `low`");
    }
}
