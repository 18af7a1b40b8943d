//! Metrics: one statistic of one measure, of an action, a resource or a worker.
//!
//! One row of `summary.csv` is one metric.

use serde::{Deserialize, Serialize};

use super::censored::CensoredValue;
use super::hours_of_week::TimeWindow;
use super::measure::{Measure, Statistic};
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::time::Span;
use crate::model::worker::WorkerId;

/// The identity of one number of a replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// The jobs that it covers.
    pub action: JobScope,
    /// The resource that it covers, if it is one of resources.
    pub resource: Option<ResourceId>,
    /// The worker that it covers; `None` for all workers.
    pub worker: Option<WorkerId>,
    /// The measured quantity.
    pub measure: Measure,
    /// The statistic of the measure.
    pub statistic: Statistic,
}

impl Metric {
    /// A metric of jobs.
    pub(super) fn of_jobs(action: JobScope, measure: Measure, statistic: Statistic) -> Metric {
        Metric { action, resource: None, worker: None, measure, statistic }
    }

    /// The utilization of a resource, on one worker or on all.
    pub(super) fn utilization(resource: ResourceId, worker: Option<WorkerId>) -> Metric {
        let (measure, statistic) = (Measure::Utilization, Statistic::Mean);
        Metric { action: JobScope::None, resource: Some(resource), worker, measure, statistic }
    }
}

/// The jobs that a metric covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum JobScope {
    /// None: the metric is one of resources.
    None,
    /// The jobs of one action.
    One(ActionId),
    /// All jobs.
    All,
}

/// The value of a metric in one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricValue {
    /// The metric.
    pub metric: Metric,
    /// The value in the unit of the measure; `None` where there was nothing to measure.
    pub value: Option<CensoredValue>,
}

impl MetricValue {
    /// The value, if it is known; `None` where only bounds of it are, and without a value.
    pub fn known(&self) -> Option<f64> {
        self.value.filter(|value| value.is_exact()).map(|value| value.lower)
    }
}

/// What a replication measures besides the metrics that every one has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub struct Measurements {
    /// Single figures.
    pub requests: Box<[Request]>,
    /// Whether waits, queues and utilization are also measured by hour of the day.
    pub by_hour: bool,
    /// Whether the queue is also measured in fine buckets of time.
    pub queue_course: bool,
    /// Whether worker-hours, cost and scaling are also measured where workers neither come and go
    /// nor cost anything.
    pub staffing: bool,
    /// Whether the waits of jobs that lack units are also split by who holds them.
    pub holders: bool,
}

impl Measurements {
    /// These figures only.
    pub fn of(requests: impl IntoIterator<Item = Request>) -> Measurements {
        Measurements { requests: requests.into_iter().collect(), ..Measurements::default() }
    }
}

/// A figure that replications measure only if it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The figure.
    pub figure: RequestedFigure,
    /// The instants at which the jobs fall due, or over which the average is taken; all if `None`.
    pub window: Option<TimeWindow>,
}

/// The figure of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedFigure {
    /// A metric, in some hours.
    Metric(Metric),
    /// A share within a limit.
    Share(ShareWithin),
}

/// The share of waits, responses or service times that lie within a limit of their own, besides the
/// one target of the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareWithin {
    /// The jobs that it covers.
    pub action: JobScope,
    /// Waits, responses or service times; no other measure has such a share.
    pub measure: Measure,
    /// The limit.
    pub limit: Span,
    /// Whether the limit itself lies within.
    pub inclusive: bool,
}
