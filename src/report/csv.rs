//! The CSV files of a run: `summary.csv`, `wait_times.csv` and `utilization.csv`.
//!
//! One figure a row ("tidy"), numbers in their shortest exact form, an empty cell where nothing applies or nothing was measured.

use chrono::{SecondsFormat, Timelike};
use serde::{Serialize, Serializer};

use super::{Context, number};
use crate::experiment::Results;
use crate::model::time::NANOS;
use crate::stats::figure::{Measure, Statistic};
use crate::stats::series::{Line, Series};

/// A number, or an empty cell.
struct Cell(Option<f64>);

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.map_or_else(String::new, number::plain))
    }
}

#[derive(Serialize)]
struct SummaryLine<'a> {
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

/// `summary.csv`: every figure over all replications, run by run (one run a policy).
pub fn summary(runs: &[(&Context, &Results)]) -> Vec<u8> {
    let header = [
        "policy",
        "action",
        "resource",
        "worker",
        "measure",
        "statistic",
        "value",
        "ci_low",
        "ci_high",
        "replications",
    ];
    let lines = runs.iter().flat_map(|&(context, results)| {
        results.summary.iter().map(move |row| SummaryLine {
            policy: context.policy,
            action: context.action(row.subject.action),
            resource: context.resource(row.subject.resource),
            worker: context.worker(row.subject.worker),
            measure: row.subject.measure,
            statistic: row.subject.statistic,
            value: Cell(row.value),
            ci_low: Cell(row.interval.map(|(low, _)| low)),
            ci_high: Cell(row.interval.map(|(_, high)| high)),
            replications: row.replications,
        })
    });
    file(&header, lines)
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
pub fn wait_times(runs: &[(&Context, &Results)]) -> Vec<u8> {
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
pub fn utilization(context: &Context, results: &Results) -> Vec<u8> {
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
                queue_length: Cell(outcome.series.queue_length.get(bucket).copied()),
            };
            let of_lines = outcome.series.lines.iter().map(move |line| UtilizationLine {
                replication,
                time,
                resource: context.resource(Some(line.resource)),
                worker: context.worker(line.worker),
                busy: Cell(line.busy.get(bucket).copied()),
                offered: Cell(line.offered.get(bucket).copied()),
                utilization: Cell(share(line, bucket)),
                queue_length: Cell(line.queue_length.get(bucket).copied()),
            });
            std::iter::once(over_all).chain(of_lines)
        })
    });
    file(&header, lines)
}

/// Busy over offered units in one bucket; `None` while nothing is offered.
fn share(line: &Line, bucket: usize) -> Option<f64> {
    let (busy, offered) = (*line.busy.get(bucket)?, *line.offered.get(bucket)?);
    (offered > 0.0).then(|| busy / offered)
}

/// The calendar times at which buckets start: in whole seconds, unless start or bucket are finer.
fn bucket_starts(context: &Context, results: &Results) -> Vec<String> {
    let Some(series) = results.replications.first().map(|outcome| &outcome.series) else { return Vec::new() };
    let digits = digits(context, series);
    (0..series.queue_length.len()).map(|bucket| context.epoch.rfc3339(series.start_of(bucket), digits)).collect()
}

fn digits(context: &Context, series: &Series) -> SecondsFormat {
    let fits = |unit: i64| series.bucket.0 % unit == 0 && i64::from(context.epoch.0.nanosecond()) % unit == 0;
    match () {
        () if fits(NANOS) => SecondsFormat::Secs,
        () if fits(NANOS / 1_000) => SecondsFormat::Millis,
        () if fits(NANOS / 1_000_000) => SecondsFormat::Micros,
        () => SecondsFormat::Nanos,
    }
}

/// A header and its lines. The header is there even without a line, which serde alone would not write.
fn file<Line: Serialize>(header: &[&str], lines: impl Iterator<Item = Line>) -> Vec<u8> {
    const MEMORY: &str = "writing into memory does not fail";
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(header).expect(MEMORY);
    for line in lines {
        writer.serialize(line).expect(MEMORY);
    }
    writer.into_inner().expect(MEMORY)
}
