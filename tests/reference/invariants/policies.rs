//! Invariants of claim policies: what each promises, and what none of them changes.

use std::collections::BTreeMap;

use claimsim::internals::engine::{Availability, ClaimRule, InitialState, JobOverrides, RuntimeEstimate};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::claim::{DispatchTiming, Placement};
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::unit::Rate;
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::policy::{BackfillOrder, JobLength, Policy};
use proptest::prelude::*;
use proptest::sample::select;

use super::claim_order::{replay, runs_already};
use super::common_random_numbers::{Instance, Key, has_skips, instances, open};
use super::ledger::Ledger;
use crate::event::{Event, Kind, RowSeen, first_difference};
use crate::policies::{holding, picking, policies, ranked};
use crate::scenarios::{Scenario, claim_rules, constant, delayed, instant, pressed, scenarios, storms, under};
use crate::sources::Source;
use crate::{check, engine, engine_of_any, reference_with_notes};

/// Scenarios of all kinds, with faults and without.
fn any_scenarios(claim: impl Strategy<Value = ClaimRule> + Clone + 'static) -> BoxedStrategy<Scenario> {
    prop_oneof![pressed(claim.clone()), scenarios(claim.clone()), storms(claim)].boxed()
}

/// The scenario under another policy.
fn with(scenario: &Scenario, policy: Policy) -> Scenario {
    Scenario { policy, ..scenario.clone() }
}

#[track_caller]
fn same(one: &Scenario, two: &Scenario) {
    if let Some(difference) = first_difference(&engine(one), &engine(two)) {
        panic!("{:?} and {:?}: {difference}", one.policy, two.policy);
    }
}

/// Calls `check` for each claim, with the ledger before it; rows that run at the start are not
/// claimed.
fn for_each_claim(scenario: &Scenario, mut check: impl FnMut(&Ledger, &Book, &Event, JobId, WorkerId)) {
    let mut book = Book::default();
    replay(scenario, &engine(scenario), |ledger, event| match event.kind {
        Kind::Created { job, overrides, .. } => _ = book.overrides.insert(job, overrides),
        Kind::Claimed { job, worker } if !runs_already(scenario, job) => check(ledger, &book, event, job, worker),
        _ => {}
    });
}

/// The attributes that jobs came with.
#[derive(Default)]
struct Book {
    overrides: BTreeMap<JobId, JobOverrides>,
}

impl Book {
    /// The estimate of a row, where it is not drawn.
    fn estimate(&self, ledger: &Ledger, job: JobId) -> Span {
        let row = ledger.rows[&job];
        let fixed = ledger.system.action(row.action).estimate.fixed(row.service);
        self.overrides[&job].estimate.unwrap_or(fixed)
    }
}

/// The scenario with estimates that follow from the events, because nothing is drawn for them.
fn with_fixed_estimates(scenario: &Scenario) -> Scenario {
    let mut fixed = scenario.clone();
    for action in fixed.system.actions.iter_mut().filter(|action| action.estimate.is_random()) {
        action.estimate = RuntimeEstimate::Factor(constant(1.5));
    }
    fixed
}

// What no policy changes.

#[test]
fn the_same_jobs_come_under_every_policy() {
    let two = (any_scenarios(claim_rules()), policies(), policies(), any::<bool>());
    check("policies and jobs", 1000, two, |(scenario, one, two, kill)| {
        let mut open = open(scenario);
        // Then the outcome of an attempt also shows its estimate.
        open.system.actions.iter_mut().for_each(|action| action.kill_at_estimate |= *kill);
        let of = |policy: &Policy| instances(&engine(&with(&open, policy.clone())));
        let (first, second) = (of(one), of(two));
        let differ = |(key, instance): (&Key, &Instance)| second.get(key).is_some_and(|other| other != instance);
        assert!(!first.iter().any(differ), "{one:?} and {two:?} drew differently: {first:?} {second:?}");
        if !has_skips(&open) {
            let arrived = |instances: &BTreeMap<Key, Instance>| {
                instances.keys().filter(|key| key.2 == 1).copied().collect::<Vec<_>>()
            };
            assert_eq!(arrived(&first), arrived(&second), "the same first attempts arrive");
        }
    });
}

#[test]
fn estimates_matter_to_those_who_ask_for_them_only() {
    let deaf = prop_oneof![
        3 => picking(),
        1 => select(vec![Policy::FirstFit, Policy::StrictFifo, Policy::SmallestFirst, Policy::EarliestDeadline])
    ];
    check("deaf to estimates", 300, under(deaf, any_scenarios(claim_rules())), |scenario| {
        let mut exact = scenario.clone();
        exact.system.actions.iter_mut().for_each(|action| action.kill_at_estimate = false);
        let mut wrong = exact.clone();
        wrong.system.actions.iter_mut().for_each(|action| action.estimate = RuntimeEstimate::Factor(constant(7.0)));
        exact.system.actions.iter_mut().for_each(|action| action.estimate = RuntimeEstimate::Exact);
        same(&exact, &wrong);
    });
}

#[test]
fn first_fit_is_the_same_in_the_general_kernel() {
    check("first-fit through a pointer", 300, any_scenarios(claim_rules()), |scenario| {
        assert_eq!(first_difference(&engine(scenario), &engine_of_any(scenario)), None);
    });
}

/// No worker that could run a job is left idle without a reason.
#[test]
fn only_reserving_policies_leave_a_fitting_job_waiting() {
    let work_conserving = prop_oneof![ranked(), picking()];
    check("no idling", 600, under(work_conserving, any_scenarios(instant())), |scenario| {
        let mut last = Time::ZERO;
        replay(scenario, &engine(scenario), |ledger, event| {
            if event.time > last {
                let kept = ledger.waiting.keys().find(|&&job| ledger.fits_somewhere(job));
                assert_eq!(kept, None, "{:?}: fitted, but still waits before {event}", scenario.policy);
            }
            last = event.time;
        });
    });
}

// Policies that reduce to `first-fit`.

/// The scenario in which all actions are the first one.
fn of_one_action(scenario: &Scenario) -> Scenario {
    let mut one = scenario.clone();
    one.system.actions.truncate(1);
    one.system.actions[0].spawns = None;
    one.system.initial.iter_mut().for_each(|row| row.action = ActionId(0));
    one.system.cancels.iter_mut().for_each(|request| request.action = None);
    for source in &mut one.sources {
        match source {
            Source::Renewal { action, .. } | Source::Closed { action, .. } | Source::Cron { action, .. } => {
                *action = ActionId(0);
            }
            Source::Listed(arrivals) => arrivals.iter_mut().for_each(|(arrival, _)| arrival.action = ActionId(0)),
        }
    }
    one
}

/// The scenario in which all jobs have the same need.
fn of_one_need(scenario: &Scenario) -> Scenario {
    let mut one = scenario.clone();
    let need = one.system.initial.iter().find(|row| row.state != InitialState::Waiting).map(|row| row.need);
    one.system.needs = vec![one.system.need(need.unwrap_or(one.system.actions[0].need)).clone()];
    // The number of rows that run at the start is limited by the room.
    let mut runs = false;
    one.system.initial.retain(|row| row.state == InitialState::Waiting || !std::mem::replace(&mut runs, true));
    one.system.initial.iter_mut().for_each(|row| row.need = NeedId(0));
    one.system.actions.iter_mut().for_each(|action| action.need = NeedId(0));
    for_each_overrides(&mut one, |overrides| overrides.need = None);
    one
}

fn for_each_overrides(scenario: &mut Scenario, mut change: impl FnMut(&mut JobOverrides)) {
    for source in &mut scenario.sources {
        match source {
            Source::Listed(arrivals) => arrivals.iter_mut().for_each(|(_, overrides)| change(overrides)),
            Source::Cron { overrides, .. } => change(overrides),
            Source::Renewal { .. } | Source::Closed { .. } => {}
        }
    }
}

#[test]
fn with_one_action_fair_share_is_first_fit() {
    let weights = (1..5_u32).prop_map(|weight| Policy::FairShare { weights: [weight].into() });
    check("fair-share", 300, under(weights, any_scenarios(claim_rules())), |scenario| {
        let one = of_one_action(scenario);
        same(&with(&one, Policy::FirstFit), &one);
    });
}

#[test]
fn with_endless_patience_reserve_after_is_first_fit() {
    let patient = Policy::ReserveAfter { patience: Span(i64::MAX) };
    check("reserve-after", 300, under(Just(patient), any_scenarios(claim_rules())), |scenario| {
        same(&with(scenario, Policy::FirstFit), scenario);
    });
}

#[test]
fn with_equal_priorities_priority_is_first_fit() {
    let aging = select(vec![None, Some(Span(1)), Some(Span::secs(3))]);
    let priority = aging.prop_map(|aging| Policy::Priority { aging });
    check("priority", 300, under(priority, any_scenarios(claim_rules())), |scenario| {
        let mut equal = scenario.clone();
        equal.system.actions.iter_mut().for_each(|action| action.priority = 5);
        for_each_overrides(&mut equal, |overrides| overrides.priority = None);
        same(&with(&equal, Policy::FirstFit), &equal);
    });
}

#[test]
fn with_equal_deadlines_earliest_deadline_is_first_fit() {
    let deadlines = proptest::option::of((0..9_i64).prop_map(Span::secs));
    check("earliest-deadline", 300, (any_scenarios(claim_rules()), deadlines), |(scenario, deadline)| {
        let mut equal = with(scenario, Policy::EarliestDeadline);
        equal.system.actions.iter_mut().for_each(|action| action.deadline = *deadline);
        equal.system.initial.iter_mut().for_each(|row| row.deadline = None);
        for_each_overrides(&mut equal, |overrides| overrides.deadline = None);
        same(&with(&equal, Policy::FirstFit), &equal);
    });
}

#[test]
fn shortest_and_longest_first_are_first_fit_for_equal_service_times() {
    let by = select(vec![
        Policy::ShortestFirst { by: JobLength::Service },
        Policy::LongestFirst { by: JobLength::Service },
        Policy::ShortestFirst { by: JobLength::Estimate },
        Policy::LongestFirst { by: JobLength::Estimate },
    ]);
    check("equal lengths", 300, under(by, any_scenarios(claim_rules())), |scenario| {
        let mut equal = scenario.clone();
        equal.system.actions.iter_mut().for_each(|action| {
            action.service = constant(3.0);
            action.estimate = RuntimeEstimate::Exact;
        });
        for_each_overrides(&mut equal, |overrides| (overrides.service, overrides.estimate) = (None, None));
        same(&with(&equal, Policy::FirstFit), &equal);
    });
}

#[test]
fn policies_by_need_are_first_fit_for_equal_needs() {
    let by_need = prop_oneof![
        select(vec![
            Policy::SmallestFirst,
            Policy::LargestFirst,
            Policy::BestFit,
            Policy::WorstFit,
            Policy::StrictFifo
        ]),
        select(vec![BackfillOrder::Arrival, BackfillOrder::Shortest]).prop_map(|order| Policy::EasyBackfill { order }),
        (0..4_i64).prop_map(|n| Policy::ReserveAfter { patience: Span::secs(n) }),
    ];
    check("equal needs", 500, under(by_need, any_scenarios(claim_rules())), |scenario| {
        let equal = of_one_need(scenario);
        same(&with(&equal, Policy::FirstFit), &equal);
    });
}

#[test]
fn with_one_class_max_weight_is_first_fit() {
    let claim = prop_oneof![instant_on_first(), delayed()];
    check("max-weight", 300, under(Just(Policy::MaxWeight), any_scenarios(claim)), |scenario| {
        let one = of_one_action(&of_one_need(scenario));
        same(&with(&one, Policy::FirstFit), &one);
    });
}

fn instant_on_first() -> BoxedStrategy<ClaimRule> {
    let rule = |pass| ClaimRule::Instant { placement: Placement::First, pass };
    select(vec![rule(DispatchTiming::Instant), rule(DispatchTiming::Event)]).boxed()
}

#[test]
fn with_exact_estimates_shortest_by_estimate_is_shortest_by_service() {
    check("exact estimates", 300, any_scenarios(claim_rules()), |scenario| {
        let mut exact = scenario.clone();
        exact.system.actions.iter_mut().for_each(|action| action.estimate = RuntimeEstimate::Exact);
        for_each_overrides(&mut exact, |overrides| overrides.estimate = None);
        let [service, estimate] = [JobLength::Service, JobLength::Estimate];
        same(
            &with(&exact, Policy::ShortestFirst { by: service }),
            &with(&exact, Policy::ShortestFirst { by: estimate }),
        );
        same(&with(&exact, Policy::LongestFirst { by: service }), &with(&exact, Policy::LongestFirst { by: estimate }));
    });
}

/// If all jobs have the same need and service time, some job starts whenever one does under
/// `first-fit`.
#[test]
fn any_order_of_one_class_has_the_same_number_in_system() {
    let any_order = prop_oneof![Just(Policy::Random), Just(Policy::ConservativeBackfill), ranked()];
    check("count process", 300, under(any_order, any_scenarios(claim_rules())), |scenario| {
        let mut one = quiet(&of_one_action(&of_one_need(scenario)));
        one.system.actions[0].service = constant(3.0);
        one.system.actions[0].estimate = RuntimeEstimate::Exact;
        one.system.actions[0].error = claimsim::internals::model::unit::Probability::default();
        one.sources.retain(|source| !matches!(source, Source::Closed { .. }));
        for_each_overrides(&mut one, |overrides| (overrides.service, overrides.estimate) = (None, None));
        // Equal workers, so that it does not matter which of them has the job.
        one.system.workers.truncate(1);
        one.system.initial.retain(|row| row.state.worker().is_none_or(|worker| worker.0 == 0));
        let counts = |scenario: &Scenario| {
            let (mut waiting, mut running) = (0_i64, 0_i64);
            let mut path: BTreeMap<Time, (i64, i64)> = BTreeMap::new();
            for event in engine(scenario) {
                match event.kind {
                    Kind::Due { .. } => waiting += 1,
                    Kind::Claimed { .. } => (waiting, running) = (waiting - 1, running + 1),
                    Kind::Ended { .. } => running -= 1,
                    _ => {}
                }
                path.insert(event.time, (waiting, running));
            }
            path
        };
        assert_eq!(counts(&with(&one, Policy::FirstFit)), counts(&one), "{:?}", one.policy);
    });
}

// Policies that define an order.

/// The rank of a job under a policy that defines an order: smaller first, ties by age.
fn rank(policy: &Policy, ledger: &Ledger, book: &Book, job: JobId) -> i128 {
    let (row, overrides) = (ledger.rows[&job], book.overrides[&job]);
    let action = ledger.system.action(row.action);
    let wide = |span: Span| i128::from(span.0);
    let priority = i128::from(overrides.priority.unwrap_or(action.priority));
    let length = |by: JobLength| if by == JobLength::Service { row.service } else { book.estimate(ledger, job) };
    match policy {
        Policy::FirstFit => 0,
        Policy::Priority { aging: None } => -priority,
        Policy::Priority { aging: Some(aging) } => i128::from(row.scheduled_at.0) - priority * wide(*aging),
        Policy::ShortestFirst { by } => wide(length(*by)),
        Policy::LongestFirst { by } => -wide(length(*by)),
        Policy::SmallestFirst => size(ledger, row),
        Policy::LargestFirst => -size(ledger, row),
        Policy::EarliestDeadline => {
            let deadline = overrides.deadline.or(action.deadline);
            deadline.map_or(i128::MAX, |deadline| i128::from(row.scheduled_at.0) + wide(deadline))
        }
        _ => unreachable!("{policy:?} is no order"),
    }
}

/// The initial capacity of all workers, by resource.
fn totals(ledger: &Ledger) -> Vec<i128> {
    let of = |resource: usize| ledger.system.workers.iter().map(|worker| i128::from(worker.capacity.0[resource])).sum();
    (0..ledger.system.resources.len()).map(of).collect()
}

/// The shares of the total capacity, summed over resources, in parts of the product of all totals.
fn size(ledger: &Ledger, row: RowSeen) -> i128 {
    let totals = totals(ledger);
    let whole: i128 = totals.iter().filter(|total| **total > 0).product();
    let shares = ledger.system.need(row.need).0.iter().zip(&totals).filter(|(_, total)| **total > 0);
    shares.map(|(need, total)| i128::from(*need) * (whole / total)).sum()
}

#[test]
fn a_ranked_policy_never_passes_over_a_better_job_that_fits() {
    check("ranked", 1000, under(ranked(), any_scenarios(claim_rules())), |scenario| {
        let scenario = &with_fixed_estimates(scenario);
        let is_instant = matches!(scenario.system.claim, ClaimRule::Instant { .. });
        for_each_claim(scenario, |ledger, book, event, job, worker| {
            let place = |job: JobId| (rank(&scenario.policy, ledger, book, job), ledger.rows[&job].scheduled_at, job);
            let fits =
                |other: JobId| if is_instant { ledger.fits_somewhere(other) } else { ledger.fits(other, worker) };
            let better = ledger.waiting.keys().find(|&&other| place(other) < place(job) && fits(other));
            assert_eq!(better, None, "{:?}: was passed over at {event}", scenario.policy);
        });
    });
}

// Policies that choose among the jobs that fit.

/// The units that a worker has left with a job on it, in parts that are the same for all workers.
fn left(ledger: &Ledger, job: JobId, worker: WorkerId) -> i128 {
    let parts: i128 = ledger.capacity.iter().flat_map(|capacity| &capacity.0).map(|&c| i128::from(c.max(1))).product();
    let (need, free) = (ledger.system.need(ledger.rows[&job].need), ledger.free(worker));
    let units = ledger.capacity[worker.0 as usize].0.iter().zip(&free.0).zip(&need.0);
    let shares = units.filter(|((capacity, _), _)| **capacity > 0);
    shares.map(|((&capacity, &free), &need)| i128::from(free - need) * (parts / i128::from(capacity))).sum()
}

#[test]
fn no_other_job_would_have_fitted_better_or_worse() {
    let fit = select(vec![Policy::BestFit, Policy::WorstFit]);
    check("best and worst fit", 500, under(fit, any_scenarios(claim_rules())), |scenario| {
        let sign = if scenario.policy == Policy::BestFit { 1 } else { -1 };
        let is_instant = matches!(scenario.system.claim, ClaimRule::Instant { .. });
        for_each_claim(scenario, |ledger, _, event, job, worker| {
            let workers = (0..ledger.out.len() as u32).map(WorkerId);
            let open: Vec<WorkerId> =
                workers.filter(|w| ledger.can_claim(*w) && (is_instant || *w == worker)).collect();
            let best = |job: JobId| {
                let fitting = open.iter().filter(|worker| ledger.fits(job, **worker));
                fitting.map(|worker| sign * left(ledger, job, *worker)).min()
            };
            let of_the_job = best(job).expect("it fits");
            let better = ledger.waiting.keys().find(|&&other| best(other).is_some_and(|other| other < of_the_job));
            assert_eq!(better, None, "{:?}: was passed over at {event}", scenario.policy);
        });
    });
}

#[test]
fn fair_share_claims_for_the_smallest_share() {
    let weights = proptest::collection::vec(1..=3_u32, 4);
    check("shares", 500, (any_scenarios(claim_rules()), weights), |(scenario, weights)| {
        let scenario = with(scenario, Policy::FairShare { weights: weights.clone().into() });
        let is_instant = matches!(scenario.system.claim, ClaimRule::Instant { .. });
        for_each_claim(&scenario, |ledger, _, event, job, worker| {
            let totals = totals(ledger);
            // In parts that are whole for all weights from 1 to 3.
            let whole = 6 * totals.iter().filter(|total| **total > 0).product::<i128>();
            let share = |action: ActionId| {
                let used = |resource: usize| {
                    let rows = ledger.running.keys().map(|job| ledger.rows[job]).filter(|row| row.action == action);
                    rows.map(|row| i128::from(ledger.system.need(row.need).0[resource])).sum::<i128>()
                };
                let shares = (0..totals.len()).filter(|resource| totals[*resource] > 0);
                let most = shares.map(|resource| used(resource) * (whole / totals[resource])).max().unwrap_or(0);
                most / i128::from(weights[usize::from(action.0)])
            };
            let of_the_job = share(ledger.rows[&job].action);
            let smaller = ledger.waiting.keys().find(|&&other| {
                let fits = if is_instant { ledger.fits_somewhere(other) } else { ledger.fits(other, worker) };
                fits && share(ledger.rows[&other].action) < of_the_job
            });
            assert_eq!(smaller, None, "was passed over at {event}");
        });
    });
}

/// On workers with room for one job, the longest queue is served.
#[test]
fn max_weight_serves_the_longest_queue_where_one_job_fits() {
    check("longest queue", 300, under(Just(Policy::MaxWeight), pressed(claim_rules())), |scenario| {
        let mut single = scenario.clone();
        let unit = || CapacityMap(vec![1; single.system.resources.len()].into());
        let (needs, capacity) = (vec![unit(); single.system.needs.len()], unit());
        single.system.needs = needs;
        single.system.workers.iter_mut().for_each(|worker| worker.capacity = capacity.clone());
        single.system.initial.retain(|row| row.state == InitialState::Waiting);
        for_each_claim(&single, |ledger, _, event, job, _| {
            let class = |job: JobId| (ledger.rows[&job].action, ledger.rows[&job].need);
            let waiting = |of: JobId| ledger.waiting.keys().filter(|&&other| class(other) == class(of)).count();
            let longer = ledger.waiting.keys().find(|&&other| waiting(other) > waiting(job));
            assert_eq!(longer, None, "waits in a longer queue at {event}");
        });
    });
}

// Policies that hold jobs back.

/// Whether some worker, with its capacity at some time, could run a job.
fn is_possible(ledger: &Ledger, job: JobId) -> bool {
    ledger.system.capacities().any(|capacity| capacity.fits(ledger.system.need(ledger.rows[&job].need)))
}

#[test]
fn strict_fifo_starts_jobs_in_the_order_of_their_age() {
    check("strict-fifo", 500, under(Just(Policy::StrictFifo), any_scenarios(claim_rules())), |scenario| {
        for_each_claim(scenario, |ledger, _, event, job, _| {
            let older = ledger.better(job).find(|&other| is_possible(ledger, other));
            assert_eq!(older, None, "was overtaken at {event}");
        });
    });
}

/// With one worker, no younger job takes what an overdue job lacks.
#[test]
fn reserve_after_keeps_capacity_for_the_oldest_overdue_job() {
    let patience = (0..=4_i64).prop_map(|n| Policy::ReserveAfter { patience: Span::secs(n) });
    check("reservations", 500, under(patience, pressed(claim_rules())), |scenario| {
        let Policy::ReserveAfter { patience } = scenario.policy else { unreachable!("that is the policy") };
        let mut alone = scenario.clone();
        alone.system.workers.truncate(1);
        alone.system.initial.retain(|row| row.state.worker().is_none_or(|worker| worker.0 == 0));
        for_each_claim(&alone, |ledger, _, event, job, worker| {
            let is_overdue = |other: &JobId| event.time - ledger.rows[other].scheduled_at > patience;
            let need = |job: JobId| ledger.system.need(ledger.rows[&job].need);
            let needs_something = |other: &JobId| need(*other).0.iter().any(|&need| need > 0);
            let oldest = ledger
                .better(job)
                .filter(|other| is_overdue(other) && needs_something(other) && is_possible(ledger, *other))
                .min_by_key(|other| (ledger.rows[other].scheduled_at, *other));
            let Some(oldest) = oldest else { return };
            let free = ledger.free(worker);
            for (resource, &taken) in need(job).0.iter().enumerate().filter(|(_, need)| **need > 0) {
                let left = free.0[resource] - taken;
                assert!(left >= need(oldest).0[resource], "job {} had it put aside: {event}", oldest.0);
            }
        });
    });
}

/// Only arrivals, claims and ends, without surprises: estimates are exact or too long.
fn quiet(scenario: &Scenario) -> Scenario {
    let mut quiet = scenario.clone();
    quiet.system.availability = Availability::default();
    quiet.system.cancels.clear();
    quiet.system.queue_limit = None;
    for row in &mut quiet.system.initial {
        row.deadline = None;
        if let InitialState::CancelRequested(worker) = row.state {
            row.state = InitialState::Running(worker);
        }
    }
    for (i, action) in quiet.system.actions.iter_mut().enumerate() {
        (action.deadline, action.patience, action.spawns) = (None, None, None);
        action.cancel_rate = Rate::default();
        action.kill_at_estimate = false;
        action.estimate = if i % 2 == 0 { RuntimeEstimate::Exact } else { RuntimeEstimate::Factor(constant(1.75)) };
    }
    for_each_overrides(&mut quiet, |overrides| {
        (overrides.deadline, overrides.estimate, overrides.patience) = (None, None, None);
    });
    quiet
}

/// The time at which a job fits some worker if nothing starts and all running jobs end as
/// estimated.
fn shadow(ledger: &Ledger, book: &Book, now: Time, job: JobId) -> Option<Time> {
    let need = ledger.system.need(ledger.rows[&job].need);
    let on = |worker: WorkerId| {
        let running = ledger.running.iter().filter(|(_, (on, _))| *on == worker);
        let mut ends: Vec<(Time, NeedId)> = running
            .map(|(job, (_, claimed_at))| (*claimed_at + book.estimate(ledger, *job), ledger.rows[job].need))
            .collect();
        ends.sort_unstable();
        let mut free = ledger.free(worker);
        if free.fits(need) {
            return Some(now);
        }
        ends.into_iter().find_map(|(end, released)| {
            free.0.iter_mut().zip(&ledger.system.need(released).0).for_each(|(free, units)| *free += units);
            free.fits(need).then_some(end)
        })
    };
    (0..ledger.out.len() as u32).filter_map(|worker| on(WorkerId(worker))).min()
}

#[test]
fn easy_backfill_never_delays_the_head_beyond_its_shadow() {
    let easy = select(vec![BackfillOrder::Arrival, BackfillOrder::Shortest]);
    let easy = easy.prop_map(|order| Policy::EasyBackfill { order });
    check("the head's shadow", 500, under(easy, prop_oneof![pressed(instant()), scenarios(instant())]), |scenario| {
        let scenario = &quiet(scenario);
        let (mut book, mut promises, mut last) = (Book::default(), BTreeMap::new(), Time::ZERO);
        replay(scenario, &engine(scenario), |ledger, event| {
            if event.time > last {
                // The state after the last instant.
                let possible = ledger.waiting.keys().copied().filter(|&job| is_possible(ledger, job));
                let head = possible.min_by_key(|job| (ledger.rows[job].scheduled_at, *job));
                if let Some((head, at)) = head.and_then(|head| Some((head, shadow(ledger, &book, last, head)?))) {
                    let promise = promises.entry(head).or_insert(at);
                    *promise = at.min(*promise);
                }
                last = event.time;
            }
            match event.kind {
                Kind::Created { job, overrides, .. } => _ = book.overrides.insert(job, overrides),
                Kind::Claimed { job, .. } => {
                    let promise = promises.get(&job).copied().unwrap_or(Time::NEVER);
                    assert!(event.time <= promise, "was to start at {} at the latest: {event}", promise.0);
                }
                Kind::StillWaiting { job } => {
                    let promise = promises.get(&job).copied().unwrap_or(Time::NEVER);
                    assert!(event.time < promise, "was to start at {} at the latest: {event}", promise.0);
                }
                _ => {}
            }
        });
    });
}

#[test]
fn conservative_backfill_keeps_the_start_promised_on_arrival() {
    let conservative = Just(Policy::ConservativeBackfill);
    let any = prop_oneof![pressed(instant()), scenarios(instant())];
    check("promises", 300, under(conservative, any), |scenario| {
        let scenario = &quiet(scenario);
        // The promises are those of the naive simulator, whose events are the engine's.
        let promises = reference_with_notes(scenario).1.promises;
        for event in engine(scenario) {
            let promise = |job: JobId| promises.get(&job).copied().unwrap_or(Time::NEVER);
            match event.kind {
                Kind::Claimed { job, .. } => {
                    assert!(event.time <= promise(job), "promised {:?}: {event}", promise(job));
                }
                Kind::StillWaiting { job } => {
                    assert!(event.time < promise(job), "promised {:?}: {event}", promise(job));
                }
                _ => {}
            }
        }
    });
}

// Estimates that kill.

#[test]
fn nobody_who_is_killed_at_its_estimate_runs_beyond_it() {
    check("killed", 500, under(policies(), any_scenarios(claim_rules())), |scenario| {
        let mut scenario = with_fixed_estimates(scenario);
        scenario.system.actions.iter_mut().for_each(|action| action.kill_at_estimate = true);
        let (mut book, mut interrupted) = (Book::default(), Vec::new());
        replay(&scenario, &engine(&scenario), |ledger, event| match event.kind {
            Kind::Created { job, overrides, .. } => _ = book.overrides.insert(job, overrides),
            Kind::Interrupted { job, .. } => interrupted.push(job),
            Kind::Ended { job, run, ending, .. } if !interrupted.contains(&job) => {
                let (row, estimate) = (ledger.rows[&job], book.estimate(ledger, job));
                let action = scenario.system.action(row.action);
                let longest_stop = book.overrides[&job].stop_timeout.unwrap_or(action.stop_timeout);
                let (ran, asked) = (event.time - run.claimed_at, ending == JobOutcome::Cancelled);
                assert!(ran <= estimate + longest_stop, "{event}");
                let killed = matches!(ending, JobOutcome::DeadlineMissed | JobOutcome::DeadlineCancelled);
                assert!(killed || asked || ran <= estimate, "{event}");
            }
            _ => {}
        });
    });
}

/// The other tests need cases in which a policy could break its promise: each reserving policy does
/// hold some job back.
#[test]
fn every_holding_policy_lets_something_wait_that_fits() {
    let held = std::cell::RefCell::new(std::collections::BTreeSet::new());
    check("held back", 300, under(holding(), pressed(instant())), |scenario| {
        let mut last = Time::ZERO;
        replay(scenario, &engine(scenario), |ledger, event| {
            if event.time > last && ledger.waiting.keys().any(|&job| ledger.fits_somewhere(job)) {
                held.borrow_mut().insert(scenario.policy.name());
            }
            last = event.time;
        });
    });
    let held: Vec<&str> = held.into_inner().into_iter().collect();
    assert_eq!(held, ["conservative-backfill", "easy-backfill", "reserve-after", "strict-fifo"]);
}
