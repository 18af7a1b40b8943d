//! Running replications: each one a simulation of its own, all cores at work, results in order.

use std::ops::Range;

use rayon::prelude::*;

use super::Results;
use crate::engine::{ArrivalProcess, ArrivalStart, ClaimPolicy, Observer, Simulation};
use crate::model::time::Time;
use crate::policy::{FirstFit, Policy};
use crate::random::stream::Streams;
use crate::scenario::Scenario;
use crate::stats::ShareWithin;
use crate::stats::{ReplicationStats, StatsObserver};

/// Told now and then how far replications have come; several may tell at once.
pub trait Progress: Sync {
    /// Since it told last, a replication has made so many job rows, and has come from one part of its horizon to another
    /// (0 to 1).
    fn advanced(&self, rows: u64, from: f64, to: f64);
}

impl Progress for () {
    fn advanced(&self, _rows: u64, _from: f64, _to: f64) {}
}

/// How many events happen between two tellings.
const STRIDE: u64 = 1 << 16;

/// Runs all replications of a scenario on rayon's current threads.
pub fn run(scenario: &Scenario, progress: &dyn Progress) -> Results {
    Results::of(replicate(scenario, &[], 0..scenario.replications, progress))
}

/// Runs the replications of these numbers, and measures shares beside their figures.
pub fn replicate(scenario: &Scenario, shares: &[ShareWithin], numbers: Range<u32>, progress: &dyn Progress) -> Vec<ReplicationStats> {
    let one = |index| Replication { scenario, index: u64::from(index), shares }.run(progress);
    numbers.into_par_iter().map(one).collect()
}

/// The same with an observer for each, which is given back.
pub fn replicate_observed<O: Observer + Send>(
    scenario: &Scenario,
    shares: &[ShareWithin],
    numbers: Range<u32>,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Vec<ReplicationStats>, Vec<O>) {
    let one = |(index, observer)| Replication { scenario, index: u64::from(index), shares }.observe(progress, observer);
    let numbered: Vec<(u32, O)> = numbers.zip(observers).collect();
    numbered.into_par_iter().map(one).unzip()
}

/// Runs all replications of a scenario under a policy of the caller's, which `start` makes for each.
pub fn run_policy<P: ClaimPolicy>(
    scenario: &Scenario,
    start: impl Fn(&Streams) -> P + Sync,
    progress: &dyn Progress,
) -> Results {
    let one = |index| {
        let replication = Replication { scenario, index: u64::from(index), shares: &[] };
        simulate(&replication, &start, progress, ()).0
    };
    Results::of((0..scenario.replications).into_par_iter().map(one).collect())
}

/// Runs as many replications as there are further observers, each with its own, and gives these back in order.
pub fn run_observed<O: Observer + Send>(
    scenario: &Scenario,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Results, Vec<O>) {
    let (outcomes, observers) = replicate_observed(scenario, &[], 0..observers.len() as u32, progress, observers);
    (Results::of(outcomes), observers)
}

/// One replication of a scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replication<'a> {
    pub(super) scenario: &'a Scenario,
    /// Its number, counted from 0.
    pub(super) index: u64,
    /// What is measured beside the figures.
    pub(super) shares: &'a [ShareWithin],
}

impl Replication<'_> {
    /// Runs it under the scenario's policy.
    pub(super) fn run(&self, progress: &dyn Progress) -> ReplicationStats {
        match &self.scenario.policy {
            Policy::FirstFit => simulate(self, |_| FirstFit, progress, ()).0,
            _ => self.observe(progress, ()).0,
        }
    }

    /// The same with a further observer. Whoever is observed has no engine of its own for `first-fit`: each is a while to compile.
    pub(super) fn observe<O: Observer>(&self, progress: &dyn Progress, observer: O) -> (ReplicationStats, O) {
        let policy = |streams: &Streams| self.scenario.policy.start(&self.scenario.system, streams);
        simulate(self, policy, progress, observer)
    }
}

/// One replication from instant 0 to the horizon.
fn simulate<P: ClaimPolicy, O: Observer>(
    &Replication { scenario, index, shares }: &Replication,
    policy: impl FnOnce(&Streams) -> P,
    progress: &dyn Progress,
    observer: O,
) -> (ReplicationStats, O) {
    let streams = Streams::new(scenario.seed, index);
    let start = ArrivalStart { streams: &streams, epoch: scenario.epoch };
    let sources = scenario.sources.iter().map(|source| source.start(start)).collect();
    let stats = StatsObserver::new(&scenario.system, scenario.slo, scenario.slowdown_bound).with_shares(shares);
    let simulation = Simulation::new(&scenario.system, policy(&streams), sources, &streams, (stats, observer));
    let (stats, observer) = to_the_end(simulation, scenario.system.window.horizon, progress);
    (stats.finish(), observer)
}

/// Runs a replication to its horizon, and gives back its observer.
pub(super) fn to_the_end<P: ClaimPolicy, A: ArrivalProcess, O: Observer>(
    mut simulation: Simulation<P, A, O>,
    horizon: Time,
    progress: &dyn Progress,
) -> O {
    let horizon = horizon.as_secs_f64();
    let (mut rows, mut part) = (0, 0.0);
    loop {
        let goes_on = simulation.run_for(STRIDE);
        let now = if goes_on { simulation.now().as_secs_f64() / horizon } else { 1.0 };
        progress.advanced(simulation.rows() - rows, part, now);
        (rows, part) = (simulation.rows(), now);
        if !goes_on {
            return simulation.finish();
        }
    }
}
