//! Series over replications: their mean, spread and maximum, bucket by bucket.

use std::ops::Range;

use crate::model::time::{Span, Time};
use crate::stats::ReplicationStats;

/// From this number of replications on, the spread leaves out the outermost tenths.
const MANY: usize = 10;

/// The buckets of a series, in seconds from the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buckets {
    pub(crate) count: usize,
    pub(crate) length: Span,
    /// The end of the last bucket, which may be shorter.
    pub(crate) horizon: Time,
}

impl Buckets {
    /// The begin and the end of a bucket.
    pub(crate) fn seconds(self, bucket: usize) -> Range<f64> {
        let at = |bucket: usize| {
            let start = Time(self.length.0.saturating_mul(bucket as i64));
            start.min(self.horizon).max(Time::ZERO).as_secs_f64()
        };
        at(bucket)..at(bucket + 1)
    }
}

/// Mean and spread of one bucket over the replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) mean: f64,
    pub(crate) high: f64,
    /// The highest replication.
    pub(crate) max: f64,
}

/// The meaning of the lines and the band of [`spreads`]; a single replication has one line.
pub(crate) fn meaning(replications: usize) -> Option<String> {
    match replications {
        0 | 1 => None,
        n if n < MANY => Some(format!("line: mean of {n} replications, band: lowest to highest")),
        n => Some(format!("line: mean of {n} replications, band: 10 % to 90 %, thin: maximum")),
    }
}

/// Whether the maximum lies outside the band.
pub(crate) fn has_maximum(replications: usize) -> bool {
    replications >= MANY
}

/// Each bucket's mean and spread over the replications that have a value there.
pub(crate) fn spreads(
    replications: &[ReplicationStats],
    buckets: Buckets,
    value: impl Fn(&ReplicationStats, usize) -> Option<f64>,
) -> Vec<Option<Spread>> {
    let of = |bucket: usize| {
        let values = replications.iter().filter_map(|outcome| value(outcome, bucket));
        spread(values.filter(|value| value.is_finite()).collect())
    };
    (0..buckets.count).map(of).collect()
}

fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    // Leaves out whole replications at each end: one of 10 to 19, two of 20 to 29.
    let left_out = if count < MANY { 0 } else { count / 10 };
    let (low, high) = (*values.get(left_out)?, *values.get(count - 1 - left_out)?);
    Some(Spread { low, mean: values.iter().sum::<f64>() / count as f64, high, max: *values.last()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_replications_spread_from_end_to_end_and_many_without_their_outer_tenths() {
        let values = |n: u32| (0..n).rev().map(f64::from).collect::<Vec<_>>();
        let of = |low, mean, high, max| Some(Spread { low, mean, high, max });
        assert_eq!(spread(values(0)), None);
        assert_eq!(spread(values(1)), of(0.0, 0.0, 0.0, 0.0));
        assert_eq!(spread(values(9)), of(0.0, 4.0, 8.0, 8.0));
        assert_eq!(spread(values(11)), of(1.0, 5.0, 9.0, 10.0));
        assert_eq!(spread(values(21)), of(2.0, 10.0, 18.0, 20.0));
    }

    #[test]
    fn the_last_bucket_ends_with_the_run() {
        let buckets = Buckets { count: 3, length: Span::secs(4), horizon: Time::ZERO + Span::secs(10) };
        assert_eq!([0, 1, 2].map(|bucket| buckets.seconds(bucket)), [0.0..4.0, 4.0..8.0, 8.0..10.0]);
    }
}
