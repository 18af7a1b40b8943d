//! Why jobs wait: the engine reports reasons by need when they change, the naive simulator asks for
//! every waiting row at every event. Both must split every wait in the same way.

use std::collections::BTreeMap;

use claimsim::internals::engine::{ClaimRule, Event, Observer, WaitReason};
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::job::{Job, JobId};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::stats::{JobScope, ReasonIntegrals, ReasonTimes, StatsObserver, WAIT_PARTS};

use super::policies::policies;
use super::scenarios::{Scenario, claim_rules, crowds, delayed, instant, pools, scenarios, storms, under};
use super::{check, is_raced_by_the_crowd, reference_with_notes, simulation};

/// The waits of all jobs by reason, as the engine reports them.
struct Waits {
    integrals: ReasonIntegrals,
    waiting: BTreeMap<JobId, ReasonTimes>,
    over: BTreeMap<JobId, ReasonTimes>,
}

impl Waits {
    fn leave(&mut self, now: Time, job: &Job) {
        if let Some(before) = self.waiting.remove(&job.id) {
            let mut times = self.integrals.up_to(job.need, now);
            times.iter_mut().zip(before).for_each(|(time, before)| *time -= before);
            if times.iter().any(|time| *time != 0) {
                self.over.insert(job.id, times);
            }
        }
    }
}

impl Observer for Waits {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        self.integrals.observe(now, event);
        match *event {
            Event::Due { job, .. } => {
                self.waiting.insert(job.id, self.integrals.up_to(job.need, now));
            }
            Event::Claimed { job, .. } | Event::Left { job, .. } | Event::StillWaiting { job, .. } => {
                self.leave(now, job);
            }
            _ => {}
        }
    }
}

/// Under a claim delay the engine asks a policy that reserves about the first job of a need only.
/// Other laws distinguish what is held back and what waits for a claim.
fn merge_held(scenario: &Scenario, times: &mut ReasonTimes) {
    if matches!(scenario.system.claim, ClaimRule::Delayed { .. }) {
        times[WaitReason::ClaimDelay.index()] += std::mem::take(&mut times[WaitReason::HeldByPolicy.index()]);
    }
}

fn same_reasons(scenario: &Scenario) {
    if is_raced_by_the_crowd(scenario) {
        return;
    }
    let needs = scenario.system.needs.len();
    let start = Waits { integrals: ReasonIntegrals::new(needs), waiting: BTreeMap::new(), over: BTreeMap::new() };
    let mut engine = simulation(scenario, start).finish().over;
    let mut naive = reference_with_notes(scenario).1.waits;
    for waits in [&mut engine, &mut naive] {
        for times in waits.values_mut() {
            merge_held(scenario, times);
        }
    }
    assert_eq!(engine, naive, "nanoseconds by {:?}, under {:?}", WaitReason::NAMES, scenario.policy);
}

#[test]
fn same_reasons_under_instant_claiming() {
    check("reasons, instant", 700, under(policies(), scenarios(instant())), same_reasons);
}

#[test]
fn same_reasons_under_delayed_claiming() {
    check("reasons, delayed", 700, under(policies(), scenarios(delayed())), same_reasons);
}

#[test]
fn same_reasons_in_storms() {
    check("reasons, storms", 1000, under(policies(), storms(claim_rules())), same_reasons);
}

#[test]
fn same_reasons_of_pools_that_change() {
    check("reasons, pools", 700, under(policies(), pools(claim_rules())), same_reasons);
}

#[test]
fn same_reasons_with_a_hundred_workers() {
    check("reasons, crowds", 60, crowds(instant()), same_reasons);
}

/// The sums that the statistics keep without a note for each job.
#[test]
fn means_by_reason_are_those_of_single_jobs() {
    let random = under(policies(), pools(claim_rules()));
    check("means by reason", 700, random, |scenario| {
        if is_raced_by_the_crowd(scenario) {
            return;
        }
        let (events, notes) = reference_with_notes(scenario);
        let mut naive = [0.0; WAIT_PARTS.len()];
        let mut rows = 0;
        for event in events {
            use super::event::Kind;
            let (Kind::Claimed { job, .. } | Kind::StillWaiting { job }) = event.kind else { continue };
            rows += 1;
            let times = notes.waits.get(&job).copied().unwrap_or_default();
            naive.iter_mut().zip(times).for_each(|(sum, time)| *sum += time as f64 / 1e9);
        }
        let stats = simulation(scenario, StatsObserver::new(&scenario.system, None, Span::secs(1))).finish().finish();
        let all = stats.blame.iter().find(|blame| blame.action == JobScope::All).expect("all jobs come first");
        let Some(mut means) = all.wait_s else { return assert_eq!(rows, 0) };
        // What waited before it fell due is no part of the naive notes: it sums to the mean.
        let is_delayed = matches!(scenario.system.claim, ClaimRule::Delayed { .. });
        let late = |index: usize| [WaitReason::NoWorker.index(), WaitReason::COUNT].contains(&index);
        for (mine, held) in [(&mut means, is_delayed), (&mut naive, is_delayed)] {
            if held {
                mine[WaitReason::ClaimDelay.index()] += std::mem::take(&mut mine[WaitReason::HeldByPolicy.index()]);
            }
        }
        for index in (0..WAIT_PARTS.len()).filter(|index| !late(*index)) {
            let (mine, theirs) = (means[index], naive[index] / f64::from(rows));
            assert!((mine - theirs).abs() < 1e-6, "{}: {mine} against {theirs}", WAIT_PARTS[index]);
        }
    });
}

/// No need ever has a reason before the engine reports one.
#[test]
fn every_need_has_a_reason_from_the_start() {
    struct Reported(Vec<u32>);
    impl Observer for Reported {
        fn on(&mut self, now: Time, event: &Event<'_>) {
            if let Event::WaitReason { need: NeedId(need), .. } = *event {
                self.0[usize::from(need)] += 1;
            } else if let Some(job) = event.job() {
                assert!(self.0[usize::from(job.need)] > 0, "no reason at {now:?}");
            }
        }
    }
    check("first reasons", 100, under(policies(), storms(claim_rules())), |scenario| {
        simulation(scenario, Reported(vec![0; scenario.system.needs.len()])).finish();
    });
}
