//! Common random numbers: the draws of a job do not depend on the workers, or on their number.

use std::collections::BTreeMap;

use claimsim::internals::engine::{Availability, ClaimRule, InitialState, MisfireRule, Overlap};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::claim::{ClaimBatch, DispatchTiming, Placement};
use claimsim::internals::model::job::JobOutcome;
use claimsim::internals::model::time::{Span, Time};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::event::{Event, Kind, first_difference};
use crate::faults::faults;
use crate::scenarios::{Scenario, claim_rules, constant, scenarios, storms};
use crate::sources::Source;
use crate::{check, engine};

/// An attempt: its action, the chain's number among the action's arrivals, and its number in the
/// chain.
pub(super) type Key = (ActionId, u64, u32);
/// The draws of an attempt, its need, and the arrival of its chain.
pub(super) type Instance = (Time, NeedId, Span, JobOutcome);

/// All attempts of the exogenous jobs. The run has neither children nor customers.
pub(super) fn instances(events: &[Event]) -> BTreeMap<Key, Instance> {
    let mut arrivals: BTreeMap<ActionId, u64> = BTreeMap::new();
    let (mut ordinals, mut instances) = (BTreeMap::new(), BTreeMap::new());
    for event in events {
        match event.kind {
            Kind::Skipped { action } => *arrivals.entry(action).or_default() += 1,
            Kind::Created { row, .. } => {
                if row.number == 1 {
                    let next = arrivals.entry(row.action).or_default();
                    ordinals.insert(row.first, *next);
                    *next += 1;
                }
                let instance = (row.since, row.need, row.service, row.planned_outcome);
                instances.insert((row.action, ordinals[&row.first], row.number), instance);
            }
            _ => {}
        }
    }
    instances
}

/// The scenario without customers, whose arrivals depend on the system, without children, and with
/// crons that do not make up for anything, so that jobs arrive in the order of their draws.
pub(super) fn open(scenario: &Scenario) -> Scenario {
    let mut open = scenario.clone();
    open.sources.retain(|source| !matches!(source, Source::Closed { .. }));
    for source in &mut open.sources {
        if let Source::Cron { missed, .. } = source {
            *missed = MisfireRule::Skip;
        }
    }
    open.system.actions.iter_mut().for_each(|action| action.spawns = None);
    open
}

#[test]
fn the_same_jobs_come_under_every_claim_rule_and_number_of_workers() {
    let any = prop_oneof![scenarios(claim_rules()), storms(claim_rules())];
    let other = (claim_rules(), 1..=6_usize, option::of(faults(0..=5, 0..=2)));
    check("common random numbers", 600, (any, other), |(scenario, (claim, workers, faults))| {
        let one = open(scenario);
        let mut two = one.clone();
        two.system.claim = claim.clone();
        let copies = two.system.workers.clone().into_iter().cycle().take(*workers).enumerate();
        two.system.workers = copies
            .map(|(i, mut worker)| {
                worker.id = format!("other-{i}");
                worker
            })
            .collect();
        keep_workers_that_are_busy(&mut two, &one);
        two.system.availability = Availability::default();
        if let Some(faults) = faults {
            faults.clone().add_to(&mut two.system);
        }
        let (first, second) = (instances(&engine(&one)), instances(&engine(&two)));
        let same = |key: &Key, instance: &Instance| second.get(key).is_none_or(|other| other == instance);
        let differing: Vec<_> = first.iter().filter(|(key, instance)| !same(key, instance)).collect();
        assert!(differing.is_empty(), "drawn differently: {differing:?}");
        if !has_skips(&one) && !has_skips(&two) {
            let arrived = |instances: &BTreeMap<Key, Instance>| {
                instances.keys().filter(|key| key.2 == 1).copied().collect::<Vec<_>>()
            };
            assert_eq!(arrived(&first), arrived(&second), "the same first attempts arrive");
        }
    });
}

/// Rows that run at the start keep their workers; if one of these is missing, the workers stay as
/// they were.
fn keep_workers_that_are_busy(two: &mut Scenario, one: &Scenario) {
    let gone = |state: InitialState| state.worker().is_some_and(|worker| worker.0 as usize >= two.system.workers.len());
    if one.system.initial.iter().any(|row| gone(row.state)) {
        two.system.workers.clone_from(&one.system.workers);
    }
}

fn keep_only_first_worker(availability: &mut Availability) {
    availability.outages.retain(|outage| outage.worker.0 == 0);
    availability.breakdowns.retain(|breakdowns| breakdowns.worker.0 == 0);
    availability.capacity_changes.retain(|change| change.worker.0 == 0);
}

pub(super) fn has_skips(scenario: &Scenario) -> bool {
    let may_be_missed = scenario.system.availability.has_outages();
    let skips = |source: &Source| match source {
        Source::Cron { overlap, .. } => may_be_missed || *overlap != Overlap::Enqueue,
        _ => false,
    };
    scenario.sources.iter().any(skips)
}

#[test]
fn an_action_keeps_its_jobs_when_another_is_added_or_taken_away() {
    check("actions apart", 200, scenarios(claim_rules()), |scenario| {
        let mut fewer = open(scenario);
        fewer.sources.truncate(1);
        let more = open(scenario);
        let Some(Source::Renewal { action, .. }) = fewer.sources.first() else { return };
        let alone = more.sources[1..].iter().all(|source| !can_bring(source, *action));
        if alone {
            let of_action = |scenario: &Scenario| {
                let mut instances = instances(&engine(scenario));
                instances.retain(|key, _| key.0 == *action && key.2 == 1);
                instances
            };
            assert_eq!(of_action(&fewer), of_action(&more));
        }
    });
}

fn can_bring(source: &Source, action: ActionId) -> bool {
    match source {
        Source::Renewal { action: of, .. } | Source::Closed { action: of, .. } | Source::Cron { action: of, .. } => {
            *of == action
        }
        Source::Listed(arrivals) => arrivals.iter().any(|(arrival, _)| arrival.action == action),
    }
}

#[test]
fn a_seed_gives_one_trajectory_and_another_seed_another() {
    check("determinism", 100, scenarios(claim_rules()), |scenario| {
        assert_eq!(first_difference(&engine(scenario), &engine(scenario)), None);
    });
    let mut runner = TestRunner::deterministic();
    let scenario = scenarios(Just(ClaimRule::Instant { placement: Placement::Random, pass: DispatchTiming::Instant }));
    let differing = (0..50)
        .filter(|_| {
            let one = scenario.new_tree(&mut runner).expect("a scenario").current();
            let two = Scenario { seed: one.seed + 1, ..one.clone() };
            engine(&one) != engine(&two)
        })
        .count();
    assert!(differing > 25, "most scenarios have something random in them, but only {differing} of 50 differ");
}

#[test]
fn the_constant_zero_delay_claims_what_instant_claiming_does() {
    // Without a delay and with one worker the race is over at once: the claims are those of one
    // pass an instant.
    check("zero delay", 300, scenarios(claim_rules()), |scenario| {
        let mut instant = scenario.clone();
        instant.system.workers.truncate(1);
        instant.system.initial.clear();
        keep_only_first_worker(&mut instant.system.availability);
        instant.system.queue_limit = None;
        instant.system.claim = ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Instant };
        let mut delayed = instant.clone();
        delayed.system.claim = ClaimRule::Delayed { delay: constant(0.0), batch: ClaimBatch::All };
        assert_eq!(first_difference(&engine(&instant), &engine(&delayed)), None);
    });
}
