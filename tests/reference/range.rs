//! The random scenarios cover what they are drawn for: each kind of event happens in many of them.

use std::collections::BTreeMap;

use claimsim::internals::engine::OutageKind;
use proptest::prop_oneof;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::event::{Event, Kind};
use super::scenarios::{claim_rules, pools, scenarios, storms};
use super::{divisor, engine, reference_with_notes};

/// The number of scenarios.
const SCENARIOS: usize = 1500;

/// Each of these must happen in at least this number of them.
const ENOUGH: usize = 10;
const SIGHTS: &[&str] = &[
    "created, attempt 3",
    "asked, cut off: false",
    "asked, cut off: true",
    "interrupted",
    "resumed, asked before: false",
    "resumed, asked before: true",
    "Cancelled, last: true, zombie: false",
    "Cancelled, last: true, zombie: true",
    "DeadlineCancelled, last: true, zombie: false",
    "DeadlineMissed, last: false, zombie: false",
    "DeadlineMissed, last: true, zombie: false",
    "Done, last: true, zombie: false",
    "Error, last: false, zombie: false",
    "Error, last: true, zombie: false",
    "WorkerDead, last: false, zombie: false",
    "WorkerDead, last: false, zombie: true",
    "WorkerDead, last: true, zombie: false",
    "WorkerDead, last: true, zombie: true",
    "WorkerShutdown, last: false, zombie: false",
    "WorkerShutdown, last: true, zombie: false",
    "left Abandoned",
    "left Cancelled",
    "left Rejected",
    "zombie stopped: false",
    "zombie stopped: true",
    "out",
    "shut down",
    "declared dead",
    "back",
    "other capacity",
    "skipped",
    "waits",
    "runs",
];

/// The kinds of events of a run, in words.
fn observations(events: &[Event]) -> Vec<String> {
    let mut asked = Vec::new();
    events.iter().map(move |event| observation(event.kind, &mut asked)).collect()
}

fn observation(kind: Kind, asked: &mut Vec<claimsim::internals::model::job::JobId>) -> String {
    match kind {
        Kind::Created { row, .. } => format!("created, attempt {}", row.number.min(3)),
        Kind::Due { .. } => "due".into(),
        Kind::Claimed { .. } => "claimed".into(),
        Kind::CancelRequested { job, run } => {
            asked.push(job);
            format!("asked, cut off: {}", run.is_cut_off)
        }
        Kind::Interrupted { .. } => "interrupted".into(),
        Kind::Resumed { job, .. } => format!("resumed, asked before: {}", asked.contains(&job)),
        Kind::Ended { ending, last, run, .. } => format!("{ending:?}, last: {last}, zombie: {}", run.is_cut_off),
        Kind::Left { ending, .. } => format!("left {ending:?}"),
        Kind::ZombieOver { stopped, .. } => format!("zombie stopped: {stopped}"),
        Kind::WorkerOut { kind: OutageKind::Shutdown, .. } => "shut down".into(),
        Kind::WorkerOut { .. } => "out".into(),
        Kind::WorkerDeclaredDead { .. } => "declared dead".into(),
        Kind::WorkerBack { .. } => "back".into(),
        Kind::CapacityChanged { .. } => "other capacity".into(),
        Kind::WorkerOrdered { .. } => "ordered".into(),
        Kind::WorkerReady { .. } => "ready".into(),
        Kind::WorkerDraining { .. } => "draining".into(),
        Kind::WorkerGone { .. } => "gone".into(),
        Kind::GroupScaled { from, to, .. } => {
            if from < to {
                "scaled out".into()
            } else {
                "scaled in".into()
            }
        }
        Kind::Skipped { .. } => "skipped".into(),
        Kind::StillWaiting { .. } => "waits".into(),
        Kind::StillRunning { .. } => "runs".into(),
    }
}

#[test]
fn the_generator_covers_every_kind_of_event() {
    let strategy = prop_oneof![scenarios(claim_rules()), storms(claim_rules())];
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..SCENARIOS {
        let scenario = strategy.new_tree(&mut runner).expect("a scenario").current();
        let mut observations = observations(&engine(&scenario));
        observations.sort_unstable();
        observations.dedup();
        for observation in observations {
            *seen.entry(observation).or_default() += 1;
        }
    }
    let rare: Vec<&&str> =
        SIGHTS.iter().filter(|observation| seen.get(**observation).is_none_or(|&count| count < ENOUGH)).collect();
    assert!(rare.is_empty(), "{rare:?} are too rare in {seen:#?}");
}

/// What must happen in random pools: events, and notes of the naive simulator.
const OF_POOLS: &[&str] = &[
    "ordered",
    "ready",
    "draining",
    "gone",
    "scaled out",
    "scaled in",
    "drained a worker",
    "kept a worker that drained",
    "killed a row",
    "ordered a worker where one is out",
    "a start without an end",
    "an autoscaler kept still",
    "an autoscaler was slowed down",
    "an autoscaler cooled down",
];

#[test]
fn pools_show_what_they_are_drawn_for() {
    if divisor() > 1 {
        return;
    }
    let strategy = pools(claim_rules());
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..SCENARIOS {
        let scenario = strategy.new_tree(&mut runner).expect("a scenario").current();
        let (events, notes) = reference_with_notes(&scenario);
        let mut sights = observations(&events);
        sights.extend(notes.observations.into_iter().map(str::to_owned));
        sights.sort_unstable();
        sights.dedup();
        for sight in sights {
            *seen.entry(sight).or_default() += 1;
        }
    }
    let rare: Vec<&&str> =
        OF_POOLS.iter().filter(|sight| seen.get(**sight).is_none_or(|&count| count < ENOUGH)).collect();
    assert!(rare.is_empty(), "{rare:?} are too rare in {seen:#?}");
}
