//! The figures of some hours of the week.

use super::action_stats::{ActionStats, MetricContext, Targets};
use super::censored::CensoredValue;
use super::hours_of_week::TimeWindow;
use super::job_stats::JobStats;
use super::measure::Measure;
use super::metric::{JobScope, RequestedFigure};

/// The statistics of some hours, ready to be read.
#[derive(Debug)]
pub(super) struct WindowResults {
    pub(super) hours: TimeWindow,
    context: MetricContext,
    all: ActionStats,
    actions: Vec<ActionStats>,
    /// By resource: unit-nanoseconds in use, and offered.
    busy: Vec<u128>,
    offered: Vec<u128>,
}

impl WindowResults {
    /// `None` for statistics of all hours.
    pub(super) fn new(
        stats: JobStats,
        context: MetricContext,
        targets: Targets,
        offered: Vec<u128>,
    ) -> Option<WindowResults> {
        let all = stats.all(targets);
        Some(WindowResults { hours: stats.hours()?, context, all, actions: stats.actions, busy: stats.busy, offered })
    }

    /// A figure of these hours; `None` if there was nothing to measure: a window in which no job
    /// falls due has no value.
    pub(super) fn value(&self, figure: RequestedFigure) -> Option<CensoredValue> {
        let scope = match figure {
            RequestedFigure::Metric(metric) => metric.action,
            RequestedFigure::Share(share) => share.action,
        };
        let stats = match scope {
            JobScope::One(action) => self.actions.get(usize::from(action.0))?,
            JobScope::All | JobScope::None => &self.all,
        };
        match figure {
            RequestedFigure::Share(share) => stats.share(&share),
            RequestedFigure::Metric(metric) if metric.measure == Measure::Utilization => {
                let resource = usize::from(metric.resource?.0);
                let offered = self.offered[resource];
                (offered > 0).then(|| CensoredValue::exact(self.busy[resource] as f64 / offered as f64))
            }
            RequestedFigure::Metric(metric) => {
                let has_jobs =
                    stats.arrived() > 0 || matches!(metric.measure, Measure::QueueLength | Measure::InSystem);
                let value = stats.clone().value(metric.measure, metric.statistic, self.context);
                value.filter(|_| has_jobs)
            }
        }
    }
}
