//! The engine against the naive simulator under every claim policy. The scenarios must also show
//! the situations for which each policy exists.

use std::cell::RefCell;
use std::collections::BTreeMap;

use claimsim::internals::model::time::Span;
use claimsim::internals::policy::{BackfillOrder, JobLength, Policy};
use proptest::prelude::*;
use proptest::sample::select;

use super::event::first_difference;
use super::naive::Notes;
use super::scenarios::{
    Scenario, claim_rules, delayed, instant, pools, pressed, prompt, scenarios, storms, ticks, under,
};
use super::{check, divisor, engine, reference_with_notes};

/// The number of scenarios of each kind that are compared under each policy.
const CASES: u32 = 150;

/// The number of scenarios of a policy in which each observation must occur.
const ENOUGH: usize = 5;

/// Every policy of the catalogue, with parameters that matter in runs of some tens of ticks.
pub(crate) fn policies() -> BoxedStrategy<Policy> {
    prop_oneof![ranked(), picking(), holding()].boxed()
}

/// Policies that define an order: the first job that fits goes next.
pub(crate) fn ranked() -> BoxedStrategy<Policy> {
    prop_oneof![
        Just(Policy::FirstFit),
        priority(),
        lengths().prop_map(|by| Policy::ShortestFirst { by }),
        lengths().prop_map(|by| Policy::LongestFirst { by }),
        Just(Policy::EarliestDeadline),
        Just(Policy::SmallestFirst),
        Just(Policy::LargestFirst),
    ]
    .boxed()
}

/// Policies that choose among the jobs that fit, and always choose one.
pub(crate) fn picking() -> BoxedStrategy<Policy> {
    let plain = select(vec![Policy::Random, Policy::BestFit, Policy::WorstFit, Policy::MaxWeight]);
    prop_oneof![4 => plain, 1 => fair_share()].boxed()
}

/// Policies that may hold back a job that would fit.
pub(crate) fn holding() -> BoxedStrategy<Policy> {
    prop_oneof![Just(Policy::StrictFifo), reserve_after(), easy_backfill(), Just(Policy::ConservativeBackfill)].boxed()
}

fn priority() -> BoxedStrategy<Policy> {
    let aging = prop_oneof![Just(None), (1..=4_i64).prop_map(|n| Some(ticks(n))), Just(Some(Span(1)))];
    aging.prop_map(|aging| Policy::Priority { aging }).boxed()
}

fn lengths() -> BoxedStrategy<JobLength> {
    select(vec![JobLength::Service, JobLength::Estimate]).boxed()
}

fn fair_share() -> BoxedStrategy<Policy> {
    // One weight for each possible action.
    proptest::collection::vec(1..=3_u32, 4).prop_map(|weights| Policy::FairShare { weights: weights.into() }).boxed()
}

fn reserve_after() -> BoxedStrategy<Policy> {
    (0..=4_i64).prop_map(|n| Policy::ReserveAfter { patience: ticks(n) }).boxed()
}

fn easy_backfill() -> BoxedStrategy<Policy> {
    select(vec![BackfillOrder::Arrival, BackfillOrder::Shortest])
        .prop_map(|order| Policy::EasyBackfill { order })
        .boxed()
}

/// Compares a policy in many scenarios of all kinds. Each of these observations must occur.
fn compare(name: &str, policy: impl Strategy<Value = Policy> + Clone + 'static, observations: &[&str]) {
    let seen: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let look = |scenario: &Scenario| {
        let (reference, Notes { mut observations, .. }) = reference_with_notes(scenario);
        if let Some(difference) = first_difference(&reference, &engine(scenario)) {
            panic!("{:?}: {difference}", scenario.policy);
        }
        observations.sort_unstable();
        observations.dedup();
        let mut seen = seen.borrow_mut();
        for observation in observations {
            *seen.entry(observation).or_default() += 1;
        }
    };
    check(name, CASES, under(policy.clone(), pressed(instant())), look);
    check(name, CASES, under(policy.clone(), pressed(delayed())), look);
    check(name, CASES, under(policy.clone(), pressed(prompt())), look);
    check(name, CASES, under(policy.clone(), scenarios(claim_rules())), look);
    check(name, CASES, under(policy.clone(), storms(claim_rules())), look);
    check(name, CASES, under(policy, pools(claim_rules())), look);
    if divisor() > 1 {
        // Too few scenarios to require rare observations.
        return;
    }
    let seen = seen.into_inner();
    let rare: Vec<_> = OF_ESTIMATES
        .iter()
        .chain(observations)
        .filter(|observation| seen.get(**observation).is_none_or(|&count| count < ENOUGH))
        .collect();
    assert!(rare.is_empty(), "{rare:?} are too rare in {seen:#?}");
}

/// One test for each line, so that tests run in parallel.
macro_rules! the_same_under {
    ($($name:ident: $policy:expr => [$($observation:literal),* $(,)?];)+) => {
        mod the_same_trajectory_under {
            use super::*;

            $(#[test]
            fn $name() {
                compare(stringify!($name), $policy, &[$($observation),*]);
            })+
        }
    };
}

/// Observations that must occur under every policy.
const OF_ESTIMATES: [&str; 4] =
    ["ended before its estimate", "ended as estimated", "ended after its estimate", "asked to stop at its estimate"];

the_same_under! {
    first_fit: Just(Policy::FirstFit) => [];
    priority: super::priority() => ["overtook an older job that fits"];
    shortest_first: lengths().prop_map(|by| Policy::ShortestFirst { by }) => ["overtook an older job that fits"];
    longest_first: lengths().prop_map(|by| Policy::LongestFirst { by }) => ["overtook an older job that fits"];
    smallest_first: Just(Policy::SmallestFirst) => ["overtook an older job that fits"];
    largest_first: Just(Policy::LargestFirst) => ["overtook an older job that fits"];
    earliest_deadline: Just(Policy::EarliestDeadline) => ["overtook an older job that fits"];
    random: Just(Policy::Random) => ["overtook an older job that fits"];
    best_fit: Just(Policy::BestFit) => ["overtook an older job that fits"];
    worst_fit: Just(Policy::WorstFit) => ["overtook an older job that fits"];
    fair_share: super::fair_share() => ["overtook an older job that fits", "fair-share, equal shares"];
    max_weight: Just(Policy::MaxWeight) => ["overtook an older job that fits", "max-weight, several classes together"];
    strict_fifo: Just(Policy::StrictFifo) => ["held back a job that fits", "parked", "a failed attempt"];
    reserve_after: super::reserve_after() => [
        "held back a job that fits",
        "parked",
        "a failed attempt",
        "allowed on some of the workers that it fits",
        "a reservation used",
        "a reservation left for another worker",
        "several reservations",
    ];
    easy_backfill: super::easy_backfill() => [
        "overtook an older job that fits",
        "held back a job that fits",
        "parked",
        "a failed attempt",
        "allowed on some of the workers that it fits",
        "backfilled to end before the shadow",
        "backfilled beside the head",
        "backfilled where the head will not go",
        "backfilled a shorter job first",
        "the head has no shadow",
        "the head fits elsewhere",
    ];
    conservative_backfill: Just(Policy::ConservativeBackfill) => [
        "overtook an older job that fits",
        "held back a job that fits",
        "parked",
        "a failed attempt",
        "backfilled",
        "reserved for later",
        "no room at any time",
        "reservations made again",
        "a reservation moved up",
        "started elsewhere than reserved",
    ];
}
