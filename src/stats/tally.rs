//! Tallies: mean, spread, extremes and quantiles of a stream of spans (or other whole numbers), in constant memory.
//!
//! Up to [`EXACT`] values are kept, and quantiles are exact; beyond that they go into a histogram and quantiles are right
//! to 0.4 %. Moments are exact always. Merging tallies gives what one tally of all values would give, to the last bit.

use super::histogram::Histogram;
use super::moments::Moments;

/// So many values are kept as they are.
pub const EXACT: usize = 4096;

/// A summary of the values told to it.
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
    values: Values,
}

/// What quantiles are read from.
#[derive(Clone, Debug)]
enum Values {
    Kept { samples: Vec<u64>, sorted: bool },
    Counted(Box<Histogram>),
}

impl Default for Values {
    fn default() -> Values {
        Values::Kept { samples: Vec::new(), sorted: true }
    }
}

impl Tally {
    /// Takes in one value, from 0 to `i64::MAX`; what is below counts as 0.
    #[inline]
    pub fn record(&mut self, value: i64) {
        let value = value.max(0) as u64;
        self.moments.record(value);
        if let Values::Counted(histogram) = &mut self.values {
            histogram.record(value);
        } else {
            self.keep(value);
        }
    }

    /// Keeps a value beside the others, or counts them all when they become too many.
    fn keep(&mut self, value: u64) {
        match &mut self.values {
            Values::Kept { samples, sorted } if samples.len() < EXACT => {
                samples.push(value);
                *sorted = false;
            }
            _ => self.histogram().record(value),
        }
    }

    /// The histogram of all values so far; from now on they are counted.
    fn histogram(&mut self) -> &mut Histogram {
        if let Values::Kept { samples, .. } = &self.values {
            let mut histogram = Box::<Histogram>::default();
            for &value in samples {
                histogram.record(value);
            }
            self.values = Values::Counted(histogram);
        }
        match &mut self.values {
            Values::Counted(histogram) => histogram,
            Values::Kept { .. } => unreachable!("was replaced above"),
        }
    }

    /// Takes in all values of `other`.
    pub fn merge(&mut self, other: &Tally) {
        self.moments.merge(&other.moments);
        match &other.values {
            Values::Kept { samples, .. } => {
                for &value in samples {
                    self.keep(value);
                }
            }
            Values::Counted(histogram) => self.histogram().merge(histogram),
        }
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.moments.count()
    }

    /// The mean; `None` without a value.
    pub fn mean(&self) -> Option<f64> {
        self.moments.mean()
    }

    /// The standard deviation with divisor n - 1; `None` with fewer than two values, 0 exactly if all are equal.
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
    /// Definition 7 of Hyndman & Fan (1996), the default of R and NumPy: linear between the order statistics around rank
    /// (n - 1) p. Beyond [`EXACT`] values each of those two is right to 1/256 of itself.
    pub fn quantile(&mut self, p: f64) -> Option<f64> {
        let (min, max) = (self.moments.least()?, self.moments.largest()?);
        let last = self.count() - 1;
        let place = last as f64 * p.clamp(0.0, 1.0);
        let below = self.order_statistic(place as u64);
        let above = self.order_statistic((place as u64 + 1).min(last));
        Some((below + (above - below) * place.fract()).clamp(min as f64, max as f64))
    }

    /// The value of rank `rank`, counted from 0.
    fn order_statistic(&mut self, rank: u64) -> f64 {
        match &mut self.values {
            Values::Kept { samples, sorted } => {
                if !*sorted {
                    samples.sort_unstable();
                    *sorted = true;
                }
                samples[rank as usize] as f64
            }
            // The extremes are known exactly.
            Values::Counted(_) if rank == 0 => self.moments.least().unwrap_or(0) as f64,
            Values::Counted(_) if rank + 1 == self.moments.count() => self.moments.largest().unwrap_or(0) as f64,
            Values::Counted(histogram) => histogram.order_statistic(rank),
        }
    }
}
