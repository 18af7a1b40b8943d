//! Figures: every number of a run by what it is a number of. One row of `summary.csv` is one figure.

use serde::{Deserialize, Serialize};

use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::worker::WorkerId;

/// What a number says, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// Of one action's jobs, of all jobs, or of no jobs.
    pub action: JobScope,
    /// Of one resource.
    pub resource: Option<ResourceId>,
    /// Of one worker.
    pub worker: Option<WorkerId>,
    /// The quantity.
    pub measure: Measure,
    /// What of its distribution, or which of its counts.
    pub statistic: Statistic,
}

impl Measure {
    /// Whether it is measured of one action's jobs, and of all jobs in the same way.
    pub fn is_of_jobs(self) -> bool {
        !matches!(self, Measure::Utilization | Measure::Jain | Measure::WorstSlowdown | Measure::DrainS)
    }
}

/// Whose jobs a figure covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum JobScope {
    /// Jobs have no part in it (utilization).
    None,
    /// One action's jobs.
    One(ActionId),
    /// All jobs.
    All,
}

/// A number of one replication; `None` where there was nothing to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricValue {
    /// What the number says.
    pub metric: Metric,
    /// The number, in the measure's unit.
    pub value: Option<f64>,
}

/// What is measured, with the unit last in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Claim minus `scheduledAt`, of each claimed attempt, in seconds.
    WaitS,
    /// End of a chain minus `scheduledAt` of its first attempt, in seconds.
    ResponseS,
    /// End minus claim, of each ended attempt, in seconds.
    ServiceS,
    /// max(1, response / max(service, bound)), of each ended chain.
    Slowdown,
    /// Share of waits within the target.
    WithinSlo,
    /// Busy units x time / offered units x time.
    Utilization,
    /// Jobs due and waiting, averaged over time.
    QueueLength,
    /// Jobs waiting or running, averaged over time.
    InSystem,
    /// Numbers of job rows by what became of them.
    Jobs,
    /// Rows that are retries.
    Retries,
    /// Attempts stopped at their deadline.
    DeadlineMisses,
    /// Rows done per second.
    ThroughputPerS,
    /// Age at the horizon of rows that had not ended, in seconds.
    UnfinishedAgeS,
    /// Jain's index of the actions' mean slowdowns: 1 if all are slowed down alike.
    Jain,
    /// The largest mean slowdown of an action.
    WorstSlowdown,
    /// When the longest queue of the run was gone, in seconds from the start.
    DrainS,
}

/// What of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The mean (over jobs, or over time).
    Mean,
    /// The standard deviation.
    Sd,
    /// The median.
    P50,
    /// The 90th percentile.
    P90,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The largest, over all replications.
    Max,
    /// How many (`retries`, `deadline_misses`).
    Count,
    /// Rows that fell due.
    Arrived,
    /// Rows that ended well.
    Done,
    /// Rows that ended in error.
    Error,
    /// Rows cancelled on request, or at their deadline by their action's rule.
    Cancel,
    /// Rows that ran out of patience.
    Abandoned,
    /// Rows turned away from a full queue.
    Rejected,
    /// Rows whose worker died.
    WorkerDead,
    /// Rows whose worker was taken for dead, came back and stopped them.
    WorkerResurrection,
    /// Rows whose worker was shut down.
    WorkerShutdown,
    /// Firings that made no row because of the cron's overlap rule, or because no worker was alive.
    Skipped,
    /// Rows still waiting or running at the horizon.
    Unfinished,
}
