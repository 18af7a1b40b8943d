//! Queueing theory, which the simulator is held to.

mod batches;
mod constant_service;
mod erlang;
mod first_fit;
mod loss;
mod markov;
mod race;
mod renewal;
mod single;

/// Fails unless `actual` is within `tolerance` of `expected`.
#[track_caller]
fn near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} within {tolerance}");
}

/// The case of the default worker; its loads are low enough for the chain to be cut at eleven waiting jobs.
fn first_fit_worker() -> first_fit::DefaultWorker {
    first_fit::DefaultWorker { arrivals: [0.15, 0.1, 0.08], services: [1.0, 0.8, 1.0] }
}
