//! Student's t distribution: tail probabilities and critical values at any level.
//!
//! The tail probability is a regularized incomplete beta function, computed as a continued fraction
//! by Lentz's method, which keeps its relative accuracy far out, where decisions about several
//! looks and several rows are made.

use crate::model::math;

/// The probability that a variable of Student's t distribution with `freedom` (1 or more) degrees
/// of freedom exceeds `t`.
pub fn upper_tail(t: f64, freedom: u64) -> f64 {
    debug_assert!(freedom > 0, "one value has no spread");
    if t.is_nan() {
        return f64::NAN;
    }
    let half = both_tails(t * t, freedom as f64) / 2.0;
    if t < 0.0 { 1.0 - half } else { half }
}

/// The value that is exceeded with probability `chance`, which is above 0 and at most 1/2.
pub fn critical_value(chance: f64, freedom: u64) -> f64 {
    debug_assert!(chance > 0.0 && chance <= 0.5, "{chance} is not the chance of an upper tail");
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high, freedom) > chance && high < 1e300 {
        (low, high) = (high, high * 2.0);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if upper_tail(middle, freedom) > chance { low = middle } else { high = middle }
    }
}

/// The probability of a square above `square`: I(n / (n + t²); n/2, 1/2) (Abramowitz & Stegun,
/// 1964, 26.7.1 and 26.5.27).
fn both_tails(square: f64, n: f64) -> f64 {
    if square == 0.0 {
        return 1.0;
    }
    if square.is_infinite() {
        return 0.0;
    }
    let (inside, outside) = (n / (n + square), square / (n + square));
    let (a, b) = (n / 2.0, 0.5);
    let ln_beta = math::ln_gamma(a) + math::ln_gamma(b) - math::ln_gamma(a + b);
    // The logarithms of n / (n + t²) and t² / (n + t²), neither of which is taken near 1.
    let ln_inside = -math::ln_1p(square / n);
    let ln_outside = -math::ln_1p(n / square);
    let front = math::exp(a * ln_inside + b * ln_outside - ln_beta);
    // Each of the two fractions converges fast on its own side of the mean (26.5.8).
    if inside < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, inside) / a
    } else {
        1.0 - front * fraction(b, a, outside) / b
    }
}

/// The continued fraction of the incomplete beta function, by the modified method of Lentz.
pub(crate) fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    // Ratios of successive numerators, and of successive denominators.
    let (mut above, mut below) = (1.0, 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut product = below;
    for step in 1..20_000 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            below = 1.0 / away_from_zero(1.0 + term * below);
            above = away_from_zero(1.0 + term / above);
            product *= above * below;
        }
        if (above * below - 1.0).abs() < 1e-16 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;
    use crate::interval::critical_value_95;

    #[test]
    fn chances_agree_with_an_independent_implementation() {
        for freedom in [1, 2, 3, 7, 9, 19, 39, 159, 639, 5_000] {
            let oracle = StudentsT::new(0.0, 1.0, freedom as f64).unwrap();
            for t in [-40.0, -3.0, -0.5, 0.0, 0.3, 1.0, 1.7, 2.0, 5.0, 11.0] {
                let (ours, theirs) = (upper_tail(t, freedom), oracle.sf(t));
                assert!((ours - theirs).abs() <= 1e-10 * theirs + 1e-14, "{t} at {freedom}: {ours} and {theirs}");
            }
        }
    }

    #[test]
    fn chances_far_out_are_those_of_closed_forms() {
        // One degree of freedom is Cauchy's law, two have a closed form as well.
        for t in [3.0_f64, 50.0, 1e4, 1e8] {
            let one = math::atan(1.0 / t) / std::f64::consts::PI;
            assert!((upper_tail(t, 1) / one - 1.0).abs() < 1e-12, "{t}: {}", upper_tail(t, 1));
            let root = (2.0 + t * t).sqrt();
            let two = 1.0 / (root * (root + t));
            assert!((upper_tail(t, 2) / two - 1.0).abs() < 1e-12, "{t}: {}", upper_tail(t, 2));
        }
        // Near the middle: 1/2 less the density there, which is Γ(10) / (Γ(9.5) √(19 π)) for 19
        // degrees of freedom.
        let density = math::gamma(10.0) / (math::gamma(9.5) * (19.0 * std::f64::consts::PI).sqrt());
        assert!((upper_tail(1e-6, 19) - (0.5 - 1e-6 * density)).abs() < 1e-15);
        assert_eq!((upper_tail(f64::INFINITY, 5), upper_tail(f64::NEG_INFINITY, 5)), (0.0, 1.0));
    }

    #[test]
    fn points_are_where_chances_are() {
        for freedom in [1, 2, 9, 639, 100_000] {
            assert!((critical_value(0.025, freedom) / critical_value_95(freedom) - 1.0).abs() < 1e-9, "{freedom}");
            for chance in [0.5, 0.2, 0.05, 1e-4, 1e-9] {
                let back = upper_tail(critical_value(chance, freedom), freedom);
                assert!((back / chance - 1.0).abs() < 1e-9, "{chance} at {freedom}: {back}");
            }
        }
    }
}
