//! The events of a run in numbers that two runs share: equal if the same thing happens in both.

use std::collections::BTreeMap;

use crate::engine::OutageKind;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};

/// An event. Actions, workers and needs have the numbers of `SharedIds`, jobs those of their own
/// run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SharedEvent {
    Ended { job: JobId, first: JobId, worker: u32, outcome: JobOutcome, is_last: bool },
    ZombieEnded { job: JobId, stopped: bool },
    WorkerDown { worker: u32, kind: OutageKind },
    WorkerDeclaredDead { worker: u32 },
    WorkerUp { worker: u32 },
    CapacityChanged { worker: u32, to: u32 },
    WorkerStage { worker: u32, stage: WorkerStage },
    CancelRequested { job: JobId },
    FiringSkipped { action: u32 },
    Created(CreatedRow),
    Due { job: JobId },
    Claimed { job: JobId, worker: u32 },
    Left { job: JobId, outcome: JobOutcome },
}

/// A stage in the life of a worker that comes and goes, in words.
pub(super) type WorkerStage = &'static str;

/// A created row, with its known attributes. Its outcome is compared separately, because a deadline
/// hides what the outcome would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CreatedRow {
    pub(super) job: JobId,
    pub(super) origin: RowOrigin,
    pub(super) action: u32,
    pub(super) need: u32,
    pub(super) scheduled_at: Time,
    pub(super) service: Span,
    /// Its own attributes.
    pub(super) priority: Option<i64>,
    pub(super) estimate: Option<Span>,
    pub(super) deadline: Option<Span>,
    pub(super) stop_timeout: Option<Span>,
    pub(super) retries: Option<u32>,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowOrigin {
    /// It is there at the start.
    Start,
    /// From a source of the scenario.
    Outside,
    /// It follows a failed attempt of the chain that begins with this row.
    Retry(JobId),
    /// This row has started it.
    Child(JobId),
}

/// The numbers of the second run's jobs in the first run, where they differ.
pub(super) type JobIdMap = BTreeMap<JobId, JobId>;

fn translate(job: JobId, ids: &JobIdMap) -> JobId {
    ids.get(&job).copied().unwrap_or(job)
}

impl RowOrigin {
    fn translated(self, ids: &JobIdMap) -> RowOrigin {
        match self {
            RowOrigin::Start | RowOrigin::Outside => self,
            RowOrigin::Retry(first) => RowOrigin::Retry(translate(first, ids)),
            RowOrigin::Child(parent) => RowOrigin::Child(translate(parent, ids)),
        }
    }
}

impl CreatedRow {
    /// The same row in the first run's numbers.
    pub(super) fn translated(self, ids: &JobIdMap) -> CreatedRow {
        CreatedRow { job: translate(self.job, ids), origin: self.origin.translated(ids), ..self }
    }
}

impl SharedEvent {
    /// The same event in the first run's job numbers.
    pub(super) fn translated(self, ids: &JobIdMap) -> SharedEvent {
        let first_id = |job| translate(job, ids);
        match self {
            SharedEvent::Ended { job, first, worker, outcome, is_last } => {
                SharedEvent::Ended { job: first_id(job), first: first_id(first), worker, outcome, is_last }
            }
            SharedEvent::ZombieEnded { job, stopped } => SharedEvent::ZombieEnded { job: first_id(job), stopped },
            SharedEvent::CancelRequested { job } => SharedEvent::CancelRequested { job: first_id(job) },
            SharedEvent::Created(row) => SharedEvent::Created(row.translated(ids)),
            SharedEvent::Due { job } => SharedEvent::Due { job: first_id(job) },
            SharedEvent::Claimed { job, worker } => SharedEvent::Claimed { job: first_id(job), worker },
            SharedEvent::Left { job, outcome } => SharedEvent::Left { job: first_id(job), outcome },
            SharedEvent::WorkerDown { .. }
            | SharedEvent::WorkerDeclaredDead { .. }
            | SharedEvent::WorkerUp { .. }
            | SharedEvent::CapacityChanged { .. }
            | SharedEvent::WorkerStage { .. }
            | SharedEvent::FiringSkipped { .. } => self,
        }
    }

    /// Its rank among the events of an instant: a later event in this order can be a consequence of
    /// an earlier one.
    pub(super) fn rank(&self) -> u8 {
        match self {
            SharedEvent::Ended { outcome: JobOutcome::Done | JobOutcome::Error, .. }
            | SharedEvent::Created(CreatedRow { origin: RowOrigin::Retry(_), .. }) => 1,
            SharedEvent::Ended { outcome: JobOutcome::WorkerShutdown, .. }
            | SharedEvent::ZombieEnded { .. }
            | SharedEvent::WorkerDown { .. }
            | SharedEvent::WorkerUp { .. }
            | SharedEvent::CapacityChanged { .. }
            | SharedEvent::WorkerStage { .. } => 2,
            SharedEvent::WorkerDeclaredDead { .. } | SharedEvent::Ended { outcome: JobOutcome::WorkerDead, .. } => 3,
            SharedEvent::Ended { outcome: JobOutcome::Cancelled, .. }
            | SharedEvent::Left { outcome: JobOutcome::Cancelled, .. }
            | SharedEvent::CancelRequested { .. } => 5,
            SharedEvent::Ended { .. } => 4,
            SharedEvent::Created(CreatedRow { origin: RowOrigin::Child(_), .. }) | SharedEvent::Claimed { .. } => 8,
            SharedEvent::FiringSkipped { .. } | SharedEvent::Due { .. } | SharedEvent::Created(_) => 7,
            SharedEvent::Left { .. } => 9,
        }
    }

    /// The job that ends with the event, if any.
    pub(super) fn ended_job(&self) -> Option<JobId> {
        match self {
            SharedEvent::Ended { job, .. } | SharedEvent::ZombieEnded { job, .. } | SharedEvent::Left { job, .. } => {
                Some(*job)
            }
            _ => None,
        }
    }
}

/// An event, with the row as its own run knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogEntry {
    pub(super) event: SharedEvent,
    pub(super) job: Option<Job>,
}

impl LogEntry {
    /// Whether two created rows may have the same planned outcome. A deadline hides it.
    pub(super) fn may_end_like(&self, other: &LogEntry) -> bool {
        let known = |entry: &LogEntry| match (entry.event, entry.job) {
            (SharedEvent::Created(_), Some(job)) if job.planned_outcome != JobOutcome::DeadlineMissed => {
                Some(job.planned_outcome)
            }
            _ => None,
        };
        known(self).zip(known(other)).is_none_or(|(one, other)| one == other)
    }
}

impl PartialEq for LogEntry {
    /// Whether both are the same event.
    fn eq(&self, other: &LogEntry) -> bool {
        self.event == other.event && self.may_end_like(other)
    }
}
