//! Jobs per second by claim policy: a batch cluster of 64 processors, jobs of eight sizes,
//! estimates three times too long.
//!
//! In overload the line grows by thousands, so that a policy shows what a decision costs when many
//! wait.

use std::hint::black_box;

use claimsim::internals::experiment;
use claimsim::internals::policy::CATALOGUE;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use workloads::load;

#[allow(dead_code, reason = "other benches use the rest")]
mod workloads;

/// A cluster of 64 processors, jobs of sizes 1 to 64 (each power of two, and 48), and estimates
/// three times too long.
fn cluster(jobs: u64, load: f64, policy: &str) -> String {
    const SIZES: [u32; 8] = [1, 2, 4, 8, 16, 32, 48, 64];
    // Processor seconds a second, if each class came once a second.
    let work = f64::from(SIZES.iter().sum::<u32>()) * 100.0;
    let rate = 64.0 * load / work;
    let class = |size: &u32| {
        format!(
            r#"
            [action.of{size}]
            capacity = {{ proc = {size} }}
            arrival = {{ poisson = {{ rate = "{rate}/s" }} }}
            service = {{ exponential = {{ mean = "100s" }} }}
            estimate = {{ factor = 3 }}
            "#
        )
    };
    format!(
        r#"
        horizon = "{:.0}s"
        claim = {{ policy = {policy}, delay = "none", placement = "first" }}
        worker.cluster.capacity = {{ proc = 64 }}
        {}
        "#,
        jobs as f64 / (8.0 * rate),
        SIZES.iter().map(class).collect::<String>()
    )
}

fn policies(criterion: &mut Criterion) {
    const JOBS: u64 = 20_000;
    for (title, load_factor) in [("load 0.7", 0.7), ("load 1.2", 1.2)] {
        let mut group = criterion.benchmark_group(title);
        group.throughput(Throughput::Elements(JOBS)).sample_size(10);
        // Each end before its estimate has all reservations looked at again: in overload that is
        // minutes.
        let is_measured = |name: &str| load_factor < 1.0 || name != "conservative-backfill";
        for entry in CATALOGUE.iter().filter(|entry| is_measured(entry.name)) {
            let policy = if entry.name == "reserve-after" {
                "{ reserve-after = { patience = \"10m\" } }".to_owned()
            } else {
                format!("\"{}\"", entry.name)
            };
            let scenario = load(&cluster(JOBS, load_factor, &policy));
            let id = BenchmarkId::from_parameter(entry.name);
            group.bench_function(id, |bencher| bencher.iter(|| experiment::run(black_box(&scenario), &())));
        }
        group.finish();
    }
}

criterion_group!(benches, policies);
criterion_main!(benches);
