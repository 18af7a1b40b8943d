//! The laws of one run.

use std::collections::BTreeMap;

use claimsim::engine::{ClaimRule, InitialState};
use claimsim::model::claim::Pass;
use claimsim::model::job::{Ending, JobId};
use claimsim::model::time::{Span, Time};

use super::ledger::Ledger;
use crate::reference::event::{Event, Kind, first_difference};
use crate::reference::scenarios::{Scenario, claim_rules, instant, scenarios};
use crate::reference::{check, engine};

/// Calls `law` after each event with the ledger before it and the event, then books the event.
fn replay(scenario: &Scenario, events: &[Event], mut law: impl FnMut(&Ledger, &Event)) {
    let mut ledger = Ledger::new(&scenario.system);
    for event in events {
        law(&ledger, event);
        ledger.book(event);
    }
    assert!(ledger.waiting.is_empty() && ledger.running.is_empty(), "every row that is left over must be told");
}

/// Whether a row is put running at the start, not claimed.
fn runs_already(scenario: &Scenario, job: JobId) -> bool {
    let row = scenario.system.initial.get(job.0 as usize);
    row.is_some_and(|row| row.state != InitialState::Waiting)
}

#[test]
fn what_arrives_waits_runs_or_has_ended_and_fits_its_worker() {
    check("conservation", 300, scenarios(claim_rules()), |scenario| {
        replay(scenario, &engine(scenario), |_, _| {});
    });
}

#[test]
fn no_claim_while_a_better_job_fitted_the_same_worker() {
    check("policy order", 300, scenarios(claim_rules()), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            let Kind::Claimed { job, worker } = event.kind else { return };
            if !runs_already(scenario, job) {
                let passed_over = ledger.better(job).find(|&other| ledger.fits(other, worker));
                assert_eq!(passed_over, None, "fitted and was passed over at {event}");
            }
        });
    });
}

#[test]
fn jobs_of_one_need_start_in_order() {
    check("fifo", 300, scenarios(claim_rules()), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            let Kind::Claimed { job, .. } = event.kind else { return };
            if !runs_already(scenario, job) {
                let need = ledger.rows[&job].need;
                let overtaken = ledger.better(job).find(|other| ledger.rows[other].need == need);
                assert_eq!(overtaken, None, "was overtaken at {event}");
            }
        });
    });
}

#[test]
fn under_instant_claiming_a_better_job_goes_first_wherever_it_fits() {
    check("instant order", 300, scenarios(instant()), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            let Kind::Claimed { job, .. } = event.kind else { return };
            if !runs_already(scenario, job) {
                let passed_over = ledger.better(job).find(|&other| ledger.fits_somewhere(other));
                assert_eq!(passed_over, None, "fitted somewhere and was passed over at {event}");
            }
        });
    });
}

#[test]
fn under_instant_claiming_nothing_that_fits_waits_beyond_the_instant() {
    check("no idling", 300, scenarios(instant()), |scenario| {
        let mut last = Time::ZERO;
        replay(scenario, &engine(scenario), |ledger, event| {
            let left_over = matches!(event.kind, Kind::StillWaiting { .. } | Kind::StillRunning { .. });
            if event.time > last || left_over && event.time == last {
                let kept = ledger.waiting.keys().find(|&&job| ledger.fits_somewhere(job));
                assert_eq!(kept, None, "fitted, but still waits before {event}");
            }
            last = event.time;
        });
    });
}

#[test]
fn no_more_wait_than_there_is_room_for() {
    check("queue limit", 300, scenarios(claim_rules()), |scenario| {
        let Some(limit) = scenario.system.queue_limit else { return };
        let mut last = Time::ZERO;
        replay(scenario, &engine(scenario), |ledger, event| {
            // Under instant claiming the newest are turned away after the pass, so the count holds between instants.
            if event.time > last {
                assert!(ledger.waiting.len() as u64 <= limit, "too many wait before {event}");
            }
            last = event.time;
        });
    });
}

#[test]
fn rejections_need_a_full_queue() {
    check("rejections", 300, scenarios(claim_rules()), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            if let Kind::Left { ending: Ending::Rejected, job } = event.kind {
                let limit = scenario.system.queue_limit.expect("nobody is turned away without a limit");
                assert!(ledger.waiting.len() as u64 > limit, "there was room: {event}");
                assert_eq!(ledger.waiting[&job], event.time, "turned away later than on arrival: {event}");
            }
        });
    });
}

#[test]
fn nothing_falls_due_or_starts_before_its_time() {
    check("not before", 300, scenarios(claim_rules()), |scenario| {
        let mut last = Time::ZERO;
        for event in engine(scenario) {
            assert!(last <= event.time && event.time <= scenario.system.window.horizon, "out of order: {event}");
            last = event.time;
            match event.kind {
                Kind::Due { job, .. } if runs_already(scenario, job) => assert_eq!(event.time, Time::ZERO),
                // A claim comes after the row has fallen due, as the ledger checks.
                Kind::Due { row, .. } => assert_eq!(event.time, row.scheduled_at.max(Time::ZERO), "{event}"),
                _ => {}
            }
        }
    });
}

#[test]
fn an_attempt_runs_for_its_service_time_unless_the_deadline_cuts_it() {
    check("run time", 300, scenarios(claim_rules()), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            let Kind::Ended { job, run, ending, .. } = event.kind else { return };
            let (row, ran) = (ledger.rows[&job], event.time - run.claimed_at);
            assert_eq!(ending, row.fate, "{event}");
            match ending {
                Ending::Done | Ending::Error => assert_eq!(ran, row.service, "{event}"),
                Ending::DeadlineMissed => assert!(ran < row.service, "{event}"),
                _ => panic!("a running row does not end so: {event}"),
            }
        });
    });
}

#[test]
fn attempts_are_numbered_and_use_up_their_retries() {
    check("chains", 300, scenarios(claim_rules()), |scenario| {
        // A failed row's next attempt, by its chain's first row: number, retries left and when.
        let mut expected: BTreeMap<JobId, (u32, u32, Time)> = BTreeMap::new();
        replay(scenario, &engine(scenario), |ledger, event| match event.kind {
            Kind::Due { job, row } if row.number == 1 => {
                assert!(row.first == job && row.since == row.scheduled_at, "begins its own chain: {event}");
            }
            Kind::Due { row, .. } => {
                let seen = (row.number, row.retries_left, row.scheduled_at);
                assert_eq!(expected.remove(&row.first), Some(seen), "{event}");
                let first = ledger.rows[&row.first];
                assert_eq!(
                    (row.action, row.need, row.since),
                    (first.action, first.need, first.scheduled_at),
                    "{event}"
                );
            }
            Kind::Ended { job, ending, last, .. } => {
                let row = ledger.rows[&job];
                assert_eq!(last, ending == Ending::Done || row.retries_left == 0, "retries as long as it may: {event}");
                if !last {
                    let at = event.time + scenario.system.action(row.action).backoff.first;
                    expected.insert(row.first, (row.number + 1, row.retries_left - 1, at));
                }
            }
            _ => {}
        });
        let late = expected.values().all(|&(_, _, at)| at > scenario.system.window.horizon);
        assert!(late, "a retry is missing: {expected:?}");
    });
}

#[test]
fn littles_law_holds_exactly_on_the_integrals() {
    check("Little", 300, scenarios(claim_rules()), |scenario| {
        let (mut in_queue, mut in_system) = (0_i128, 0_i128);
        let (mut waits, mut stays) = (0_i128, 0_i128);
        let mut last = Time::ZERO;
        let length = |span: Span| i128::from(span.0);
        replay(scenario, &engine(scenario), |ledger, event| {
            in_queue += ledger.waiting.len() as i128 * length(event.time - last);
            in_system += (ledger.waiting.len() + ledger.running.len()) as i128 * length(event.time - last);
            last = event.time;
            match event.kind {
                Kind::Claimed { job, .. } => waits += length(event.time - ledger.waiting[&job]),
                Kind::Left { job, .. } | Kind::StillWaiting { job } => {
                    waits += length(event.time - ledger.waiting[&job]);
                    stays += length(event.time - ledger.waiting[&job]);
                }
                Kind::Ended { job, run, .. } | Kind::StillRunning { job, run } => {
                    let due = if runs_already(scenario, job) { Time::ZERO } else { ledger.rows[&job].scheduled_at };
                    assert!(run.claimed_at >= due);
                    stays += length(event.time - due.max(Time::ZERO));
                }
                _ => {}
            }
        });
        assert_eq!((in_queue, in_system), (waits, stays));
    });
}

#[test]
fn a_pass_after_each_event_or_each_instant_differ_only_where_things_coincide() {
    // Where no two arrivals, firings or endings share an instant, both offer the same jobs at the same time.
    check("passes", 200, scenarios(instant()), |scenario| {
        let with = |pass: Pass| {
            let ClaimRule::Instant { placement, .. } = scenario.system.claim else { unreachable!("instant claiming") };
            let mut scenario = scenario.clone();
            scenario.system.claim = ClaimRule::Instant { placement, pass };
            engine(&scenario)
        };
        let (instant, event) = (with(Pass::Instant), with(Pass::Event));
        let change =
            |event: &&Event| matches!(event.kind, Kind::Due { .. } | Kind::Ended { .. } | Kind::Skipped { .. });
        let times: Vec<Time> = instant.iter().filter(change).map(|event| event.time).collect();
        if times.windows(2).all(|pair| pair[0] < pair[1]) {
            assert_eq!(first_difference(&instant, &event), None);
        }
    });
}
