//! What all replications of one scenario came to.

use serde::{Deserialize, Serialize};

use crate::stats::ReplicationStats;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{Measure, Metric};

/// The replications of one scenario under one policy, and what they say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One row a metric, in the order of [`ReplicationStats::metrics`].
    pub summary: Vec<SummaryRow>,
    /// The replications, in order.
    pub replications: Vec<ReplicationStats>,
}

/// A figure over all replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// What the number says.
    pub metric: Metric,
    /// Its value over the replications, with its interval.
    pub estimate: IntervalEstimate,
}

impl Results {
    /// Combines replications, in order; all of them have the same metrics.
    pub fn of(replications: Vec<ReplicationStats>) -> Results {
        let metrics = replications.first().map_or(&[][..], |first| &first.metrics);
        let row = |(index, metric): (usize, Metric)| {
            let values: Vec<_> = replications.iter().map(|outcome| outcome.metrics[index].value).collect();
            SummaryRow { metric, estimate: estimate(metric, &values) }
        };
        let summary = metrics.iter().map(|figure| figure.metric).enumerate().map(row).collect();
        Results { summary, replications }
    }

    /// The estimate of a metric, if it was measured.
    pub fn estimate(&self, metric: Metric) -> Option<IntervalEstimate> {
        self.summary.iter().find(|row| row.metric == metric).map(|row| row.estimate)
    }
}

/// A figure over replications. A backlog that was still there at some horizon has lasted longer than any mean of the others would say.
pub(super) fn estimate(metric: Metric, values: &[Option<f64>]) -> IntervalEstimate {
    if metric.measure == Measure::DrainS && values.contains(&None) {
        let drained = values.iter().flatten().count() as u64;
        return IntervalEstimate { value: None, interval: None, replications: drained };
    }
    IntervalEstimate::of(metric.statistic, values)
}
