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
    before: Vec<Cow<'a, str>>,
    context: RunContext<'a>,
    row: &'a SummaryRow,
}

/// The rows of a summary with the same cells before each.
pub(crate) fn summary_lines<'a>(
    before: Vec<Cow<'a, str>>,
    context: RunContext<'a>,
    summary: &'a [SummaryRow],
) -> impl Iterator<Item = SummaryLine<'a>> {
    summary.iter().map(move |row| SummaryLine { before: before.clone(), context, row })
}

/// A summary with columns of these names before those of a run's `summary.csv`.
pub(crate) fn summary_of<'a>(before: &'a [String], lines: impl Iterator<Item = SummaryLine<'a>>) -> Vec<u8> {
    type Col<'a> = Column<'a, SummaryLine<'a>>;
    let before = before.iter().enumerate();
    let mut columns: Vec<Col> =
        before.map(|(index, name)| Col::new(name, move |line| line.before[index].to_string())).collect();
    columns.extend([
        Col::new("policy", |line| line.context.policy),
        Col::new("action", |line| line.context.action(line.row.metric.action)),
        Col::new("resource", |line| line.context.resource(line.row.metric.resource)),
        Col::new("worker", |line| line.context.worker(line.row.metric.worker)),
        Col::new("measure", |line| line.row.metric.measure.name()),
        Col::new("statistic", |line| line.row.metric.statistic.name()),
        Col::new("value", |line| line.row.estimate.value),
        Col::interval("ci", ["ci_low", "ci_high"], |line| line.row.estimate.interval),
        Col::new("replications", |line| line.row.estimate.replications),
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
        Col::new("policy", |_| context.policy),
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
    (0..series.queue_length.len()).map(|bucket| context.epoch.rfc3339(series.start_of(bucket), digits)).collect()
}

fn digits(context: &RunContext, series: &Series) -> SecondsFormat {
    let fits = |unit: i64| series.bucket.0 % unit == 0 && i64::from(context.epoch.0.nanosecond()) % unit == 0;
    match () {
        () if fits(NANOS) => SecondsFormat::Secs,
        () if fits(NANOS / 1_000) => SecondsFormat::Millis,
        () if fits(NANOS / 1_000_000) => SecondsFormat::Micros,
        () => SecondsFormat::Nanos,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, Shape, WEEK};
    use crate::format::measured;
    use crate::model::action::ActionId;
    use crate::model::capacity::ResourceId;
    use crate::model::time::{Epoch, Span, Time};
    use crate::model::worker::WorkerId;
    use crate::stats::interval::IntervalEstimate;
    use crate::stats::{Measure, Metric, Statistic};
    use crate::stats::{ReplicationStats, WaitQuantiles};

    /// One replication of ten seconds, by hand: two buckets, in the second of which nothing is
    /// offered.
    fn by_hand() -> Results {
        let metric =
            |action, resource, worker, measure, statistic| Metric { action, resource, worker, measure, statistic };
        let (scan, replica) = (Some(ResourceId(0)), Some(WorkerId(1)));
        let row = |metric, value, interval| SummaryRow {
            metric,
            estimate: IntervalEstimate { value, upper: value, interval, replications: 2 },
        };
        let summary = vec![
            row(
                metric(JobScope::One(ActionId(0)), None, None, Measure::WaitS, Statistic::P95),
                Some(0.1),
                Some((-0.0, 0.1 + 0.2)),
            ),
            row(metric(JobScope::All, None, None, Measure::WaitS, Statistic::Mean), None, None),
            row(metric(JobScope::None, scan, replica, Measure::Utilization, Statistic::Mean), Some(1e-7), None),
        ];
        let quantiles = vec![(0.0, Span::ZERO), (0.5, Span(1)), (1.0, Span::secs(90))];
        let line = |worker, queue_length| ResourceSeries {
            resource: ResourceId(0),
            worker,
            busy: vec![1.5, 0.0],
            offered: vec![2.0, 0.0],
            queue_length,
        };
        let series = Series {
            bucket: Span::secs(5),
            horizon: Time(10 * NANOS),
            queue_length: vec![0.25, 3.0],
            lines: vec![line(None, vec![0.25, 2.0]), line(replica, Vec::new())],
        };
        let waits = vec![WaitQuantiles { action: JobScope::All, quantiles }];
        Results {
            summary,
            replications: vec![ReplicationStats {
                metrics: Vec::new(),
                waits,
                series,
                requested: Vec::new(),
                by_hour: None,
                queue_course: None,
            }],
        }
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn files_are_as_the_format_says() {
        let system = fixtures::system(WEEK);
        let (context, results) = (fixtures::context(&system), by_hand());
        assert_eq!(
            text(summary(&context, &results)),
            "policy,action,resource,worker,measure,statistic,value,ci_low,ci_high,replications\n\
             first-fit,scan_check_single,,,wait_s,p95,0.1,0,0.3,2\n\
             first-fit,all,,,wait_s,mean,,,,2\n\
             first-fit,,scan,replica-1,utilization,mean,0.0000001,,,2\n"
        );
        assert_eq!(
            text(wait_times(&context, &results)),
            "policy,action,replication,p,wait_s\n\
             first-fit,all,0,0,0\n\
             first-fit,all,0,0.5,0.000000001\n\
             first-fit,all,0,1,90\n"
        );
        assert_eq!(
            text(utilization(&context, &results)),
            "replication,time,resource,worker,busy,offered,utilization,queue_length\n\
             0,2017-02-17T00:00:00Z,,,,,,0.25\n\
             0,2017-02-17T00:00:00Z,scan,,1.5,2,0.75,0.25\n\
             0,2017-02-17T00:00:00Z,scan,replica-1,1.5,2,0.75,\n\
             0,2017-02-17T00:00:05Z,,,,,,3\n\
             0,2017-02-17T00:00:05Z,scan,,0,0,,2\n\
             0,2017-02-17T00:00:05Z,scan,replica-1,0,0,,\n"
        );
    }

    #[test]
    fn times_have_the_digits_that_buckets_need() {
        let system = fixtures::system(WEEK);
        let first_time = |bucket, start: &str| {
            let mut results = by_hand();
            results.replications[0].series.bucket = Span(bucket);
            let context = RunContext { epoch: Epoch(start.parse().unwrap()), ..fixtures::context(&system) };
            text(utilization(&context, &results)).lines().nth(4).unwrap().split(',').nth(1).unwrap().to_owned()
        };
        assert_eq!(first_time(250_000_000, "2017-02-17T00:00:00Z"), "2017-02-17T00:00:00.250Z");
        assert_eq!(first_time(1_500, "2017-02-17T00:00:00Z"), "2017-02-17T00:00:00.000001500Z");
        assert_eq!(first_time(NANOS, "2017-02-17T00:00:00.5Z"), "2017-02-17T00:00:01.500Z");
    }

    #[test]
    fn files_read_back_to_the_numbers_without_their_noise() {
        let shape = Shape { actions: 8, resources: 4, ..WEEK };
        let (system, results) = (fixtures::system(shape), fixtures::results(shape));
        let context = RunContext { policy: "a, \"quoted\" policy", ..fixtures::context(&system) };
        let bytes = summary(&context, &results);
        let records: Vec<::csv::StringRecord> =
            ::csv::Reader::from_reader(&*bytes).records().map(Result::unwrap).collect();
        assert_eq!(records.len(), results.summary.len());
        let number = |cell: &str| (!cell.is_empty()).then(|| cell.parse::<f64>().unwrap());
        for (record, row) in records.iter().zip(&results.summary) {
            assert_eq!(&record[0], context.policy);
            assert_eq!(&record[1], context.action(row.metric.action));
            assert_eq!(number(&record[6]), row.estimate.value.map(measured));
            let (low, high) = row.estimate.interval.unzip();
            assert_eq!((number(&record[7]), number(&record[8])), (low.map(measured), high.map(measured)));
        }
    }

    #[test]
    fn files_without_a_row_have_their_header() {
        let system = fixtures::system(WEEK);
        let context = fixtures::context(&system);
        let results = Results { summary: Vec::new(), replications: Vec::new() };
        for write in [summary, wait_times, utilization] {
            assert_eq!(text(write(&context, &results)).lines().count(), 1);
        }
    }
}
