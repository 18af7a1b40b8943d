//! Invariants of one run: the order of claims, and the history of each row.

use std::collections::{BTreeMap, BTreeSet};

use claimsim::internals::engine::{BackoffGrowth, ClaimRule, InitialState, JobOverrides, Requeue};
use claimsim::internals::model::claim::DispatchTiming;
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::math;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;
use proptest::prelude::*;

use super::ledger::Ledger;
use crate::event::{Event, Kind, RowSeen, first_difference};
use crate::policies::policies;
use crate::scenarios::{Scenario, claim_rules, instant, pools, scenarios, storms, under};
use crate::{check, engine};

/// Calls `check` for each event with the ledger before it, then books the event. Returns the final
/// ledger.
pub(super) fn replay<'a>(
    scenario: &'a Scenario,
    events: &[Event],
    mut check: impl FnMut(&Ledger, &Event),
) -> Ledger<'a> {
    let mut ledger = Ledger::new(&scenario.system);
    for event in events {
        check(&ledger, event);
        ledger.book(event);
    }
    assert!(ledger.waiting.is_empty() && ledger.running.is_empty(), "every row that is left over must be told");
    ledger
}

/// Whether a row runs from the start, without a claim.
pub(super) fn runs_already(scenario: &Scenario, job: JobId) -> bool {
    let row = scenario.system.initial.get(job.0 as usize);
    row.is_some_and(|row| row.state != InitialState::Waiting)
}

#[test]
fn jobs_are_conserved_and_fit_their_workers() {
    check("conservation", 300, all_scenarios(), |scenario| {
        replay(scenario, &engine(scenario), |_, _| ());
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
fn instant_claiming_leaves_no_fitting_job_waiting() {
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
            // Under instant claiming the newest are turned away after the pass, so the count holds
            // between instants.
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
            if let Kind::Left { ending: JobOutcome::Rejected, job } = event.kind {
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
        let (mut last, mut created) = (Time::ZERO, BTreeMap::new());
        let events = engine(scenario);
        for (i, event) in events.iter().enumerate() {
            assert!(last <= event.time && event.time <= scenario.system.window.horizon, "out of order: {event}");
            last = event.time;
            match event.kind {
                Kind::Due { job, .. } if runs_already(scenario, job) => assert_eq!(event.time, Time::ZERO),
                // The ledger checks that a claim comes after the row has fallen due.
                Kind::Due { job, row } => {
                    let on_time = event.time == row.scheduled_at.max(created[&job]);
                    // A row that is cancelled before it is due falls due for that; no claim comes
                    // between.
                    let leaves = matches!(events.get(i + 1).map(|next| next.kind),
                        Some(Kind::Left { job: left, ending: JobOutcome::Cancelled }) if left == job);
                    assert!(on_time || leaves && event.time < row.scheduled_at, "{event}");
                }
                Kind::Created { job, .. } => _ = created.insert(job, event.time),
                _ => {}
            }
        }
    });
}

/// The scenarios of the comparison, those with most faults, and those with pools that change, under
/// any policy.
fn all_scenarios() -> BoxedStrategy<Scenario> {
    under(policies(), prop_oneof![scenarios(claim_rules()), storms(claim_rules()), pools(claim_rules())]).boxed()
}

/// The run time after which a row is asked to stop, where its estimate is not drawn.
fn deadline(scenario: &Scenario, row: RowSeen, overrides: JobOverrides) -> Option<Span> {
    let action = scenario.system.action(row.action);
    let estimate = overrides.estimate.unwrap_or_else(|| action.estimate.fixed(row.service));
    overrides.deadline.or(action.deadline).into_iter().chain(action.kill_at_estimate.then_some(estimate)).min()
}

#[test]
fn an_attempt_runs_for_its_service_time_unless_something_stops_it() {
    check("run time", 600, all_scenarios(), |scenario| {
        let mut scenario = scenario.clone();
        scenario.system.actions.iter_mut().for_each(|action| action.kill_at_estimate &= !action.estimate.is_random());
        let scenario = &scenario;
        let (mut givens, mut asked) = (BTreeMap::new(), BTreeMap::new());
        let mut moved = BTreeSet::new();
        replay(scenario, &engine(scenario), |ledger, event| match event.kind {
            Kind::Created { job, overrides, .. } => _ = givens.insert(job, overrides),
            Kind::CancelRequested { job, .. } => _ = asked.insert(job, event.time),
            Kind::Interrupted { job, .. } => _ = moved.insert(job),
            Kind::Ended { job, run, ending, .. } => {
                let (row, ran) = (ledger.rows[&job], event.time - run.claimed_at);
                let speed = scenario.system.worker(run.worker).speed;
                let service = Span::from_secs_f64(row.service.as_secs_f64() / speed);
                let is_slow_or_fast = speed != 1.0;
                let action = scenario.system.action(row.action);
                let longest_stop = givens[&job].stop_timeout.unwrap_or(action.stop_timeout);
                // A job that was cut off in between ends when its worker is back, or later.
                let is_exact = action.spawns.is_none() && !moved.contains(&job);
                match ending {
                    JobOutcome::Done | JobOutcome::Error => {
                        assert!(ending == row.planned_outcome || is_slow_or_fast, "{event}");
                        let difference = ran.0 - service.0;
                        assert!(difference >= -1 && (!is_exact || difference <= 1), "{event}");
                    }
                    JobOutcome::DeadlineMissed | JobOutcome::DeadlineCancelled => {
                        let deadline = deadline(scenario, row, givens[&job]).expect("a deadline that was missed");
                        assert!(ran >= deadline || is_slow_or_fast && action.kill_at_estimate, "{event}");
                        let is_late = ran > deadline + longest_stop;
                        let estimated = is_slow_or_fast && action.kill_at_estimate;
                        assert!(moved.contains(&job) || estimated || !is_late, "{event}");
                        let was_planned = row.planned_outcome == JobOutcome::DeadlineMissed;
                        assert!(was_planned || action.spawns.is_some() || scenario.system.has_speeds(), "{event}");
                    }
                    JobOutcome::Cancelled => {
                        let waited = event.time - asked[&job];
                        assert!(moved.contains(&job) || waited <= longest_stop, "{event}");
                    }
                    JobOutcome::WorkerShutdown if ledger.is_empty(run.worker) => {}
                    JobOutcome::WorkerDead | JobOutcome::WorkerShutdown => assert!(moved.contains(&job), "{event}"),
                    JobOutcome::Abandoned | JobOutcome::Rejected => panic!("a running row does not end so: {event}"),
                }
            }
            _ => {}
        });
    });
}

/// Whether a retry follows, by the rules for each outcome, and the number of retries it has left.
fn retries_left_after(scenario: &Scenario, row: RowSeen, ending: JobOutcome) -> Option<u32> {
    let requeue = scenario.system.action(row.action).requeue;
    match ending {
        JobOutcome::WorkerDead | JobOutcome::WorkerShutdown if requeue == Requeue::Never => None,
        JobOutcome::WorkerDead | JobOutcome::WorkerShutdown if requeue == Requeue::RequeueAlways => {
            Some(row.retries_left.saturating_sub(1))
        }
        JobOutcome::WorkerDead | JobOutcome::WorkerShutdown | JobOutcome::Error | JobOutcome::DeadlineMissed => {
            row.retries_left.checked_sub(1)
        }
        _ => None,
    }
}

#[test]
fn attempts_are_numbered_and_use_up_their_retries() {
    check("chains", 600, all_scenarios(), |scenario| {
        // A failed row's next attempt is created at once, by its chain's first row: number and
        // retries left.
        let mut expected: BTreeMap<JobId, (u32, u32)> = BTreeMap::new();
        let mut firsts: BTreeMap<JobId, RowSeen> = BTreeMap::new();
        replay(scenario, &engine(scenario), |ledger, event| match event.kind {
            Kind::Created { job, row, .. } if row.number == 1 => {
                assert!(row.first == job && row.since == row.scheduled_at, "begins its own chain: {event}");
                firsts.insert(job, row);
            }
            Kind::Created { row, .. } => {
                assert_eq!(expected.remove(&row.first), Some((row.number, row.retries_left)), "{event}");
                let first = firsts[&row.first];
                assert_eq!(
                    (row.action, row.need, row.since),
                    (first.action, first.need, first.scheduled_at),
                    "{event}"
                );
                let backoff = &scenario.system.action(row.action).backoff;
                let failures = row.number - 1;
                let longest = match &backoff.growth {
                    BackoffGrowth::Geometric { first, factor } => {
                        first.as_secs_f64() * math::pow(*factor, f64::from(failures - 1))
                    }
                    BackoffGrowth::Listed(spans) => {
                        spans.get(failures as usize - 1).or(spans.last()).expect("it is not empty").as_secs_f64()
                    }
                    BackoffGrowth::Polynomial { power, unit, offset } => {
                        unit.as_secs_f64() * math::pow(f64::from(failures - 1), *power) + offset.as_secs_f64()
                    }
                };
                let longest = backoff.cap.map_or(longest, |cap| longest.min(cap.as_secs_f64()));
                let waited = (row.scheduled_at - event.time).as_secs_f64();
                let range = longest * (1.0 - backoff.jitter) - 2e-9..longest + 2e-9;
                assert!(range.contains(&waited), "a backoff of {waited}, not in {range:?}: {event}");
            }
            Kind::Ended { job, ending, last, .. } => {
                assert_eq!(expected, BTreeMap::new(), "a retry is missing before {event}");
                let row = ledger.rows[&job];
                let left = retries_left_after(scenario, row, ending);
                assert_eq!(last, left.is_none(), "retries as long as it may: {event}");
                if let Some(left) = left {
                    expected.insert(row.first, (row.number + 1, left));
                }
            }
            _ => {}
        });
        assert_eq!(expected, BTreeMap::new(), "a retry is missing");
    });
}

#[test]
fn no_job_is_lost_under_any_mixture_of_faults() {
    check("nothing lost", 1000, all_scenarios(), |scenario| {
        // The state of each chain: its newest row waits, runs or has not fallen due, or the chain
        // has ended.
        let mut chains: BTreeMap<JobId, &str> = BTreeMap::new();
        let mut due = BTreeSet::new();
        let horizon = scenario.system.window.horizon;
        let end = replay(scenario, &engine(scenario), |ledger, event| {
            let mut turn = |row: RowSeen, from: &[&str], to| {
                let before = chains.insert(row.first, to).unwrap_or("nowhere");
                assert!(from.contains(&before), "{before} before {event}");
            };
            match event.kind {
                Kind::Created { row, .. } if row.number == 1 => turn(row, &["nowhere"], "coming"),
                Kind::Created { row, .. } => turn(row, &["to be retried"], "coming"),
                Kind::Due { job, row } => {
                    due.insert(job);
                    turn(row, &["coming"], "waiting");
                }
                Kind::Claimed { job, .. } => turn(ledger.rows[&job], &["waiting"], "running"),
                Kind::Ended { job, last, .. } => {
                    turn(ledger.rows[&job], &["running"], if last { "ended" } else { "to be retried" });
                }
                Kind::Left { job, .. } => turn(ledger.rows[&job], &["waiting"], "ended"),
                Kind::StillWaiting { job } => turn(ledger.rows[&job], &["waiting"], "still there"),
                Kind::StillRunning { job, .. } => turn(ledger.rows[&job], &["running"], "still there"),
                _ => {}
            }
        });
        for (first, state) in &chains {
            let is_to_come = || end.coming.values().any(|row| row.first == *first && row.scheduled_at > horizon);
            let is_right = matches!(*state, "ended" | "still there") || *state == "coming" && is_to_come();
            assert!(is_right, "the chain of job {} is lost: {state}", first.0);
        }
    });
}

#[test]
fn nobody_claims_who_is_out_or_in_the_minority() {
    check("quorum", 600, all_scenarios(), |scenario| {
        replay(scenario, &engine(scenario), |ledger, event| {
            if let Kind::Claimed { job, worker } = event.kind {
                assert!(runs_already(scenario, job) || ledger.can_claim(worker), "{event}");
            }
        });
    });
}

#[test]
fn a_worker_is_declared_dead_when_its_heartbeat_has_expired_and_at_a_sweep() {
    check("sweeps", 600, all_scenarios(), |scenario| {
        let heartbeat = scenario.system.availability.heartbeat;
        let mut out: BTreeMap<WorkerId, Time> = BTreeMap::new();
        replay(scenario, &engine(scenario), |ledger, event| match event.kind {
            Kind::WorkerOut { worker, .. } => _ = out.entry(worker).or_insert(event.time),
            Kind::WorkerBack { worker } => _ = out.remove(&worker),
            Kind::WorkerDeclaredDead { worker } => {
                let silent = event.time - out[&worker];
                assert_eq!(event.time.0 % heartbeat.sweep.0, 0, "{event}");
                assert!(silent.0 > heartbeat.expiry.0 - heartbeat.period.0, "too soon: {event}");
                assert!(ledger.alive() > 0, "nobody is there to do it: {event}");
                assert!(!ledger.is_empty(worker), "nobody is there to be dead: {event}");
            }
            _ => {}
        });
    });
}

#[test]
fn littles_law_holds_exactly_on_the_integrals() {
    check("Little", 300, all_scenarios(), |scenario| {
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
                Kind::Ended { job, .. } | Kind::StillRunning { job, .. } => {
                    stays += length(event.time - ledger.due_at[&job]);
                }
                _ => {}
            }
        });
        assert_eq!((in_queue, in_system), (waits, stays));
    });
}

#[test]
fn event_and_instant_passes_differ_only_at_simultaneous_events() {
    // Where no two arrivals, firings or endings share an instant, both offer the same jobs at the
    // same time.
    check("passes", 200, scenarios(instant()), |scenario| {
        let with = |pass: DispatchTiming| {
            let ClaimRule::Instant { placement, .. } = scenario.system.claim else { unreachable!("instant claiming") };
            let mut scenario = scenario.clone();
            scenario.system.claim = ClaimRule::Instant { placement, pass };
            engine(&scenario)
        };
        let (instant, event) = (with(DispatchTiming::Instant), with(DispatchTiming::Event));
        let change = |event: &&Event| {
            !matches!(
                event.kind,
                Kind::Created { .. } | Kind::Claimed { .. } | Kind::Interrupted { .. } | Kind::Left { .. }
            )
        };
        let times: Vec<Time> = instant.iter().filter(change).map(|event| event.time).collect();
        if times.windows(2).all(|pair| pair[0] < pair[1]) {
            assert_eq!(first_difference(&instant, &event), None);
        }
    });
}
