//! The registry's claim delay: the minimum of the delays that the racing workers draw.
//!
//! Each of r workers with room waits uniformly from 0 to 3 s; the first of them claims. The minimum
//! of r such delays has mean 3 s / (r + 1) and variance 9 s² r / ((r + 1)² (r + 2)).

/// The longest delay, in seconds.
const MAX_DELAY: f64 = 3.0;

/// The mean of the shortest delay among these racers, in seconds.
pub(super) fn mean(racers: u32) -> f64 {
    MAX_DELAY / (f64::from(racers) + 1.0)
}

/// The variance of that delay, in seconds squared.
pub(super) fn variance(racers: u32) -> f64 {
    let r = f64::from(racers);
    MAX_DELAY * MAX_DELAY * r / ((r + 1.0) * (r + 1.0) * (r + 2.0))
}
