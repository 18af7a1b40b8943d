//! Queueing theory in closed forms and small chains. Nothing here knows the simulator; each formula
//! is checked against published values or a second derivation.

pub(crate) mod availability;
pub(crate) mod batches;
pub(crate) mod breakdowns;
pub(crate) mod by_size;
pub(crate) mod cancels;
pub(crate) mod cluster;
pub(crate) mod constant_service;
pub(crate) mod erlang;
pub(crate) mod first_fit;
pub(crate) mod join;
pub(crate) mod limits;
pub(crate) mod loss;
pub(crate) mod markov;
pub(crate) mod priorities;
pub(crate) mod race;
pub(crate) mod random_order;
pub(crate) mod renewal;
pub(crate) mod saturated;
pub(crate) mod single;
pub(crate) mod staffing;
pub(crate) mod steps;
pub(crate) mod two_classes;

/// Fails unless `actual` is within `tolerance` of `expected`.
#[cfg(test)]
#[track_caller]
pub(super) fn near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} within {tolerance}");
}
