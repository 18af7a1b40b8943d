//! Jobs that no wait tells of: never claimed, or gone before they were.
//!
//! Waits are those of claimed jobs. A row that is never claimed bounds them from below; a row that
//! leaves unclaimed says nothing about them. So a verdict on waits needs to know how many there
//! are.

use crate::expression::{Condition, ResolvedQuantity};
use crate::results::SummaryRow;
use crate::stats::sample::Sample;
use crate::stats::{CensoredValue, JobScope, Measure, Metric, ReplicationStats, Statistic};

/// A class that loses more than this share of its jobs has no verdict on waits, and one that leaves
/// more than this share unclaimed no favourable one.
pub const MAX_UNSERVED: f64 = 0.01;

/// The jobs of a class in all replications, and those among them without a wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnservedJobs {
    /// The class.
    pub action: JobScope,
    /// Rows that fell due.
    pub arrived: u64,
    /// Rows never claimed, although they were followed past the horizon.
    pub unclaimed: u64,
    /// Jobs that never ended with all their retries.
    pub open: u64,
    /// The share of rows that left unclaimed: abandoned, rejected, or cancelled while they waited.
    pub lost: f64,
}

impl UnservedJobs {
    /// The jobs of a class in a summary; `None` for a figure of resources.
    pub fn of(summary: &[SummaryRow], action: JobScope) -> Option<UnservedJobs> {
        UnservedJobs::from_means(action, |metric| {
            let estimate = summary.iter().find(|row| row.metric == metric)?.estimate;
            Some((estimate.value?, estimate.replications))
        })
    }

    /// The jobs that a quantity does not see, if there are any; those that leave unclaimed count
    /// where none of these conditions bounds their share.
    pub(crate) fn unseen_by<'c>(
        quantity: ResolvedQuantity,
        outcomes: &[ReplicationStats],
        mut conditions: impl Iterator<Item = (&'c Condition, ResolvedQuantity)>,
    ) -> Option<UnservedJobs> {
        let action = quantity.action();
        let jobs = UnservedJobs::in_outcomes(outcomes, action).filter(|_| is_of_served(quantity))?;
        let bounds_lost = |(condition, of): (&Condition, ResolvedQuantity)| {
            condition.quantity.measure == Measure::Lost && of.action() == action
        };
        let lost = if conditions.any(bounds_lost) { 0.0 } else { jobs.lost };
        Some(UnservedJobs { lost, ..jobs }).filter(|jobs| !jobs.is_none())
    }

    /// The jobs of a class in several replications; `None` for a figure of resources.
    fn in_outcomes(outcomes: &[ReplicationStats], action: JobScope) -> Option<UnservedJobs> {
        UnservedJobs::from_means(action, |metric| {
            let index = outcomes.first()?.metrics.iter().position(|figure| figure.metric == metric)?;
            let sample = Sample::of(outcomes.iter().filter_map(|outcome| Some(outcome.metrics[index].value?.lower)));
            Some((sample.mean?, sample.count))
        })
    }

    /// From the means of metrics over that number of replications.
    fn from_means(action: JobScope, mean: impl Fn(Metric) -> Option<(f64, u64)>) -> Option<UnservedJobs> {
        let of = |measure, statistic| mean(Metric { action, resource: None, worker: None, measure, statistic });
        let total = |statistic| {
            let (mean, replications) = of(Measure::Jobs, statistic)?;
            Some((mean * replications as f64).round() as u64)
        };
        Some(UnservedJobs {
            action,
            arrived: total(Statistic::Arrived)?,
            unclaimed: total(Statistic::Unclaimed)?,
            open: total(Statistic::Open)?,
            lost: of(Measure::Lost, Statistic::Mean).map_or(0.0, |(lost, _)| lost),
        })
    }

    /// Whether every job was served and has ended, or too few were lost to matter.
    pub fn is_none(&self) -> bool {
        self.unclaimed == 0 && self.open == 0 && !self.loses_too_many()
    }

    /// The actions of which a wait does not tell everything, in order.
    pub fn of_actions(summary: &[SummaryRow]) -> Vec<UnservedJobs> {
        // The figures of an action are side by side: each is searched among its own.
        let of_each = summary.chunk_by(|a, b| a.metric.action == b.metric.action);
        let unserved = of_each.filter_map(|rows| match rows[0].metric.action {
            action @ JobScope::One(_) => UnservedJobs::of(rows, action),
            _ => None,
        });
        unserved.filter(|jobs| !jobs.is_none()).collect()
    }

    /// Whether too many rows were never claimed: then a quantile of the others is no good news.
    pub fn leaves_too_many(&self) -> bool {
        self.unclaimed as f64 > MAX_UNSERVED * self.arrived as f64
    }

    /// Whether too many rows left unclaimed: then the waits of the others give no verdict.
    pub fn loses_too_many(&self) -> bool {
        self.lost > MAX_UNSERVED
    }
}

/// Whether a quantity is one of the jobs that are served: it does not see those that left
/// unclaimed.
pub fn is_of_served(quantity: ResolvedQuantity) -> bool {
    matches!(
        quantity.measure(),
        Measure::WaitS
            | Measure::WithinSlo
            | Measure::ResponseS
            | Measure::Slowdown
            | Measure::WorstSlowdown
            | Measure::Jain
    )
}

/// The values of a quantity, if every one of them is known.
pub fn exact(values: &[Option<CensoredValue>]) -> Option<Vec<Option<f64>>> {
    let is_exact = values.iter().flatten().all(|value| value.is_exact());
    is_exact.then(|| values.iter().map(|value| value.map(|value| value.lower)).collect())
}
