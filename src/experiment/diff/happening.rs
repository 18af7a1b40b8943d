//! What happens in a run, in words and numbers that two runs share: equal if it is the same thing in both.

use std::collections::BTreeMap;

use crate::engine::OutageKind;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};

/// Something that has happened. Actions, workers and needs are numbered as in [`Ids`](super::ids::Ids), jobs by their own run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    Ended { job: JobId, first: JobId, worker: u32, ending: JobOutcome, last: bool },
    ZombieOver { job: JobId, stopped: bool },
    Out { worker: u32, kind: OutageKind },
    DeclaredDead { worker: u32 },
    Back { worker: u32 },
    Capacity { worker: u32, to: u32 },
    CancelRequested { job: JobId },
    Skipped { action: u32 },
    Created(Row),
    Due { job: JobId },
    Claimed { job: JobId, worker: u32 },
    Left { job: JobId, ending: JobOutcome },
}

/// A row that is made, with what it is known to be. How it will end is told beside it: a deadline hides what would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) job: JobId,
    pub(super) origin: Origin,
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
pub(super) enum Origin {
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
pub(super) type Renamed = BTreeMap<JobId, JobId>;

fn name(job: JobId, renamed: &Renamed) -> JobId {
    renamed.get(&job).copied().unwrap_or(job)
}

impl Origin {
    fn renamed(self, renamed: &Renamed) -> Origin {
        match self {
            Origin::Start | Origin::Outside => self,
            Origin::Retry(first) => Origin::Retry(name(first, renamed)),
            Origin::Child(parent) => Origin::Child(name(parent, renamed)),
        }
    }
}

impl Row {
    /// The same with the first run's numbers.
    pub(super) fn renamed(self, renamed: &Renamed) -> Row {
        Row { job: name(self.job, renamed), origin: self.origin.renamed(renamed), ..self }
    }
}

impl Happening {
    /// The same with the first run's numbers of jobs.
    pub(super) fn renamed(self, renamed: &Renamed) -> Happening {
        let name = |job| name(job, renamed);
        match self {
            Happening::Ended { job, first, worker, ending, last } => {
                Happening::Ended { job: name(job), first: name(first), worker, ending, last }
            }
            Happening::ZombieOver { job, stopped } => Happening::ZombieOver { job: name(job), stopped },
            Happening::CancelRequested { job } => Happening::CancelRequested { job: name(job) },
            Happening::Created(row) => Happening::Created(row.renamed(renamed)),
            Happening::Due { job } => Happening::Due { job: name(job) },
            Happening::Claimed { job, worker } => Happening::Claimed { job: name(job), worker },
            Happening::Left { job, ending } => Happening::Left { job: name(job), ending },
            Happening::Out { .. }
            | Happening::DeclaredDead { .. }
            | Happening::Back { .. }
            | Happening::Capacity { .. }
            | Happening::Skipped { .. } => self,
        }
    }

    /// Its place among things that happen at the same instant: what is later in this order can be a consequence of what is earlier.
    pub(super) fn class(&self) -> u8 {
        match self {
            Happening::Ended { ending: JobOutcome::Done | JobOutcome::Error, .. }
            | Happening::Created(Row { origin: Origin::Retry(_), .. }) => 1,
            Happening::Ended { ending: JobOutcome::WorkerShutdown, .. }
            | Happening::ZombieOver { .. }
            | Happening::Out { .. }
            | Happening::Back { .. }
            | Happening::Capacity { .. } => 2,
            Happening::DeclaredDead { .. } | Happening::Ended { ending: JobOutcome::WorkerDead, .. } => 3,
            Happening::Ended { ending: JobOutcome::Cancelled, .. }
            | Happening::Left { ending: JobOutcome::Cancelled, .. }
            | Happening::CancelRequested { .. } => 5,
            Happening::Ended { .. } => 4,
            Happening::Created(Row { origin: Origin::Child(_), .. }) | Happening::Claimed { .. } => 8,
            Happening::Skipped { .. } | Happening::Due { .. } | Happening::Created(_) => 7,
            Happening::Left { .. } => 9,
        }
    }

    /// The job whose end it is, if it is one.
    pub(super) fn ends(&self) -> Option<JobId> {
        match self {
            Happening::Ended { job, .. } | Happening::ZombieOver { job, .. } | Happening::Left { job, .. } => {
                Some(*job)
            }
            _ => None,
        }
    }
}

/// Something that has happened, with the row as its own run knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) what: Happening,
    pub(super) job: Option<Job>,
}

impl Entry {
    /// Whether two rows may be meant to end in the same way, as far as anybody can see: a deadline hides what would have been.
    pub(super) fn may_end_like(&self, other: &Entry) -> bool {
        let known = |entry: &Entry| match (entry.what, entry.job) {
            (Happening::Created(_), Some(job)) if job.planned_outcome != JobOutcome::DeadlineMissed => {
                Some(job.planned_outcome)
            }
            _ => None,
        };
        known(self).zip(known(other)).is_none_or(|(one, other)| one == other)
    }
}

impl PartialEq for Entry {
    /// Whether the same has happened.
    fn eq(&self, other: &Entry) -> bool {
        self.what == other.what && self.may_end_like(other)
    }
}
