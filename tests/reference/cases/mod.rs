//! Small cases worked out by hand; both simulators must agree with them.

mod autoscaler;
mod capacity;
mod children;
mod outages;
mod shifts;
mod stops;

use claimsim::internals::engine::{
    ActionModel, Arrival, Availability, Backoff, ClaimRule, InitialRow, InitialState, JobOverrides, MisfireRule,
    Overlap, System, Window,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::claim::{ClaimBatch, DispatchTiming, Placement};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::unit::Probability;
use claimsim::internals::model::worker::{Worker, WorkerId};
use claimsim::internals::policy::Policy;

use crate::event::{Event, Kind};
use crate::scenarios::{Scenario, constant};
use crate::sources::{Gap, Source};

const AT_ONCE: ClaimRule = ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Instant };
const AFTER_EACH: ClaimRule = ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Event };

fn after(seconds: f64, batch: ClaimBatch) -> ClaimRule {
    ClaimRule::Delayed { delay: constant(seconds), batch }
}

fn s(seconds: i64) -> Time {
    Time::ZERO + Span::secs(seconds)
}

/// Two resources; needs 0 {}, 1 {scan 1}, 2 {scanCheck 1}, 3 {scan 2}; actions 0 to 3 with that
/// need and 10 s of service.
fn scenario(workers: &[[i64; 2]], claim: ClaimRule, sources: Vec<Source>) -> Scenario {
    let map = |units: [i64; 2]| CapacityMap(units.into());
    let worker = |(i, &units): (usize, &[i64; 2])| Worker::new(format!("replica-{i}"), map(units));
    let action = |need: u16| ActionModel::new(&format!("action-{need}"), NeedId(need), constant(10.0));
    let system = System {
        resources: vec!["scan".into(), "scanCheck".into()],
        workers: workers.iter().enumerate().map(worker).collect(),
        actions: (0..4).map(action).collect(),
        needs: vec![map([0, 0]), map([1, 0]), map([0, 1]), map([2, 0])],
        groups: Vec::new(),
        runs_on: Vec::new(),
        claim,
        queue_limit: None,
        availability: Availability::default(),
        cancels: Vec::new(),
        window: Window::new(Time::ZERO, s(60)),
        initial: Vec::new(),
    };
    Scenario { system, policy: Policy::FirstFit, sources, seed: 1 }
}

fn row(action: u16, scheduled_at: i64, state: InitialState) -> InitialRow {
    InitialRow {
        document_id: String::new(),
        action: ActionId(action),
        need: NeedId(action),
        scheduled_at: s(scheduled_at),
        retries_left: None,
        deadline: None,
        stop_timeout: None,
        state,
    }
}

/// Single jobs, as (second, action).
fn jobs(list: &[(i64, u16)]) -> Source {
    let job = |&(at, action): &(i64, u16)| (Arrival::single(s(at), ActionId(action)), JobOverrides::default());
    Source::Listed(list.iter().map(job).collect())
}

/// One short line for each event except creations: second, event, job, worker.
fn brief(events: &[Event]) -> Vec<String> {
    let shown = events.iter().filter(|event| !matches!(event.kind, Kind::Created { .. }));
    shown.map(|event| format!("{} {}", event.time.0 / TICKS_PER_SECOND, word(event.kind))).collect()
}

fn word(kind: Kind) -> String {
    match kind {
        Kind::Created { job, .. } => format!("created {}", job.0),
        Kind::Due { job, .. } => format!("due {}", job.0),
        Kind::Claimed { job, worker } => format!("claimed {} by {}", job.0, worker.0),
        Kind::CancelRequested { job, .. } => format!("asked {}", job.0),
        Kind::Interrupted { job, .. } => format!("interrupted {}", job.0),
        Kind::Resumed { job, .. } => format!("resumed {}", job.0),
        Kind::Ended { job, ending, last, .. } => {
            format!("ended {} {ending:?}{}", job.0, if last { "" } else { " to retry" })
        }
        Kind::Left { job, ending } => format!("left {} {ending:?}", job.0),
        Kind::ZombieOver { job, stopped, .. } => {
            format!("zombie {} {}", job.0, if stopped { "stopped" } else { "over" })
        }
        Kind::WorkerOut { worker, kind } => format!("out {} {kind:?}", worker.0),
        Kind::WorkerDeclaredDead { worker } => format!("dead {}", worker.0),
        Kind::WorkerBack { worker } => format!("back {}", worker.0),
        Kind::CapacityChanged { worker, units } => format!("capacity {} {:?}", worker.0, &units[..2]),
        Kind::WorkerOrdered { worker } => format!("ordered {}", worker.0),
        Kind::WorkerReady { worker } => format!("ready {}", worker.0),
        Kind::WorkerDraining { worker } => format!("draining {}", worker.0),
        Kind::WorkerGone { worker } => format!("gone {}", worker.0),
        Kind::GroupScaled { group, from, to } => format!("scaled {group} {from} to {to}"),
        Kind::Skipped { action } => format!("skipped {}", action.0),
        Kind::StillWaiting { job } => format!("waits {}", job.0),
        Kind::StillRunning { job, .. } => format!("runs {}", job.0),
    }
}

const TICKS_PER_SECOND: i64 = Span::secs(1).0;

#[track_caller]
fn expect(scenario: &Scenario, expected: &[&str]) {
    assert_eq!(brief(&crate::reference(scenario)), expected, "the naive simulator");
    assert_eq!(brief(&crate::engine(scenario)), expected, "the engine");
}

#[test]
fn published_case_zero_and_two_run_and_one_waits_for_zero() {
    let waiting = |action| row(action, 0, InitialState::Waiting);
    let mut case = scenario(&[[1, 1]], AT_ONCE, vec![]);
    case.system.initial = vec![waiting(1), waiting(1), waiting(2)];
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "0 claimed 0 by 0",
        "0 claimed 2 by 0",
        "10 ended 0 Done",
        "10 ended 2 Done",
        "10 claimed 1 by 0",
        "20 ended 1 Done",
    ];
    expect(&case, &expected);
    case.system.claim = after(2.0, ClaimBatch::All);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "2 claimed 0 by 0",
        "2 claimed 2 by 0",
        "12 ended 0 Done",
        "12 ended 2 Done",
        "14 claimed 1 by 0",
        "24 ended 1 Done",
    ];
    expect(&case, &expected);
    case.system.claim = after(2.0, ClaimBatch::One);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "2 claimed 0 by 0",
        "4 claimed 2 by 0",
        "12 ended 0 Done",
        "14 ended 2 Done",
        "14 claimed 1 by 0",
        "24 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_job_that_does_not_fit_is_skipped_and_blocks_nobody() {
    // The big job 1 waits until both units are free at once, while later small ones pass it.
    let case = scenario(&[[2, 0]], AT_ONCE, vec![jobs(&[(0, 1), (1, 3), (2, 1), (11, 1)])]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 due 1",
        "2 due 2",
        "2 claimed 2 by 0",
        "10 ended 0 Done",
        "11 due 3",
        "11 claimed 3 by 0",
        "12 ended 2 Done",
        "21 ended 3 Done",
        "21 claimed 1 by 0",
        "31 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn losers_of_the_race_find_the_job_gone_and_look_again_only_when_something_fits() {
    // Job 1 comes while worker 1's attempt for job 0 is pending: it is claimed at the end of that
    // attempt.
    let mut case = scenario(&[[1, 0], [1, 0]], after(3.0, ClaimBatch::One), vec![jobs(&[(0, 1), (2, 1), (20, 1)])]);
    case.system.window.horizon = s(25);
    let expected = [
        "0 due 0",
        "2 due 1",
        "3 claimed 0 by 0",
        "3 claimed 1 by 1",
        "13 ended 0 Done",
        "13 ended 1 Done",
        "20 due 2",
        "23 claimed 2 by 0",
        "25 runs 2",
    ];
    expect(&case, &expected);
}

#[test]
fn a_retry_is_a_new_row_after_the_backoff() {
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (5, 1)])]);
    case.system.actions[1].error = Probability::try_from(1.0).unwrap();
    case.system.actions[1].retries = 1;
    case.system.actions[1].backoff = Backoff::constant(Span::secs(3));
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "5 due 1",
        "10 ended 0 Error to retry",
        "10 claimed 1 by 0",
        "13 due 2",
        "20 ended 1 Error to retry",
        "20 claimed 2 by 0",
        "23 due 3",
        "30 ended 2 Error",
        "30 claimed 3 by 0",
        "40 ended 3 Error",
    ];
    expect(&case, &expected);
}

#[test]
fn a_job_that_ends_exactly_at_its_deadline_is_done() {
    let mut case = scenario(&[[1, 1]], AT_ONCE, vec![jobs(&[(0, 1), (0, 2)])]);
    case.system.actions[1].deadline = Some(Span::secs(10));
    case.system.actions[2].deadline = Some(Span::secs(9));
    case.system.actions[2].retries = 1;
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 claimed 0 by 0",
        "0 claimed 1 by 0",
        "9 ended 1 DeadlineMissed to retry",
        "9 due 2",
        "9 claimed 2 by 0",
        "10 ended 0 Done",
        "18 ended 2 DeadlineMissed",
    ];
    expect(&case, &expected);
}

#[test]
fn without_patience_and_delay_it_is_a_loss_system() {
    // A freed unit is seen by an arrival of the same instant; an arrival in between is lost.
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![jobs(&[(0, 1), (5, 1), (10, 1)])]);
    case.system.actions[1].patience = Some(constant(0.0));
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "5 due 1",
        "5 left 1 Abandoned",
        "10 ended 0 Done",
        "10 due 2",
        "10 claimed 2 by 0",
        "20 ended 2 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_full_queue_turns_the_newest_away() {
    let batch = Arrival { count: 4, ..Arrival::single(s(0), ActionId(1)) };
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![Source::Listed(vec![(batch, JobOverrides::default())])]);
    case.system.queue_limit = Some(1);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 due 2",
        "0 due 3",
        "0 claimed 0 by 0",
        "0 left 3 Rejected",
        "0 left 2 Rejected",
        "10 ended 0 Done",
        "10 claimed 1 by 0",
        "20 ended 1 Done",
    ];
    expect(&case, &expected);
    case.system.claim = AFTER_EACH;
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "0 due 1",
        "0 due 2",
        "0 left 2 Rejected",
        "0 due 3",
        "0 left 3 Rejected",
        "10 ended 0 Done",
        "10 claimed 1 by 0",
        "20 ended 1 Done",
    ];
    expect(&case, &expected);
    case.system.claim = after(1.0, ClaimBatch::One);
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 left 1 Rejected",
        "0 due 2",
        "0 left 2 Rejected",
        "0 due 3",
        "0 left 3 Rejected",
        "1 claimed 0 by 0",
        "11 ended 0 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn one_pass_per_instant_sees_all_that_comes_at_it() {
    // Both jobs come at 1 s, the big one second; but it is the retry of a failed row and was
    // numbered before the small one.
    let mut case = scenario(&[[2, 0]], AT_ONCE, vec![jobs(&[(0, 3), (2, 1)])]);
    case.system.actions[3].service = constant(1.0);
    case.system.actions[3].error = Probability::try_from(1.0).unwrap();
    case.system.actions[3].retries = 1;
    case.system.actions[3].backoff = Backoff::constant(Span::secs(1));
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 ended 0 Error to retry",
        "2 due 2",
        "2 due 1",
        "2 claimed 1 by 0",
        "3 ended 1 Error",
        "3 claimed 2 by 0",
        "13 ended 2 Done",
    ];
    expect(&case, &expected);
    case.system.claim = AFTER_EACH;
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 ended 0 Error to retry",
        "2 due 2",
        "2 claimed 2 by 0",
        "2 due 1",
        "12 ended 2 Done",
        "12 claimed 1 by 0",
        "13 ended 1 Error",
    ];
    expect(&case, &expected);
}

#[test]
fn overlapping_firings_are_skipped_by_their_rule() {
    let cron = |overlap| Source::Cron {
        action: ActionId(1),
        at: vec![s(1), s(2), s(12)],
        overlap,
        missed: MisfireRule::Skip,
        overrides: JobOverrides::default(),
    };
    let busy = |overlap| scenario(&[[1, 0]], AT_ONCE, vec![cron(overlap), jobs(&[(0, 1)])]);
    let waiting =
        ["0 due 0", "0 claimed 0 by 0", "1 due 1", "2 skipped 1", "10 ended 0 Done", "10 claimed 1 by 0", "12 due 2"];
    let after_12 = ["20 ended 1 Done", "20 claimed 2 by 0", "30 ended 2 Done"];
    expect(&busy(Overlap::SkipIfWaiting), &[&waiting[..], &after_12].concat());
    let active = [
        "0 due 0",
        "0 claimed 0 by 0",
        "1 skipped 1",
        "2 skipped 1",
        "10 ended 0 Done",
        "12 due 1",
        "12 claimed 1 by 0",
    ];
    expect(&busy(Overlap::SkipIfActive), &[&active[..], &["22 ended 1 Done"]].concat());
}

#[test]
fn a_customer_comes_back_after_his_chain_has_ended() {
    let think = Gap::Constant(Span::secs(4));
    let source = Source::Closed { action: ActionId(1), name: "action-1".into(), population: 2, think };
    let mut case = scenario(&[[1, 0]], AT_ONCE, vec![source]);
    case.system.window.horizon = s(29);
    let expected = [
        "4 due 0",
        "4 due 1",
        "4 claimed 0 by 0",
        "14 ended 0 Done",
        "14 claimed 1 by 0",
        "18 due 2",
        "24 ended 1 Done",
        "24 claimed 2 by 0",
        "28 due 3",
        "29 waits 3",
        "29 runs 2",
    ];
    expect(&case, &expected);
}

#[test]
fn initial_rows_run_wait_or_fall_due_later() {
    let mut case = scenario(&[[1, 1]], AT_ONCE, vec![]);
    case.system.initial = vec![
        row(1, 7, InitialState::Waiting),
        row(1, -5, InitialState::Waiting),
        row(1, -9, InitialState::Running(WorkerId(0))),
        row(2, 70, InitialState::Waiting),
    ];
    let expected = [
        "0 due 2",
        "0 claimed 2 by 0",
        "0 due 1",
        "7 due 0",
        "10 ended 2 Done",
        "10 claimed 1 by 0",
        "20 ended 1 Done",
        "20 claimed 0 by 0",
        "30 ended 0 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_job_goes_where_the_placement_sends_it() {
    // Left free with one more unit of scan: 0/1 + 2/2, 1/2 + 1/1, 3/4.
    let place = |placement, workers: &[[i64; 2]]| {
        let case =
            scenario(workers, ClaimRule::Instant { placement, pass: DispatchTiming::Instant }, vec![jobs(&[(0, 1)])]);
        let events = crate::reference(&case);
        let worker = events.iter().find_map(|event| match event.kind {
            Kind::Claimed { worker, .. } => Some(worker.0),
            _ => None,
        });
        worker.expect("it fits")
    };
    let workers = [[1, 2], [2, 1], [4, 0], [2, 1], [4, 0]];
    assert_eq!(place(Placement::First, &workers), 0);
    assert_eq!(place(Placement::MostFree, &workers), 1);
    assert_eq!(place(Placement::LeastFree, &workers), 2);
    assert!(place(Placement::Random, &workers) < 5);
}
