//! Laws of pools that change: the number of workers is what shifts and autoscalers allow, nobody is
//! left draining for nothing, and the hours of workers add up.

use std::collections::BTreeMap;

use claimsim::internals::engine::{Staffing, WorkerGroup};
use claimsim::internals::model::time::Time;
use claimsim::internals::model::worker::WorkerId;
use proptest::prelude::*;

use super::claim_order::{replay, runs_already};
use super::ledger::{Ledger, Place};
use crate::event::{Event, Kind};
use crate::policies::policies;
use crate::scenarios::{Scenario, claim_rules, pools, under};
use crate::{check, engine, reference};

const CASES: u32 = 300;

fn any_pools() -> BoxedStrategy<Scenario> {
    under(policies(), pools(claim_rules()))
}

/// Both simulators.
const SIMULATORS: [fn(&Scenario) -> Vec<Event>; 2] = [reference, engine];

/// Calls `check` with the state at the end of each instant in which something happens.
fn at_the_end_of_each_instant(scenario: &Scenario, events: &[Event], mut check: impl FnMut(Time, &Ledger)) {
    let mut last = Time::ZERO;
    replay(scenario, events, |ledger, event| {
        let is_left_over = matches!(event.kind, Kind::StillWaiting { .. } | Kind::StillRunning { .. });
        if event.time > last && !is_left_over {
            check(last, ledger);
            last = event.time;
        }
    });
}

/// The number of workers that a group should have after an instant, if that is certain.
fn planned(group: &WorkerGroup, at: Time) -> Option<usize> {
    match &group.staffing {
        Staffing::Fixed => Some(group.places.len()),
        Staffing::Shifts(changes) | Staffing::Schedule(changes) => {
            let last = changes.iter().rfind(|change| change.at <= at);
            Some(last.map_or(group.initial, |change| change.count) as usize)
        }
        Staffing::Autoscaler(_) => None,
    }
}

#[test]
fn the_number_of_workers_is_what_shifts_and_autoscalers_allow() {
    check("number of workers", CASES, any_pools(), |scenario| {
        for simulate in SIMULATORS {
            at_the_end_of_each_instant(scenario, &simulate(scenario), |now, ledger| {
                for (index, group) in scenario.system.groups.iter().enumerate() {
                    let current = ledger.current(index);
                    if let Some(planned) = planned(group, now) {
                        assert_eq!(current, planned, "group {index} after {}", now.0);
                    }
                    if let Staffing::Autoscaler(autoscaler) = &group.staffing {
                        let allowed = autoscaler.min as usize..=autoscaler.max as usize;
                        assert!(allowed.contains(&current), "{current} in group {index} after {}", now.0);
                    }
                }
            });
        }
    });
}

#[test]
fn only_ready_workers_claim() {
    check("claims of ready workers", CASES, any_pools(), |scenario| {
        for simulate in SIMULATORS {
            replay(scenario, &simulate(scenario), |ledger, event| {
                if let Kind::Claimed { job, worker } = event.kind {
                    let is_ready = ledger.places[worker.0 as usize] == Place::Ready;
                    assert!(runs_already(scenario, job) || is_ready, "{event}");
                    assert!(scenario.system.has_labels(worker, ledger.rows[&job].need), "{event}");
                }
            });
        }
    });
}

#[test]
fn workers_drain_for_their_rows_and_leave_none_behind() {
    check("draining", CASES, any_pools(), |scenario| {
        for simulate in SIMULATORS {
            at_the_end_of_each_instant(scenario, &simulate(scenario), |now, ledger| {
                for (id, place) in (0..).map(WorkerId).zip(&ledger.places) {
                    let is_right = match place {
                        Place::Empty => !ledger.is_busy(id),
                        Place::Draining => ledger.is_busy(id),
                        Place::Starting | Place::Ready => true,
                    };
                    assert!(is_right, "place {} is {place:?} after {}", id.0, now.0);
                }
            });
        }
    });
}

/// Nobody starts for longer than a startup.
#[test]
fn workers_without_a_startup_are_ready_at_once() {
    check("startups", CASES, any_pools(), |scenario| {
        for simulate in SIMULATORS {
            at_the_end_of_each_instant(scenario, &simulate(scenario), |now, ledger| {
                for group in &scenario.system.groups {
                    let takes_time = group.startup.is_some() || group.order_startup.is_some();
                    let starts = |place: u32| ledger.places[place as usize] == Place::Starting;
                    let starting = group.places.clone().find(|&place| starts(place) && !ledger.out[place as usize]);
                    assert!(takes_time || starting.is_none(), "place {starting:?} starts after {}", now.0);
                }
            });
        }
    });
}

#[test]
fn the_stays_of_workers_are_the_integral_of_places_with_workers() {
    check("hours of workers", CASES, any_pools(), |scenario| {
        for simulate in SIMULATORS {
            let events = simulate(scenario);
            let horizon = scenario.system.window.horizon;
            let (there, ids) = (scenario.system.there_at_start(), (0..).map(WorkerId));
            let ids = ids.take(there.len());
            let mut since: BTreeMap<WorkerId, Time> =
                ids.filter(|id| there[id.0 as usize]).map(|id| (id, Time::ZERO)).collect();
            let (mut stays, mut integral, mut last) = (0, 0, Time::ZERO);
            replay(scenario, &events, |ledger, event| {
                let there = ledger.places.iter().filter(|place| **place != Place::Empty).count() as i64;
                integral += there * (event.time - last).0;
                last = event.time;
                match event.kind {
                    Kind::WorkerOrdered { worker } => assert_eq!(since.insert(worker, event.time), None, "{event}"),
                    Kind::WorkerGone { worker } => {
                        stays += (event.time - since.remove(&worker).expect("it was there")).0;
                    }
                    _ => {}
                }
            });
            integral += since.len() as i64 * (horizon - last).0;
            stays += since.values().map(|since| (horizon - *since).0).sum::<i64>();
            assert_eq!(stays, integral);
        }
    });
}
