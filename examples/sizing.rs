//! How often `claimsim size` finds the answer of Erlang's formulas, and how often it certifies a
//! design that fails: a hundred searches for the number of servers of an M/M/c queue under each of
//! several targets.
//!
//! Where the target lies well between two numbers of servers, the search has to find the answer.
//! Where a number just fails the target, or its true value equals the target, the search must not
//! report this number as met more often than the level allows. `cargo run --release --example
//! sizing` prints the table in `results/sizing.csv`; a test repeats a part of it.

#[path = "coverage/exact.rs"]
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "pools are for the coverage experiments, and a test takes in both tables"
)]
pub mod exact;

use std::io::{self, Write as _};
use std::ops::Range;

use claimsim::internals::experiment::Progress;
use claimsim::internals::experiment::design::Grid;
use claimsim::internals::experiment::sizing::{Design, Sizing, Targets, size};
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::bound_test::BoundStatus;
use claimsim::internals::stats::interim_looks::InterimLooks;
use rayon::prelude::*;

use exact::Mmc;

/// The level of every search.
pub const LEVEL: f64 = 0.05;

/// Four jobs per second of one second each: at least five servers.
const ARRIVALS: f64 = 4.0;

/// The numbers of servers to search.
const SERVERS: std::ops::RangeInclusive<u32> = 3..=10;

/// The targets of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// These conditions, which lie well between two numbers of servers.
    Apart(&'static [&'static str]),
    /// A p95 of the wait that is this multiple of the true value for this number of servers.
    Quantile(u32, f64),
    /// The same of the mean wait.
    Mean(u32, f64),
}

/// All cases.
pub const CASES: [Target; 8] = [
    Target::Apart(&["p95(wait) < 1.5s"]),
    Target::Apart(&["mean(wait) < 80ms"]),
    Target::Apart(&["share(wait < 1s) >= 93%", "utilization(slot) < 62%"]),
    Target::Quantile(6, 0.97),
    Target::Quantile(6, 1.0),
    Target::Mean(6, 0.97),
    Target::Mean(6, 1.0),
    Target::Mean(7, 1.0),
];

/// The results of some searches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Searches with the right answer.
    pub right: u64,
    /// Searches that reported a design as met that fails, or is exactly at the target.
    pub wrong: u64,
    /// Searches without an answer, or with one that costs more than necessary.
    pub missed: u64,
}

fn queue(servers: u32) -> Mmc {
    Mmc { arrivals: ARRIVALS, services: 1.0, servers }
}

fn scenario(servers: &str, seed: u64) -> Scenario {
    let text = format!(
        r#"
        horizon = "2100s"
        warmup = "100s"
        seed = {seed}
        claim = {{ delay = "none" }}
        [worker.server]
        count = {servers}
        capacity = {{ slot = 1 }}
        [action.job]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "{ARRIVALS}/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#
    );
    Scenario::parse(&text).expect("the scenario is right")
}

impl Target {
    /// As on the command line.
    pub fn conditions(self) -> Vec<String> {
        let seconds = |value: f64| format!("{:.0}us", value * 1e6);
        match self {
            Target::Apart(conditions) => conditions.iter().map(|text| (*text).to_owned()).collect(),
            Target::Quantile(servers, factor) => {
                vec![format!("p95(wait) < {}", seconds(queue(servers).wait_quantile(0.95) * factor))]
            }
            Target::Mean(servers, factor) => {
                vec![format!("mean(wait) < {}", seconds(queue(servers).mean_wait() * factor))]
            }
        }
    }

    /// The smallest number of servers that keeps the target with room to spare. A number exactly at
    /// the target does not count.
    pub fn right(self) -> u32 {
        let keeps = |servers: u32| {
            let queue = queue(servers);
            if queue.utilization() >= 1.0 {
                return false;
            }
            match self {
                Target::Quantile(own, _) | Target::Mean(own, _) => servers > own,
                Target::Apart(["p95(wait) < 1.5s"]) => queue.wait_quantile(0.95) < 1.5,
                Target::Apart(["mean(wait) < 80ms"]) => queue.mean_wait() < 0.08,
                Target::Apart(_) => queue.wait_within(1.0) >= 0.93 && queue.utilization() < 0.62,
            }
        };
        SERVERS.clone().find(|servers| keeps(*servers)).expect("enough servers keep every target")
    }

    /// The searches of these seeds.
    pub fn count(self, seeds: Range<u64>) -> Count {
        let one = |seed: u64| {
            let (settings, sizing) = self.search(seed);
            let servers = |place: usize| settings[sizing.evaluated[place].design].scenario.system.workers.len() as u32;
            let met = (0..sizing.evaluated.len()).filter(|place| sizing.evaluated[*place].status == BoundStatus::Kept);
            if met.map(servers).any(|servers| servers < self.right()) {
                return Count { wrong: 1, ..Count::default() };
            }
            match sizing.answer.map(servers) {
                Some(answer) if answer == self.right() => Count { right: 1, ..Count::default() },
                _ => Count { missed: 1, ..Count::default() },
            }
        };
        let sum = |a: Count, b: Count| Count {
            right: a.right + b.right,
            wrong: a.wrong + b.wrong,
            missed: a.missed + b.missed,
        };
        seeds.into_par_iter().map(one).reduce(Count::default, sum)
    }

    fn search(self, seed: u64) -> (Vec<Design>, Sizing) {
        let vary = format!("worker.server.count={}..{}", SERVERS.start(), SERVERS.end());
        let grid = Grid::parse(&[vary], &[]).expect("a range");
        let setting = |point: claimsim::internals::experiment::design::GridPoint| {
            let servers = point.settings[0].1.clone();
            let cost = servers.parse().expect("a number");
            Design {
                steps: grid.steps(point.number),
                point,
                cost,
                scenario: scenario(&servers, seed),
                overload: None,
                is_likely_infeasible: false,
            }
        };
        let settings: Vec<Design> = grid.points().into_iter().map(setting).collect();
        let targets = Targets {
            loss_window: None,
            conditions: self.conditions().iter().map(|text| text.parse().expect("a condition")).collect(),
            level: LEVEL,
            // Few looks where nothing can be shown, and enough of them elsewhere.
            looks: InterimLooks::doubling(10, if matches!(self, Target::Apart(_)) { 640 } else { 80 }),
            supply_axes: vec![true],
            measured_cost: None,
        };
        let silent = |_: usize, _: u32| -> Box<dyn Progress> { Box::new(()) };
        let sizing = size(&settings, &targets, &silent).expect("the targets are right");
        (settings, sizing)
    }

    /// The case in words.
    pub fn words(self) -> String {
        let true_value = |factor: f64| {
            if factor == 1.0 { "exactly the true value".to_owned() } else { format!("{factor} of the true value") }
        };
        match self {
            Target::Apart(_) => "between two numbers of servers".to_owned(),
            Target::Quantile(servers, factor) | Target::Mean(servers, factor) => {
                format!("{} of {servers} servers", true_value(factor))
            }
        }
    }
}

fn main() -> io::Result<()> {
    const SEARCHES: u64 = 100;
    let mut out = io::stdout().lock();
    writeln!(out, "targets,they are,servers,searches,right,wrong,missed,level")?;
    for case in CASES {
        let Count { right, wrong, missed } = case.count(0..SEARCHES);
        let (targets, words, servers) = (case.conditions().join("; "), case.words(), case.right());
        writeln!(out, "{targets},{words},{servers},{SEARCHES},{right},{wrong},{missed},{LEVEL}")?;
    }
    Ok(())
}
