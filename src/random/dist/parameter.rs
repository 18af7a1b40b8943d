//! The ranges of the parameters of distributions, checked once, when a distribution is made.
//!
//! The bounds are wide enough for any workload and keep every intermediate result clear of `inf *
//! 0`, so that drawing needs no checks and never yields a NaN.

/// A parameter outside its range. `parameter` is its key in the scenario, so a diagnostic can point
/// at it.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("`{parameter}` cannot be {value}; write {expected}")]
pub struct ParameterError {
    /// The parameter's key in the scenario.
    pub parameter: &'static str,
    /// The value that was given.
    pub value: f64,
    /// The correct range, as it follows the word "write".
    pub expected: &'static str,
}

/// `value` if it is `right`, otherwise the error.
pub(super) fn require(
    parameter: &'static str,
    value: f64,
    right: bool,
    expected: &'static str,
) -> Result<f64, ParameterError> {
    if right { Ok(value) } else { Err(ParameterError { parameter, value, expected }) }
}

/// A finite number that is not negative.
pub(super) fn non_negative(parameter: &'static str, value: f64) -> Result<f64, ParameterError> {
    // Negative zero equals zero and is accepted; adding zero makes it the positive one.
    require(parameter, value + 0.0, value.is_finite() && value >= 0.0, "a finite value of 0 or more")
}

/// A finite number above zero.
pub(super) fn positive(parameter: &'static str, value: f64) -> Result<f64, ParameterError> {
    require(parameter, value, value.is_finite() && value > 0.0, "a finite value above 0")
}

/// A shape: from 0.01 to a million.
pub(super) fn shape(value: f64) -> Result<f64, ParameterError> {
    require("shape", value, (0.01..=1e6).contains(&value), "a number from 0.01 to 1000000")
}
