//! Groups whose number of workers changes: shifts, startups, draining, killing, keeping; speed and
//! labels. Worked out by hand.

use std::ops::Range;

use claimsim::internals::engine::{
    Autoscaler, Leaving, Outage, OutageKind, ScalingMetric, ScalingRule, ScalingStep, Staffing, StaffingChange,
    WorkerGroup,
};
use claimsim::internals::model::claim::ClaimBatch;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::worker::LabelSet;

use super::outages::outage;
use super::{AT_ONCE, after, expect, jobs, s, scenario};
use crate::scenarios::{Scenario, constant};

/// A group of a number of places, some of which have a worker at the start, under these changes.
fn shifts(places: Range<u32>, initial: u32, changes: &[(i64, u32)]) -> WorkerGroup {
    let changes = changes.iter().map(|&(at, count)| StaffingChange { at: s(at), count }).collect();
    WorkerGroup { initial, staffing: Staffing::Shifts(changes), ..WorkerGroup::fixed("pool", places) }
}

/// A group of workers with one unit each; jobs of a number of seconds, with one retry.
fn pool(group: WorkerGroup, service: f64, arrivals: &[(i64, u16)]) -> Scenario {
    let workers = vec![[1, 0]; group.places.end as usize];
    let mut case = scenario(&workers, AT_ONCE, vec![jobs(arrivals)]);
    case.system.actions[1].service = constant(service);
    case.system.actions[1].retries = 1;
    case.system.groups = vec![group];
    case.system.window.horizon = s(100);
    case
}

fn with_outages(mut case: Scenario, outages: Vec<Outage>) -> Scenario {
    case.system.availability.outages = outages;
    case
}

const THREE: [(i64, u16); 3] = [(0, 1), (0, 1), (0, 1)];

#[test]
fn at_the_end_of_a_shift_the_highest_busy_worker_finishes_its_job() {
    let case = pool(shifts(0..2, 1, &[(10, 2), (20, 1)]), 15.0, &THREE);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 0 by 0",
        "10 ordered 1",
        "10 ready 1",
        "10 claimed 1 by 1",
        "15 ended 0 Done",
        "15 claimed 2 by 0",
        "20 draining 1",
        "25 ended 1 Done",
        "25 gone 1",
        "30 ended 2 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn at_the_end_of_a_shift_a_worker_that_is_killed_loses_its_job() {
    let mut group = shifts(0..2, 1, &[(10, 2), (20, 1)]);
    group.leaving = Leaving::Kill;
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 0 by 0",
        "10 ordered 1",
        "10 ready 1",
        "10 claimed 1 by 1",
        "15 ended 0 Done",
        "15 claimed 2 by 0",
        "20 gone 1",
        "20 ended 1 WorkerShutdown to retry",
        "20 due 3",
        "30 ended 2 Done",
        "30 claimed 3 by 0",
        "45 ended 3 Done",
    ];
    expect(&pool(group, 15.0, &THREE), &expected);
}

#[test]
fn a_job_that_ends_as_the_shift_does_has_ended() {
    let mut group = shifts(0..1, 1, &[(15, 0)]);
    group.leaving = Leaving::Kill;
    let expected = ["0 due 0", "0 due 1", "0 claimed 0 by 0", "15 ended 0 Done", "15 gone 0", "100 waits 1"];
    expect(&pool(group, 15.0, &[(0, 1), (0, 1)]), &expected);
}

#[test]
fn one_shift_that_relieves_another_of_the_same_size_changes_nothing() {
    let case = pool(shifts(0..2, 2, &[(10, 2), (20, 0)]), 25.0, &[(0, 1)]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        // The idle worker first, although the busy one is in a lower place.
        "20 gone 1",
        "20 draining 0",
        "25 ended 0 Done",
        "25 gone 0",
    ];
    expect(&case, &expected);
}

#[test]
fn idle_workers_go_first_and_then_the_highest_places() {
    let mut case = pool(shifts(0..4, 4, &[(10, 1)]), 50.0, &[(0, 1), (0, 2), (0, 1)]);
    // Job 1 is short, so that places 1 and 3 are idle.
    case.system.workers.iter_mut().for_each(|worker| worker.capacity.0[1] = 1);
    case.system.workers[0].capacity.0[1] = 0;
    case.system.actions[2].service = constant(5.0);
    case.system.workers[1].capacity.0[0] = 0;
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 0 by 0",
        "0 claimed 1 by 1",
        "0 claimed 2 by 2",
        "5 ended 1 Done",
        "10 gone 3",
        "10 gone 1",
        "10 draining 2",
        "50 ended 0 Done",
        "50 ended 2 Done",
        "50 gone 2",
    ];
    expect(&case, &expected);
}

#[test]
fn a_worker_that_drains_is_kept_only_where_no_place_is_empty() {
    // At 20 s place 2 is empty and place 1 drains; at 30 s only place 1 is left.
    let case = pool(shifts(0..3, 2, &[(10, 1), (20, 2), (30, 3)]), 40.0, &[(0, 1), (0, 1), (35, 1), (35, 1)]);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 claimed 0 by 0",
        "0 claimed 1 by 1",
        "10 draining 1",
        "20 ordered 2",
        "20 ready 2",
        "30 ready 1",
        "35 due 2",
        "35 due 3",
        "35 claimed 2 by 2",
        "40 ended 0 Done",
        "40 ended 1 Done",
        "40 claimed 3 by 0",
        "75 ended 2 Done",
        "80 ended 3 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn workers_that_are_ordered_start_first() {
    let mut group = shifts(0..2, 0, &[(10, 2), (12, 1), (20, 0)]);
    group.order_startup = Some(constant(5.0));
    let expected = [
        "0 due 0",
        "10 ordered 0",
        "10 ordered 1",
        "12 gone 1",
        "15 ready 0",
        "15 claimed 0 by 0",
        "20 draining 0",
        "25 ended 0 Done",
        "25 gone 0",
    ];
    expect(&pool(group, 10.0, &[(0, 1)]), &expected);
}

#[test]
fn a_worker_that_is_back_takes_its_startup() {
    let group = WorkerGroup { startup: Some(constant(5.0)), ..WorkerGroup::fixed("pool", 0..1) };
    let case = pool(group, 10.0, &[(0, 1)]);
    let once = with_outages(case.clone(), vec![outage(0, 7, Some(3), OutageKind::Crash)]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "7 out 0 Crash",
        "7 interrupted 0",
        "10 back 0",
        "10 ended 0 WorkerDead to retry",
        "10 due 1",
        "15 ready 0",
        "15 claimed 1 by 0",
        "25 ended 1 Done",
    ];
    expect(&once, &expected);
    // An outage during the start: it begins again.
    let mut twice = once;
    twice.system.availability.outages.push(outage(0, 12, Some(2), OutageKind::Crash));
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "7 out 0 Crash",
        "7 interrupted 0",
        "10 back 0",
        "10 ended 0 WorkerDead to retry",
        "10 due 1",
        "12 out 0 Crash",
        "14 back 0",
        "19 ready 0",
        "19 claimed 1 by 0",
        "29 ended 1 Done",
    ];
    expect(&twice, &expected);
}

#[test]
fn a_worker_that_is_ordered_where_one_is_out_starts_when_the_outage_is_over() {
    let case = pool(shifts(0..1, 0, &[(10, 1)]), 10.0, &[(0, 1)]);
    let case = with_outages(case, vec![outage(0, 5, Some(60), OutageKind::Crash)]);
    let expected = [
        "0 due 0",
        "5 out 0 Crash",
        // It never came up, so it is not declared dead.
        "10 ordered 0",
        "65 back 0",
        "65 ready 0",
        "65 claimed 0 by 0",
        "75 ended 0 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_busy_worker_that_is_out_drains_even_if_others_are_killed() {
    let mut group = shifts(0..2, 2, &[(10, 0)]);
    group.leaving = Leaving::Kill;
    let case = pool(group, 20.0, &[(0, 1), (0, 1)]);
    let case = with_outages(case, vec![outage(0, 5, Some(10), OutageKind::Partition)]);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 claimed 0 by 0",
        "0 claimed 1 by 1",
        "5 out 0 Partition",
        "5 interrupted 0",
        "10 gone 1",
        "10 ended 1 WorkerShutdown to retry",
        "10 draining 0",
        "10 due 2",
        "15 back 0",
        "15 resumed 0",
        "20 ended 0 Done",
        "20 gone 0",
        "100 waits 2",
    ];
    expect(&case, &expected);
}

#[test]
fn a_claim_attempt_of_a_worker_that_has_gone_finds_nothing() {
    let mut case = pool(shifts(0..1, 1, &[(2, 0), (3, 1)]), 10.0, &[(0, 1)]);
    case.system.claim = after(4.0, ClaimBatch::One);
    // The attempt stays with the place: the next worker takes it over.
    let expected = ["0 due 0", "2 gone 0", "3 ordered 0", "3 ready 0", "4 claimed 0 by 0", "14 ended 0 Done"];
    expect(&case, &expected);
    case.system.groups = vec![shifts(0..1, 1, &[(2, 0), (5, 1)])];
    let expected = ["0 due 0", "2 gone 0", "5 ordered 0", "5 ready 0", "9 claimed 0 by 0", "19 ended 0 Done"];
    expect(&case, &expected);
}

#[test]
fn an_autoscaler_looks_after_all_else_and_its_workers_claim_at_once() {
    let rule = ScalingRule::Steps {
        steps: vec![
            ScalingStep { metric: ScalingMetric::Waiting, bound: 0.0, change: 1 },
            ScalingStep { metric: ScalingMetric::Waiting, bound: 1.0, change: -1 },
        ],
        cool_down: Span::ZERO,
    };
    let autoscaler = Autoscaler { min: 0, max: 2, period: Span::secs(15), rule };
    let staffing = Staffing::Autoscaler(autoscaler);
    let group = WorkerGroup { initial: 0, staffing, ..WorkerGroup::fixed("pool", 0..2) };
    let expected = [
        "15 due 0",
        "15 scaled 0 0 to 1",
        "15 ordered 0",
        "15 ready 0",
        "15 claimed 0 by 0",
        "30 scaled 0 1 to 0",
        "30 draining 0",
        "35 ended 0 Done",
        "35 gone 0",
    ];
    expect(&pool(group, 20.0, &[(15, 1)]), &expected);
}

#[test]
fn a_deadline_is_judged_by_the_speed_of_the_worker() {
    let mut case = scenario(&[[1, 0], [1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (0, 1)])]);
    case.system.workers[0].speed = 2.0;
    case.system.actions[1].deadline = Some(Span::secs(7));
    let expected =
        ["0 due 0", "0 due 1", "0 claimed 0 by 0", "0 claimed 1 by 1", "5 ended 0 Done", "7 ended 1 DeadlineMissed"];
    expect(&case, &expected);
    // 10 s of work take 6.7 s at speed 1.5, and 20 s at speed 0.5.
    case.system.workers[0].speed = 0.5;
    case.system.workers[1].speed = 1.5;
    let expected =
        ["0 due 0", "0 due 1", "0 claimed 0 by 0", "0 claimed 1 by 1", "6 ended 1 Done", "7 ended 0 DeadlineMissed"];
    expect(&case, &expected);
}

#[test]
fn a_job_waits_for_a_worker_with_its_labels() {
    let mut case = scenario(&[[1, 0], [1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (1, 1), (2, 3)])]);
    // Need 3 is the same as need 1, but asks for a label.
    case.system.needs[3] = case.system.needs[1].clone();
    case.system.runs_on = vec![LabelSet(0), LabelSet(0), LabelSet(0), LabelSet(1)];
    case.system.workers[0].labels = LabelSet(1);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 due 1",
        "1 claimed 1 by 1",
        "2 due 2",
        "10 ended 0 Done",
        "10 claimed 2 by 0",
        "11 ended 1 Done",
        "20 ended 2 Done",
    ];
    expect(&case, &expected);
    case.system.workers[0].labels = LabelSet(0);
    case.system.workers[1].labels = LabelSet(1);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 due 1",
        "1 claimed 1 by 1",
        "2 due 2",
        "10 ended 0 Done",
        "11 ended 1 Done",
        "11 claimed 2 by 1",
        "21 ended 2 Done",
    ];
    expect(&case, &expected);
}
