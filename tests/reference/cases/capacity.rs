//! Capacity changes while jobs run, and crons that fire without a live worker. Worked out by hand.

use claimsim::internals::engine::{CapacityChange, JobOverrides, MisfireRule, OutageKind, Overlap};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::worker::WorkerId;

use super::outages::outage;
use super::{AT_ONCE, expect, jobs, s, scenario};
use crate::sources::Source;

fn change(at: i64, units: [i64; 2]) -> CapacityChange {
    CapacityChange { worker: WorkerId(0), at: s(at), capacity: CapacityMap(units.into()) }
}

#[test]
fn at_no_capacity_jobs_run_on_and_none_is_claimed() {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (4, 1)])]);
    case.system.availability.capacity_changes = vec![change(3, [0, 0]), change(15, [2, 0])];
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "3 capacity 0 [0, 0]",
        "4 due 1",
        "10 ended 0 Done",
        "15 capacity 0 [2, 0]",
        "15 claimed 1 by 0",
        "25 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn an_overbooked_worker_claims_nothing_until_the_need_fits() {
    let mut case = scenario(&[[2, 0]], AT_ONCE, vec![jobs(&[(0, 1), (2, 1), (4, 1)])]);
    case.system.availability.capacity_changes = vec![change(3, [1, 0])];
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 due 1",
        "2 claimed 1 by 0",
        "3 capacity 0 [1, 0]",
        "4 due 2",
        "10 ended 0 Done",
        "12 ended 1 Done",
        "12 claimed 2 by 0",
        "22 ended 2 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_change_while_the_worker_is_out_holds_when_it_is_back() {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(6, 1), (6, 1)])]);
    case.system.availability.outages = vec![outage(0, 2, Some(8), OutageKind::Shutdown)];
    case.system.availability.capacity_changes = vec![change(5, [2, 0])];
    let expected = [
        "2 out 0 Shutdown",
        "5 capacity 0 [2, 0]",
        "6 due 0",
        "6 due 1",
        "10 back 0",
        "10 claimed 0 by 0",
        "10 claimed 1 by 0",
        "20 ended 0 Done",
        "20 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn firings_while_nobody_is_alive_are_skipped_or_made_up_for() {
    let with = |overlap, missed| {
        let at = vec![s(3), s(6), s(20)];
        let cron = Source::Cron { action: ActionId(1), at, overlap, missed, overrides: JobOverrides::default() };
        let mut case = scenario(&[[1, 0]], AT_ONCE, vec![cron]);
        case.system.availability.outages = vec![outage(0, 2, Some(10), OutageKind::Shutdown)];
        case
    };
    let skipped = ["2 out 0 Shutdown", "3 skipped 1", "6 skipped 1", "12 back 0"];
    let rest = ["20 due 0", "20 claimed 0 by 0", "30 ended 0 Done"];
    expect(&with(Overlap::Enqueue, MisfireRule::Skip), &[&skipped[..], &rest].concat());
    let once = ["2 out 0 Shutdown", "6 skipped 1", "12 back 0", "12 due 0", "12 claimed 0 by 0"];
    let rest = ["20 due 1", "22 ended 0 Done", "22 claimed 1 by 0", "32 ended 1 Done"];
    expect(&with(Overlap::Enqueue, MisfireRule::Once), &[&once[..], &rest].concat());
    let all = [
        "2 out 0 Shutdown",
        "12 back 0",
        "12 due 0",
        "12 due 1",
        "12 claimed 0 by 0",
        "20 due 2",
        "22 ended 0 Done",
        "22 claimed 1 by 0",
        "32 ended 1 Done",
        "32 claimed 2 by 0",
        "42 ended 2 Done",
    ];
    expect(&with(Overlap::Enqueue, MisfireRule::All), &all);
    // The overlap rule applies when the firings are made up for.
    let all = ["2 out 0 Shutdown", "12 back 0", "12 due 0", "12 skipped 1", "12 claimed 0 by 0"];
    expect(&with(Overlap::SkipIfWaiting, MisfireRule::All), &[&all[..], &rest].concat());
}
