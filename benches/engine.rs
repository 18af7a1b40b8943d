//! Jobs per second of whole replications: by workload, by workers, by length of the queue, with all statistics on.
//!
//! The workloads come through the ordinary path, a scenario's text. One iteration is one replication.

use std::hint::black_box;
use std::io;

use claimsim::experiment;
use claimsim::scenario::{self, Files, Scenario};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::NotFound, path.to_owned()))
    }
}

fn load(text: &str) -> Scenario {
    scenario::load("bench.toml", text, &[], &NoFiles).unwrap_or_else(|report| panic!("{report}")).scenario
}

/// M/M/16 at load 0.9, first come first served.
fn mm16(jobs: u64) -> String {
    format!(
        r#"
        horizon = "{horizon}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = 1, capacity = {{ slot = 16 }} }}
        [action.job]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "14.4/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#,
        horizon = (jobs as f64 / 14.4).ceil()
    )
}

/// Ten workers {scan 2, scanCheck 4} and three classes; with `load` 1.74 scans pile up.
fn three_classes(jobs: u64, load: f64) -> String {
    let class = |name: &str, need: &str, rate: f64, mean: u32| {
        format!(
            r#"
            [action.{name}]
            capacity = {{ {need} }}
            arrival = {{ poisson = {{ rate = "{}/s" }} }}
            service = {{ exponential = {{ mean = "{mean}s" }} }}
            "#,
            rate * load
        )
    };
    format!(
        r#"
        horizon = "{}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = 10, capacity = {{ scan = 2, scanCheck = 4 }} }}
        {}{}{}
        "#,
        (jobs as f64 / (12.3 * load)).ceil(),
        class("scan", "scan = 1", 2.0, 8),
        class("check", "scanCheck = 1", 10.0, 2),
        class("both", "scan = 1, scanCheck = 2", 0.3, 4)
    )
}

/// So many workers {scan 2} at load 0.95 under instant claiming.
fn many_workers(jobs: u64, workers: u64) -> String {
    let rate = 1.9 * workers as f64;
    format!(
        r#"
        horizon = "{}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = {workers}, capacity = {{ scan = 2 }} }}
        [action.scan]
        capacity = {{ scan = 1 }}
        arrival = {{ poisson = {{ rate = "{rate}/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#,
        (jobs as f64 / rate).ceil()
    )
}

/// One scan a second in a pool of mostly idle workers under the registry's race.
fn race(jobs: u64, workers: u64) -> String {
    format!(
        r#"
        horizon = "{jobs}s"
        worker.w = {{ count = {workers}, capacity = {{ scan = 1 }} }}
        [action.scan]
        capacity = {{ scan = 1 }}
        arrival = {{ poisson = {{ rate = "1/s" }} }}
        service = {{ exponential = {{ mean = "26s" }} }}
        "#
    )
}

fn engine(criterion: &mut Criterion) {
    const JOBS: u64 = 100_000;
    let workloads = [
        (BenchmarkId::new("mm16", "load 0.9"), mm16(JOBS)),
        (BenchmarkId::new("three classes", "load 0.86"), three_classes(JOBS, 1.0)),
        (BenchmarkId::new("three classes", "backlog 7,000"), three_classes(JOBS, 1.5 / 0.86)),
        (BenchmarkId::new("workers", 200), many_workers(JOBS, 200)),
        (BenchmarkId::new("workers", 20_000), many_workers(JOBS, 20_000)),
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

criterion_group!(benches, engine);
criterion_main!(benches);
