//! A sample of independent values, and tests of the sign of its mean.
//!
//! Comparisons use one number per replication (a difference, or a difference from a bound), so
//! every decision comes down to the sign of one mean.

use crate::model::math;

use super::censored::CensoredValue;
use super::student;

/// Independent values, summed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The number of values.
    pub count: u64,
    /// Their mean; `None` without a value.
    pub mean: Option<f64>,
    /// The standard error of the mean; `None` with fewer than two values, 0 exactly if all are
    /// equal.
    pub std_error: Option<f64>,
    /// Fisher's adjusted coefficient of skewness; 0 with fewer than three values, and without any
    /// spread.
    pub skewness: f64,
}

impl Sample {
    /// Sums up values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Sample {
        let values: Vec<f64> = values.into_iter().collect();
        let count = values.len() as u64;
        let Some(&first) = values.first() else {
            return Sample { count, mean: None, std_error: None, skewness: 0.0 };
        };
        // Summing distances from the first value makes equal values come out exactly.
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let error = (count > 1).then(|| (squares / (count - 1) as f64 / count as f64).sqrt());
        let skewness = if count > 2 && squares > 0.0 {
            let cubes: f64 = values.iter().map(|value| (value - mean) * (value - mean) * (value - mean)).sum();
            let n = count as f64;
            cubes / squares * n * (n - 1.0).sqrt() / (n - 2.0) / squares.sqrt()
        } else {
            0.0
        };
        Sample { count, mean: Some(mean), std_error: error, skewness }
    }

    /// The p-value of the hypothesis that the true mean is zero or less: small if the mean is above
    /// zero.
    ///
    /// `None` with fewer than two values. Values without any spread say nothing about it, so
    /// Student's t does not apply. If the true mean were zero, each value would be equally likely
    /// on the other side: the sign test gives 2^-n.
    pub fn p_greater(&self) -> Option<f64> {
        let (mean, error) = (self.mean?, self.std_error?);
        Some(match (error > 0.0, mean > 0.0) {
            (true, _) => student::upper_tail(mean / error, self.count - 1),
            (false, true) => math::pow(0.5, self.count as f64),
            (false, false) => 1.0,
        })
    }

    /// The p-value of the hypothesis that the true mean is zero or more. See [`Sample::p_greater`].
    pub fn p_less(&self) -> Option<f64> {
        self.mirrored().p_greater()
    }

    fn mirrored(&self) -> Sample {
        Sample { mean: self.mean.map(|mean| -mean), skewness: -self.skewness, ..*self }
    }

    /// The p-value of [`Sample::p_less`] for values that may be skewed to the right. Their sample
    /// then often lacks the large ones, and has too small a mean and too small a spread.
    ///
    /// Student's t after Hall's transformation (1992), with the skewness of the sample, but at
    /// least `least`, because the same sample has too small a skewness as well.
    pub fn p_less_if_skewed(&self, least: f64) -> Option<f64> {
        let (mean, error) = (self.mean?, self.std_error?);
        if error == 0.0 {
            return self.p_less();
        }
        let (third, constant) = self.transformation(least);
        let t = mean / error;
        let transformed = t * (1.0 + t * third * (1.0 + t * third / 3.0)) + constant;
        Some(student::upper_tail(-transformed, self.count - 1))
    }

    /// The p-value of [`Sample::p_greater`] for values that may be skewed to the left, by `least`
    /// or more. See [`Sample::p_less_if_skewed`].
    pub fn p_greater_if_skewed(&self, least: f64) -> Option<f64> {
        self.mirrored().p_less_if_skewed(least)
    }

    /// The largest mean that [`Sample::p_less_if_skewed`] does not reject at a level.
    pub fn upper_end(&self, level: f64, least: f64) -> Option<f64> {
        let (mean, error) = (self.mean?, self.std_error?);
        if error == 0.0 {
            return Some(mean);
        }
        let point = student::critical_value(level, self.degrees_of_freedom()?);
        let (third, constant) = self.transformation(least);
        if third == 0.0 {
            return Some(mean + point * error);
        }
        // The transformation is ((1 + third t)^3 - 1) / (3 third) + constant.
        let cube = 1.0 - 3.0 * third * (point + constant);
        let root = math::pow(cube.abs(), 1.0 / 3.0).copysign(cube);
        Some(mean - (root - 1.0) / third * error)
    }

    /// The least mean that [`Sample::p_greater_if_skewed`] does not reject at a level.
    pub fn lower_end(&self, level: f64, least: f64) -> Option<f64> {
        self.mirrored().upper_end(level, least).map(|end| -end)
    }

    /// The factor and the constant of Hall's transformation.
    fn transformation(&self, least: f64) -> (f64, f64) {
        let by_root = self.skewness.max(least) / (self.count as f64).sqrt();
        (by_root / 3.0, by_root / 6.0)
    }

    /// The p-value of the hypothesis that the true mean is zero.
    pub fn p_two_sided(&self) -> Option<f64> {
        Some((2.0 * self.p_greater()?.min(self.p_less()?)).min(1.0))
    }

    /// The interval of the mean for a point of Student's t distribution with
    /// [`Sample::degrees_of_freedom`].
    pub fn interval(&self, point: f64) -> Option<(f64, f64)> {
        let (mean, error) = (self.mean?, self.std_error?);
        // Without any spread the point has no meaning, however large it is.
        let half = if error > 0.0 { point * error } else { 0.0 };
        Some((mean - half, mean + half))
    }

    /// Degrees of freedom; `None` with fewer than two values.
    pub fn degrees_of_freedom(&self) -> Option<u64> {
        (self.count > 1).then(|| self.count - 1)
    }
}

/// Independent values of which only bounds are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CensoredSample {
    /// The lower bounds; `None` if one of them is infinite.
    pub lower: Option<Sample>,
    /// The upper bounds; `None` if one of them is infinite.
    pub upper: Option<Sample>,
}

impl CensoredSample {
    /// Sums up values.
    pub fn of(values: impl IntoIterator<Item = CensoredValue>) -> CensoredSample {
        let values: Vec<CensoredValue> = values.into_iter().collect();
        let sample = |bound: fn(&CensoredValue) -> f64| {
            let bounds: Vec<f64> = values.iter().map(bound).collect();
            bounds.iter().all(|bound| bound.is_finite()).then(|| Sample::of(bounds))
        };
        let lower = sample(|value| value.lower);
        let is_exact = values.iter().all(|value| value.is_exact());
        CensoredSample { lower, upper: if is_exact { lower } else { sample(|value| value.upper) } }
    }

    /// The p-value of the hypothesis that the true mean is zero or less; it is shown to be larger
    /// by the lower bounds.
    pub fn p_greater(&self) -> Option<f64> {
        self.lower?.p_greater()
    }

    /// The p-value of the hypothesis that the true mean is zero or more; it is shown to be less by
    /// the upper bounds.
    pub fn p_less(&self) -> Option<f64> {
        self.upper?.p_less()
    }

    /// The p-value of the hypothesis that the true mean is zero.
    pub fn p_two_sided(&self) -> Option<f64> {
        let least = match (self.p_greater(), self.p_less()) {
            (Some(greater), Some(less)) => greater.min(less),
            (one, other) => one.or(other)?,
        };
        Some((2.0 * least).min(1.0))
    }

    /// Whether nothing bounds the mean from either side: further values cannot change that.
    pub fn is_unbounded(&self) -> bool {
        self.lower.is_none() && self.upper.is_none()
    }

    /// The mean, if every value is known.
    pub fn exact_mean(&self) -> Option<f64> {
        self.lower.filter(|_| self.lower == self.upper)?.mean
    }

    /// The bounds of the mean, infinite where nothing bounds it; `None` without a value.
    pub fn mean(&self) -> Option<CensoredValue> {
        let mean = |sample: Option<Sample>, unknown: f64| sample.map_or(Some(unknown), |sample| sample.mean);
        Some(CensoredValue { lower: mean(self.lower, f64::NEG_INFINITY)?, upper: mean(self.upper, f64::INFINITY)? })
    }

    /// The interval of the mean, as [`Sample::interval`]; an end is infinite where nothing bounds
    /// the mean.
    pub fn interval(&self, point: f64) -> Option<(f64, f64)> {
        let low = self.lower.map_or(Some(f64::NEG_INFINITY), |sample| Some(sample.interval(point)?.0))?;
        let high = self.upper.map_or(Some(f64::INFINITY), |sample| Some(sample.interval(point)?.1))?;
        (low.is_finite() || high.is_finite()).then_some((low, high))
    }

    /// Degrees of freedom; `None` with fewer than two values, or without a bound.
    pub fn degrees_of_freedom(&self) -> Option<u64> {
        self.lower.or(self.upper)?.degrees_of_freedom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_example() {
        // Student's own (1908): additional hours of sleep of ten patients, t = 4.06 with nine
        // degrees of freedom, p = 0.0014.
        let sleep = Sample::of([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]);
        let (mean, error) = (sleep.mean.unwrap(), sleep.std_error.unwrap());
        assert!((mean - 1.58).abs() < 1e-12 && (mean / error - 4.0621).abs() < 1e-4, "{mean} / {error}");
        assert!((sleep.p_greater().unwrap() - 0.001_416).abs() < 1e-6, "{:?}", sleep.p_greater());
        assert!((sleep.p_less().unwrap() - (1.0 - 0.001_416)).abs() < 1e-6);
        assert!((sleep.p_two_sided().unwrap() - 0.002_833).abs() < 1e-6);
    }

    #[test]
    fn there_is_no_p_value_without_two_values() {
        assert_eq!(Sample::of([]), Sample { count: 0, mean: None, std_error: None, skewness: 0.0 });
        let one = Sample::of([3.0]);
        assert_eq!(
            (one.mean, one.std_error, one.p_greater(), one.p_two_sided(), one.interval(2.0)),
            (Some(3.0), None, None, None, None)
        );
    }

    #[test]
    fn the_skewness_of_a_worked_example() {
        assert!(Sample::of([1.0, 2.0, 3.0, 4.0]).skewness.abs() < 1e-12, "symmetric");
        let right = Sample::of([1.0, 1.0, 2.0, 3.0, 8.0]);
        // Mean 3: squares 4 + 4 + 1 + 25 = 34, cubes -8 - 8 - 1 + 125 = 108.
        let expected = 108.0 / 34.0 / 34.0_f64.sqrt() * 5.0 * 2.0 / 3.0;
        assert!((right.skewness - expected).abs() < 1e-12, "{}", right.skewness);
    }

    #[test]
    fn ends_are_where_skewed_values_are_just_not_rejected() {
        for values in [&[1.0, 1.2, 1.1, 4.0, 1.3, 2.0, 1.7, 1.0][..], &[5.0, 4.8, 4.9, 2.0, 4.7, 4.0, 5.2]] {
            let sample = Sample::of(values.iter().copied());
            for (level, least) in [(0.05, 1.0), (0.004, 1.0), (0.01, 0.0), (1e-5, 1.0)] {
                let shifted = |by: f64| Sample::of(values.iter().map(|value| value - by));
                let (low, high) = (sample.lower_end(level, least).unwrap(), sample.upper_end(level, least).unwrap());
                assert!(low < sample.mean.unwrap() && sample.mean.unwrap() < high);
                let (p_less, p_greater) =
                    (shifted(high).p_less_if_skewed(least).unwrap(), shifted(low).p_greater_if_skewed(least).unwrap());
                assert!((p_less / level - 1.0).abs() < 1e-6, "{p_less} {level}");
                assert!((p_greater / level - 1.0).abs() < 1e-6, "{p_greater} {level}");
            }
        }
        let plain = Sample::of([1.0, 2.0, 3.0]);
        assert_eq!(plain.p_less_if_skewed(0.0), plain.p_less(), "no skewness, no correction");
        assert!(plain.p_less_if_skewed(1.0) > plain.p_less());
    }

    /// Exponential values are skewed by 2. Of ten of them Student's t falsely shows the mean to be
    /// below the true one far more often than its level.
    #[test]
    fn skewed_samples_keep_the_level() {
        const SAMPLES: u32 = 20_000;
        const LEVEL: f64 = 0.01;
        let mut state = 1_u64;
        let mut exponential = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            -math::ln(((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64)
        };
        let (mut plain, mut corrected) = (0, 0);
        for _ in 0..SAMPLES {
            let sample = Sample::of((0..10).map(|_| exponential() - 1.0));
            plain += u32::from(sample.p_less().unwrap() <= LEVEL);
            corrected += u32::from(sample.p_less_if_skewed(1.0).unwrap() <= LEVEL);
        }
        let expected = LEVEL * f64::from(SAMPLES);
        assert!(f64::from(plain) > 3.0 * expected, "{plain}");
        assert!(f64::from(corrected) < 1.5 * expected, "{corrected}");
    }

    #[test]
    fn equal_values_are_judged_by_their_sign() {
        let equal = Sample::of([0.1; 5]);
        assert_eq!((equal.std_error, equal.p_greater(), equal.p_less()), (Some(0.0), Some(1.0 / 32.0), Some(1.0)));
        assert_eq!(equal.interval(f64::INFINITY), Some((0.1, 0.1)));
        let none = Sample::of([0.0; 5]);
        assert_eq!((none.p_greater(), none.p_less(), none.p_two_sided()), (Some(1.0), Some(1.0), Some(1.0)));
    }
}
