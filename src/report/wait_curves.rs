//! Distributions of waits: each action's quantiles, averaged over replications at equal `p`.
//!
//! The average is over quantiles, not over shares, so a curve passes through the p95 of the
//! summary.

use crate::RunContext;
use crate::experiment::Results;
use crate::model::action::ActionId;
use crate::plot::curves::Curve;
use crate::stats::{JobScope, Measure, Metric, Statistic};
use crate::stats::{ReplicationStats, WaitQuantiles};

const ALL_WAITS: Metric =
    Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::WaitS, statistic: Statistic::Mean };

/// The curves of all actions with a job; before them the curve of all jobs, if it is not the
/// same.
pub(crate) fn wait_curves(context: &RunContext, results: &Results) -> Vec<Curve> {
    let ids = (0..context.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
    let mut curves: Vec<Curve> = ids.filter_map(|action| wait_curve(context, results, action)).collect();
    if curves.len() != 1 {
        curves.splice(0..0, wait_curve(context, results, JobScope::All));
    }
    curves
}

/// The curve of one action, or of all jobs; `None` without a job. Where jobs were never claimed, it
/// ends at the largest quantile that is known in every replication.
pub(crate) fn wait_curve(context: &RunContext, results: &Results, action: JobScope) -> Option<Curve> {
    let tables: Vec<&WaitQuantiles> = results
        .replications
        .iter()
        .flat_map(|outcome| outcome.waits.iter().filter(|table| table.action == action && !table.quantiles.is_empty()))
        .collect();
    let is_unclaimed = |outcome: &&ReplicationStats| {
        let is_known = outcome.waits.iter().any(|table| table.action == action);
        let metric = Metric { action, measure: Measure::Jobs, statistic: Statistic::Unclaimed, ..ALL_WAITS };
        let unclaimed = outcome.metrics.iter().find(|figure| figure.metric == metric).and_then(|figure| figure.value);
        !is_known && unclaimed.is_some_and(|unclaimed| unclaimed.lower > 0.0)
    };
    let is_black = action == JobScope::All;
    let name = if is_black { "all jobs" } else { context.action(action) }.to_owned();
    if results.replications.iter().any(|outcome| is_unclaimed(&outcome)) {
        return Some(Curve { name, is_black, points: Vec::new(), p50: None, p95: None });
    }
    let longest = tables.iter().max_by_key(|table| table.quantiles.len())?;
    let last = tables.iter().filter_map(|table| Some(table.quantiles.last()?.0)).reduce(f64::min)?;
    let grid = longest.quantiles.iter().map(|&(p, _)| p).filter(|p| *p <= last);
    let mean = |p: f64| tables.iter().map(|table| quantile(table, p)).sum::<f64>() / tables.len() as f64;
    let points: Vec<(f64, f64)> = grid.map(|p| (mean(p), p)).collect();
    let figure = |statistic| {
        let metric = Metric { action, statistic, ..ALL_WAITS };
        let row = results.summary.iter().find(|row| row.metric == metric).filter(|row| row.estimate.is_exact());
        row.and_then(|row| row.estimate.value)
    };
    Some(Curve { name, is_black, points, p50: figure(Statistic::P50), p95: figure(Statistic::P95) })
}

/// The wait at `p` in seconds, linear between the points of the table and constant beyond its ends.
fn quantile(table: &WaitQuantiles, p: f64) -> f64 {
    let after = table.quantiles.partition_point(|&(at, _)| at < p);
    let wait = |index: usize| table.quantiles[index].1.as_secs_f64();
    match table.quantiles.get(after) {
        None => wait(after - 1),
        Some(&(at, _)) if after == 0 || at == p => wait(after),
        Some(&(at, _)) => {
            let (before, from) = (table.quantiles[after - 1].0, wait(after - 1));
            from + (wait(after) - from) * (p - before) / (at - before)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Span;

    #[test]
    fn quantiles_between_the_points_of_a_table_are_linear() {
        let quantiles = vec![(0.1, Span::secs(10)), (0.5, Span::secs(20)), (1.0, Span::secs(120))];
        let table = WaitQuantiles { action: JobScope::All, quantiles };
        for (p, wait) in [(0.0, 10.0), (0.1, 10.0), (0.3, 15.0), (0.5, 20.0), (0.75, 70.0), (1.0, 120.0)] {
            assert!((quantile(&table, p) - wait).abs() < 1e-9, "{p}");
        }
    }
}
