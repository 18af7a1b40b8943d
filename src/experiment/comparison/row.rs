//! The table of a comparison: every figure of an alternative next to the baseline's. Rows have
//! names, not numbers, because two scenarios may number their actions differently.

use std::collections::{BTreeMap, BTreeSet};

use super::difference_test::TestResult;
use crate::engine::System;
use crate::expression::{Condition, Quantity, QuantityWindow, ResolvedQuantity};
use crate::growth::QueueGrowth;
use crate::results::{Results, SummaryRow};
use crate::stats::bound_test::BoundStatus;
use crate::stats::paired::Paired;
use crate::stats::{CensoredValue, JobScope};
use crate::unserved::UnservedJobs;

/// One figure of an alternative against the baseline's.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonRow {
    /// The alternative's number.
    pub alternative: usize,
    /// What the figure is.
    pub key: RowKey,
    /// The unit of its values; `1` for a share or a ratio.
    pub unit: &'static str,
    /// The baseline's mean over the replications in which both had the figure, from below.
    pub baseline: Option<f64>,
    /// The alternative's mean over the same replications, from below.
    pub value: Option<f64>,
    /// Whether both means are known, and not only bounds of them.
    pub is_exact: [bool; 2],
    /// The bounds of the mean of alternative minus baseline; infinite where nothing bounds it.
    pub difference: Option<CensoredValue>,
    /// Its interval, valid at whatever look the replications end; of a judged row the one from
    /// which the verdict was taken. `None` where nothing bounds an end.
    pub interval: Option<(f64, f64)>,
    /// The difference as a share of the baseline's mean, if it is known.
    pub relative: Option<f64>,
    /// Its interval, by Fieller's theorem.
    pub relative_interval: Option<(f64, f64)>,
    /// The variance of the difference over that without common random numbers.
    pub variance_ratio: Option<f64>,
    /// How likely a difference at least as large is by chance, for this row and these replications
    /// alone.
    pub p: Option<f64>,
    /// Replications in which both had the figure.
    pub replications: u64,
    /// Replications in which one of them had nothing to measure.
    pub missing: u64,
    /// The result of its test, if it is judged.
    pub test: Option<TestResult>,
    /// The jobs that baseline and alternative do not see, if there are any.
    pub unserved: [Option<UnservedJobs>; 2],
}

/// What a row is of, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// The action, `all`, or nothing where the figure is not of jobs.
    pub action: String,
    /// The resource, or nothing.
    pub resource: String,
    /// The measure, as tables call it.
    pub measure: &'static str,
    /// What of the measure.
    pub statistic: String,
    /// The hours of the week, or nothing.
    pub window: String,
}

/// A gate of one alternative.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The alternative's number.
    pub alternative: usize,
    /// The condition.
    pub condition: Condition,
    /// The baseline's mean; `None` if the bound does not depend on the baseline.
    pub baseline: Option<f64>,
    /// The alternative's mean, from below.
    pub value: Option<f64>,
    /// Whether the means are known, and not only bounds of them.
    pub is_exact: bool,
    /// The bound, or its value for the baseline's mean.
    pub bound: Option<f64>,
    /// The alternative's mean minus the bound, if it is known.
    pub beyond: Option<f64>,
    /// Its interval, from which the status was taken; `None` where nothing bounds an end, and where
    /// it would contradict an undecided status.
    pub interval: Option<(f64, f64)>,
    /// How likely the replications at the last look are if the gate is not kept.
    pub p_kept: Option<f64>,
    /// How likely the replications at the last look are if the gate is not broken.
    pub p_broken: Option<f64>,
    /// What is shown.
    pub status: BoundStatus,
    /// The number of replications at which that was shown.
    pub decided_at: Option<u32>,
    /// Replications that count.
    pub replications: u64,
    /// Replications that had nothing to measure.
    pub missing: u64,
    /// The jobs that baseline and alternative do not see, if there are any.
    pub unserved: [Option<UnservedJobs>; 2],
    /// The growth of the queue because of which a fixed bound is not shown to be kept.
    pub growth: Option<QueueGrowth>,
}

impl RowKey {
    /// The key of the statistic with this name.
    fn new(of: ResolvedQuantity, statistic: String, system: &System) -> RowKey {
        let action = match of.action() {
            JobScope::None => String::new(),
            JobScope::One(id) => system.action(id).name.clone(),
            JobScope::All => "all".to_owned(),
        };
        let resource = of.resource().map_or_else(String::new, |id| system.resources[usize::from(id.0)].clone());
        RowKey { action, resource, measure: of.measure().name(), statistic, window: String::new() }
    }

    /// The key of a quantity, which was resolved in that system.
    pub(super) fn of_quantity(quantity: &Quantity, resolved: ResolvedQuantity, system: &System) -> RowKey {
        let window = quantity.window.map_or_else(String::new, QuantityWindow::text);
        RowKey { window, ..RowKey::new(resolved, quantity.statistic(), system) }
    }
}

/// The figures of one alternative by their keys. Those of single workers are not compared.
#[derive(Debug)]
pub(super) struct KeyedFigures<'a> {
    results: &'a Results,
    /// In the order of the summary: key, index of the figure, unit.
    keys: Vec<(RowKey, usize, &'static str)>,
    indices: BTreeMap<RowKey, usize>,
}

impl<'a> KeyedFigures<'a> {
    pub(super) fn of(results: &'a Results, system: &System) -> KeyedFigures<'a> {
        let rows = results.summary.iter().enumerate().filter(|(_, row)| row.metric.worker.is_none());
        let key = |(index, row): (usize, &SummaryRow)| {
            let statistic = row.metric.statistic.name().to_owned();
            (RowKey::new(ResolvedQuantity::Metric(row.metric), statistic, system), index, row.metric.measure.unit())
        };
        let keys: Vec<_> = rows.map(key).collect();
        let indices = keys.iter().map(|(key, index, _)| (key.clone(), *index)).collect();
        KeyedFigures { results, keys, indices }
    }

    /// The figure's value in each replication; nothing if there is no such figure.
    fn values(&self, key: &RowKey) -> Vec<Option<CensoredValue>> {
        let Some(&index) = self.indices.get(key) else { return Vec::new() };
        self.results.replications.iter().map(|outcome| outcome.metrics[index].value).collect()
    }

    /// All figures of an alternative against this baseline's: in the order of the baseline's
    /// summary, then those that only the alternative has.
    pub(super) fn rows_of(
        &self,
        alternative: usize,
        figures: &KeyedFigures,
        point: &mut impl FnMut(u64) -> f64,
    ) -> Vec<ComparisonRow> {
        let known: BTreeSet<&RowKey> = self.keys.iter().map(|(key, ..)| key).collect();
        let further = figures.keys.iter().filter(|(key, ..)| !known.contains(key));
        let row = |(key, _, unit): &(RowKey, usize, &'static str)| {
            let paired = Paired::of(&self.values(key), &figures.values(key));
            ComparisonRow::new(alternative, key.clone(), unit, &paired, point)
        };
        self.keys.iter().chain(further).map(row).collect()
    }
}

impl ComparisonRow {
    pub(super) fn new(
        alternative: usize,
        key: RowKey,
        unit: &'static str,
        paired: &Paired,
        point: &mut impl FnMut(u64) -> f64,
    ) -> ComparisonRow {
        let difference = paired.difference();
        let point = difference.degrees_of_freedom().map(point);
        ComparisonRow {
            alternative,
            key,
            unit,
            baseline: paired.baseline().mean,
            value: paired.alternative().mean,
            is_exact: paired.are_exact(),
            difference: difference.mean(),
            interval: point.and_then(|point| difference.interval(point)).filter(|(low, high)| (high - low).is_finite()),
            relative: paired.relative(),
            // Nothing is less than nothing.
            relative_interval: point
                .and_then(|point| paired.relative_interval(point))
                .map(|(low, high)| (low.max(-1.0), high)),
            variance_ratio: paired.variance_ratio(),
            p: difference.p_two_sided(),
            replications: paired.replications(),
            missing: paired.missing(),
            test: None,
            unserved: [None, None],
        }
    }
}
