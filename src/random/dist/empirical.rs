//! The empirical distribution: values that were measured, each as likely as any other.

use std::sync::Arc;

use super::parameter::{self, ParameterError};
use crate::stream::Stream;

/// One of the given values; one given twice comes twice as often.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// Shared, for measurements may be many and scenarios are cloned freely.
    values: Arc<[f64]>,
    /// The same values, rising.
    sorted: Arc<[f64]>,
}

impl Empirical {
    /// One of `values`, at least one, each finite and not negative.
    ///
    /// # Errors
    /// If there is no value, or one is negative, infinite or no number.
    pub fn new(values: Vec<f64>) -> Result<Empirical, ParameterError> {
        parameter::require("values", 0.0, !values.is_empty(), "at least one value")?;
        let checked: Result<Arc<[f64]>, _> =
            values.into_iter().map(|value| parameter::non_negative("values", value)).collect();
        let values = checked?;
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Empirical { values, sorted: sorted.into() })
    }

    /// Draws one number.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.values[stream.below(self.values.len() as u64) as usize]
    }

    /// The mean of the values.
    pub fn mean(&self) -> f64 {
        self.average(|value| value)
    }

    /// The mean square deviation of the values from their mean.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.average(|value| (value - mean) * (value - mean))
    }

    /// `P(X > x)`: the share of values above `x`.
    pub fn survival(&self, x: f64) -> f64 {
        (self.sorted.len() - self.sorted.partition_point(|&value| value <= x)) as f64 / self.sorted.len() as f64
    }

    /// The values, rising.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    fn average(&self, of: impl Fn(f64) -> f64) -> f64 {
        // Divided before it is summed up: the sum of large values might overflow.
        self.values.iter().map(|&value| of(value) / self.values.len() as f64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use proptest::collection::vec;
    use proptest::prelude::*;

    impl Reference for Empirical {
        const FROZEN: ([f64; 3], u32) = ([1.0, 1.0, 1.0], 0xf628_2fed);

        fn examples() -> Vec<Empirical> {
            [vec![1.0, 2.0, 2.0, 8.5], vec![3.0], vec![0.0, 5.0, 1.0]]
                .map(|values| Empirical::new(values).unwrap())
                .into()
        }

        fn survival(&self, x: f64) -> f64 {
            self.values.iter().filter(|&&value| value > x).count() as f64 / self.values.len() as f64
        }

        fn scaled(&self, factor: f64) -> Empirical {
            Empirical::new(self.values.iter().map(|value| value * factor).collect()).unwrap()
        }

        fn any() -> BoxedStrategy<Empirical> {
            vec(any_positive(), 1..20).prop_map(|values| Empirical::new(values).unwrap()).boxed()
        }
    }

    #[test]
    fn an_empty_or_negative_measurement_is_refused() {
        assert_eq!(Empirical::new(vec![]).unwrap_err().to_string(), "`values` cannot be 0; write at least one value");
        assert_eq!(Empirical::new(vec![1.0, -2.0]).unwrap_err().value, -2.0);
    }
}
