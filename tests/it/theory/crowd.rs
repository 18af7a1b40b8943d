//! The race of a large pool, in which the engine draws only the claims that matter, against the same race drawn worker by
//! worker: the two must have one law.
//!
//! Delays that are uniform from 0 s are what the engine shortens; from 1 ns they are not, and nothing else can tell them apart.

use claimsim::stats::figure::{Measure, Statistic};

use super::run::{Reading, WAIT, finished, of, utilization};
use super::verdict::{FARTHEST, Sample};

/// Eighty replicas of two sizes, three kinds of jobs, and bursts: the pool is idle, half idle and full by turns.
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
    let median = of(Measure::WaitS, Statistic::P50);
    let longest = of(Measure::WaitS, Statistic::P99);
    let actions = ["scan", "check", "wide"];
    let of_each = |reading: Reading| actions.map(|action| reading.of_action(action));
    let readings: Vec<_> = [WAIT, median, longest].into_iter().flat_map(of_each).collect();
    for batch in ["one", "all"] {
        let sample = |low, seed| {
            let settings = [
                format!("claim.batch={batch}"),
                format!("claim.delay.uniform.low={low}"),
                format!("seed={seed}"),
            ];
            finished(SCENARIO, &settings.each_ref().map(String::as_str))
        };
        let (crowd, alone) = (sample("0s", 1), sample("1ns", 2));
        for &reading in readings.iter().chain(&[utilization("scan"), utilization("scanCheck")]) {
            let [one, other] = [&crowd, &alone].map(|run| Sample::of(&run.values(reading)));
            let score = (one.mean - other.mean) / one.error.hypot(other.error);
            println!("{batch} {score:+.2} {reading:?} {one:?} {other:?}");
            assert!(score.abs() < FARTHEST, "{score:.1} standard errors apart: {reading:?} {one:?} {other:?}");
        }
    }
}
