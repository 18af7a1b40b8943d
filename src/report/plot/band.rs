//! Series over replications: their mean and how far they spread, in no more columns than a chart can show.

use std::ops::Range;

use crate::experiment::Results;
use crate::model::time::Time;
use crate::stats::series::Series;

/// Most columns of a chart: three pixels each are about what an eye tells apart.
const MOST_COLUMNS: usize = 256;

/// From how many replications on the spread leaves the outermost tenths out.
const MANY: usize = 10;

/// Some neighbouring buckets, drawn as one step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// Its buckets.
    pub(super) buckets: Range<usize>,
    /// Its begin and end, in seconds from the start.
    pub(super) seconds: Range<f64>,
}

/// Mean and spread of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) mean: f64,
    pub(super) high: f64,
}

/// The columns that the buckets of a run are drawn as.
pub(super) fn columns(results: &Results) -> Vec<Column> {
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

/// What the band of [`spreads`] is, in words; none for a single replication.
pub(super) fn meaning(results: &Results) -> Option<String> {
    match results.replications.len() {
        0 | 1 => None,
        n if n < MANY => Some(format!("line: mean of {n} replications, band: lowest to highest")),
        n => Some(format!("line: mean of {n} replications, band: 10 % to 90 %")),
    }
}

/// Each column's mean and spread over the replications that have a value there.
pub(super) fn spreads(
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
    // Leaves out whole replications: of 10 to 19 the outermost one at each end, of 20 the outermost two.
    let left_out = if count < MANY { 0 } else { count / 10 };
    let (low, high) = (*values.get(left_out)?, *values.get(count - 1 - left_out)?);
    Some(Spread { low, mean: values.iter().sum::<f64>() / count as f64, high })
}

/// The mean of the values of some buckets, as far as they exist.
pub(super) fn mean_of(values: &[f64], buckets: Range<usize>) -> Option<f64> {
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
