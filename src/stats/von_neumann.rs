//! A test of the correlation between neighbouring values of a series, by the ratio of von Neumann
//! (1941).
//!
//! The sum of squared steps over the sum of squared distances from the mean is 2 for independent
//! values and less where neighbours are alike. 1 − ratio / 2 estimates their correlation, and for n
//! independent normal values has mean 0 and variance (n − 2) / (n² − 1) (Young, 1941), near enough
//! to normal from 8 values on (Fishman, "Grouping observations in digital simulation", 1978).

/// The 95 % point of the standard normal distribution.
const POINT: f64 = 1.644_853_626_951_472_7;

/// The fewest values for which the test is valid.
pub const FEWEST: usize = 8;

/// Whether values are positively correlated with their neighbours, at the 5 % level. Values without
/// any spread are not.
pub fn is_correlated(values: &[f64]) -> bool {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let steps: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    squares > 0.0 && 1.0 - steps / squares / 2.0 > POINT * ((n - 2.0) / (n * n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsim_random::stream::{Purpose, Streams};

    #[test]
    fn worked_examples() {
        // Steps 7 x 1, squares 42: 1 - 7 / 84 = 0.917 against 1.645 x sqrt(6 / 63) = 0.508.
        assert!(is_correlated(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
        // The same values from end to end: steps 49 + 36 + 25 + 16 + 9 + 4 + 1 = 140, 1 - 140 / 84
        // < 0.
        assert!(!is_correlated(&[1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]));
        assert!(!is_correlated(&[2.5; 12]));
    }

    /// Of 2,000 series of normal values with this correlation of neighbours, the share that is
    /// rejected.
    fn rejected(values: usize, correlation: f64) -> f64 {
        let mut stream = Streams::new(1, 0).stream(Purpose::Service, "series");
        let mut series = || {
            let mut value = stream.normal();
            let mut next = || {
                value = correlation * value + (1.0 - correlation * correlation).sqrt() * stream.normal();
                value
            };
            (0..values).map(|_| next()).collect::<Vec<f64>>()
        };
        (0..2_000).filter(|_| is_correlated(&series())).count() as f64 / 2_000.0
    }

    #[test]
    fn independent_values_are_rejected_in_5_of_100_cases_and_correlated_ones_mostly() {
        for values in [FEWEST, 20, 100] {
            let share = rejected(values, 0.0);
            assert!((share - 0.05).abs() < 4.5 * (0.05_f64 * 0.95 / 2_000.0).sqrt(), "{values} values: {share}");
        }
        assert!(rejected(20, 0.5) > 0.6 && rejected(100, 0.5) > 0.99);
    }
}
