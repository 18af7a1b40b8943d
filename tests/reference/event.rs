//! The events of a run as a plain list, by which two simulators can be compared.

use std::fmt;

use claimsim::internals::engine::{self, Attempt, Execution, JobOverrides, Observer, OutageKind};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::job::{Job, JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;

/// An event and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) time: Time,
    pub(crate) kind: Kind,
}

/// What an observer receives, with every detail that the model fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Created { job: JobId, row: RowSeen, overrides: JobOverrides },
    Due { job: JobId, row: RowSeen },
    Claimed { job: JobId, worker: WorkerId },
    CancelRequested { job: JobId, run: Execution },
    Interrupted { job: JobId, run: Execution },
    Resumed { job: JobId, run: Execution },
    Ended { job: JobId, run: Execution, ending: JobOutcome, last: bool },
    Left { job: JobId, ending: JobOutcome },
    ZombieOver { job: JobId, worker: WorkerId, stopped: bool },
    WorkerOut { worker: WorkerId, kind: OutageKind },
    WorkerDeclaredDead { worker: WorkerId },
    WorkerBack { worker: WorkerId },
    CapacityChanged { worker: WorkerId, units: [i64; 3] },
    WorkerOrdered { worker: WorkerId },
    WorkerReady { worker: WorkerId },
    WorkerDraining { worker: WorkerId },
    WorkerGone { worker: WorkerId },
    GroupScaled { group: usize, from: u32, to: u32 },
    Skipped { action: ActionId },
    StillWaiting { job: JobId },
    StillRunning { job: JobId, run: Execution },
}

/// What is known of a row when it is created. The draws are part of it, so that a job that is never
/// claimed still shows whether its draws are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowSeen {
    pub(crate) action: ActionId,
    pub(crate) need: NeedId,
    pub(crate) scheduled_at: Time,
    pub(crate) service: Span,
    pub(crate) planned_outcome: JobOutcome,
    pub(crate) number: u32,
    pub(crate) first: JobId,
    pub(crate) since: Time,
    pub(crate) retries_left: u32,
}

impl RowSeen {
    pub(crate) fn new(job: &Job, attempt: Attempt) -> RowSeen {
        RowSeen {
            action: job.action,
            need: job.need,
            scheduled_at: job.scheduled_at,
            service: job.service,
            planned_outcome: job.planned_outcome,
            number: attempt.number,
            first: attempt.first,
            since: attempt.since,
            retries_left: attempt.retries_left,
        }
    }
}

impl fmt::Display for RowSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RowSeen { action, need, scheduled_at, service, planned_outcome, number, first, since, retries_left } = self;
        write!(
            f,
            "(action {}, need {}, scheduled {}, service {service}, then {planned_outcome:?}, attempt {number} of {} since {}, \
             {retries_left} left)",
            action.0, need.0, scheduled_at.0, first.0, since.0
        )
    }
}

/// The worker, the time of the claim, and the time since which its units are in use.
fn of(run: Execution) -> String {
    let Execution { worker, claimed_at, busy_since, is_cut_off } = run;
    let busy = if busy_since == Time::NEVER { "not busy".to_owned() } else { format!("busy since {}", busy_since.0) };
    let cut_off = if is_cut_off { ", cut off" } else { "" };
    format!("on worker {}, claimed at {}, {busy}{cut_off}", worker.0, claimed_at.0)
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>15} ", self.time.0)?;
        match self.kind {
            Kind::Created { job, row, overrides } => write!(f, "created  job {} {row} {overrides:?}", job.0),
            Kind::Due { job, row } => write!(f, "due      job {} {row}", job.0),
            Kind::Claimed { job, worker } => write!(f, "claimed  job {} by worker {}", job.0, worker.0),
            Kind::CancelRequested { job, run } => write!(f, "asked    job {} to cancel, {}", job.0, of(run)),
            Kind::Interrupted { job, run } => write!(f, "interr.  job {} {}", job.0, of(run)),
            Kind::Resumed { job, run } => write!(f, "resumed  job {} {}", job.0, of(run)),
            Kind::Ended { job, run, ending, last } => {
                let retried = if last { "" } else { ", retried" };
                write!(f, "ended    job {} {}: {ending:?}{retried}", job.0, of(run))
            }
            Kind::Left { job, ending } => write!(f, "left     job {}: {ending:?}", job.0),
            Kind::ZombieOver { job, worker, stopped } => {
                write!(f, "zombie   job {} on worker {} {}", job.0, worker.0, if stopped { "stopped" } else { "over" })
            }
            Kind::WorkerOut { worker, kind } => write!(f, "out      worker {}: {kind:?}", worker.0),
            Kind::WorkerDeclaredDead { worker } => write!(f, "dead     worker {}", worker.0),
            Kind::WorkerBack { worker } => write!(f, "back     worker {}", worker.0),
            Kind::CapacityChanged { worker, units } => write!(f, "capacity worker {}: {units:?}", worker.0),
            Kind::WorkerOrdered { worker } => write!(f, "ordered  worker {}", worker.0),
            Kind::WorkerReady { worker } => write!(f, "ready    worker {}", worker.0),
            Kind::WorkerDraining { worker } => write!(f, "draining worker {}", worker.0),
            Kind::WorkerGone { worker } => write!(f, "gone     worker {}", worker.0),
            Kind::GroupScaled { group, from, to } => write!(f, "scaled   group {group} from {from} to {to}"),
            Kind::Skipped { action } => write!(f, "skipped  a firing of action {}", action.0),
            Kind::StillWaiting { job } => write!(f, "waits    job {}", job.0),
            Kind::StillRunning { job, run } => write!(f, "runs     job {} {}", job.0, of(run)),
        }
    }
}

/// The first three units of a capacity map; no test has more resources.
pub(crate) fn units(capacity: &CapacityMap) -> [i64; 3] {
    std::array::from_fn(|resource| capacity.0.get(resource).copied().unwrap_or(0))
}

/// An observer that records every event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trajectory {
    events: Vec<Event>,
}

impl Trajectory {
    /// All events. The engine reports the rows left at the horizon in an order of its own; here
    /// they are sorted by number, waiting ones first.
    pub(crate) fn into_events(mut self) -> Vec<Event> {
        let left_over = |event: &Event| match event.kind {
            Kind::StillWaiting { job } => Some((0, job)),
            Kind::StillRunning { job, .. } => Some((1, job)),
            _ => None,
        };
        let tail = self.events.iter().position(|event| left_over(event).is_some()).unwrap_or(self.events.len());
        self.events[tail..].sort_by_key(left_over);
        self.events
    }
}

impl Observer for Trajectory {
    fn on(&mut self, now: Time, event: &engine::Event<'_>) {
        use engine::Event as E;
        let kind = match *event {
            E::Created { job, attempt, overrides, .. } => {
                Kind::Created { job: job.id, row: RowSeen::new(job, attempt), overrides }
            }
            E::Due { job, attempt } => Kind::Due { job: job.id, row: RowSeen::new(job, attempt) },
            E::Claimed { job, worker } => Kind::Claimed { job: job.id, worker },
            E::Ended { job, run, outcome, is_last, .. } => {
                Kind::Ended { job: job.id, run, ending: outcome, last: is_last }
            }
            E::Left { job, outcome, .. } => Kind::Left { job: job.id, ending: outcome },
            E::CancelRequested { job, run } => Kind::CancelRequested { job: job.id, run },
            E::Interrupted { job, run } => Kind::Interrupted { job: job.id, run },
            E::Resumed { job, run } => Kind::Resumed { job: job.id, run },
            E::ZombieEnded { job, worker, stopped } => Kind::ZombieOver { job: job.id, worker, stopped },
            E::WorkerDown { worker, kind } => Kind::WorkerOut { worker, kind },
            E::WorkerDeclaredDead { worker } => Kind::WorkerDeclaredDead { worker },
            E::WorkerUp { worker } => Kind::WorkerBack { worker },
            E::CapacityChanged { worker, capacity } => Kind::CapacityChanged { worker, units: units(capacity) },
            E::WorkerOrdered { worker } => Kind::WorkerOrdered { worker },
            E::WorkerReady { worker } => Kind::WorkerReady { worker },
            E::WorkerDraining { worker } => Kind::WorkerDraining { worker },
            E::WorkerGone { worker } => Kind::WorkerGone { worker },
            E::GroupScaled { group, from, to } => Kind::GroupScaled { group, from, to },
            E::FiringSkipped { action } => Kind::Skipped { action },
            E::StillWaiting { job, .. } => Kind::StillWaiting { job: job.id },
            E::StillRunning { job, run, .. } => Kind::StillRunning { job: job.id, run },
            // The naive simulator ends at the horizon. `wait_reasons` compares reasons.
            E::StillAhead { .. } | E::HorizonPassed { .. } | E::LeftOpen { .. } | E::WaitReason { .. } => return,
        };
        self.events.push(Event { time: now, kind });
    }
}

/// The first difference of two trajectories with the events before it; `None` if they are the same.
pub(crate) fn first_difference(reference: &[Event], engine: &[Event]) -> Option<String> {
    let same = reference.iter().zip(engine).take_while(|(a, b)| a == b).count();
    if same == reference.len() && same == engine.len() {
        return None;
    }
    let show = |events: &[Event]| match events.get(same) {
        Some(event) => event.to_string(),
        None => "                nothing more".to_owned(),
    };
    let before: Vec<String> =
        reference[same.saturating_sub(12)..same].iter().map(|event| format!("            {event}")).collect();
    Some(format!(
        "the trajectories part at event {same}:\n{}\n  reference:{}\n  engine:   {}",
        before.join("\n"),
        show(reference),
        show(engine)
    ))
}
