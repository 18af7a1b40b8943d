//! Running replications: each one a simulation of its own, all cores at work, results in order.

use std::ops::Range;

use rayon::prelude::*;

use super::Results;
use crate::engine::{ClaimPolicy, Observer};
use crate::random::stream::Streams;
use crate::replication::{Progress, Replication};
use crate::scenario::Scenario;
use crate::stats::ReplicationStats;
use crate::stats::ShareWithin;

/// Runs all replications of a scenario on rayon's current threads.
pub fn run(scenario: &Scenario, progress: &dyn Progress) -> Results {
    Results::of(replicate(scenario, &[], 0..scenario.replications, progress))
}

/// Runs the replications with these numbers and measures shares besides their figures.
pub fn replicate(
    scenario: &Scenario,
    shares: &[ShareWithin],
    numbers: Range<u32>,
    progress: &dyn Progress,
) -> Vec<ReplicationStats> {
    let one = |index| Replication::new(scenario, u64::from(index)).measure(shares, progress);
    numbers.into_par_iter().map(one).collect()
}

/// The same with an observer for each replication, which is returned.
pub fn replicate_observed<O: Observer + Send>(
    scenario: &Scenario,
    shares: &[ShareWithin],
    numbers: Range<u32>,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Vec<ReplicationStats>, Vec<O>) {
    let one =
        |(index, observer)| Replication::new(scenario, u64::from(index)).measure_observed(shares, progress, observer);
    let numbered: Vec<(u32, O)> = numbers.zip(observers).collect();
    numbered.into_par_iter().map(one).unzip()
}

/// Runs all replications of a scenario under a policy of the caller, which `start` makes for each.
pub fn run_policy<P: ClaimPolicy>(
    scenario: &Scenario,
    start: impl Fn(&Streams) -> P + Sync,
    progress: &dyn Progress,
) -> Results {
    let one = |index| Replication::new(scenario, u64::from(index)).measure_under(&start, &[], progress);
    Results::of((0..scenario.replications).into_par_iter().map(one).collect())
}

/// Runs one replication for each further observer and returns the observers in order.
pub fn run_observed<O: Observer + Send>(
    scenario: &Scenario,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Results, Vec<O>) {
    let (outcomes, observers) = replicate_observed(scenario, &[], 0..observers.len() as u32, progress, observers);
    (Results::of(outcomes), observers)
}
