//! Rows per second of the files that a run writes: the job log and the tables.

use std::hint::black_box;
use std::io;

use claimsim::internals::experiment;
use claimsim::internals::model::job::{JobId, Status};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::report::RunContext;
use claimsim::internals::report::job_log::{JobLog, JobRow};
use claimsim::internals::report::run::tables;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[allow(dead_code, reason = "one workload is enough here")]
mod workloads;

const ROWS: u64 = 10_000;

/// A finished attempt some days into a run.
fn row(number: u64) -> JobRow<'static> {
    let scheduled_at = Time(400_000_000_000_000 + number as i64 * 69_444_447);
    let claimed_at = scheduled_at + Span(1_234_567_891);
    JobRow {
        replication: 3,
        job: JobId(1_000_000 + number),
        retry_from: None,
        action: "scan_check_single",
        attempt: 1,
        status: Status::Done,
        worker: Some("replica-0"),
        scheduled_at,
        claimed_at: Some(claimed_at),
        ended_at: Some(claimed_at + Span(26_000_000_001)),
        retries_left: 2,
        parent: None,
        priority: 0,
        due_date: Some(scheduled_at + Span::secs(900)),
        need: &[1, 0],
    }
}

/// Formatting alone; writing the rows to a file costs extra.
fn job_log(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("job log");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("rows", |bencher| {
        let mut log = JobLog::new(io::sink(), &["scan".to_owned(), "scanCheck".to_owned()]).expect("nothing can fail");
        bencher.iter(|| (0..ROWS).try_for_each(|number| log.write(&row(black_box(number)))).expect("nothing can fail"));
    });
    group.finish();
}

fn tables(criterion: &mut Criterion) {
    let mut scenario = workloads::load(&workloads::w2(10_000, 1.0));
    scenario.replications = 5;
    let results = experiment::run(&scenario, &());
    let context = RunContext::of(&scenario);
    let mut group = criterion.benchmark_group("tables");
    let mut table = |name: &str, write: &dyn Fn() -> Vec<u8>| {
        group.throughput(Throughput::Elements(String::from_utf8_lossy(&write()).lines().count() as u64));
        group.bench_function(name, |bencher| bencher.iter(write));
    };
    table("summary.csv", &|| tables::summary(&context, &results));
    table("wait_times.csv", &|| tables::wait_times(&context, &results));
    table("utilization.csv", &|| tables::utilization(&context, &results));
    group.finish();
}

criterion_group!(benches, job_log, tables);
criterion_main!(benches);
