//! The times of runs, and their empirical distribution: that of Kaplan and Meier if some runs were
//! not seen to end.

use crate::random::stream::Stream;
use crate::stats::interval::{IntervalEstimate, critical_value_95};

/// The times of runs, and lower bounds of those that were not seen to end.
///
/// **Rounded times.** If both instants of a run have whole units of `resolution`, rounded or
/// truncated, their difference v stands for a time between v - 1 and v + 1 units: with the phase U
/// of the start within its unit, a time x becomes floor(x + U). So P(V > v) is the mean of
/// P(X > v + 1 - U) over U, and P(V = v) its difference at v - 1 and v.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Seconds from start to end, rising.
    values: Vec<f64>,
    /// Seconds that runs lasted at least, rising.
    censored: Vec<f64>,
    /// The unit of rounded times in seconds; 0 if they are exact.
    resolution: f64,
}

/// A jump of the empirical distribution function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) value: f64,
    /// The function just below the value, and from it on.
    pub(super) below: f64,
    pub(super) upto: f64,
}

impl Sample {
    /// Of `values` (runs that ended) and `censored` (lower bounds of others: they still run, or
    /// were stopped by a deadline or lost), in seconds, with the resolution of the log, or 0.
    /// Numbers that are not finite are left out; negative ones count as 0.
    pub fn new(values: Vec<f64>, censored: Vec<f64>, resolution: f64) -> Sample {
        let clean = |mut values: Vec<f64>| {
            values.retain(|value| value.is_finite());
            for value in &mut values {
                *value = value.max(0.0);
            }
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let resolution = if resolution.is_finite() { resolution.max(0.0) } else { 0.0 };
        Sample { values: clean(values), censored: clean(censored), resolution }
    }

    /// Times of runs that ended, rising.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Lower bounds of the times of other runs, rising.
    pub fn censored(&self) -> &[f64] {
        &self.censored
    }

    /// The unit of rounded times in seconds; 0 if they are exact.
    pub fn resolution(&self) -> f64 {
        self.resolution
    }

    /// All runs.
    pub(super) fn len(&self) -> usize {
        self.values.len() + self.censored.len()
    }

    /// The standard deviation of the runs that ended; 0 for fewer than two.
    pub(super) fn deviation(&self) -> f64 {
        let n = self.values.len() as f64;
        let Some(mean) = IntervalEstimate::mean(&self.values).value else { return 0.0 };
        let squares = self.values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        (squares / (n - 1.0).max(1.0)).sqrt()
    }

    /// The empirical distribution function.
    ///
    /// E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53
    /// (1958) 457-481. It stays below 1 if the longest run was not seen to end.
    pub(super) fn steps(&self) -> Vec<Step> {
        let all = self.len();
        let (mut steps, mut first, mut lost, mut above) = (Vec::new(), 0, 0, 1.0);
        while first < self.values.len() {
            let value = self.values[first];
            let count = self.values[first..].partition_point(|other| *other == value);
            // A run whose bound equals the value was still there when it passed.
            lost += self.censored[lost..].partition_point(|bound| *bound < value);
            let left = all - first - lost;
            let next = if lost == 0 {
                (left - count) as f64 / all as f64
            } else {
                above * ((left - count) as f64 / left as f64)
            };
            steps.push(Step { value, below: 1.0 - above, upto: 1.0 - next });
            (first, above) = (first + count, next);
        }
        steps
    }

    /// The jumps as values with masses that sum up to 1. What is left above the longest run that
    /// ended is put on the longest bound (B. Efron, "The two sample problem with censored data",
    /// 1967).
    pub(super) fn masses(&self) -> Vec<(f64, f64)> {
        let steps = self.steps();
        let left = 1.0 - steps.last().map_or(0.0, |step| step.upto);
        let longest = self.censored.last().filter(|_| left > 0.0);
        let masses = steps.iter().map(|step| (step.value, step.upto - step.below));
        masses.chain(longest.map(|bound| (*bound, left))).collect()
    }

    /// The mean with its 95 % interval, without a family: Student's t if all runs ended; otherwise
    /// the mean of the Kaplan-Meier distribution up to the longest run, with Greenwood's variance.
    pub(super) fn mean(&self) -> (f64, Option<(f64, f64)>) {
        if self.censored.is_empty() {
            let mean = IntervalEstimate::mean(&self.values);
            return (mean.value.unwrap_or(0.0), mean.interval.map(|(low, high)| (low.max(0.0), high)));
        }
        let masses = self.masses();
        let mean = masses.iter().map(|(value, mass)| value * mass).sum::<f64>();
        let mut variance = 0.0;
        // The integral of the survival function from a value on, and what is above that value.
        let (mut integral, mut above, mut next) = (0.0, 0.0, 0.0);
        for &(value, mass) in masses.iter().rev() {
            integral += (next - value) * above;
            let at_risk = self.at_risk(value);
            let ended = self.ended_at(value);
            if ended > 0.0 && at_risk > ended {
                variance += integral * integral * ended / (at_risk * (at_risk - ended));
            }
            above += mass;
            next = value;
        }
        let freedom = self.values.len().saturating_sub(1) as u64;
        let half = (freedom > 0).then(|| critical_value_95(freedom) * variance.sqrt());
        (mean, half.map(|half| ((mean - half).max(0.0), mean + half)))
    }

    fn at_risk(&self, value: f64) -> f64 {
        let gone = self.values.partition_point(|other| *other < value);
        let lost = self.censored.partition_point(|bound| *bound < value);
        (self.len() - gone - lost) as f64
    }

    fn ended_at(&self, value: f64) -> f64 {
        let first = self.values.partition_point(|other| *other < value);
        self.values[first..].partition_point(|other| *other == value) as f64
    }

    /// A random part of the sample, without replacement.
    pub(super) fn part(&self, size: usize, stream: &mut Stream) -> Sample {
        let all = self.len();
        let mut left = size.min(all);
        let mut part = Sample { values: Vec::new(), censored: Vec::new(), resolution: self.resolution };
        // Each is taken with probability (what is still wanted) / (what is still there).
        for index in 0..all {
            if stream.below((all - index) as u64) < left as u64 {
                left -= 1;
                match self.values.get(index) {
                    Some(value) => part.values.push(*value),
                    None => part.censored.push(self.censored[index - self.values.len()]),
                }
            }
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    /// The example of Kaplan and Meier's section 2: deaths at 0.8, 3.1, 5.4, 9.2; losses at 1.0,
    /// 2.7, 7.0, 12.1.
    fn example() -> Sample {
        Sample::new(vec![3.1, 0.8, 9.2, 5.4], vec![1.0, 2.7, 7.0, 12.1], 0.0)
    }

    #[test]
    fn the_example_of_kaplan_and_meier() {
        let steps = example().steps();
        let above: Vec<f64> = steps.iter().map(|step| 1.0 - step.upto).collect();
        let expected = [7.0 / 8.0, 7.0 / 8.0 * 4.0 / 5.0, 7.0 / 8.0 * 3.0 / 5.0, 7.0 / 8.0 * 3.0 / 10.0];
        assert!(above.iter().zip(expected).all(|(is, should)| (is - should).abs() < 1e-12), "{above:?}");
        let masses = example().masses();
        assert_eq!(masses.last().unwrap().0, 12.1);
        assert!((masses.iter().map(|(_, mass)| mass).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn without_bounds_it_is_the_share_of_values() {
        let sample = Sample::new(vec![2.0, 1.0, 2.0, 7.0, f64::NAN, -3.0], Vec::new(), 0.0);
        let upto: Vec<(f64, f64)> = sample.steps().iter().map(|step| (step.value, step.upto)).collect();
        let expected = [(0.0, 0.2), (1.0, 0.4), (2.0, 0.8), (7.0, 1.0)];
        assert!(upto.iter().zip(expected).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-12), "{upto:?}");
        assert_eq!(sample.mean().0, 2.4);
    }

    /// A bound beyond all values changes neither mean nor variance by more than Student's t and the
    /// denominators n and n - 1 differ.
    #[test]
    fn greenwood_agrees_with_the_plain_variance() {
        let mut stream = Streams::new(3, 0).stream(Purpose::Service, "greenwood");
        let values: Vec<f64> = (0..2_000).map(|_| stream.exponential()).collect();
        let plain = Sample::new(values.clone(), Vec::new(), 0.0).mean();
        let bounded = Sample::new(values, vec![0.0], 0.0).mean();
        let width = |(low, high): (f64, f64)| high - low;
        assert!((plain.0 - bounded.0).abs() < 1e-9, "{plain:?} {bounded:?}");
        assert!((width(plain.1.unwrap()) / width(bounded.1.unwrap()) - 1.0).abs() < 0.01, "{plain:?} {bounded:?}");
    }

    #[test]
    fn the_restricted_mean_covers() {
        let mut covered = 0;
        for seed in 0..400 {
            let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "restricted");
            let (mut values, mut censored) = (Vec::new(), Vec::new());
            for _ in 0..200 {
                let (time, bound) = (stream.exponential(), 2.0 * stream.exponential());
                if time > bound { censored.push(bound) } else { values.push(time) }
            }
            let (low, high) = Sample::new(values, censored, 0.0).mean().1.unwrap();
            covered += usize::from(low < 1.0 && 1.0 < high);
        }
        // It is a mean up to the longest run, so it is slightly low.
        assert!(covered >= 360, "{covered} of 400");
    }

    #[test]
    fn a_part_is_drawn_evenly() {
        let sample = Sample::new((0..80).map(f64::from).collect(), (0..20).map(f64::from).collect(), 0.0);
        let mut stream = Streams::new(4, 0).stream(Purpose::Service, "part");
        let mut bounds = 0;
        for _ in 0..200 {
            let part = sample.part(50, &mut stream);
            assert_eq!(part.len(), 50);
            bounds += part.censored().len();
        }
        // 200 times 10 expected, with a variance of 4 each.
        assert!((1880..2120).contains(&bounds), "{bounds}");
        assert_eq!(sample.part(1000, &mut stream), sample);
    }
}
