//! The CSV files of a run: `summary.csv`, `wait_times.csv` and `utilization.csv`.
//!
//! Each row holds one figure ("tidy"); a cell is empty where nothing applies or nothing was
//! measured.

use std::borrow::Cow;

use chrono::{SecondsFormat, Timelike};

use crate::RunContext;
use crate::experiment::{Results, SummaryRow};
use crate::model::time::NANOS;
use crate::stats::JobScope;
use crate::stats::series::{ResourceSeries, Series};
use crate::table::{Column, csv};

/// The file of the distributions of waits.
pub const WAIT_TIMES: &str = "wait_times.csv";

/// The file of the series.
pub const UTILIZATION: &str = "utilization.csv";

/// A row of a summary, and the cells before it, such as a contender's name.
pub(crate) struct SummaryLine<'a> {
    pub(crate) before: Vec<Cow<'a, str>>,
    pub(crate) policy: &'a str,
    /// The names of action, resource and worker.
    pub(crate) of: [&'a str; 3],
    pub(crate) measure: &'static str,
    pub(crate) statistic: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) replications: Option<u64>,
}

/// The rows of a summary with the same cells before each.
pub(crate) fn summary_lines<'a>(
    before: Vec<Cow<'a, str>>,
    context: RunContext<'a>,
    summary: &'a [SummaryRow],
) -> impl Iterator<Item = SummaryLine<'a>> {
    summary.iter().map(move |SummaryRow { metric, estimate }| SummaryLine {
        before: before.clone(),
        policy: &context.scenario.policy_label,
        of: [context.action(metric.action), context.resource(metric.resource), context.worker(metric.worker)],
        measure: metric.measure.name(),
        statistic: metric.statistic.name(),
        value: estimate.value,
        interval: estimate.interval,
        replications: Some(estimate.replications),
    })
}

/// A summary with columns of these names before those of a run's `summary.csv`.
pub(crate) fn summary_of<'a>(before: &'a [String], lines: impl Iterator<Item = SummaryLine<'a>>) -> Vec<u8> {
    type Col<'a> = Column<'a, SummaryLine<'a>>;
    let before = before.iter().enumerate();
    let mut columns: Vec<Col> =
        before.map(|(index, name)| Col::new(name, move |line| line.before[index].to_string())).collect();
    columns.extend([
        Col::new("policy", |line| line.policy),
        Col::new("action", |line| line.of[0]),
        Col::new("resource", |line| line.of[1]),
        Col::new("worker", |line| line.of[2]),
        Col::new("measure", |line| line.measure),
        Col::new("statistic", |line| line.statistic),
        Col::new("value", |line| line.value),
        Col::interval("ci", ["ci_low", "ci_high"], |line| line.interval),
        Col::new("replications", |line| line.replications),
    ]);
    csv(&columns, lines)
}

/// `summary.csv`: every figure over all replications.
pub fn summary(context: &RunContext, results: &Results) -> Vec<u8> {
    summary_of(&[], summary_lines(Vec::new(), *context, &results.summary))
}

/// `wait_times.csv`: the quantile table of each action's waits in each replication. A share `p` of
/// the waits is at most `wait_s`.
pub fn wait_times(context: &RunContext, results: &Results) -> Vec<u8> {
    type Col<'a> = Column<'a, (usize, JobScope, f64, f64)>;
    let columns = [
        Col::new("policy", |_| context.scenario.policy_label.as_str()),
        Col::new("action", |row| context.action(row.1)),
        Col::new("replication", |row| row.0),
        Col::new("p", |row| row.2).exact(),
        Col::new("wait_s", |row| row.3).exact(),
    ];
    let rows = results.replications.iter().enumerate().flat_map(|(replication, outcome)| {
        outcome.waits.iter().flat_map(move |table| {
            table.quantiles.iter().map(move |&(p, wait)| (replication, table.action, p, wait.as_secs_f64()))
        })
    });
    csv(&columns, rows)
}

/// A row of `utilization.csv`: one bucket of a resource or worker; of all resources if `line` is
/// `None`.
struct BucketRow<'a> {
    replication: usize,
    bucket: usize,
    time: &'a str,
    line: Option<&'a ResourceSeries>,
    queue_length: &'a [f64],
}

/// `utilization.csv`: averages by time bucket, `time` being the bucket's start.
///
/// In each bucket the first row is over all resources (it has a queue length only: units of
/// different resources don't add up), then come the resources, then the workers' shares of them.
pub fn utilization(context: &RunContext, results: &Results) -> Vec<u8> {
    type Col<'a> = Column<'a, BucketRow<'a>>;
    let times = bucket_starts(context, results);
    let columns = [
        Col::new("replication", |row| row.replication),
        Col::new("time", |row| row.time),
        Col::new("resource", |row| row.line.map_or("", |line| context.resource(Some(line.resource)))),
        Col::new("worker", |row| row.line.map_or("", |line| context.worker(line.worker))),
        Col::new("busy", |row| row.line.and_then(|line| line.busy.get(row.bucket).copied())).exact(),
        Col::new("offered", |row| row.line.and_then(|line| line.offered.get(row.bucket).copied())).exact(),
        Col::new("utilization", |row| row.line.and_then(|line| share(line, row.bucket)).map(to_nine_decimals)).exact(),
        Col::new("queue_length", |row| row.queue_length.get(row.bucket).copied()).exact(),
    ];
    let rows = results.replications.iter().enumerate().flat_map(|(replication, outcome)| {
        times.iter().enumerate().flat_map(move |(bucket, time)| {
            let row = move |line, queue_length| BucketRow { replication, bucket, time, line, queue_length };
            let of_lines = outcome.series.lines.iter().map(move |line| row(Some(line), line.queue_length.as_slice()));
            std::iter::once(row(None, outcome.series.queue_length.as_slice())).chain(of_lines)
        })
    });
    csv(&columns, rows)
}

/// Rounds to the decimals of the series: more than enough, and half the size of a run's largest
/// file.
fn to_nine_decimals(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// Busy over offered units in one bucket; `None` while nothing is offered.
fn share(line: &ResourceSeries, bucket: usize) -> Option<f64> {
    let (busy, offered) = (*line.busy.get(bucket)?, *line.offered.get(bucket)?);
    (offered > 0.0).then(|| busy / offered)
}

/// The calendar times at which buckets start: in whole seconds, unless the start or the bucket is
/// finer.
fn bucket_starts(context: &RunContext, results: &Results) -> Vec<String> {
    let Some(series) = results.replications.first().map(|outcome| &outcome.series) else { return Vec::new() };
    let digits = digits(context, series);
    (0..series.queue_length.len())
        .map(|bucket| context.scenario.epoch.rfc3339(series.start_of(bucket), digits))
        .collect()
}

fn digits(context: &RunContext, series: &Series) -> SecondsFormat {
    let fits = |unit: i64| series.bucket.0 % unit == 0 && i64::from(context.scenario.epoch.0.nanosecond()) % unit == 0;
    match () {
        () if fits(NANOS) => SecondsFormat::Secs,
        () if fits(NANOS / 1_000) => SecondsFormat::Millis,
        () if fits(NANOS / 1_000_000) => SecondsFormat::Micros,
        () => SecondsFormat::Nanos,
    }
}
