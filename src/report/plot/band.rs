//! Series over replications: their mean and spread, in at most the number of columns that a chart
//! can show.

use std::ops::Range;

use crate::experiment::Results;
use crate::model::time::Time;
use crate::stats::series::Series;

/// The largest number of columns of a chart: an eye can distinguish columns of about three pixels.
const MOST_COLUMNS: usize = 256;

/// From this number of replications on, the spread leaves out the outermost tenths.
const MANY: usize = 10;

/// Neighbouring buckets, drawn as one step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// Its buckets.
    pub(crate) buckets: Range<usize>,
    /// Its begin and end, in seconds from the start.
    pub(crate) seconds: Range<f64>,
}

/// Mean and spread of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) mean: f64,
    pub(crate) high: f64,
}

/// The columns of a run's buckets.
pub(crate) fn columns(results: &Results) -> Vec<Column> {
    let Some(series) = results.replications.first().map(|outcome| &outcome.series) else { return Vec::new() };
    let buckets = series.queue_length.len();
    let together = buckets.div_ceil(MOST_COLUMNS).max(1);
    let end = |bucket| series.start_of(bucket).min(series.horizon).max(Time::ZERO).as_secs_f64();
    (0..buckets)
        .step_by(together)
        .map(|first| {
            let buckets = first..(first + together).min(buckets);
            Column { seconds: end(buckets.start)..end(buckets.end), buckets }
        })
        .collect()
}

/// The meaning of the band of [`spreads`]; a single replication has none.
pub(crate) fn meaning(replications: usize) -> Option<String> {
    match replications {
        0 | 1 => None,
        n if n < MANY => Some(format!("line: mean of {n} replications, band: lowest to highest")),
        n => Some(format!("line: mean of {n} replications, band: 10 % to 90 %")),
    }
}

/// Each column's mean and spread over the replications that have a value there.
pub(crate) fn spreads(
    results: &Results,
    columns: &[Column],
    value: impl Fn(&Series, Range<usize>) -> Option<f64>,
) -> Vec<Option<Spread>> {
    let of = |column: &Column| {
        let values = results.replications.iter().filter_map(|outcome| value(&outcome.series, column.buckets.clone()));
        spread(values.filter(|value| value.is_finite()).collect())
    };
    columns.iter().map(of).collect()
}

fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    // Leaves out whole replications at each end: one of 10 to 19, two of 20 to 29.
    let left_out = if count < MANY { 0 } else { count / 10 };
    let (low, high) = (*values.get(left_out)?, *values.get(count - 1 - left_out)?);
    Some(Spread { low, mean: values.iter().sum::<f64>() / count as f64, high })
}

/// The mean of the values of some buckets, if they exist.
pub(crate) fn mean_of(values: &[f64], buckets: Range<usize>) -> Option<f64> {
    let values = values.get(buckets)?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_replications_spread_from_end_to_end_and_many_without_their_outer_tenths() {
        let values = |n: u32| (0..n).rev().map(f64::from).collect::<Vec<_>>();
        assert_eq!(spread(values(0)), None);
        assert_eq!(spread(values(1)), Some(Spread { low: 0.0, mean: 0.0, high: 0.0 }));
        assert_eq!(spread(values(9)), Some(Spread { low: 0.0, mean: 4.0, high: 8.0 }));
        assert_eq!(spread(values(11)), Some(Spread { low: 1.0, mean: 5.0, high: 9.0 }));
        assert_eq!(spread(values(21)), Some(Spread { low: 2.0, mean: 10.0, high: 18.0 }));
    }
}
