//! Jobs that stop: deadlines with time to stop, requests to cancel, and backoffs of their retries.
//! Worked out by hand.

use claimsim::internals::engine::{
    Backoff, BackoffGrowth, CancelRequest, DeadlineResult, InitialState, JobFilter, OutageKind,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::unit::{Probability, Rate};

use super::outages::outage;
use super::{AFTER_EACH, AT_ONCE, expect, jobs, row, s, scenario};
use crate::event::{Event, Kind};
use crate::scenarios::{Scenario, constant};

/// Two jobs that run one at a time, with that deadline, time to stop and timeout.
fn two(deadline: Option<i64>, stops_in: f64, stop_timeout: i64) -> Scenario {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (0, 1)])]);
    let action = &mut case.system.actions[1];
    action.deadline = deadline.map(Span::secs);
    action.stops_in = constant(stops_in);
    action.stop_timeout = Span::secs(stop_timeout);
    case
}

fn cancel(at: i64, jobs: JobFilter, most: Option<u64>) -> Vec<CancelRequest> {
    vec![CancelRequest { at: s(at), action: Some(ActionId(1)), jobs, most }]
}

const START: [&str; 3] = ["0 due 0", "0 due 1", "0 claimed 0 by 0"];

#[test]
fn at_its_deadline_a_job_stops_by_itself_or_is_killed() {
    let rest = ["7 ended 0 DeadlineMissed", "7 claimed 1 by 0", "14 ended 1 DeadlineMissed"];
    expect(&two(Some(4), 3.0, 5), &[&START[..], &rest].concat());
    let rest = ["6 ended 0 DeadlineMissed", "6 claimed 1 by 0", "12 ended 1 DeadlineMissed"];
    expect(&two(Some(4), 3.0, 2), &[&START[..], &rest].concat());
    let rest = ["4 ended 0 DeadlineMissed", "4 claimed 1 by 0", "8 ended 1 DeadlineMissed"];
    expect(&two(Some(4), 3.0, 0), &[&START[..], &rest].concat());
    // It stays even beyond the end of its service time.
    let rest = ["14 ended 0 DeadlineMissed", "14 claimed 1 by 0", "28 ended 1 DeadlineMissed"];
    expect(&two(Some(9), 5.0, 5), &[&START[..], &rest].concat());
}

#[test]
fn a_deadline_may_count_as_a_cancel_which_is_not_retried() {
    let mut case = two(Some(4), 0.0, 0);
    case.system.actions[1].deadline_result = DeadlineResult::Cancel;
    case.system.actions[1].retries = 3;
    let rest = ["4 ended 0 DeadlineCancelled", "4 claimed 1 by 0", "8 ended 1 DeadlineCancelled"];
    expect(&case, &[&START[..], &rest].concat());
}

#[test]
fn a_request_to_cancel_takes_the_way_of_a_deadline() {
    let mut case = two(None, 3.0, 5);
    case.system.actions[1].retries = 1;
    case.system.cancels = cancel(2, JobFilter::Running, None);
    let rest = ["2 asked 0", "5 ended 0 Cancelled", "5 claimed 1 by 0", "15 ended 1 Done"];
    expect(&case, &[&START[..], &rest].concat());
    case.system.cancels = cancel(2, JobFilter::Waiting, None);
    expect(&case, &[&START[..], &["2 left 1 Cancelled", "10 ended 0 Done"]].concat());
}

#[test]
fn who_is_stopping_is_not_asked_to_cancel_and_does_not_count() {
    let mut case = two(Some(4), 3.0, 5);
    case.system.cancels = cancel(5, JobFilter::All, Some(1));
    expect(&case, &[&START[..], &["5 left 1 Cancelled", "7 ended 0 DeadlineMissed"]].concat());
    // At the same instant the deadline comes first.
    case.system.cancels = cancel(4, JobFilter::All, Some(1));
    expect(&case, &[&START[..], &["4 left 1 Cancelled", "7 ended 0 DeadlineMissed"]].concat());
}

#[test]
fn a_request_with_a_limit_takes_the_oldest() {
    let mut case = two(None, 0.0, 0);
    case.system.cancels = cancel(2, JobFilter::All, Some(1));
    let rest = ["2 asked 0", "2 ended 0 Cancelled", "2 claimed 1 by 0", "12 ended 1 Done"];
    expect(&case, &[&START[..], &rest].concat());
}

#[test]
fn what_a_request_frees_is_not_given_to_those_it_means() {
    let mut case = two(None, 0.0, 0);
    case.system.cancels = cancel(2, JobFilter::All, None);
    let rest = ["2 left 1 Cancelled", "2 asked 0", "2 ended 0 Cancelled"];
    expect(&case, &[&START[..], &rest].concat());
    case.system.claim = AFTER_EACH;
    let start = ["0 due 0", "0 claimed 0 by 0", "0 due 1"];
    expect(&case, &[&start[..], &rest].concat());
}

#[test]
fn a_row_that_is_not_due_is_cancelled_at_once() {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![]);
    case.system.initial = vec![row(1, 20, InitialState::Waiting)];
    case.system.cancels = cancel(5, JobFilter::Waiting, None);
    expect(&case, &["5 due 0", "5 left 0 Cancelled"]);
}

#[test]
fn a_request_reaches_a_process_only_through_its_worker() {
    let mut case = two(None, 1.0, 5);
    case.system.cancels = cancel(5, JobFilter::Running, None);
    case.system.availability.outages = vec![outage(0, 3, Some(4), OutageKind::Crash)];
    let rest = ["7 back 0", "7 ended 0 Cancelled", "7 claimed 1 by 0", "17 ended 1 Done"];
    expect(&case, &[&START[..], &["3 out 0 Crash", "3 interrupted 0", "5 asked 0"], &rest].concat());
    let cut_off = ["3 out 0 Partition", "3 interrupted 0", "5 asked 0", "7 back 0"];
    case.system.availability.outages = vec![outage(0, 3, Some(4), OutageKind::Partition)];
    let rest = ["7 resumed 0", "8 ended 0 Cancelled", "8 claimed 1 by 0", "18 ended 1 Done"];
    expect(&case, &[&START[..], &cut_off, &rest].concat());
    // A job that has ended in the meantime still counts as a cancel.
    case.system.actions[1].service = constant(6.0);
    let rest = ["7 ended 0 Cancelled", "7 claimed 1 by 0", "13 ended 1 Done"];
    expect(&case, &[&START[..], &cut_off, &rest].concat());
}

#[test]
fn a_request_for_one_row_does_not_outlive_it() {
    // Job 0 takes no time and has ended when its request would come; the job that has taken its
    // place is not affected.
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (1, 2), (2, 2)])]);
    case.system.workers[0].capacity.0[1] = 2;
    case.system.actions[1].service = constant(0.0);
    case.system.actions[1].cancel_rate = Rate::per_second(0.5).unwrap();
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 ended 0 Done",
        "1 due 1",
        "1 claimed 1 by 0",
        "2 due 2",
        "2 claimed 2 by 0",
        "11 ended 1 Done",
        "12 ended 2 Done",
    ];
    for seed in 0..20 {
        case.seed = seed;
        expect(&case, &expected);
    }
}

#[test]
fn backoffs_grow_up_to_their_cap() {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1)])]);
    let action = &mut case.system.actions[1];
    action.service = constant(1.0);
    action.error = Probability::try_from(1.0).unwrap();
    action.retries = 3;
    action.backoff = Backoff { cap: Some(Span::secs(5)), ..Backoff::growing(Span::secs(2), 2.0) };
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 ended 0 Error to retry",
        "3 due 1",
        "3 claimed 1 by 0",
        "4 ended 1 Error to retry",
        "8 due 2",
        "8 claimed 2 by 0",
        "9 ended 2 Error to retry",
        "14 due 3",
        "14 claimed 3 by 0",
        "15 ended 3 Error",
    ];
    expect(&case, &expected);
}

/// The job runs for a second at 0 s and after each backoff, and always fails.
fn failing(backoff: Backoff, retries: u32) -> Vec<i64> {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1)])]);
    let action = &mut case.system.actions[1];
    action.service = constant(1.0);
    action.error = Probability::try_from(1.0).unwrap();
    (action.retries, action.backoff) = (retries, backoff);
    case.system.window.horizon = s(1000);
    let due = |events: Vec<Event>| -> Vec<i64> {
        let due = events.iter().filter(|event| matches!(event.kind, Kind::Due { .. }));
        due.map(|event| event.time.0 / Span::secs(1).0).collect()
    };
    let times = due(crate::engine(&case));
    assert_eq!(due(crate::reference(&case)), times, "the naive simulator");
    times
}

#[test]
fn listed_backoffs_end_with_the_last() {
    let listed = BackoffGrowth::Listed([10, 60, 5].map(Span::secs).into());
    let backoff = Backoff { growth: listed, cap: None, jitter: 0.0 };
    assert_eq!(failing(backoff.clone(), 4), [0, 11, 72, 78, 84]);
    assert_eq!(failing(Backoff { cap: Some(Span::secs(8)), ..backoff }, 4), [0, 9, 18, 24, 30]);
}

/// Sidekiq waits for count^4 + 15 s before each retry, where the count starts at 0.
#[test]
fn polynomial_backoffs_are_those_of_sidekiq() {
    let growth = BackoffGrowth::Polynomial { power: 4.0, unit: Span::secs(1), offset: Span::secs(15) };
    let backoff = Backoff { growth, cap: None, jitter: 0.0 };
    assert_eq!(failing(backoff.clone(), 4), [0, 16, 33, 65, 162]);
    assert_eq!(failing(Backoff { cap: Some(Span::secs(20)), ..backoff }, 4), [0, 16, 33, 54, 75]);
}
