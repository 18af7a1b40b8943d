//! Distributions of waits: each action's quantiles, averaged over replications at equal `p`.
//!
//! The average is over quantiles, not over shares, so a curve passes through the p95 of the
//! summary.

use std::collections::{BTreeMap, BTreeSet};

use crate::RunContext;
use crate::experiment::Results;
use crate::plot::curves::Curve;
use crate::stats::{JobScope, Measure, Statistic, WaitQuantiles};

/// The tables and figures that curves are made of, by the jobs that they are of.
pub(crate) struct WaitCurves<'a> {
    context: &'a RunContext<'a>,
    tables: BTreeMap<JobScope, Vec<&'a WaitQuantiles>>,
    /// Median and p95, where they are exact.
    figures: BTreeMap<JobScope, [Option<f64>; 2]>,
    /// Those of which a replication knows no wait, because none of them was claimed.
    unknown: BTreeSet<JobScope>,
}

impl<'a> WaitCurves<'a> {
    /// Sorts the results of a run, once for all curves: runs may have very many actions.
    pub(crate) fn new(context: &'a RunContext<'a>, results: &'a Results) -> WaitCurves<'a> {
        let mut tables: BTreeMap<JobScope, Vec<&WaitQuantiles>> = BTreeMap::new();
        let all = results.replications.iter().flat_map(|outcome| &outcome.waits);
        for table in all.filter(|table| !table.quantiles.is_empty()) {
            tables.entry(table.action).or_default().push(table);
        }
        let mut figures: BTreeMap<JobScope, [Option<f64>; 2]> = BTreeMap::new();
        for row in results.summary.iter().filter(|row| row.metric.measure == Measure::WaitS) {
            let index = [Statistic::P50, Statistic::P95].iter().position(|known| *known == row.metric.statistic);
            if let Some(index) = index.filter(|_| row.estimate.is_exact()) {
                figures.entry(row.metric.action).or_default()[index] = row.estimate.value;
            }
        }
        let mut unknown = BTreeSet::new();
        for outcome in &results.replications {
            let known: BTreeSet<JobScope> = outcome.waits.iter().map(|table| table.action).collect();
            let unclaimed = outcome.metrics.iter().filter(|figure| figure.metric.statistic == Statistic::Unclaimed);
            let some = unclaimed.filter(|figure| figure.value.is_some_and(|unclaimed| unclaimed.lower > 0.0));
            unknown.extend(some.map(|figure| figure.metric.action).filter(|action| !known.contains(action)));
        }
        WaitCurves { context, tables, figures, unknown }
    }

    /// The curves of all actions with a job; before them the curve of all jobs, if it is not the
    /// same.
    pub(crate) fn all(&self) -> Vec<Curve> {
        let ids = self.context.actions();
        let mut curves: Vec<Curve> = ids.filter_map(|action| self.of(action)).collect();
        if curves.len() != 1 {
            curves.splice(0..0, self.of(JobScope::All));
        }
        curves
    }

    /// The curve of one action, or of all jobs; `None` without a job. Where jobs were never
    /// claimed, it ends at the largest quantile that is known in every replication.
    pub(crate) fn of(&self, action: JobScope) -> Option<Curve> {
        let is_black = action == JobScope::All;
        let name = if is_black { "all jobs" } else { self.context.action(action) }.to_owned();
        if self.unknown.contains(&action) {
            return Some(Curve { name, is_black, points: Vec::new(), p50: None, p95: None });
        }
        let tables = self.tables.get(&action)?;
        let longest = tables.iter().max_by_key(|table| table.quantiles.len())?;
        let last = tables.iter().filter_map(|table| Some(table.quantiles.last()?.0)).reduce(f64::min)?;
        let grid = longest.quantiles.iter().map(|&(p, _)| p).filter(|p| *p <= last);
        let mean = |p: f64| tables.iter().map(|table| quantile(table, p)).sum::<f64>() / tables.len() as f64;
        let points: Vec<(f64, f64)> = grid.map(|p| (mean(p), p)).collect();
        let [p50, p95] = self.figures.get(&action).copied().unwrap_or_default();
        Some(Curve { name, is_black, points, p50, p95 })
    }
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
