//! The CSV files of a run: `summary.csv`, `wait_times.csv` and `utilization.csv`.
//!
//! One figure a row ("tidy"), numbers in their shortest exact format, an empty cell where nothing applies or nothing was measured.

use chrono::{SecondsFormat, Timelike};
use serde::{Serialize, Serializer};

use crate::{RunContext, format};
use crate::experiment::{Results, SummaryRow};
use crate::model::time::NANOS;
use crate::stats::{Measure, Statistic};
use crate::stats::series::{ResourceSeries, Series};

/// A number, or an empty cell.
pub(crate) struct Cell(pub(crate) Option<f64>);

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.map_or_else(String::new, format::exact))
    }
}

/// Where a run keeps the distributions of waits.
pub const WAIT_TIMES: &str = "wait_times.csv";

/// Where a run keeps its series.
pub const UTILIZATION: &str = "utilization.csv";

/// The columns of a summary.
pub(crate) const SUMMARY: [&str; 10] =
    ["policy", "action", "resource", "worker", "measure", "statistic", "value", "ci_low", "ci_high", "replications"];

/// A row of a summary.
#[derive(Serialize)]
pub(crate) struct SummaryLine<'a> {
    policy: &'a str,
    action: &'a str,
    resource: &'a str,
    worker: &'a str,
    measure: Measure,
    statistic: Statistic,
    value: Cell,
    ci_low: Cell,
    ci_high: Cell,
    replications: u64,
}

/// The rows of a run's summary.
pub(crate) fn summary_lines<'a>(
    context: &RunContext<'a>,
    summary: &'a [SummaryRow],
) -> impl Iterator<Item = SummaryLine<'a>> + use<'a> {
    let context = *context;
    summary.iter().map(move |row| SummaryLine {
        policy: context.policy,
        action: context.action(row.metric.action),
        resource: context.resource(row.metric.resource),
        worker: context.worker(row.metric.worker),
        measure: row.metric.measure,
        statistic: row.metric.statistic,
        value: Cell(row.estimate.value),
        ci_low: Cell(row.estimate.interval.map(|(low, _)| low)),
        ci_high: Cell(row.estimate.interval.map(|(_, high)| high)),
        replications: row.estimate.replications,
    })
}

/// `summary.csv`: every figure over all replications, run by run (one run a policy).
pub fn summary(runs: &[(&RunContext, &Results)]) -> Vec<u8> {
    file(&SUMMARY, runs.iter().flat_map(|&(context, results)| summary_lines(context, &results.summary)))
}

#[derive(Serialize)]
struct WaitLine<'a> {
    policy: &'a str,
    action: &'a str,
    replication: usize,
    p: Cell,
    wait_s: Cell,
}

/// `wait_times.csv`: the quantile table of each action's waits in each replication. A share `p` of the waits lies within `wait_s`.
pub fn wait_times(runs: &[(&RunContext, &Results)]) -> Vec<u8> {
    let lines = runs.iter().flat_map(|&(context, results)| {
        results.replications.iter().enumerate().flat_map(move |(replication, outcome)| {
            outcome.waits.iter().flat_map(move |table| {
                table.quantiles.iter().map(move |&(p, wait)| WaitLine {
                    policy: context.policy,
                    action: context.action(table.action),
                    replication,
                    p: Cell(Some(p)),
                    wait_s: Cell(Some(wait.as_secs_f64())),
                })
            })
        })
    });
    file(&["policy", "action", "replication", "p", "wait_s"], lines)
}

#[derive(Serialize)]
struct UtilizationLine<'a> {
    replication: usize,
    time: &'a str,
    resource: &'a str,
    worker: &'a str,
    busy: Cell,
    offered: Cell,
    utilization: Cell,
    queue_length: Cell,
}

/// `utilization.csv`: averages by time bucket, `time` being the bucket's start.
///
/// In each bucket the first row is over all resources (it has a queue length only: units of different resources don't
/// add up), then come the resources, then the workers' shares of them.
pub fn utilization(context: &RunContext, results: &Results) -> Vec<u8> {
    let header = ["replication", "time", "resource", "worker", "busy", "offered", "utilization", "queue_length"];
    let times = bucket_starts(context, results);
    let lines = results.replications.iter().enumerate().flat_map(|(replication, outcome)| {
        times.iter().enumerate().flat_map(move |(bucket, time)| {
            let over_all = UtilizationLine {
                replication,
                time,
                resource: "",
                worker: "",
                busy: Cell(None),
                offered: Cell(None),
                utilization: Cell(None),
                queue_length: average(&outcome.series.queue_length, bucket),
            };
            let of_lines = outcome.series.lines.iter().map(move |line| UtilizationLine {
                replication,
                time,
                resource: context.resource(Some(line.resource)),
                worker: context.worker(line.worker),
                busy: average(&line.busy, bucket),
                offered: average(&line.offered, bucket),
                utilization: Cell(share(line, bucket).map(to_nine_decimals)),
                queue_length: average(&line.queue_length, bucket),
            });
            std::iter::once(over_all).chain(of_lines)
        })
    });
    file(&header, lines)
}

/// One bucket's average.
fn average(averages: &[f64], bucket: usize) -> Cell {
    Cell(averages.get(bucket).copied())
}

/// As many decimals as series have: more than enough, and they halve the largest file of a run.
fn to_nine_decimals(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// Busy over offered units in one bucket; `None` while nothing is offered.
fn share(line: &ResourceSeries, bucket: usize) -> Option<f64> {
    let (busy, offered) = (*line.busy.get(bucket)?, *line.offered.get(bucket)?);
    (offered > 0.0).then(|| busy / offered)
}

/// The calendar times at which buckets start: in whole seconds, unless start or bucket are finer.
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

/// A header and its lines. The header is there even without a line, which serde alone would not write.
pub(crate) fn file<ResourceSeries: Serialize>(header: &[&str], lines: impl Iterator<Item = ResourceSeries>) -> Vec<u8> {
    const MEMORY: &str = "writing into memory does not fail";
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(header).expect(MEMORY);
    for line in lines {
        writer.serialize(line).expect(MEMORY);
    }
    writer.into_inner().expect(MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::ActionId;
    use crate::model::capacity::ResourceId;
    use crate::model::time::{Epoch, Span, Time};
    use crate::model::worker::WorkerId;
    use crate::fixtures::{self, Shape, WEEK};
    use crate::stats::{JobScope, Metric};
    use crate::stats::interval::IntervalEstimate;
    use crate::stats::{ReplicationStats, WaitQuantiles};

    /// One replication of ten seconds, by hand: two buckets, in the second of which nothing is offered.
    fn by_hand() -> Results {
        let metric =
            |action, resource, worker, measure, statistic| Metric { action, resource, worker, measure, statistic };
        let (scan, replica) = (Some(ResourceId(0)), Some(WorkerId(1)));
        let row =
            |metric, value, interval| SummaryRow { metric, estimate: IntervalEstimate { value, interval, replications: 2 } };
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
        Results { summary, replications: vec![ReplicationStats { metrics: Vec::new(), waits, series, shares: Vec::new() }] }
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn files_are_as_the_format_says() {
        let system = fixtures::system(WEEK);
        let (context, results) = (fixtures::context(&system), by_hand());
        assert_eq!(
            text(summary(&[(&context, &results)])),
            "policy,action,resource,worker,measure,statistic,value,ci_low,ci_high,replications\n\
             first-fit,scan_check_single,,,wait_s,p95,0.1,0,0.30000000000000004,2\n\
             first-fit,all,,,wait_s,mean,,,,2\n\
             first-fit,,scan,replica-1,utilization,mean,0.0000001,,,2\n"
        );
        assert_eq!(
            text(wait_times(&[(&context, &results)])),
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
    fn files_read_back_to_the_very_numbers() {
        let shape = Shape { actions: 8, resources: 4, ..WEEK };
        let (system, results) = (fixtures::system(shape), fixtures::results(shape));
        let context = fixtures::context(&system);
        let other = RunContext { policy: "a, \"quoted\" policy", ..context };
        let bytes = summary(&[(&context, &results), (&other, &results)]);
        let records: Vec<csv::StringRecord> = csv::Reader::from_reader(&*bytes).records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 2 * results.summary.len());
        let number = |cell: &str| (!cell.is_empty()).then(|| cell.parse::<f64>().unwrap());
        for (index, record) in records.iter().enumerate() {
            let (run, row) = (index / results.summary.len(), &results.summary[index % results.summary.len()]);
            assert_eq!(&record[0], [context.policy, other.policy][run]);
            assert_eq!(&record[1], context.action(row.metric.action));
            assert_eq!(number(&record[6]), row.estimate.value);
            assert_eq!(number(&record[7]).zip(number(&record[8])), row.estimate.interval);
        }
    }

    #[test]
    fn files_without_a_row_have_their_header() {
        let system = fixtures::system(WEEK);
        let context = fixtures::context(&system);
        let results = Results { summary: Vec::new(), replications: Vec::new() };
        for bytes in [summary(&[]), wait_times(&[]), utilization(&context, &results)] {
            assert_eq!(text(bytes).lines().count(), 1);
        }
    }
}
