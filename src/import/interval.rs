//! 95 % intervals of a count and of a share, in closed form.

use crate::model::math;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The interval for the mean of a Poisson count: Byar's approximation to the exact limits (Breslow
/// & Day, Statistical Methods in Cancer Research II, 1987, p. 69).
pub(super) fn poisson_interval(count: usize) -> (f64, f64) {
    dispersed_interval(count, 1.0)
}

/// The interval for the mean of a count whose variance is its mean times `dispersion`: that of a
/// Poisson count of events that each stand for `dispersion` of them.
pub(super) fn dispersed_interval(count: usize, dispersion: f64) -> (f64, f64) {
    let limit = |n: f64, z: f64| {
        let root = 1.0 - 1.0 / (9.0 * n) + z / (3.0 * n.sqrt());
        n * root * root * root
    };
    let n = count as f64 / dispersion;
    // For a count of zero, the exact limit is the mean that gives 0 with probability 2.5 %.
    let (low, high) = if count == 0 { (0.0, -math::ln(0.025)) } else { (limit(n, -Z).max(0.0), limit(n + 1.0, Z)) };
    (low * dispersion, high * dispersion)
}

/// The interval for a probability, from `part` of `whole`: Wilson's score interval (JASA 22, 1927).
/// `whole` is at least 1.
pub(super) fn wilson_interval(part: usize, whole: usize) -> (f64, f64) {
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let (square, middle) = (Z * Z, share + Z * Z / (2.0 * n));
    let half = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    (((middle - half) / scale).clamp(0.0, share), ((middle + half) / scale).clamp(share, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, Discrete, DiscreteCDF, Poisson};

    /// The probability that the interval covers the truth, summed over all counts.
    fn coverage(most: u64, probability: impl Fn(u64) -> f64, covers: impl Fn(u64) -> bool) -> f64 {
        (0..=most).filter(|count| covers(*count)).map(probability).sum()
    }

    #[test]
    fn intervals_of_counts_cover_and_are_near_the_exact_ones() {
        for mean in [0.5, 1.0, 3.0, 10.0, 40.0, 300.0] {
            let law = Poisson::new(mean).unwrap();
            let covers = |count: u64| {
                let (low, high) = poisson_interval(count as usize);
                (low..=high).contains(&mean)
            };
            let share = coverage(1000, |count| law.pmf(count), covers);
            assert!((0.945..0.995).contains(&share), "{mean}: {share}");
        }
        for count in [5_usize, 20, 50] {
            let (low, high) = poisson_interval(count);
            let below = Poisson::new(high).unwrap().cdf(count as u64);
            let above = 1.0 - Poisson::new(low).unwrap().cdf(count as u64 - 1);
            assert!((below - 0.025).abs() < 0.002 && (above - 0.025).abs() < 0.004, "{count}: {below} {above}");
        }
    }

    #[test]
    fn intervals_of_shares_cover_on_average() {
        for whole in [10_u64, 50, 400] {
            let mut shares = Vec::new();
            for step in 1..40 {
                let truth = f64::from(step) / 40.0;
                let law = Binomial::new(truth, whole).unwrap();
                let covers = |part: u64| {
                    let (low, high) = wilson_interval(part as usize, whole as usize);
                    (low..=high).contains(&truth)
                };
                shares.push(coverage(whole, |part| law.pmf(part), covers));
            }
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            assert!((0.945..0.96).contains(&mean), "{whole}: {mean}");
        }
        assert_eq!((wilson_interval(0, 7).0, wilson_interval(7, 7).1), (0.0, 1.0));
    }
}
