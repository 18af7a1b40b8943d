//! What happens in a run, in words and numbers that two runs share: equal if it is the same thing in both.

use std::collections::BTreeMap;

use crate::engine::OutageKind;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};

/// Something that has happened. Actions, workers and needs are numbered as in [`SharedIds`](super::ids::Ids), jobs by their own run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SharedEvent {
    Ended { job: JobId, first: JobId, worker: u32, ending: JobOutcome, last: bool },
    ZombieOver { job: JobId, stopped: bool },
    Out { worker: u32, kind: OutageKind },
    DeclaredDead { worker: u32 },
    Back { worker: u32 },
    Capacity { worker: u32, to: u32 },
    CancelRequested { job: JobId },
    Skipped { action: u32 },
    Created(CreatedRow),
    Due { job: JobId },
    Claimed { job: JobId, worker: u32 },
    Left { job: JobId, ending: JobOutcome },
}

/// A row that is made, with what it is known to be. How it will end is told beside it: a deadline hides what would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CreatedRow {
    pub(super) job: JobId,
    pub(super) origin: RowOrigin,
    pub(super) action: u32,
    pub(super) need: u32,
    pub(super) scheduled_at: Time,
    pub(super) service: Span,
    /// What it has brought along.
    pub(super) priority: Option<i64>,
    pub(super) estimate: Option<Span>,
    pub(super) deadline: Option<Span>,
    pub(super) stop_timeout: Option<Span>,
    pub(super) retries: Option<u32>,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowOrigin {
    /// It was there at the start.
    Start,
    /// From a source of the scenario.
    Outside,
    /// It follows a failed attempt of the chain that begins with this row.
    Retry(JobId),
    /// This row has started it.
    Child(JobId),
}

/// The numbers of the second run's jobs in the first, where they differ.
pub(super) type JobIdMap = BTreeMap<JobId, JobId>;

fn name(job: JobId, renamed: &JobIdMap) -> JobId {
    renamed.get(&job).copied().unwrap_or(job)
}

impl RowOrigin {
    fn renamed(self, renamed: &JobIdMap) -> RowOrigin {
        match self {
            RowOrigin::Start | RowOrigin::Outside => self,
            RowOrigin::Retry(first) => RowOrigin::Retry(name(first, renamed)),
            RowOrigin::Child(parent) => RowOrigin::Child(name(parent, renamed)),
        }
    }
}

impl CreatedRow {
    /// The same with the first run's numbers.
    pub(super) fn renamed(self, renamed: &JobIdMap) -> CreatedRow {
        CreatedRow { job: name(self.job, renamed), origin: self.origin.renamed(renamed), ..self }
    }
}

impl SharedEvent {
    /// The same with the first run's numbers of jobs.
    pub(super) fn renamed(self, renamed: &JobIdMap) -> SharedEvent {
        let name = |job| name(job, renamed);
        match self {
            SharedEvent::Ended { job, first, worker, ending, last } => {
                SharedEvent::Ended { job: name(job), first: name(first), worker, ending, last }
            }
            SharedEvent::ZombieOver { job, stopped } => SharedEvent::ZombieOver { job: name(job), stopped },
            SharedEvent::CancelRequested { job } => SharedEvent::CancelRequested { job: name(job) },
            SharedEvent::Created(row) => SharedEvent::Created(row.renamed(renamed)),
            SharedEvent::Due { job } => SharedEvent::Due { job: name(job) },
            SharedEvent::Claimed { job, worker } => SharedEvent::Claimed { job: name(job), worker },
            SharedEvent::Left { job, ending } => SharedEvent::Left { job: name(job), ending },
            SharedEvent::Out { .. }
            | SharedEvent::DeclaredDead { .. }
            | SharedEvent::Back { .. }
            | SharedEvent::Capacity { .. }
            | SharedEvent::Skipped { .. } => self,
        }
    }

    /// Its place among things that happen at the same instant: what is later in this order can be a consequence of what is earlier.
    pub(super) fn class(&self) -> u8 {
        match self {
            SharedEvent::Ended { ending: JobOutcome::Done | JobOutcome::Error, .. }
            | SharedEvent::Created(CreatedRow { origin: RowOrigin::Retry(_), .. }) => 1,
            SharedEvent::Ended { ending: JobOutcome::WorkerShutdown, .. }
            | SharedEvent::ZombieOver { .. }
            | SharedEvent::Out { .. }
            | SharedEvent::Back { .. }
            | SharedEvent::Capacity { .. } => 2,
            SharedEvent::DeclaredDead { .. } | SharedEvent::Ended { ending: JobOutcome::WorkerDead, .. } => 3,
            SharedEvent::Ended { ending: JobOutcome::Cancelled, .. }
            | SharedEvent::Left { ending: JobOutcome::Cancelled, .. }
            | SharedEvent::CancelRequested { .. } => 5,
            SharedEvent::Ended { .. } => 4,
            SharedEvent::Created(CreatedRow { origin: RowOrigin::Child(_), .. }) | SharedEvent::Claimed { .. } => 8,
            SharedEvent::Skipped { .. } | SharedEvent::Due { .. } | SharedEvent::Created(_) => 7,
            SharedEvent::Left { .. } => 9,
        }
    }

    /// The job whose end it is, if it is one.
    pub(super) fn ends(&self) -> Option<JobId> {
        match self {
            SharedEvent::Ended { job, .. } | SharedEvent::ZombieOver { job, .. } | SharedEvent::Left { job, .. } => {
                Some(*job)
            }
            _ => None,
        }
    }
}

/// Something that has happened, with the row as its own run knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogEntry {
    pub(super) what: SharedEvent,
    pub(super) job: Option<Job>,
}

impl LogEntry {
    /// Whether two rows may be meant to end in the same way, as far as anybody can see: a deadline hides what would have been.
    pub(super) fn may_end_like(&self, other: &LogEntry) -> bool {
        let known = |entry: &LogEntry| match (entry.what, entry.job) {
            (SharedEvent::Created(_), Some(job)) if job.planned_outcome != JobOutcome::DeadlineMissed => {
                Some(job.planned_outcome)
            }
            _ => None,
        };
        known(self).zip(known(other)).is_none_or(|(one, other)| one == other)
    }
}

impl PartialEq for LogEntry {
    /// Whether the same has happened.
    fn eq(&self, other: &LogEntry) -> bool {
        self.what == other.what && self.may_end_like(other)
    }
}
