//! Tallies: mean, spread, extremes and quantiles of a stream of durations (or other whole numbers),
//! in constant memory.
//!
//! Up to [`MAX_EXACT`] values are kept, and quantiles are exact. More values go into a histogram,
//! and quantiles are accurate to 0.4 %. Moments are always exact. Merged tallies give the same
//! results as one tally of all values, to the last bit.

use std::mem;

use super::histogram::Histogram;
use super::moments::Moments;

/// The most values that are kept individually.
pub const MAX_EXACT: usize = 4096;

/// A summary of recorded values.
///
/// ```
/// let mut waits = claimsim::stats::Tally::default();
/// for wait in [4, 1, 3, 2] {
///     waits.record(wait);
/// }
/// assert_eq!(waits.mean(), Some(2.5));
/// assert_eq!(waits.quantile(0.5), Some(2.5));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tally {
    moments: Moments,
    /// All values, while they are few.
    kept: Vec<u64>,
    /// Whether the values are no longer kept but counted.
    is_counted: bool,
    /// Empty while the values are kept.
    histogram: Histogram,
}

impl Tally {
    /// Adds one value from 0 to `i64::MAX`; a negative value counts as 0.
    #[inline]
    pub fn record(&mut self, value: i64) {
        self.take(value.max(0) as u64);
    }

    /// Adds one value up to `i64::MAX`.
    #[inline]
    pub(super) fn take(&mut self, value: u64) {
        self.moments.record(value);
        // One test for both cases: while values are kept, the histogram is empty.
        if !self.histogram.record_again(value) {
            self.keep(value);
        }
    }

    /// Adds at most one batch of values and returns their sum.
    pub(super) fn take_all(&mut self, values: &[u64]) -> u128 {
        for &value in values {
            if !self.histogram.record_again(value) {
                self.keep(value);
            }
        }
        self.moments.record_all(values)
    }

    /// Adds one value `times` times.
    pub(super) fn take_often(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        self.moments.record_often(value, times);
        if !self.is_counted && self.kept.len() as u64 + times <= MAX_EXACT as u64 {
            return self.kept.extend((0..times).map(|_| value));
        }
        self.count_all();
        self.histogram.record_often(value, times);
    }

    /// Keeps a value beside the others, or counts them all when they become too many.
    #[cold]
    fn keep(&mut self, value: u64) {
        if !self.is_counted && self.kept.len() < MAX_EXACT {
            return self.kept.push(value);
        }
        self.count_all();
        self.histogram.record(value);
    }

    /// Switches from kept to counted values.
    fn count_all(&mut self) {
        self.is_counted = true;
        for value in mem::take(&mut self.kept) {
            self.histogram.record(value);
        }
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Tally) {
        self.moments.merge(&other.moments);
        for &value in &other.kept {
            self.keep(value);
        }
        if other.is_counted {
            self.count_all();
            self.histogram.merge(&other.histogram);
        }
    }

    /// The sum of all values.
    pub(super) fn sum(&self) -> u128 {
        self.moments.sum()
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.moments.count()
    }

    /// The mean; `None` without a value.
    pub fn mean(&self) -> Option<f64> {
        self.moments.mean()
    }

    /// The standard deviation with divisor n - 1; `None` with fewer than two values, 0 exactly if
    /// all are equal.
    pub fn sd(&self) -> Option<f64> {
        self.moments.sd()
    }

    /// The least value; `None` without one.
    pub fn min(&self) -> Option<i64> {
        self.moments.least().map(|least| least as i64)
    }

    /// The largest value; `None` without one.
    pub fn max(&self) -> Option<i64> {
        self.moments.largest().map(|largest| largest as i64)
    }

    /// The quantile at `p` from 0 (the least) to 1 (the largest); `None` without a value.
    ///
    /// Definition 7 of Hyndman & Fan (1996), the default of R and NumPy: linear between the order
    /// statistics around rank (n - 1) p. Beyond [`MAX_EXACT`] values each of those two is right to
    /// 1/256 of itself.
    pub fn quantile(&mut self, p: f64) -> Option<f64> {
        self.quantiles(&[p])?.first().copied()
    }

    /// The quantiles at several rising `p`, in one go; see [`Tally::quantile`].
    pub fn quantiles(&mut self, ps: &[f64]) -> Option<Vec<f64>> {
        let last = self.count().checked_sub(1)?;
        self.at_places(&ps.iter().map(|p| last as f64 * p.clamp(0.0, 1.0)).collect::<Vec<_>>())
    }

    /// The quantiles at several rising `p` of `total` values, of which all but those of this tally
    /// are larger than any limit; `None` where a quantile depends on one of these.
    pub(super) fn quantiles_among(&mut self, ps: &[f64], total: u64) -> Vec<Option<f64>> {
        let known = self.count();
        let place = |p: &f64| total.saturating_sub(1) as f64 * p.clamp(0.0, 1.0);
        let is_known = |place: &f64| place.ceil() < known as f64;
        let places: Vec<f64> = ps.iter().map(place).take_while(is_known).collect();
        let quantiles = self.at_places(&places).unwrap_or_default();
        let unknown = ps.len() - quantiles.len();
        quantiles.into_iter().map(Some).chain(std::iter::repeat_n(None, unknown)).collect()
    }

    /// The values at rising places from 0 to the number of values less one, linear between ranks.
    fn at_places(&mut self, places: &[f64]) -> Option<Vec<f64>> {
        let (min, max) = (self.moments.least()?, self.moments.largest()?);
        let last = self.count() - 1;
        let below: Vec<u64> = places.iter().map(|&place| place as u64).collect();
        let above: Vec<u64> = below.iter().map(|&rank| (rank + 1).min(last)).collect();
        let values = self.order_statistics(&below).into_iter().zip(self.order_statistics(&above));
        let between = |(place, (below, above)): (&f64, (f64, f64))| below + (above - below) * place.fract();
        Some(places.iter().zip(values).map(between).map(|value| value.clamp(min as f64, max as f64)).collect())
    }

    /// The share of the values below `limit`; `None` without a value. Beyond [`MAX_EXACT`] values
    /// it assumes that the values in the bucket of the limit are spread evenly over the bucket.
    pub fn share_below(&self, limit: u64) -> Option<f64> {
        let (least, largest) = (self.moments.least()?, self.moments.largest()?);
        let below = match limit {
            limit if limit <= least => 0.0,
            limit if limit > largest => return Some(1.0),
            limit if self.is_counted => self.histogram.below(limit),
            limit => self.kept.iter().filter(|&&value| value < limit).count() as f64,
        };
        Some(below / self.count() as f64)
    }

    /// The values of these ranks, which count from 0 and rise.
    fn order_statistics(&mut self, ranks: &[u64]) -> Vec<f64> {
        if !self.is_counted {
            self.kept.sort_unstable();
            return ranks.iter().map(|&rank| self.kept[rank as usize] as f64).collect();
        }
        let mut values = self.histogram.order_statistics(ranks);
        // The extremes are known exactly.
        for (value, &rank) in values.iter_mut().zip(ranks) {
            *value = match rank {
                0 => self.moments.least().map_or(*value, |least| least as f64),
                _ if rank + 1 == self.moments.count() => self.moments.largest().map_or(*value, |max| max as f64),
                _ => *value,
            };
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use claimsim_random::stream::{Purpose, Streams};

    fn tally(values: &[i64]) -> Tally {
        let mut tally = Tally::default();
        for &value in values {
            tally.record(value);
        }
        tally
    }

    /// All results of a tally, as bits, for exact comparison.
    fn results(mut tally: Tally) -> Vec<Option<u64>> {
        let quantiles = [0.0, 0.01, 0.3, 0.5, 0.95, 0.999, 1.0].map(|p| tally.quantile(p));
        let others = [tally.mean(), tally.sd(), tally.max().map(|max| max as f64), tally.min().map(|min| min as f64)];
        let count = Some(tally.count() as f64);
        quantiles.into_iter().chain(others).chain([count]).map(|result| result.map(f64::to_bits)).collect()
    }

    /// A sample of `count` spans of very different lengths, a tenth of them 0.
    fn spans(count: usize, seed: u64) -> Vec<i64> {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "");
        let span = |stream: &mut claimsim_random::stream::Stream| match stream.below(10) {
            0 => 0,
            _ => (stream.bits() >> (1 + stream.below(60))) as i64,
        };
        (0..count).map(|_| span(&mut stream)).collect()
    }

    #[test]
    fn an_empty_tally_has_no_results() {
        let empty = results(Tally::default());
        assert!(empty[..empty.len() - 1].iter().all(Option::is_none));
    }

    #[test]
    fn quantiles_are_those_of_definition_7() {
        // By hand, and what R's quantile() gives: rank 9 p among the ten first primes.
        let mut primes = tally(&[29, 2, 23, 3, 19, 5, 17, 7, 13, 11]);
        for (p, expected) in [(0.1, 2.9), (0.25, 5.5), (0.5, 12.0), (0.9, 23.6), (0.99, 28.46)] {
            let quantile = primes.quantile(p).unwrap();
            assert!((quantile - expected).abs() < 1e-12, "p = {p}: {quantile}, expected {expected}");
        }
    }

    #[test]
    fn equal_values_have_no_spread_however_large_and_many() {
        for value in [0, 1, 1_234_567_890_123_456_789, i64::MAX] {
            let mut equal = tally(&vec![value; 3 * MAX_EXACT]);
            assert_eq!((equal.sd(), equal.mean()), (Some(0.0), Some(value as f64)));
            assert_eq!(equal.quantile(0.3), Some(value as f64));
        }
        assert_eq!(tally(&[7]).sd(), None, "one value has no spread");
    }

    #[test]
    fn a_small_spread_beside_a_large_mean_is_not_lost() {
        // The values 10^17 + 0, 1, …, 9999: the variance of n consecutive numbers is n (n + 1) /
        // 12.
        let tally = tally(&(0..10_000).map(|offset| 100_000_000_000_000_000 + offset).collect::<Vec<i64>>());
        let expected = (10_000.0 * 10_001.0 / 12.0_f64).sqrt();
        assert!((tally.sd().unwrap() / expected - 1.0).abs() < 1e-14);
    }

    #[test]
    fn merged_tallies_equal_one_tally_to_the_last_bit() {
        // Both sides of the change from kept to counted values, for the parts and for the whole.
        for (first, second) in
            [(0, 10), (10, 0), (2000, 2096), (2000, 2097), (MAX_EXACT, MAX_EXACT), (9000, 5), (5, 9000), (9000, 9000)]
        {
            let values = spans(first + second, (first * 7 + second) as u64);
            let mut merged = tally(&values[..first]);
            merged.merge(&tally(&values[first..]));
            assert_eq!(results(merged), results(tally(&values)), "{first} + {second}");
        }
    }

    #[test]
    fn counted_quantiles_are_right_to_a_256th() {
        for seed in 0..20 {
            let mut values = spans(MAX_EXACT + 1 + 700 * seed as usize, seed);
            let mut counted = tally(&values);
            values.sort_unstable();
            for step in 0..=1000 {
                let p = f64::from(step) / 1000.0;
                let place = (values.len() - 1) as f64 * p;
                let (below, above) = (values[place as usize] as f64, values[place.ceil() as usize] as f64);
                let exact = below + (above - below) * place.fract();
                let off = (counted.quantile(p).unwrap() - exact).abs();
                // Each of the two order statistics is right to a 256th of itself.
                let allowed = (below * (1.0 - place.fract()) + above * place.fract()) / 256.0;
                assert!(off <= allowed * (1.0 + 1e-9), "seed {seed}, p = {p}: off by {off} of {exact}");
            }
            assert_eq!(counted.quantile(0.0), Some(values[0] as f64));
            assert_eq!(counted.quantile(1.0), values.last().map(|&largest| largest as f64));
        }
    }

    #[test]
    fn shares_are_exact_while_values_are_kept_and_right_to_a_bucket_when_they_are_counted() {
        assert_eq!(Tally::default().share_below(5), None);
        let few = tally(&[1, 2, 2, 7]);
        assert_eq!([0, 1, 2, 3, 7, 8].map(|limit| few.share_below(limit)), [0.0, 0.0, 0.25, 0.75, 0.75, 1.0].map(Some));
        let mut values = spans(3 * MAX_EXACT, 11);
        let many = tally(&values);
        values.sort_unstable();
        for limit in values.iter().step_by(997).chain(&[0, 300, 511]).map(|&value| value as u64) {
            let share =
                |limit: f64| values.partition_point(|&value| (value as f64) < limit) as f64 / values.len() as f64;
            let found = many.share_below(limit).unwrap();
            let (low, high) = (share(limit as f64 * (1.0 - 1.0 / 128.0)), share(limit as f64 * (1.0 + 1.0 / 128.0)));
            assert!(low <= found && found <= high, "{limit}: {found}, not from {low} to {high}");
            assert!(limit > 511 || found == share(limit as f64), "small values have a bucket each");
        }
    }

    #[test]
    fn counted_quantiles_of_uniform_spans_are_better_than_their_buckets() {
        // Interpolation by rank within the bucket: of evenly spaced values it gets the quantile
        // right to a hundredth of the bucket's width.
        let (n, p) = (1_000_000, 0.75_f64);
        let mut uniform = tally(&(0..n).map(|value| value * 1000).collect::<Vec<_>>());
        let exact = (n - 1) as f64 * 1000.0 * p;
        assert!((uniform.quantile(p).unwrap() / exact - 1.0).abs() < 0.01 / 256.0);
    }

    proptest! {
        #[test]
        fn a_tally_agrees_with_the_plain_formulas(values in prop::collection::vec(0..1_i64 << 50, 1..300), p in 0.0..=1.0) {
            let mut tally = tally(&values);
            let n = values.len() as f64;
            let mean = values.iter().map(|&value| i128::from(value)).sum::<i128>() as f64 / n;
            prop_assert!((tally.mean().unwrap() - mean).abs() <= mean * 1e-15);
            prop_assert_eq!(tally.min(), values.iter().copied().min());
            prop_assert_eq!(tally.max(), values.iter().copied().max());
            if values.len() > 1 {
                let variance = values.iter().map(|&value| (value as f64 - mean) * (value as f64 - mean)).sum::<f64>() / (n - 1.0);
                prop_assert!((tally.sd().unwrap() - variance.sqrt()).abs() <= variance.sqrt() * 1e-12);
            }
            // Type 7: the piecewise linear function through the points (i / (n - 1), value of rank
            // i).
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let rank = (0..sorted.len()).rev().find(|&rank| rank as f64 <= p * (n - 1.0)).unwrap();
            let next = sorted[(rank + 1).min(sorted.len() - 1)] as f64;
            let expected = sorted[rank] as f64 + (next - sorted[rank] as f64) * (p * (n - 1.0) - rank as f64);
            prop_assert!((tally.quantile(p).unwrap() - expected).abs() <= expected * 1e-12);
        }
    }
}
