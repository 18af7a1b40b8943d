//! A metric of a baseline and an alternative, replication by replication: the difference, the
//! ratio, and the variance that pairing saves.
//!
//! Replication k of both has the same jobs (common random numbers). The difference is therefore
//! taken within each replication, where common effects cancel, and only then averaged.

use super::censored::CensoredValue;
use super::sample::{CensoredSample, Sample};

/// The values of baseline and alternative in the replications in which both have one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    pairs: Vec<(CensoredValue, CensoredValue)>,
    /// The number of replications in which at least one of the two has no value.
    missing: u64,
}

impl Paired {
    /// Pairs the values of baseline and alternative, replication by replication.
    pub fn of(baseline: &[Option<CensoredValue>], alternative: &[Option<CensoredValue>]) -> Paired {
        let all = baseline.len().max(alternative.len());
        let pairs: Vec<_> = baseline.iter().zip(alternative).filter_map(|(&b, &c)| Some((b?, c?))).collect();
        Paired { missing: (all - pairs.len()) as u64, pairs }
    }

    /// The number of replications in which both have a value.
    pub fn replications(&self) -> u64 {
        self.pairs.len() as u64
    }

    /// The number of replications that are left out, because at least one of the two has no value.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// The values of the baseline, from below.
    pub fn baseline(&self) -> Sample {
        Sample::of(self.pairs.iter().map(|(baseline, _)| baseline.lower))
    }

    /// The values of the alternative, from below.
    pub fn alternative(&self) -> Sample {
        Sample::of(self.pairs.iter().map(|(_, alternative)| alternative.lower))
    }

    /// Whether every value of the baseline, and every value of the alternative, is known.
    pub fn are_exact(&self) -> [bool; 2] {
        [
            self.pairs.iter().all(|(baseline, _)| baseline.is_exact()),
            self.pairs.iter().all(|(_, alternative)| alternative.is_exact()),
        ]
    }

    /// Whether every value is known.
    pub fn is_exact(&self) -> bool {
        self.are_exact() == [true, true]
    }

    /// Whether both have the same value in every replication.
    pub fn is_equal(&self) -> bool {
        self.is_exact() && self.pairs.iter().all(|(baseline, alternative)| baseline == alternative)
    }

    /// The values of the alternative minus `factor` times those of the baseline, minus `shift`: the
    /// mean is below zero if the alternative lies below this bound. A factor of 1.05 is the bound
    /// "5 % more than the baseline", without a ratio of random numbers. `factor` is not negative.
    pub fn difference_from_bound(&self, factor: f64, shift: f64) -> CensoredSample {
        let difference = |(baseline, alternative): &(CensoredValue, CensoredValue)| CensoredValue {
            lower: alternative.lower - factor * baseline.upper - shift,
            upper: alternative.upper - factor * baseline.lower - shift,
        };
        CensoredSample::of(self.pairs.iter().map(difference))
    }

    /// The differences, alternative minus baseline.
    pub fn difference(&self) -> CensoredSample {
        self.difference_from_bound(1.0, 0.0)
    }

    /// The difference relative to the baseline's mean; `None` if that is not above zero, or if a
    /// value is not known.
    pub fn relative(&self) -> Option<f64> {
        let baseline = self.baseline().mean.filter(|mean| *mean > 0.0)?;
        Some(self.difference().exact_mean()? / baseline)
    }

    /// The interval of the relative difference for a point of Student's t distribution, by
    /// Fieller's theorem (1954): all r for which the mean of difference - r x baseline is within
    /// that many standard errors of zero. It agrees with bounds by
    /// [`Paired::difference_from_bound`]. `None` where these r have no end, because the baseline
    /// may be zero, and with fewer than two pairs.
    pub fn relative_interval(&self, point: f64) -> Option<(f64, f64)> {
        let (b, d) = (self.baseline(), self.difference().lower.filter(|_| self.is_exact())?);
        let (mean_b, mean_d, error_b, error_d) = (b.mean?, d.mean?, b.std_error?, d.std_error?);
        let spread = |error: f64| if error > 0.0 { (point * error) * (point * error) } else { 0.0 };
        let together =
            if error_b > 0.0 && error_d > 0.0 { point * point * self.covariance(mean_b, mean_d) } else { 0.0 };
        let square = mean_b * mean_b - spread(error_b);
        let half = mean_b * mean_d - together;
        let constant = mean_d * mean_d - spread(error_d);
        if square <= 0.0 || mean_b <= 0.0 {
            return None;
        }
        let root = (half * half - square * constant).max(0.0).sqrt();
        Some(((half - root) / square, (half + root) / square))
    }

    /// The covariance of the means of baseline and difference.
    fn covariance(&self, mean_b: f64, mean_d: f64) -> f64 {
        let n = self.pairs.len() as f64;
        let products = self.pairs.iter().map(|(b, c)| (b.lower - mean_b) * (c.lower - b.lower - mean_d));
        products.sum::<f64>() / (n - 1.0) / n
    }

    /// The variance of the difference relative to its variance with independent jobs: 0.1 means
    /// that pairing saves nine replications of ten, 1 that it saves none. `None` where nothing
    /// varies.
    pub fn variance_ratio(&self) -> Option<f64> {
        let square = |sample: Sample| sample.std_error.filter(|_| self.is_exact()).map(|error| error * error);
        let independent = square(self.baseline())? + square(self.alternative())?;
        (independent > 0.0).then_some(square(self.difference().lower?)? / independent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::student;

    fn paired(pairs: &[(f64, f64)]) -> Paired {
        let known = |value| Some(CensoredValue::exact(value));
        let (baseline, alternative): (Vec<_>, Vec<_>) = pairs.iter().map(|&(b, c)| (known(b), known(c))).unzip();
        Paired::of(&baseline, &alternative)
    }

    #[test]
    fn what_is_missing_is_counted() {
        let known = |value: Option<f64>| value.map(CensoredValue::exact);
        let baseline = [Some(1.0), None, Some(2.0), None].map(known);
        let paired = Paired::of(&baseline, &[Some(2.0), Some(9.0), None].map(known));
        assert_eq!((paired.replications(), paired.missing()), (1, 3));
        assert_eq!(paired.difference().exact_mean(), Some(1.0));
        assert_eq!(
            (paired.difference().lower.unwrap().std_error, paired.relative_interval(2.0), paired.variance_ratio()),
            (None, None, None)
        );
        assert_eq!(Paired::of(&[], &[]), Paired::default());
    }

    #[test]
    fn what_both_have_in_common_cancels() {
        let paired = paired(&[(1.0, 1.5), (7.0, 7.5), (4.0, 4.5), (9.0, 9.5)]);
        let difference = paired.difference().lower.unwrap();
        assert_eq!((difference.mean, difference.std_error), (Some(0.5), Some(0.0)));
        assert_eq!(paired.variance_ratio(), Some(0.0));
        assert!((paired.relative().unwrap() - 0.5 / 5.25).abs() < 1e-15);
    }

    #[test]
    fn the_ends_of_the_relative_interval_are_where_the_bounds_are_just_not_excluded() {
        let paired = paired(&[(10.0, 11.2), (12.0, 12.1), (9.0, 10.5), (11.0, 11.0), (13.5, 14.9)]);
        let point = student::critical_value(0.025, 4);
        let (low, high) = paired.relative_interval(point).unwrap();
        assert!(low < paired.relative().unwrap() && paired.relative().unwrap() < high);
        for (end, p) in [
            (low, paired.difference_from_bound(1.0 + low, 0.0).p_greater()),
            (high, paired.difference_from_bound(1.0 + high, 0.0).p_less()),
        ] {
            assert!((p.unwrap() - 0.025).abs() < 1e-12, "{end}: {p:?}");
        }
    }

    #[test]
    fn a_difference_is_shown_by_the_less_favourable_bounds() {
        let values = |lower: f64, upper: f64| vec![Some(CensoredValue { lower, upper }); 10];
        let infinite = f64::INFINITY;
        let shown = |baseline: &[Option<CensoredValue>], alternative: &[Option<CensoredValue>]| {
            let difference = Paired::of(baseline, alternative).difference();
            let is_shown = |p: Option<f64>| p.is_some_and(|p| p < 0.01);
            (is_shown(difference.p_less()), is_shown(difference.p_greater()))
        };
        assert_eq!(shown(&values(5.0, 5.0), &values(3.0, 4.0)), (true, false));
        assert_eq!(shown(&values(5.0, 5.0), &values(3.0, infinite)), (false, false), "a starved class looks better");
        assert_eq!(shown(&values(5.0, 5.0), &values(7.0, infinite)), (false, true));
        assert_eq!(shown(&values(5.0, infinite), &values(7.0, 7.0)), (false, false));
        assert_eq!(shown(&values(5.0, infinite), &values(3.0, 3.0)), (true, false));
        assert_eq!(shown(&values(5.0, infinite), &values(3.0, infinite)), (false, false));
    }

    #[test]
    fn a_baseline_that_may_be_zero_has_no_relative_interval() {
        assert_eq!(paired(&[(0.0, 1.0), (0.0, 2.0)]).relative(), None);
        assert_eq!(paired(&[(0.0, 1.0), (0.1, 2.0), (5.0, 1.0)]).relative_interval(4.3), None);
        assert_eq!(paired(&[(2.0, 2.0), (3.0, 3.0)]).relative_interval(12.7), None);
    }
}
