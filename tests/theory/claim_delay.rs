//! The race of a large pool, in which the engine draws only the claims that matter, against the
//! same race drawn worker by worker: both must have the same distribution.
//!
//! The engine accelerates delays that are uniform from 0 s and not those from 1 ns, which differ in
//! no other way.

use claimsim::internals::stats::{Measure, Statistic};

use super::run::{Reading, WAIT, finished, of, utilization};
use super::verdict::{FARTHEST, Sample};

/// Eighty replicas of two sizes, three kinds of jobs, and bursts: the pool is idle, half idle and
/// full in turn.
const SCENARIO: &str = r#"
horizon = "1000s"
replications = 100
slo = { wait = "200ms" }
[claim]
delay = { uniform = { low = "0s", high = "3s" } }
[worker.small]
count = 50
capacity = { scan = 1, scanCheck = 1 }
[worker.large]
count = 30
capacity = { scan = 3 }
[action.scan]
capacity = { scan = 1 }
arrival = { poisson = { rate = "1/s", batch = { uniform = { low = 0.5, high = 20.5 } } } }
service = { exponential = { mean = "9s" } }
[action.check]
capacity = { scanCheck = 1 }
arrival = { poisson = { rate = "2/s" } }
service = { exponential = { mean = "5s" } }
[action.wide]
capacity = { scan = 2 }
arrival = { poisson = { rate = "0.5/s" } }
service = "4s"
"#;

#[test]
fn a_crowd_races_as_its_workers_would_one_by_one() {
    let waits = [WAIT, of(Measure::WaitS, Statistic::P50), of(Measure::WaitS, Statistic::P99)];
    let of_each = |reading: Reading| ["scan", "check", "wide"].map(|action| reading.of_action(action));
    let readings: Vec<_> = waits.into_iter().flat_map(of_each).chain(["scan", "scanCheck"].map(utilization)).collect();
    for batch in ["one", "all"] {
        // Under one seed the jobs are the same and only the claims are random, so replications are
        // compared in pairs.
        let [crowd, alone] = ["0s", "1ns"].map(|low| {
            finished(SCENARIO, &[&format!("claim.batch={batch}"), &format!("claim.delay.uniform.low={low}")])
        });
        for &reading in &readings {
            let (one, other) = (crowd.values(reading), alone.values(reading));
            let differences: Vec<_> = one.iter().zip(&other).map(|(one, other)| one - other).collect();
            let (sample, whole) = (Sample::of(&differences), Sample::of(&other).mean);
            let (score, blunt) = (sample.score(0.0), 2.0 * FARTHEST * sample.error / whole);
            assert!(score.abs() < FARTHEST, "{score:.1} standard errors apart: {reading:?} {sample:?}");
            assert!(blunt < 0.15, "too blunt to see a difference: {reading:?} {sample:?} of {whole}");
        }
    }
}
