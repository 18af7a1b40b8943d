//! The engine against a naive second simulator of the same model: the same trajectory, event by event.

mod cases;
mod draws;
pub(crate) mod event;
mod naive;
pub(crate) mod scenarios;
pub(crate) mod sources;
mod told;

use claimsim::engine::{ClaimRule, Simulation};
use claimsim::policy::FirstFit;
use event::{Event, Trajectory, first_difference};
use naive::Naive;
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestRng, TestRunner};
use scenarios::{Scenario, claim_rules, delayed, instant, scenarios};
use sources::Process;

/// What the naive simulator makes of a scenario.
pub(crate) fn reference(scenario: &Scenario) -> Vec<Event> {
    Naive::new(&scenario.system, scenario.processes(), &scenario.streams()).run()
}

/// The engine, about to run a scenario.
fn simulation(scenario: &Scenario) -> Simulation<'_, FirstFit, Process, Trajectory> {
    Simulation::new(&scenario.system, FirstFit, scenario.processes(), &scenario.streams(), Trajectory::default())
}

/// What the engine makes of it.
pub(crate) fn engine(scenario: &Scenario) -> Vec<Event> {
    simulation(scenario).finish().into_events()
}

/// Holds a law to so many random cases, always the same ones; one that breaks it is shrunk to a small case.
pub(crate) fn check<S: Strategy>(name: &str, cases: u32, strategy: S, law: impl Fn(&S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
        law(&value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{name}: {error}");
    }
}

#[track_caller]
fn same(scenario: &Scenario) {
    if let Some(difference) = first_difference(&reference(scenario), &engine(scenario)) {
        panic!("{difference}");
    }
}

#[test]
fn same_trajectory_event_by_event_under_instant_claiming() {
    check("instant claiming", 1000, scenarios(instant()), same);
}

#[test]
fn same_trajectory_event_by_event_under_delayed_claiming() {
    check("delayed claiming", 1000, scenarios(delayed()), same);
}
