//! The story of one job: what a report shows of it, in plain values.

use std::collections::BTreeMap;

use crate::engine::{OutageKind, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::stats::WAIT_PARTS;
use crate::worker_states::WorkerState;

/// The story of one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its number.
    pub job: JobId,
    /// Its class.
    pub action: ActionId,
    /// What it needs.
    pub need: NeedId,
    /// Which attempt of its chain it is, from 1.
    pub attempt: u32,
    /// The chain's first row.
    pub first: JobId,
    /// The row that started the chain, if it is a child.
    pub parent: Option<JobId>,
    /// The wait counts from here.
    pub scheduled_at: Time,
    /// What happened to it, in order.
    pub lines: Vec<Line>,
    /// Why it waited.
    pub wait: Wait,
    /// All attempts of its chain that fell due up to its end, in order.
    pub attempts: Vec<AttemptStory>,
    /// The children of the job, in order.
    pub children: Vec<ChildStory>,
    /// The sum of the chain up to its end, or up to the end of the run.
    pub chain: ChainSplit,
}

/// A wait and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The instant up to which it lasted.
    pub until: Time,
    /// How it ended.
    pub end: WaitEnd,
    /// Nanoseconds by part, in the order of [`WAIT_PARTS`].
    pub parts: [i64; WAIT_PARTS.len()],
    /// The part `busy` by the scarce resource.
    pub busy: BTreeMap<ResourceId, i64>,
}

impl Wait {
    /// From `scheduledAt` to the end of the wait, or to the end of the run.
    pub fn length(&self) -> Span {
        Span(self.parts.iter().sum())
    }
}

/// How a wait ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEnd {
    /// A worker claims the job.
    Claimed(WorkerId),
    /// The job leaves unclaimed.
    Left(JobOutcome),
    /// It has not ended when the run does: the wait is at least that long.
    Open,
}

/// A line of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When; for several events the first instant.
    pub from: Time,
    /// For several events the last instant.
    pub to: Time,
    /// What happens.
    pub what: What,
    /// The reason for which the job waits from then on, if it changes.
    pub reason: Option<WaitReason>,
    /// Why the policy holds the job back from then on, in its words.
    pub hold: Option<String>,
}

/// What happens in a line. The job of the story is *the job*; units are those of resources that
/// both jobs need.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The job falls due.
    Due(Situation),
    /// Nothing; the state at an instant that was asked for.
    At(Situation),
    /// Another job ends on a worker that could hold the job.
    Ended {
        /// The other one.
        job: JobId,
        /// Its class.
        action: ActionId,
        /// Its worker.
        worker: WorkerId,
        /// How it ends.
        outcome: JobOutcome,
        /// The units that it gives back.
        units: Vec<(ResourceId, i64)>,
    },
    /// Another job starts on a worker that could hold the job.
    Started {
        /// The other one.
        job: JobId,
        /// Its class.
        action: ActionId,
        /// Its worker.
        worker: WorkerId,
        /// The units that it takes.
        units: Vec<(ResourceId, i64)>,
        /// Its place in the order.
        place: Place,
    },
    /// A job that was before the job in the order leaves unclaimed.
    Left {
        /// The other one.
        job: JobId,
        /// Its class.
        action: ActionId,
        /// How it leaves.
        outcome: JobOutcome,
    },
    /// A job falls due that is before the job in the order.
    Overtakes {
        /// The other one.
        job: JobId,
        /// Its class.
        action: ActionId,
    },
    /// A worker that could hold the job changes, or comes to hold it.
    Worker {
        /// Which.
        worker: WorkerId,
        /// How.
        change: WorkerChange,
    },
    /// An autoscaler changes the number of workers of a group.
    Scaled {
        /// The index of the group.
        group: usize,
        /// Before.
        from: u32,
        /// After.
        to: u32,
    },
    /// Only the reason changes.
    Reason,
    /// Several events, by kind: their numbers, and how many jobs are before the job after them.
    Several {
        /// By kind.
        counts: BTreeMap<EventKind, u64>,
        /// Jobs before it after the last of them.
        before: usize,
    },
    /// A worker claims the job.
    Claimed {
        /// Which.
        worker: WorkerId,
        /// Why, in the words of the policy.
        why: String,
        /// How long the job had fitted on a worker before, if its last reason was the claim delay.
        delay: Option<Span>,
    },
    /// The job leaves unclaimed.
    Leaves(JobOutcome),
    /// The run ends, and the job still waits.
    StillWaits(Situation),
    /// Someone asks to cancel the job while it runs.
    CancelRequested,
    /// The job ends.
    Ends(JobOutcome),
    /// The run ends, and the job still runs.
    StillRuns,
}

/// The kind of an event, for sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// Jobs of a class end.
    Ended(ActionId),
    /// Jobs of a class start.
    Started(ActionId, Place),
    /// Jobs of a class leave unclaimed.
    Left(ActionId),
    /// Jobs of a class fall due before the job in the order.
    Overtakes(ActionId),
    /// Workers change.
    Worker(WorkerChange),
    /// Groups are scaled.
    Scaled,
    /// Only the reason changes.
    Reason,
}

/// The place of another job in the order in which the policy serves jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before the job.
    Before,
    /// After it: it starts first because it fits, or because the policy chooses so.
    After,
    /// It starts as it falls due.
    AtOnce,
}

/// A change of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of the engine's events")]
pub enum WorkerChange {
    Down(OutageKind),
    DeclaredDead,
    Up,
    NewCapacity,
    Ordered,
    Ready,
    Drains,
    Gone,
}

/// The state at an instant, as it concerns the job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// The number of other waiting jobs.
    pub waiting: usize,
    /// Those before the job in the order, by action.
    pub before: BTreeMap<ActionId, usize>,
    /// Workers in the same state together.
    pub workers: Vec<WorkersAlike>,
    /// By resource that the job needs, who uses its units on workers that could hold the job: the
    /// units by action.
    pub holders: BTreeMap<ResourceId, BTreeMap<ActionId, i64>>,
}

/// Workers in the same state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkersAlike {
    /// Which.
    pub workers: Vec<WorkerId>,
    /// Their state.
    pub state: WorkerState,
    /// Whether they could hold the job if they were idle and able to claim.
    pub could_hold: bool,
}

/// An attempt of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptStory {
    /// Its number.
    pub job: JobId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The wait counts from here.
    pub scheduled_at: Time,
    /// When and by whom it was claimed.
    pub claimed: Option<(Time, WorkerId)>,
    /// How long it works itself; longer runs wait for children.
    pub service: Span,
    /// When and how it ended, or left unclaimed.
    pub ended: Option<(Time, JobOutcome)>,
}

/// A child of a job, with its retries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildStory {
    /// The first row of its chain.
    pub job: JobId,
    /// Its class.
    pub action: ActionId,
    /// The number of its attempts so far.
    pub attempts: u32,
    /// When it fell due.
    pub due_at: Time,
    /// The first claim.
    pub claimed_at: Option<Time>,
    /// When and how its chain ended.
    pub ended: Option<(Time, JobOutcome)>,
}

/// The time from the first `scheduledAt` of a chain to its end, or to the end of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainSplit {
    /// Until workers claimed the attempts.
    pub wait: Span,
    /// Own work of the attempts.
    pub service: Span,
    /// Between attempts.
    pub backoff: Span,
    /// After the own work, until the last child had ended.
    pub children: Span,
    /// Whether the chain has ended.
    pub is_over: bool,
}

impl ChainSplit {
    /// The whole.
    pub fn length(&self) -> Span {
        self.wait + self.service + self.backoff + self.children
    }
}
