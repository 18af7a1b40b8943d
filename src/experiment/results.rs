//! The results of all replications of one scenario.

use serde::{Deserialize, Serialize};

use crate::model::action::ActionId;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{JobScope, Measure, Metric, ReplicationStats, Statistic};

/// The replications of one scenario under one policy, and their summary.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One row per metric, in the order of [`ReplicationStats::metrics`].
    pub summary: Vec<SummaryRow>,
    /// The replications, in order.
    pub replications: Vec<ReplicationStats>,
}

/// A figure over all replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// What the figure is of.
    #[serde(rename = "subject")]
    pub metric: Metric,
    /// Its value over the replications, with its interval.
    pub estimate: IntervalEstimate,
}

impl Results {
    /// Summarises replications, in order; all of them have the same metrics.
    pub fn of(replications: Vec<ReplicationStats>) -> Results {
        let metrics = replications.first().map_or(&[][..], |first| &first.metrics);
        let row = |(index, metric): (usize, Metric)| {
            let values: Vec<_> = replications.iter().map(|outcome| outcome.metrics[index].value).collect();
            SummaryRow { metric, estimate: IntervalEstimate::of(metric, &values) }
        };
        let summary = metrics.iter().map(|figure| figure.metric).enumerate().map(row).collect();
        Results { summary, replications }
    }

    /// The estimate of a metric, if it was measured.
    pub fn estimate(&self, metric: Metric) -> Option<IntervalEstimate> {
        self.summary.iter().find(|row| row.metric == metric).map(|row| row.estimate)
    }

    /// The mean of a measure over all jobs; `None` if there was nothing to measure.
    pub fn mean(&self, measure: Measure) -> Option<f64> {
        self.mean_of(JobScope::All, measure)
    }

    /// The mean of a measure over the jobs of one action; `None` if there was nothing to measure.
    pub fn mean_for(&self, action: ActionId, measure: Measure) -> Option<f64> {
        self.mean_of(JobScope::One(action), measure)
    }

    fn mean_of(&self, action: JobScope, measure: Measure) -> Option<f64> {
        let metric = Metric { action, resource: None, worker: None, measure, statistic: Statistic::Mean };
        self.estimate(metric)?.value
    }
}
