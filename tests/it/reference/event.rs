//! What happened in a run, as a plain list that two simulators can be compared by.

use std::fmt;

use claimsim::engine::{Attempt, Observer, Run};
use claimsim::model::action::ActionId;
use claimsim::model::capacity::NeedId;
use claimsim::model::job::{Ending, Job, JobId};
use claimsim::model::time::{Span, Time};
use claimsim::model::worker::WorkerId;

/// One thing that happened, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) time: Time,
    pub(crate) kind: Kind,
}

/// What an observer is told, with everything in it that the model fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Due { job: JobId, row: RowSeen },
    Claimed { job: JobId, worker: WorkerId },
    Ended { job: JobId, worker: WorkerId, claimed_at: Time, ending: Ending, last: bool },
    Left { job: JobId, ending: Ending },
    Skipped { action: ActionId },
    StillWaiting { job: JobId },
    StillRunning { job: JobId, worker: WorkerId, claimed_at: Time },
}

/// What is known of a row as soon as it falls due. The draws are part of it, so that a job that nobody ever
/// claims still shows whether it drew the right numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowSeen {
    pub(crate) action: ActionId,
    pub(crate) need: NeedId,
    pub(crate) scheduled_at: Time,
    pub(crate) service: Span,
    pub(crate) fate: Ending,
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
            fate: job.fate,
            number: attempt.number,
            first: attempt.first,
            since: attempt.since,
            retries_left: attempt.retries_left,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>15} ", self.time.0)?;
        match self.kind {
            Kind::Due { job, row } => write!(
                f,
                "due      job {} (action {}, need {}, scheduled {}, service {}, then {:?}, attempt {} of {} since {}, {} left)",
                job.0,
                row.action.0,
                row.need.0,
                row.scheduled_at.0,
                row.service,
                row.fate,
                row.number,
                row.first.0,
                row.since.0,
                row.retries_left
            ),
            Kind::Claimed { job, worker } => write!(f, "claimed  job {} by worker {}", job.0, worker.0),
            Kind::Ended { job, worker, claimed_at, ending, last } => write!(
                f,
                "ended    job {} on worker {}, claimed at {}: {ending:?}{}",
                job.0,
                worker.0,
                claimed_at.0,
                if last { "" } else { ", retried" }
            ),
            Kind::Left { job, ending } => write!(f, "left     job {}: {ending:?}", job.0),
            Kind::Skipped { action } => write!(f, "skipped  a firing of action {}", action.0),
            Kind::StillWaiting { job } => write!(f, "waits    job {}", job.0),
            Kind::StillRunning { job, worker, claimed_at } => {
                write!(f, "runs     job {} on worker {}, claimed at {}", job.0, worker.0, claimed_at.0)
            }
        }
    }
}

/// An observer that writes everything down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trajectory {
    events: Vec<Event>,
}

impl Trajectory {
    fn push(&mut self, time: Time, kind: Kind) {
        self.events.push(Event { time, kind });
    }

    /// All events. The rows left over at the horizon come in an order of their own choosing; here it is by number.
    pub(crate) fn into_events(mut self) -> Vec<Event> {
        let is_left_over = |event: &Event| matches!(event.kind, Kind::StillWaiting { .. } | Kind::StillRunning { .. });
        let tail = self.events.iter().position(is_left_over).unwrap_or(self.events.len());
        self.events[tail..].sort_by_key(|event| event.kind);
        self.events
    }
}

impl Observer for Trajectory {
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        self.push(now, Kind::Due { job: job.id, row: RowSeen::new(job, attempt) });
    }

    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.push(now, Kind::Claimed { job: job.id, worker });
    }

    fn ended(&mut self, now: Time, job: &Job, _attempt: Attempt, run: Run, ending: Ending, last: bool) {
        self.push(now, Kind::Ended { job: job.id, worker: run.worker, claimed_at: run.claimed_at, ending, last });
    }

    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.push(now, Kind::Left { job: job.id, ending });
    }

    fn skipped(&mut self, now: Time, action: ActionId) {
        self.push(now, Kind::Skipped { action });
    }

    fn still_waiting(&mut self, horizon: Time, job: &Job) {
        self.push(horizon, Kind::StillWaiting { job: job.id });
    }

    fn still_running(&mut self, horizon: Time, job: &Job, run: Run) {
        let (worker, claimed_at) = (run.worker, run.claimed_at);
        self.push(horizon, Kind::StillRunning { job: job.id, worker, claimed_at });
    }
}

/// Where two trajectories part, shown with what came before; `None` if they are the same.
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
