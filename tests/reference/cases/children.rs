//! Jobs start others and wait for them. Worked out by hand.

use claimsim::internals::engine::{CancelRequest, InitialState, JobFilter, OutageKind, Spawns};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::unit::{Probability, Rate};
use claimsim::internals::model::worker::WorkerId;

use super::outages::outage;
use super::{AT_ONCE, brief, expect, jobs, row, s, scenario};
use crate::event::Event;
use crate::scenarios::{Scenario, constant};
use crate::sources::{Gap, Source};

/// Action 1 starts a number of jobs of action 2.
fn parents(workers: &[[i64; 2]], children: f64, sources: Vec<Source>) -> Scenario {
    let mut case = scenario(workers, AT_ONCE, sources);
    case.system.actions[1].spawns = Some(Spawns { action: ActionId(2), count: constant(children) });
    case
}

#[test]
fn a_parent_stays_until_its_last_child_has_ended_and_keeps_its_capacity() {
    let case = parents(&[[2, 1]], 2.0, vec![jobs(&[(0, 1), (5, 3)])]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 1 by 0",
        "5 due 3",
        "10 ended 1 Done",
        "10 claimed 2 by 0",
        "20 ended 2 Done",
        "20 ended 0 Done",
        "20 claimed 3 by 0",
        "30 ended 3 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_deadline_comes_while_a_parent_waits_and_its_children_go_on() {
    let mut case = parents(&[[1, 1]], 2.0, vec![jobs(&[(0, 1)])]);
    case.system.actions[1].deadline = Some(Span::secs(15));
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 1 by 0",
        "10 ended 1 Done",
        "10 claimed 2 by 0",
        "15 ended 0 DeadlineMissed",
        "20 ended 2 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_child_may_fail_or_be_cancelled_and_is_waited_for_with_its_retries() {
    let mut case = parents(&[[1, 1]], 1.0, vec![jobs(&[(0, 1)])]);
    let start = ["0 due 0", "0 claimed 0 by 0", "0 due 1", "0 claimed 1 by 0"];
    let (action, jobs) = (Some(ActionId(2)), JobFilter::All);
    case.system.cancels = vec![CancelRequest { at: s(4), action, jobs, most: None }];
    expect(&case, &[&start[..], &["4 asked 1", "4 ended 1 Cancelled", "10 ended 0 Done"]].concat());
    case.system.cancels.clear();
    case.system.actions[2].error = Probability::try_from(1.0).unwrap();
    case.system.actions[2].retries = 1;
    let rest = ["10 ended 1 Error to retry", "10 due 2", "10 claimed 2 by 0", "20 ended 2 Error", "20 ended 0 Done"];
    expect(&case, &[&start[..], &rest].concat());
}

#[test]
fn a_retry_starts_children_anew() {
    let mut case = parents(&[[1, 1]], 1.0, vec![jobs(&[(0, 1)])]);
    case.system.actions[1].error = Probability::try_from(1.0).unwrap();
    case.system.actions[1].retries = 1;
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 due 1",
        "0 claimed 1 by 0",
        "10 ended 1 Done",
        "10 ended 0 Error to retry",
        "10 due 2",
        "10 claimed 2 by 0",
        "10 due 3",
        "10 claimed 3 by 0",
        "20 ended 3 Done",
        "20 ended 2 Error",
    ];
    expect(&case, &expected);
}

#[test]
fn a_parent_that_runs_at_the_start_starts_no_children() {
    let mut case = parents(&[[1, 1]], 1.0, vec![]);
    case.system.initial = vec![row(1, 0, InitialState::Running(WorkerId(0))), row(2, 0, InitialState::Waiting)];
    let expected = ["0 due 0", "0 claimed 0 by 0", "0 due 1", "0 claimed 1 by 0", "10 ended 0 Done", "10 ended 1 Done"];
    expect(&case, &expected);
}

#[test]
fn a_parent_that_is_cut_off_sees_its_children_end_when_it_is_back() {
    let mut case = parents(&[[1, 0], [0, 1]], 1.0, vec![jobs(&[(0, 1)])]);
    case.system.availability.outages = vec![outage(0, 2, Some(20), OutageKind::Partition)];
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 due 1",
        "0 claimed 1 by 1",
        "2 out 0 Partition",
        "2 interrupted 0",
        "10 ended 1 Done",
        "22 back 0",
        "22 resumed 0",
        "22 ended 0 Done",
    ];
    expect(&case, &expected);
}

/// Customers of the same number draw the same, so both children are cancelled at one instant. Each
/// request is an event, and completions come before the next of them.
#[test]
fn a_parent_ends_before_the_next_request_of_the_instant() {
    let customer = |name: &str| Source::Closed {
        action: ActionId(1),
        name: name.into(),
        population: 1,
        think: Gap::Constant(Span::secs(1)),
    };
    let mut case = parents(&[[2, 2]], 1.0, vec![customer("one"), customer("other")]);
    case.system.actions[1].service = constant(0.001);
    case.system.actions[2].service = constant(1000.0);
    case.system.actions[2].cancel_rate = Rate::per_second(0.05).unwrap();
    let order = |events: &[Event]| -> Vec<String> {
        let lines = brief(events).into_iter().map(|line| line.split_once(' ').unwrap().1.to_owned());
        lines.filter(|line| line.starts_with("asked") || line.starts_with("ended")).take(6).collect()
    };
    let expected = ["asked 2", "ended 2 Cancelled", "ended 0 Done", "asked 3", "ended 3 Cancelled", "ended 1 Done"];
    assert_eq!(order(&crate::reference(&case)), expected, "the naive simulator");
    assert_eq!(order(&crate::engine(&case)), expected, "the engine");
}
