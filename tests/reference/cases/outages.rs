//! Workers go out and return: crash, partition with zombies, shutdown; heartbeats, sweeps and
//! quorum. Worked out by hand.

use claimsim::internals::engine::{Outage, OutageKind, Requeue};
use claimsim::internals::model::claim::ClaimBatch;
use claimsim::internals::model::time::Span;
use claimsim::internals::model::worker::WorkerId;

use super::{AT_ONCE, after, expect, jobs, s, scenario};
use crate::scenarios::{Scenario, constant};
use crate::sources::Source;

pub(super) fn outage(worker: u32, at: i64, lasts: Option<i64>, kind: OutageKind) -> Outage {
    Outage { worker: WorkerId(worker), at: s(at), lasts: lasts.map(Span::secs), kind }
}

/// One job of some seconds on worker 0 of two, with one retry.
fn on_the_first_of_two(service: f64, outages: Vec<Outage>) -> Scenario {
    let mut case = scenario(&[[1, 0], [1, 0]], AT_ONCE, vec![jobs(&[(0, 1)])]);
    case.system.actions[1].service = constant(service);
    case.system.actions[1].retries = 1;
    case.system.availability.outages = outages;
    case.system.window.horizon = s(100);
    case
}

#[test]
fn a_crash_is_noticed_by_the_first_sweep_after_the_expiration() {
    // The last heartbeat is at 5 s, so it expires at 35 s, which is not before the sweep of that
    // instant.
    let case = on_the_first_of_two(10.0, vec![outage(0, 7, None, OutageKind::Crash)]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "7 out 0 Crash",
        "7 interrupted 0",
        "40 dead 0",
        "40 ended 0 WorkerDead to retry",
        "40 due 1",
        "40 claimed 1 by 1",
        "50 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_worker_that_goes_out_as_it_sends_a_heartbeat_has_sent_it() {
    let case = on_the_first_of_two(20.0, vec![outage(0, 10, None, OutageKind::Crash)]);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "10 out 0 Crash",
        "10 interrupted 0",
        "45 dead 0",
        "45 ended 0 WorkerDead to retry",
        "45 due 1",
        "45 claimed 1 by 1",
        "65 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn a_crashed_worker_that_is_back_before_the_sweep_marks_its_rows_itself() {
    // The same for a worker that returns at the instant of the sweep.
    for (lasts, back) in [(20, 27), (33, 40)] {
        let case = on_the_first_of_two(10.0, vec![outage(0, 7, Some(lasts), OutageKind::Crash)]);
        let at = |what: &str| format!("{back} {what}");
        let expected = [
            "0 due 0",
            "0 claimed 0 by 0",
            "7 out 0 Crash",
            "7 interrupted 0",
            &at("back 0"),
            &at("ended 0 WorkerDead to retry"),
            &at("due 1"),
            &at("claimed 1 by 0"),
            &format!("{} ended 1 Done", back + 10),
        ];
        expect(&case, &expected);
    }
}

#[test]
fn a_sweep_needs_somebody_alive() {
    let outages = vec![outage(0, 7, None, OutageKind::Crash), outage(1, 8, Some(39), OutageKind::Crash)];
    let mut case = on_the_first_of_two(10.0, outages);
    case.system.actions[1].retries = 0;
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "7 out 0 Crash",
        "7 interrupted 0",
        "8 out 1 Crash",
        "47 back 1",
        "50 dead 0",
        "50 ended 0 WorkerDead",
    ];
    expect(&case, &expected);
}

#[test]
fn a_zombie_overlaps_its_retry_until_its_worker_is_back() {
    let case = on_the_first_of_two(60.0, vec![outage(0, 2, Some(50), OutageKind::Partition)]);
    let until_retried = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 out 0 Partition",
        "2 interrupted 0",
        "35 dead 0",
        "35 ended 0 WorkerDead to retry",
        "35 due 1",
        "35 claimed 1 by 1",
    ];
    expect(&case, &[&until_retried[..], &["52 back 0", "52 zombie 0 stopped", "95 ended 1 Done"]].concat());
    // A process that ends before stays worker_dead.
    let case = on_the_first_of_two(40.0, vec![outage(0, 2, Some(50), OutageKind::Partition)]);
    expect(&case, &[&until_retried[..], &["40 zombie 0 over", "52 back 0", "75 ended 1 Done"]].concat());
    // The same if its worker crashes in the meantime.
    let outages = vec![outage(0, 2, Some(50), OutageKind::Partition), outage(0, 45, Some(2), OutageKind::Crash)];
    let case = on_the_first_of_two(60.0, outages);
    let crashed = ["45 out 0 Crash", "45 zombie 0 over", "52 back 0", "95 ended 1 Done"];
    expect(&case, &[&until_retried[..], &crashed].concat());
}

#[test]
fn a_zombie_keeps_its_deadline() {
    // Asked to stop at 45 s, it takes 3 s; its retry, with a deadline of its own, still runs then.
    let mut case = on_the_first_of_two(60.0, vec![outage(0, 2, Some(90), OutageKind::Partition)]);
    case.system.actions[1].deadline = Some(Span::secs(45));
    case.system.actions[1].stops_in = constant(3.0);
    case.system.actions[1].stop_timeout = Span::secs(5);
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 out 0 Partition",
        "2 interrupted 0",
        "35 dead 0",
        "35 ended 0 WorkerDead to retry",
        "35 due 1",
        "35 claimed 1 by 1",
        "48 zombie 0 over",
        "83 ended 1 DeadlineMissed",
        "92 back 0",
    ];
    expect(&case, &expected);
    // The same if the chain has ended with the row.
    case.system.actions[1].retries = 0;
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 out 0 Partition",
        "2 interrupted 0",
        "35 dead 0",
        "35 ended 0 WorkerDead",
        "48 zombie 0 over",
        "92 back 0",
    ];
    expect(&case, &expected);
}

#[test]
fn a_worker_that_was_cut_off_unnoticed_still_has_its_rows() {
    let start = ["0 due 0", "0 claimed 0 by 0", "2 out 0 Partition", "2 interrupted 0", "22 back 0"];
    let cut_off = vec![outage(0, 2, Some(20), OutageKind::Partition)];
    let case = on_the_first_of_two(60.0, cut_off.clone());
    expect(&case, &[&start[..], &["22 resumed 0", "60 ended 0 Done"]].concat());
    let mut case = on_the_first_of_two(10.0, cut_off);
    expect(&case, &[&start[..], &["22 ended 0 Done"]].concat());
    case.system.actions[1].deadline = Some(Span::secs(9));
    case.system.actions[1].retries = 0;
    expect(&case, &[&start[..], &["22 ended 0 DeadlineMissed"]].concat());
}

#[test]
fn a_crash_during_a_partition_stops_the_processes_and_the_longer_outage_decides() {
    let outages = vec![outage(0, 2, Some(50), OutageKind::Partition), outage(0, 20, Some(5), OutageKind::Crash)];
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 out 0 Partition",
        "2 interrupted 0",
        "20 out 0 Crash",
        "35 dead 0",
        "35 ended 0 WorkerDead to retry",
        "35 due 1",
        "35 claimed 1 by 1",
        "52 back 0",
        "95 ended 1 Done",
    ];
    expect(&on_the_first_of_two(60.0, outages), &expected);
}

#[test]
fn a_rolling_shutdown_sends_jobs_from_worker_to_worker() {
    let mut case = scenario(&[[1, 0]; 3], AT_ONCE, vec![jobs(&[(0, 1), (0, 1)])]);
    case.system.actions[1].retries = 2;
    let shutdown = |worker: u32| outage(worker, 1 + 3 * i64::from(worker), Some(2), OutageKind::Shutdown);
    case.system.availability.outages = (0..3).map(shutdown).collect();
    let expected = [
        "0 due 0",
        "0 due 1",
        "0 claimed 0 by 0",
        "0 claimed 1 by 1",
        "1 out 0 Shutdown",
        "1 interrupted 0",
        "1 ended 0 WorkerShutdown to retry",
        "1 due 2",
        "1 claimed 2 by 2",
        "3 back 0",
        "4 out 1 Shutdown",
        "4 interrupted 1",
        "4 ended 1 WorkerShutdown to retry",
        "4 due 3",
        "4 claimed 3 by 0",
        "6 back 1",
        "7 out 2 Shutdown",
        "7 interrupted 2",
        "7 ended 2 WorkerShutdown to retry",
        "7 due 4",
        "7 claimed 4 by 1",
        "9 back 2",
        "14 ended 3 Done",
        "17 ended 4 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn the_requeue_rule_says_what_is_retried() {
    let start = ["0 due 0", "0 claimed 0 by 0", "3 out 0 Shutdown", "3 interrupted 0"];
    let retried = ["3 ended 0 WorkerShutdown to retry", "3 due 1", "3 claimed 1 by 1", "13 ended 1 Done"];
    let over = ["3 ended 0 WorkerShutdown"];
    let rules = [
        (Requeue::RequeueIfRetries, 1, true),
        (Requeue::RequeueIfRetries, 0, false),
        (Requeue::RequeueAlways, 0, true),
        (Requeue::Never, 1, false),
    ];
    for (requeue, retries, is_retried) in rules {
        let mut case = on_the_first_of_two(10.0, vec![outage(0, 3, None, OutageKind::Shutdown)]);
        case.system.window.horizon = s(30);
        case.system.actions[1].requeue = requeue;
        case.system.actions[1].retries = retries;
        expect(&case, &[&start[..], if is_retried { &retried } else { &over }].concat());
    }
}

#[test]
fn without_a_majority_nothing_is_claimed_and_all_else_goes_on() {
    let mut case = scenario(&[[1, 0]; 3], AT_ONCE, vec![jobs(&[(0, 1), (5, 1)])]);
    case.system.availability.quorum = true;
    let crash = |worker, at, lasts| outage(worker, at, Some(lasts), OutageKind::Crash);
    case.system.availability.outages = vec![crash(1, 2, 10), crash(2, 3, 17)];
    let expected = [
        "0 due 0",
        "0 claimed 0 by 0",
        "2 out 1 Crash",
        "3 out 2 Crash",
        "5 due 1",
        "10 ended 0 Done",
        "12 back 1",
        "12 claimed 1 by 0",
        "20 back 2",
        "22 ended 1 Done",
    ];
    expect(&case, &expected);
}

#[test]
fn half_of_the_workers_is_no_majority() {
    let mut case = scenario(&[[1, 0]; 2], AT_ONCE, vec![jobs(&[(5, 1)])]);
    case.system.availability.quorum = true;
    case.system.availability.outages = vec![outage(1, 2, Some(10), OutageKind::Crash)];
    expect(&case, &["2 out 1 Crash", "5 due 0", "12 back 1", "12 claimed 0 by 0", "22 ended 0 Done"]);
}

#[test]
fn an_attempt_to_claim_outlasts_an_outage_but_finds_nothing_during_it() {
    let job: Vec<Source> = vec![jobs(&[(0, 1)])];
    let mut case = scenario(&[[1, 0]], after(3.0, ClaimBatch::One), job);
    case.system.availability.outages = vec![outage(0, 1, Some(1), OutageKind::Crash)];
    expect(&case, &["0 due 0", "1 out 0 Crash", "2 back 0", "3 claimed 0 by 0", "13 ended 0 Done"]);
    case.system.availability.outages = vec![outage(0, 1, Some(4), OutageKind::Crash)];
    expect(&case, &["0 due 0", "1 out 0 Crash", "5 back 0", "8 claimed 0 by 0", "18 ended 0 Done"]);
}
