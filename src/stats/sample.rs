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
}

impl Sample {
    /// Sums up values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Sample {
        let values: Vec<f64> = values.into_iter().collect();
        let count = values.len() as u64;
        let Some(&first) = values.first() else { return Sample { count, mean: None, std_error: None } };
        // Summing distances from the first value makes equal values come out exactly.
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let error = (count > 1).then(|| (squares / (count - 1) as f64 / count as f64).sqrt());
        Sample { count, mean: Some(mean), std_error: error }
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
        Sample { mean: self.mean.map(|mean| -mean), ..*self }.p_greater()
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
        assert_eq!(Sample::of([]), Sample { count: 0, mean: None, std_error: None });
        let one = Sample::of([3.0]);
        assert_eq!(
            (one.mean, one.std_error, one.p_greater(), one.p_two_sided(), one.interval(2.0)),
            (Some(3.0), None, None, None, None)
        );
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
