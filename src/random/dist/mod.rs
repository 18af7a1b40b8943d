//! The catalogue of distributions.

use super::stream::Stream;

/// A distribution of non-negative numbers (seconds, where it is one of durations).
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same number.
    Constant(f64),
}

impl Distribution {
    /// Draws one number.
    pub fn sample(&self, _stream: &mut Stream) -> f64 {
        match self {
            Distribution::Constant(value) => *value,
        }
    }
}
