//! Tail probabilities of Fisher's F distribution, that of the ratio of two variances.

use super::student::fraction;
use crate::model::math;

/// The probability that a variable of the F distribution with `above` and `below` degrees of
/// freedom exceeds `value`: I(n / (n + m f); n/2, m/2) for m above and n below (Abramowitz &
/// Stegun, 1964, 26.6.2). Both degrees of freedom are above 0.
pub fn upper_tail(value: f64, above: f64, below: f64) -> f64 {
    debug_assert!(above > 0.0 && below > 0.0, "variances need degrees of freedom");
    if value <= 0.0 {
        return 1.0;
    }
    if value.is_infinite() {
        return 0.0;
    }
    let ratio = above * value / below;
    let (inside, outside) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
    let (a, b) = (below / 2.0, above / 2.0);
    let ln_beta = math::ln_gamma(a) + math::ln_gamma(b) - math::ln_gamma(a + b);
    let front = math::exp(-a * math::ln_1p(ratio) - b * math::ln_1p(1.0 / ratio) - ln_beta);
    // Each of the two fractions converges fast on its own side of the mean (26.5.8).
    if inside < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, inside) / a
    } else {
        1.0 - front * fraction(b, a, outside) / b
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, FisherSnedecor};

    use super::*;

    #[test]
    fn chances_agree_with_an_independent_implementation() {
        for (above, below) in [(1.0, 5.0), (1.0, 14.0), (5.0, 14.0), (23.0, 48.0), (23.0, 1_000.0), (138.0, 336.0)] {
            let oracle = FisherSnedecor::new(above, below).unwrap();
            for value in [0.0, 0.2, 0.9, 1.0, 1.3, 2.9, 8.0, 22.8] {
                let (ours, theirs) = (upper_tail(value, above, below), oracle.sf(value));
                assert!(
                    (ours - theirs).abs() <= 1e-9 * theirs + 1e-13,
                    "{value} at {above}, {below}: {ours} and {theirs}"
                );
            }
        }
        assert_eq!((upper_tail(-1.0, 3.0, 4.0), upper_tail(f64::INFINITY, 3.0, 4.0)), (1.0, 0.0));
    }
}
