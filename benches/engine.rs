//! Jobs per second of whole replications, with all statistics: by workload, by the number of
//! workers, by the length of the queue.
//!
//! The workloads take the ordinary path, from a scenario's text. One iteration is one replication.

use std::hint::black_box;

use claimsim::internals::experiment;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use workloads::{OVERLOAD, load, race, shapes, w1, w2, w4};

mod workloads;

fn engine(criterion: &mut Criterion) {
    const JOBS: u64 = 100_000;
    let workloads = [
        (BenchmarkId::new("W1", "M/M/16"), w1(JOBS)),
        (BenchmarkId::new("W2", "three classes"), w2(JOBS / 12, 1.0)),
        (BenchmarkId::new("W3", "backlog 7,000"), w2(JOBS / 21, OVERLOAD)),
        (BenchmarkId::new("W4", "200 workers"), w4(JOBS, 200)),
        (BenchmarkId::new("W4", "2,000 workers"), w4(JOBS, 2_000)),
        (BenchmarkId::new("W4", "20,000 workers"), w4(JOBS, 20_000)),
        (BenchmarkId::new("128 shapes", "1,000 waiting"), shapes(1_000)),
        (BenchmarkId::new("128 shapes", "100,000 waiting"), shapes(100_000)),
        (BenchmarkId::new("race of idle workers", 200), race(JOBS, 200)),
        (BenchmarkId::new("race of idle workers", 20_000), race(JOBS, 20_000)),
    ];
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(JOBS)).sample_size(10);
    for (id, text) in workloads {
        let scenario = load(&text);
        group.bench_function(id, |bencher| bencher.iter(|| experiment::run(black_box(&scenario), &())));
    }
    group.finish();
}

/// Workers that come and go, per order and per departure, beside the same pool at a fixed size:
/// 20,000 workers twice a day for five days, and a job a minute.
fn scaling(criterion: &mut Criterion) {
    const WORKERS: u64 = 20_000;
    let pool = |staffing: &str| {
        load(&format!(
            r#"horizon = "5d"
            cooldown = "none"
            claim = {{ delay = "none", placement = "first" }}
            worker.w = {{ capacity = {{ slot = 1 }}, {staffing} }}
            [action.a]
            capacity = {{ slot = 1 }}
            service = "1m"
            arrival = {{ poisson = {{ rate = "60/h" }} }}"#
        ))
    };
    let hours = ["00:30", "12:00"].map(|at| format!("{{ at = \"{at}\", count = {WORKERS} }}"));
    let ends = ["11:30", "23:30"].map(|at| format!("{{ at = \"{at}\", count = 0 }}"));
    let schedule = [hours, ends].concat().join(", ");
    let fixed = pool(&format!("count = {WORKERS}"));
    let scaled = pool(&format!("autoscale = {{ min = 0, max = {WORKERS}, schedule = [{schedule}] }}"));
    let mut group = criterion.benchmark_group("workers that come and go");
    group.throughput(Throughput::Elements(5 * 4 * WORKERS)).sample_size(10);
    group.bench_function("20,000 and back", |bencher| bencher.iter(|| experiment::run(black_box(&scaled), &())));
    group.bench_function("20,000 fixed", |bencher| bencher.iter(|| experiment::run(black_box(&fixed), &())));
    group.finish();
}

criterion_group!(benches, engine, scaling);
criterion_main!(benches);
