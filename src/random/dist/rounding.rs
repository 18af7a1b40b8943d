//! What rounding to whole units of the clock does to the mean of a distribution.
//!
//! The mean of a non-negative X is the integral of its survival function S. Rounded to the nearest
//! whole number, its mean is S(1/2) + S(3/2) + …: the midpoint rule for that integral with steps of
//! one. As S falls from 1 to 0, the two differ by at most 1/2.

use super::Distribution;

/// The largest relative change of a mean that settings may have.
pub const MOST_CHANGE: f64 = 0.001;

/// Means from this number of units on change by at most [`MOST_CHANGE`], whatever the distribution.
const SURELY_FINE: f64 = 0.5 / MOST_CHANGE;

/// Cells of one unit that are examined. Beyond them, heavy tails are smooth.
const MOST_CELLS: u32 = 20_000;

/// Parts of a cell, near 0 and elsewhere.
const PARTS: [u32; 2] = [1024, 32];

/// The relative change of the mean if values are rounded to whole multiples of `unit`: 0.04 if it
/// becomes 4 % larger. Exact up to about 0.0001.
pub fn change_of_mean(distribution: &Distribution, unit: f64) -> f64 {
    change(distribution, distribution.mean() / unit, unit)
}

/// The smallest mean, in the unit of the distribution, from which a distribution of this shape
/// keeps its mean within [`MOST_CHANGE`].
pub fn least_mean(distribution: &Distribution, unit: f64) -> f64 {
    let mean = distribution.mean();
    let (mut low, mut high) = (1.0, (SURELY_FINE * unit / mean).max(1.0));
    for _ in 0..16 {
        let factor = f64::midpoint(low, high);
        let is_fine = change(distribution, mean / unit * factor, unit / factor).abs() <= MOST_CHANGE;
        (low, high) = if is_fine { (low, factor) } else { (factor, high) };
    }
    mean * high
}

/// The change for a mean of this number of units.
fn change(distribution: &Distribution, mean: f64, unit: f64) -> f64 {
    if !(0.0..SURELY_FINE).contains(&mean) || mean == 0.0 {
        return 0.0;
    }
    let survival = |units: f64| distribution.survival(units * unit);
    let mut sum = 0.0;
    for cell in 0..MOST_CELLS {
        let start = f64::from(cell);
        if survival(start) < 1e-6 * mean {
            break;
        }
        let parts = PARTS[usize::from(cell >= 16)];
        let part = |index: u32| survival(start + (f64::from(index) + 0.5) / f64::from(parts));
        let integral = (0..parts).map(part).sum::<f64>() / f64::from(parts);
        sum += survival(start + 0.5) - integral;
    }
    sum / mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Constant, Empirical, Exponential, Lognormal, Pareto, Uniform};
    use crate::model::math;

    const NANO: f64 = 1e-9;

    /// Of an exponential with rate r per unit, the rounded mean is 1 / (2 sinh(r / 2)).
    #[test]
    fn an_exponential_changes_as_its_formula_states() {
        for mean in [0.1, 0.5, 1.0, 3.0, 6.0, 7.0, 30.0] {
            let half = 0.5 / mean;
            let rounded = 1.0 / (math::exp(half) - math::exp(-half));
            let change = change_of_mean(&Exponential::new(mean * NANO).unwrap().into(), NANO);
            assert!((change - (rounded / mean - 1.0)).abs() < 1e-4, "{mean} ns: {change}");
        }
        // 1 - x^2 / 24 is 0.999 at x = 0.155, a mean of 6.45.
        let least = least_mean(&Exponential::new(NANO).unwrap().into(), NANO) / NANO;
        assert!((least - 6.45).abs() < 0.05, "{least}");
    }

    #[test]
    fn whole_numbers_do_not_change() {
        for distribution in [
            Constant::new(3.0 * NANO).unwrap().into(),
            Constant::ZERO.into(),
            Empirical::new(vec![0.0, 1.0 * NANO, 5.0 * NANO]).unwrap().into(),
            Uniform::new(0.0, 10.0 * NANO).unwrap().into(),
            Exponential::new(1.0).unwrap().into(),
            Pareto::new(0.5, 1.0, None).unwrap().into(),
        ] {
            let change = change_of_mean(&distribution, NANO);
            assert!(change.abs() < 1e-9, "{distribution:?}: {change}");
        }
    }

    /// The change agrees with the mean of many rounded draws.
    #[test]
    fn draws_change_as_much() {
        for distribution in [
            Lognormal::new(2.0 * NANO, 1.5).unwrap().into(),
            Pareto::new(3.0, 0.7 * NANO, None).unwrap().into(),
            Uniform::new(0.2 * NANO, 1.2 * NANO).unwrap().into(),
        ] {
            let mut stream = crate::stream::Streams::new(1, 0).stream(crate::stream::Purpose::Service, "rounding");
            let count = 200_000;
            let draws: Vec<f64> = (0..count).map(|_| Distribution::sample(&distribution, &mut stream) / NANO).collect();
            let (exact, rounded): (f64, f64) =
                draws.iter().fold((0.0, 0.0), |(exact, rounded), draw| (exact + draw, rounded + (draw + 0.5).floor()));
            let change = change_of_mean(&distribution, NANO);
            assert!((rounded / exact - 1.0 - change).abs() < 0.004, "{distribution:?}: {change}");
        }
    }
}
