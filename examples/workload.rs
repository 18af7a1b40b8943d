//! One replication of a workload with all statistics, as a line of JSON, for comparison with other
//! programs.
//!
//! ```text
//! cargo run --release --example workload -- w1|w2|w3|w4|race|shapes SIZE SEED [WORKERS]
//! ```
//!
//! SIZE is the number of jobs; for w3 and shapes the simulated seconds. The wall time is that of
//! the simulation, without reading the scenario and without the start of the process.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it prints its measurements")]

use std::process::ExitCode;
use std::time::Instant;

use claimsim::internals::experiment;
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::stats::{JobScope, Measure, Metric, Statistic};

#[path = "../benches/workloads/mod.rs"]
mod workloads;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(text), Some(seed)) = (text(&arguments), arguments.get(2).and_then(|seed| seed.parse().ok())) else {
        println!("usage: workload w1|w2|w3|w4|race|shapes SIZE SEED [WORKERS]");
        return ExitCode::from(2);
    };
    let mut scenario = workloads::load(&text);
    scenario.seed = seed;
    scenario.replications = 1;

    let start = Instant::now();
    let results = experiment::run(&scenario, &());
    let wall = start.elapsed().as_secs_f64();

    let of = |action, resource, measure, statistic| {
        let metric = Metric { action, resource, worker: None, measure, statistic };
        results.estimate(metric).and_then(|estimate| estimate.value)
    };
    let of_all = |measure, statistic| of(JobScope::All, None, measure, statistic);
    let count = |statistic| of_all(Measure::Jobs, statistic).unwrap_or(0.0);
    let actions = (0..scenario.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
    let resources = (0..scenario.system.resources.len()).map(|index| ResourceId(index as u16));
    println!(
        "{}",
        serde_json::json!({
            "jobs": count(Statistic::Arrived) - count(Statistic::Unfinished),
            "events": count(Statistic::Arrived) + count(Statistic::Done),
            "wall": wall,
            "t_end": scenario.system.window.horizon.as_secs_f64(),
            "wait": of_all(Measure::WaitS, Statistic::Mean),
            "p95": of_all(Measure::WaitS, Statistic::P95),
            "waits": actions.map(|one| of(one, None, Measure::WaitS, Statistic::Mean)).collect::<Vec<_>>(),
            "util": resources
                .map(|one| of(JobScope::None, Some(one), Measure::Utilization, Statistic::Mean))
                .collect::<Vec<_>>(),
            "backlog": count(Statistic::Unfinished),
        })
    );
    ExitCode::SUCCESS
}

/// The workload of the arguments.
fn text(arguments: &[String]) -> Option<String> {
    let size: f64 = arguments.get(1)?.parse().ok()?;
    let jobs = size as u64;
    let workers = arguments.get(3).map_or(Some(2_000), |workers| workers.parse().ok())?;
    match arguments.first()?.as_str() {
        "w1" => Some(workloads::w1(jobs)),
        "w2" => Some(workloads::w2((size / 12.3).ceil() as u64, 1.0)),
        "w3" => Some(workloads::w2(jobs, workloads::OVERLOAD)),
        "w4" => Some(workloads::w4(jobs, workers)),
        "race" => Some(workloads::race(jobs, workers)),
        "shapes" => Some(workloads::shapes(jobs)),
        _ => None,
    }
}
