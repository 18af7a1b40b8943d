//! Jobs per second by claim policy: a batch cluster of 64 processors, jobs of eight sizes, estimates three times too long.
//!
//! In overload the line grows by thousands, so that a policy shows what a decision costs when many wait.

use std::hint::black_box;

use claimsim::experiment;
use claimsim::policy::CATALOGUE;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use workloads::{cluster, load};

#[allow(dead_code, reason = "other benches use the rest")]
mod workloads;

fn policies(criterion: &mut Criterion) {
    const JOBS: u64 = 20_000;
    for (title, load_factor) in [("load 0.7", 0.7), ("load 1.2", 1.2)] {
        let mut group = criterion.benchmark_group(title);
        group.throughput(Throughput::Elements(JOBS)).sample_size(10);
        for entry in CATALOGUE {
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
