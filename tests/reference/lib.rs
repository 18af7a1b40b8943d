//! The engine against a naive second simulator of the same model: both must produce the same
//! events.
#![cfg(test)]

mod actions;
mod cases;
mod cron_dialect;
mod draws;
mod event;
mod faults;
mod groups;
mod invariants;
mod naive;
mod policies;
mod race;
mod range;
mod recorded_race;
mod scenarios;
mod sources;
mod wait_reasons;
mod zones;

use claimsim::internals::engine::{ClaimRule, Observer, Simulation};
use claimsim::internals::model::claim::ClaimBatch;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::policy::{AnyPolicy, FirstFit, Policy};
use event::{Event, Trajectory, first_difference};
use naive::{Naive, Notes};
use policies::{picking, policies, ranked};
use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestRng, TestRunner};
use recorded_race::RecordedRace;
use scenarios::{Scenario, claim_rules, crowds, delayed, instant, pools, scenarios, storms, under, uniform};
use sources::Process;

/// The events of a scenario by the naive simulator.
pub(crate) fn reference(scenario: &Scenario) -> Vec<Event> {
    naive(scenario).run()
}

/// The same events with the notes of the naive simulator.
pub(crate) fn reference_with_notes(scenario: &Scenario) -> (Vec<Event>, Notes) {
    naive(scenario).run_with_notes()
}

fn naive(scenario: &Scenario) -> Naive<'_, Process> {
    Naive::new(&scenario.system, &scenario.policy, scenario.processes(), &scenario.streams())
}

/// The engine at the start of a scenario, with an observer.
pub(crate) fn simulation<O: Observer>(scenario: &Scenario, observer: O) -> Simulation<'_, AnyPolicy, Process, O> {
    let (system, streams) = (&scenario.system, scenario.streams());
    Simulation::new(system, scenario.policy.start(system, &streams), scenario.processes(), &streams, observer)
}

/// The events of a scenario by the engine; `first-fit` has a kernel of its own.
pub(crate) fn engine(scenario: &Scenario) -> Vec<Event> {
    if scenario.policy == Policy::FirstFit {
        let (system, streams) = (&scenario.system, scenario.streams());
        let own = Simulation::new(system, FirstFit, scenario.processes(), &streams, Trajectory::default());
        return own.finish().into_events();
    }
    engine_of_any(scenario)
}

/// The events by the general kernel, which runs any policy.
pub(crate) fn engine_of_any(scenario: &Scenario) -> Vec<Event> {
    simulation(scenario, Trajectory::default()).finish().into_events()
}

/// The number by which the quick tier divides the number of random cases: 1, or the value of
/// `CLAIMSIM_CASES`.
fn divisor() -> u32 {
    std::env::var("CLAIMSIM_CASES").map_or(1, |text| text.parse().expect("CLAIMSIM_CASES is a number above 0"))
}

/// The random numbers of a property: the same in every run, or those of the seed `CLAIMSIM_SEED`,
/// which the example `swarm` sets.
#[allow(clippy::print_stdout, reason = "the swarm counts the cases")]
fn random_numbers(name: &str, config: &Config) -> TestRng {
    let Ok(seed) = std::env::var("CLAIMSIM_SEED") else {
        return TestRng::deterministic_rng(config.rng_algorithm);
    };
    println!("random cases: {} of {name}", config.cases);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.parse::<u64>().expect("CLAIMSIM_SEED is a number").to_le_bytes());
    // Properties with the same generator get other cases.
    name.bytes().enumerate().for_each(|(index, byte)| bytes[8 + index % 24] ^= byte.rotate_left(index as u32 / 24));
    TestRng::from_seed(config.rng_algorithm, &bytes)
}

/// Checks a property on a number of random cases, the same in every run. A case that fails is
/// shrunk.
pub(crate) fn check<S: Strategy>(name: &str, cases: u32, strategy: S, property: impl Fn(&S::Value)) {
    let cases = cases.div_ceil(divisor());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let rng = random_numbers(name, &config);
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
        property(&value);
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
fn same_trajectory_under_instant_claiming() {
    check("instant claiming", 1000, scenarios(instant()), same);
}

#[test]
fn same_trajectory_under_delayed_claiming() {
    check("delayed claiming", 1000, scenarios(delayed()), same);
}

#[test]
fn same_trajectory_in_storms() {
    check("storms", 2000, storms(claim_rules()), same);
}

#[test]
fn same_trajectory_of_pools_that_change() {
    check("pools", 1000, pools(claim_rules()), same);
}

#[test]
fn same_trajectory_with_a_hundred_workers() {
    check("many workers", 100, crowds(prop_oneof![instant(), delayed()]), |scenario| {
        if !is_raced_by_the_crowd(scenario) {
            same(scenario);
        }
    });
}

#[test]
fn same_trajectory_with_a_hundred_workers_under_any_policy() {
    // With a reservation for every job the naive simulator is too slow.
    let quick = policies().prop_filter("quick", |policy| *policy != Policy::ConservativeBackfill);
    check("many workers", 150, under(quick, crowds(prop_oneof![instant(), delayed()])), |scenario| {
        if !is_raced_by_the_crowd(scenario) {
            same(scenario);
        }
    });
}

#[test]
fn recorded_races_of_large_pools_under_policies_that_never_reserve() {
    let policies = prop_oneof![ranked(), picking()];
    let claim = select(vec![registry(ClaimBatch::One), registry(ClaimBatch::All)]);
    check("crowds and policies", 150, under(policies, crowds(claim)), |scenario| {
        let engine = engine(scenario);
        let race = RecordedRace::new(&scenario.system, &engine, (Span::ZERO, Span::secs(3)));
        match naive(scenario).run_recorded(race) {
            Ok(reference) => assert_eq!(first_difference(&reference, &engine), None, "{:?}", scenario.policy),
            Err(complaint) => panic!("{:?}: {complaint}", scenario.policy),
        }
    });
}

/// Whether the engine may draw a race by another method than worker by worker. It never does under
/// policies that hold jobs back.
fn is_raced_by_the_crowd(scenario: &Scenario) -> bool {
    let holds_back = naive(scenario).holds_back();
    let is_race =
        !holds_back && matches!(&scenario.system.claim, ClaimRule::Delayed { delay, .. } if delay.variance() > 0.0);
    is_race && scenario.system.workers.len() >= 64
}

/// The race for jobs in the registry.
fn registry(batch: ClaimBatch) -> ClaimRule {
    ClaimRule::Delayed { delay: uniform(0.0, 3.0), batch }
}

/// The same under a delay with a positive minimum.
#[test]
fn recorded_races_with_a_least_delay() {
    let later = |batch| ClaimRule::Delayed { delay: uniform(1.0, 2.0), batch };
    check("cohorts", 150, crowds(select(vec![later(ClaimBatch::One), later(ClaimBatch::All)])), |scenario| {
        let engine = engine(scenario);
        let race = RecordedRace::new(&scenario.system, &engine, (Span::secs(1), Span::secs(2)));
        match naive(scenario).run_recorded(race) {
            Ok(reference) => assert_eq!(first_difference(&reference, &engine), None),
            Err(complaint) => panic!("{complaint}"),
        }
    });
}

#[test]
fn recorded_races_of_large_pools() {
    check("crowds", 150, crowds(select(vec![registry(ClaimBatch::One), registry(ClaimBatch::All)])), |scenario| {
        let engine = engine(scenario);
        let race = RecordedRace::new(&scenario.system, &engine, (Span::ZERO, Span::secs(3)));
        match naive(scenario).run_recorded(race) {
            Ok(reference) => assert_eq!(first_difference(&reference, &engine), None),
            Err(complaint) => panic!("{complaint}"),
        }
    });
}

#[test]
fn a_run_in_pieces_is_the_run_in_one() {
    check("pieces", 300, under(policies(), scenarios(claim_rules())), |scenario| {
        let mut pieces = simulation(scenario, Trajectory::default());
        for at in (0..50).map(|half_seconds| Time(half_seconds * 500_000_000)) {
            pieces.run_until(at);
            assert!(pieces.now() <= at && pieces.peek().is_none_or(|next| next > at));
        }
        assert_eq!(first_difference(&engine(scenario), &pieces.finish().into_events()), None);
    });
}
