//! Runs replications: each is a simulation of its own, they run in parallel and come back in order.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::engine::{ClaimPolicy, Observer};
use crate::model::time::Time;
use crate::policy::Policy;
use crate::random::stream::Streams;
use crate::replication::{Progress, Replication};
use crate::results::Results;
use crate::scenario::{Scenario, WarmUpRule};
use crate::stats::{Measurements, ReplicationStats};
use crate::warmup::find_warm_up;

/// Replications of one scenario: the entry point for programs that embed the simulator.
///
/// ```
/// use claimsim_experiment::Experiment;
/// use claimsim_scenario::{self as scenario, NoFiles};
/// use claimsim_stats::Measure;
///
/// let text = r#"
///     horizon = "10d"
///     warmup = "1h"
///     claim = { delay = "none" }
///
///     [worker.scanner]
///     capacity = { scan = 1 }
///
///     [action.scan]
///     capacity = { scan = 1 }
///     arrival = { poisson = { rate = "48/h" } }
///     service = { exponential = { mean = "1m" } }
/// "#;
/// let loaded = scenario::load("one-scanner.toml", text, &[], &NoFiles).expect("a valid text");
/// let results = Experiment::new(&loaded.scenario).seed(7).replications(10).run();
/// let mean_wait = results.mean(Measure::WaitS).expect("jobs have come");
/// // Theory: load / (1 - load) x mean service = 0.8 / 0.2 x 60 s.
/// assert!((mean_wait - 240.0).abs() < 15.0, "{mean_wait}");
/// ```
#[derive(Clone, Debug)]
pub struct Experiment<'a> {
    scenario: Cow<'a, Scenario>,
}

impl<'a> Experiment<'a> {
    /// An experiment with the scenario's own policy, seed and number of replications.
    pub fn new(scenario: &'a Scenario) -> Experiment<'a> {
        Experiment { scenario: Cow::Borrowed(scenario) }
    }

    /// Sets the seed of all random streams.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Experiment<'a> {
        self.scenario.to_mut().seed = seed;
        self
    }

    /// Sets the number of replications.
    #[must_use]
    pub fn replications(mut self, replications: u32) -> Experiment<'a> {
        self.scenario.to_mut().replications = replications;
        self
    }

    /// Sets the claim policy, one of those that scenarios name.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Experiment<'a> {
        let scenario = self.scenario.to_mut();
        scenario.policy_label = policy.label(&scenario.system.actions);
        scenario.policy = policy;
        self
    }

    /// Runs all replications on rayon's current threads, after the pilots of an automatic warm-up.
    pub fn run(mut self) -> Results {
        if self.scenario.warm_up == WarmUpRule::Auto {
            find_warm_up(self.scenario.to_mut(), &());
        }
        run(&self.scenario, &())
    }
}

/// Runs all replications of a scenario on rayon's current threads.
pub fn run(scenario: &Scenario, progress: &dyn Progress) -> Results {
    Results::of(replicate(scenario, &Measurements::default(), 0..scenario.replications, progress))
}

/// Runs the replications with these numbers and takes measurements besides their figures.
pub fn replicate(
    scenario: &Scenario,
    measurements: &Measurements,
    numbers: Range<u32>,
    progress: &dyn Progress,
) -> Vec<ReplicationStats> {
    let one = |index| Replication::new(scenario, u64::from(index)).measure(measurements, progress);
    numbers.into_par_iter().map(one).collect()
}

/// The same with an observer for each replication, which is returned.
pub fn replicate_observed<O: Observer + Send>(
    scenario: &Scenario,
    measurements: &Measurements,
    numbers: Range<u32>,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Vec<ReplicationStats>, Vec<O>) {
    let one = |(index, mut observer)| {
        let stats =
            Replication::new(scenario, u64::from(index)).measure_observed(measurements, progress, &mut observer);
        (stats, observer)
    };
    let numbered: Vec<(u32, O)> = numbers.zip(observers).collect();
    numbered.into_par_iter().map(one).unzip()
}

/// Runs one replication up to and including an instant, and reports every event to an observer.
pub fn observe(scenario: &Scenario, number: u32, until: Time, observer: &mut dyn Observer) {
    Replication::new(scenario, u64::from(number)).observe_until(until, observer);
}

/// Runs all replications of a scenario under a policy of the caller, which `start` makes for each.
pub fn run_policy<P: ClaimPolicy>(
    scenario: &Scenario,
    start: impl Fn(&Streams) -> P + Sync,
    progress: &dyn Progress,
) -> Results {
    let one =
        |index| Replication::new(scenario, u64::from(index)).measure_under(&start, &Measurements::default(), progress);
    Results::of((0..scenario.replications).into_par_iter().map(one).collect())
}

/// Runs one replication for each further observer and returns the observers in order.
pub fn run_observed<O: Observer + Send>(
    scenario: &Scenario,
    progress: &dyn Progress,
    observers: Vec<O>,
) -> (Results, Vec<O>) {
    let (outcomes, observers) =
        replicate_observed(scenario, &Measurements::default(), 0..observers.len() as u32, progress, observers);
    (Results::of(outcomes), observers)
}
