//! `by_hour.csv`: waits, queues and utilization by hour of the day, for runs of a day or more.

use crate::RunContext;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{CensoredValue, HourMetric, Metric, ReplicationStats};
use crate::table::{Column, csv};

/// The file in a run's folder.
pub(crate) const PATH: &str = "by_hour.csv";

/// A figure of an hour over all replications.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HourRow {
    pub(crate) metric: HourMetric,
    pub(crate) estimate: IntervalEstimate,
}

/// All figures by hour; `None` if the replications have none.
pub(crate) fn rows(outcomes: &[ReplicationStats]) -> Option<Vec<HourRow>> {
    let metrics = &outcomes.first()?.by_hour.as_ref()?.metrics;
    let row = |(index, metric): (usize, &HourMetric)| {
        let value = |outcome: &ReplicationStats| -> Option<CensoredValue> { outcome.by_hour.as_ref()?.values[index] };
        let values: Vec<_> = outcomes.iter().map(value).collect();
        let HourMetric { action, resource, measure, statistic, .. } = *metric;
        let of = Metric { action, resource, worker: None, measure, statistic };
        HourRow { metric: *metric, estimate: IntervalEstimate::of(of, &values) }
    };
    Some(metrics.iter().enumerate().map(row).collect())
}

/// The bytes of the file.
pub(crate) fn write(context: &RunContext, rows: &[HourRow]) -> Vec<u8> {
    type Col<'a> = Column<'a, &'a HourRow>;
    let columns: [Col; 10] = [
        Col::new("policy", |_| context.scenario.policy_label.as_str()),
        Col::new("action", |row| context.action(row.metric.action)),
        Col::new("resource", |row| context.resource(row.metric.resource)),
        Col::new("days", |row| row.metric.days.name()),
        Col::new("hour", |row| u64::from(row.metric.hour)),
        Col::new("measure", |row| row.metric.measure.name()),
        Col::new("statistic", |row| row.metric.statistic.name()),
        Col::new("value", |row| row.estimate.value),
        Col::interval("ci", ["ci_low", "ci_high"], |row| row.estimate.interval),
        Col::new("replications", |row| row.estimate.replications),
    ];
    csv(&columns, rows)
}
