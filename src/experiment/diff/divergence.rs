//! The first difference between two runs, in words and numbers.

use super::shared_ids::NamedUnits;
use crate::model::job::JobId;
use crate::model::time::{Span, Time};

/// Where two replications diverge.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// The replication, counted from 0.
    pub replication: u32,
    /// The instant.
    pub at: Time,
    /// The difference.
    pub change: FirstDifference,
}

/// The kind of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Something from the scenario: jobs, workers, crons, faults, cancel requests.
    Inputs,
    /// Another claim under the same inputs.
    Decisions,
    /// Another outcome after the same claims.
    Outcomes,
}

impl DifferenceKind {
    /// The word in documents.
    pub fn name(self) -> &'static str {
        match self {
            DifferenceKind::Inputs => "inputs",
            DifferenceKind::Decisions => "decisions",
            DifferenceKind::Outcomes => "outcomes",
        }
    }
}

/// The first difference between two runs, by run.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstDifference {
    /// A job that only one run creates, or that differs.
    Job(Box<[Option<CreatedJob>; 2]>),
    /// In words, an event of workers, crons or jobs; `None` for a run without such an event at that
    /// instant.
    Event([Option<String>; 2]),
    /// A claim.
    Claim(Box<[ClaimDecision; 2]>),
    /// The end of a row.
    End(Box<[JobEnd; 2]>),
}

impl FirstDifference {
    /// The kind of a difference.
    pub fn kind(&self) -> DifferenceKind {
        match self {
            FirstDifference::Job(_) | FirstDifference::Event(_) => DifferenceKind::Inputs,
            FirstDifference::Claim(_) => DifferenceKind::Decisions,
            FirstDifference::End(_) => DifferenceKind::Outcomes,
        }
    }
}

/// A job as it was created.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatedJob {
    /// Its number in its run.
    pub job: JobId,
    /// Its action.
    pub action: String,
    /// Where it comes from: `arrival 7 of scan`.
    pub origin: String,
    /// When it was created.
    pub at: Time,
    /// The instant from which it may run.
    pub scheduled_at: Time,
    /// What it needs.
    pub needs: NamedUnits,
    /// Its run time if nothing stops it.
    pub service: Span,
    /// Its outcome if nothing interferes: `done`, `error`, or at its deadline.
    pub outcome: &'static str,
    /// Its own priority, if it has one; likewise the following.
    pub priority: Option<i64>,
    /// The estimate of its run time.
    pub estimate: Option<Span>,
    /// The run time after which it is asked to stop.
    pub deadline: Option<Span>,
    /// The time from the request to stop until it is killed.
    pub stop_timeout: Option<Span>,
    /// Further attempts after a failed one.
    pub retries: Option<u32>,
}

/// The decision of one run at the instant at which the runs diverge.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimDecision {
    /// The policy, as tables show it.
    pub policy: String,
    /// The claim that the other run does not make, if any.
    pub taken: Option<ClaimedJob>,
    /// The reason, in words.
    pub why: String,
    /// The number of waiting jobs, including the claimed one.
    pub waiting: usize,
    /// The first of them in the policy's order, and those that either run claims.
    pub queue_head: Vec<WaitingJob>,
    /// The claiming worker in either run, with its free units; `None` if this run has no such
    /// worker.
    pub worker: Option<(String, Vec<FreeUnits>)>,
    /// The free units of all workers that claim.
    pub all: Vec<FreeUnits>,
    /// What happens in this run later to the job that the other run claims now.
    pub later: Option<LaterClaim>,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job's number in its run.
    pub job: JobId,
    /// Its action.
    pub action: String,
    /// The worker that claims it.
    pub worker: String,
}

/// A waiting job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// Its place in the policy's order, from 1.
    pub place: usize,
    /// Its number in its run.
    pub job: JobId,
    /// Its action.
    pub action: String,
    /// What it needs.
    pub needs: NamedUnits,
    /// How long it has waited.
    pub waited: Span,
    /// The estimate of its run time, if still known.
    pub estimate: Option<Span>,
    /// Whether it fits on any worker.
    pub fits: bool,
    /// Whether this run claims it.
    pub is_taken: bool,
    /// Whether the other run claims it.
    pub is_taken_by_other: bool,
}

/// Units of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeUnits {
    /// The resource.
    pub resource: String,
    /// The number of free units.
    pub free: i64,
    /// The number of all units.
    pub of: i64,
}

/// The later claim of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterClaim {
    /// The job's number in this run.
    pub job: JobId,
    /// When and by which worker it is claimed, if that is before the end of the comparison.
    pub claimed: Option<(Time, String)>,
}

/// The end of a row in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// Its number in this run.
    pub job: JobId,
    /// Its action.
    pub action: String,
    /// The worker that ran it, if any.
    pub worker: Option<String>,
    /// When and how; `None` if it does not end before the end of the comparison.
    pub ended: Option<(Time, &'static str)>,
    /// Whether a retry follows.
    pub is_retried: bool,
}
