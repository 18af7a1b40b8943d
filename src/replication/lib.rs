//! One replication of a scenario: assembles its simulation and runs it.
//!
//! Every study runs the kernel through this crate, so the kernel is compiled here: once for
//! `first-fit` with statistics, once for all other policies with statistics, and once for any
//! further observer. Only `diff`, which wraps the policy, and a policy of the caller compile
//! kernels of their own. The crates above hold no hot code.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

use crate::arrival::AnyProcess;
use crate::engine::{ArrivalProcess, ArrivalStart, ClaimPolicy, Observer, Simulation};
use crate::model::time::Time;
use crate::policy::{AnyPolicy, FirstFit, Policy};
use crate::random::stream::Streams;
use crate::scenario::Scenario;
use crate::stats::{Measurements, ReplicationStats, StatsObserver};

/// Receives the progress of replications. Several replications may report at the same time.
pub trait Progress: Sync {
    /// Since its last report, a replication created `rows` job rows and advanced from one fraction
    /// of its horizon to another (0 to 1).
    fn advanced(&self, rows: u64, from: f64, to: f64);
}

impl Progress for () {
    fn advanced(&self, _rows: u64, _from: f64, _to: f64) {}
}

/// Events between two reports of progress.
const STRIDE: u64 = 1 << 16;

/// One replication of a scenario: a pure function of scenario, seed and index.
#[derive(Clone, Copy, Debug)]
pub struct Replication<'a> {
    /// What is simulated.
    pub scenario: &'a Scenario,
    /// Its number, counted from 0.
    pub index: u64,
}

impl<'a> Replication<'a> {
    /// Replication number `index`, counted from 0.
    pub fn new(scenario: &'a Scenario, index: u64) -> Replication<'a> {
        Replication { scenario, index }
    }

    /// The simulation at instant 0, under a policy that `start` makes.
    pub fn simulation<P: ClaimPolicy, O: Observer>(
        &self,
        start: impl FnOnce(&Streams) -> P,
        observer: O,
    ) -> Simulation<'a, P, AnyProcess, O> {
        let Replication { scenario, index } = *self;
        let streams = Streams::new(scenario.seed, index);
        let arrivals = ArrivalStart { streams: &streams, epoch: scenario.epoch };
        let sources = scenario.sources.iter().map(|source| source.start(arrivals)).collect();
        Simulation::new(&scenario.system, start(&streams), sources, &streams, observer)
    }

    /// Runs to the horizon under the scenario's policy and measures; `measurements` are taken
    /// besides all metrics.
    pub fn measure(&self, measurements: &Measurements, progress: &dyn Progress) -> ReplicationStats {
        match &self.scenario.policy {
            Policy::FirstFit => self.measure_under(|_| FirstFit, measurements, progress),
            _ => self.measure_under(|streams| self.any_policy(streams), measurements, progress),
        }
    }

    /// The same as [`Replication::measure`] under a policy that `start` makes. A policy of the
    /// caller compiles a kernel of its own.
    pub fn measure_under<P: ClaimPolicy>(
        &self,
        start: impl FnOnce(&Streams) -> P,
        measurements: &Measurements,
        progress: &dyn Progress,
    ) -> ReplicationStats {
        let simulation = self.simulation(start, self.statistics(measurements));
        self.run_to_end(simulation, progress).finish()
    }

    /// The same as [`Replication::measure`] with a further observer.
    pub fn measure_observed(
        &self,
        measurements: &Measurements,
        progress: &dyn Progress,
        observer: &mut dyn Observer,
    ) -> ReplicationStats {
        let mut both = (self.statistics(measurements), observer);
        self.observe(progress, &mut both);
        both.0.finish()
    }

    /// Runs to the horizon under the scenario's policy and reports every event to an observer.
    pub fn observe(&self, progress: &dyn Progress, observer: &mut dyn Observer) {
        self.run_to_end(self.observed(observer), progress);
    }

    /// Runs up to and including an instant, and reports every event to an observer.
    pub fn observe_until(&self, at: Time, observer: &mut dyn Observer) {
        self.observed(observer).run_until(at);
    }

    /// The simulation at instant 0 under the scenario's own policy, for any observer.
    fn observed<'o>(
        &self,
        observer: &'o mut dyn Observer,
    ) -> Simulation<'a, AnyPolicy, AnyProcess, &'o mut dyn Observer> {
        self.simulation(|streams| self.any_policy(streams), observer)
    }

    fn any_policy(&self, streams: &Streams) -> AnyPolicy {
        self.scenario.policy.start(&self.scenario.system, streams)
    }

    fn statistics(&self, measurements: &Measurements) -> StatsObserver {
        let Scenario { system, slo, slowdown_bound, epoch, time_zone, .. } = self.scenario;
        StatsObserver::new(system, *slo, *slowdown_bound).with(measurements, system, *epoch, *time_zone)
    }

    /// Runs a simulation of this replication to the horizon and returns its observer.
    fn run_to_end<P: ClaimPolicy, A: ArrivalProcess, O: Observer>(
        &self,
        mut simulation: Simulation<P, A, O>,
        progress: &dyn Progress,
    ) -> O {
        let seconds = |time: Time| time.as_secs_f64() / self.scenario.system.window.horizon.as_secs_f64();
        let (mut rows, mut from) = (0, 0.0);
        loop {
            let goes_on = simulation.run_for(STRIDE);
            let to = if goes_on { seconds(simulation.now()) } else { 1.0 };
            progress.advanced(simulation.rows() - rows, from, to);
            (rows, from) = (simulation.rows(), to);
            if !goes_on {
                return simulation.finish();
            }
        }
    }
}
