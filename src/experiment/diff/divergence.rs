//! What there is to say of the first thing that two runs do not share.

use super::shared_ids::NamedUnits;
use crate::model::job::JobId;
use crate::model::time::{Span, Time};

/// Where two replications part.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// Which replication, from 0.
    pub replication: u32,
    /// At which instant.
    pub at: Time,
    /// By what.
    pub change: FirstDifference,
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// What comes from the scenario: jobs, workers, crons, faults, requests to cancel.
    Inputs,
    /// Under the same inputs another claim.
    Decisions,
    /// After the same claims another end.
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

/// The first thing that two runs do not share, run by run.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstDifference {
    /// A job that is made in one run only, or is another one.
    Job(Box<[Option<CreatedJob>; 2]>),
    /// Something that befalls workers, crons or jobs in one run, in words; `None` in a run in which it does not, at that instant.
    Event([Option<String>; 2]),
    /// A claim.
    Claim(Box<[ClaimDecision; 2]>),
    /// The end of a row.
    End(Box<[JobEnd; 2]>),
}

impl FirstDifference {
    /// What kind of difference it is.
    pub fn kind(&self) -> DifferenceKind {
        match self {
            FirstDifference::Job(_) | FirstDifference::Event(_) => DifferenceKind::Inputs,
            FirstDifference::Claim(_) => DifferenceKind::Decisions,
            FirstDifference::End(_) => DifferenceKind::Outcomes,
        }
    }
}

/// A job as it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatedJob {
    /// Its number in its run.
    pub job: JobId,
    /// Its class.
    pub action: String,
    /// Where it comes from: `arrival 7 of scan`.
    pub origin: String,
    /// When it was made.
    pub at: Time,
    /// Not before this instant.
    pub scheduled_at: Time,
    /// What it needs.
    pub needs: NamedUnits,
    /// How long it runs if nothing stops it.
    pub service: Span,
    /// How it ends if nobody interferes: `done`, `error`, or at its deadline.
    pub outcome: &'static str,
    /// Its own priority, if it has brought one along; likewise the following.
    pub priority: Option<i64>,
    /// How long it is thought to run.
    pub estimate: Option<Span>,
    /// The run time after which it is asked to stop.
    pub deadline: Option<Span>,
    /// From the request to stop until it is killed.
    pub stop_timeout: Option<Span>,
    /// Further attempts after a failed one.
    pub retries: Option<u32>,
}

/// What one run decides at the instant at which the runs part.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimDecision {
    /// The policy, as tables show it.
    pub policy: String,
    /// What it takes that the other run does not; `None` if nothing.
    pub taken: Option<ClaimedJob>,
    /// Why, in words.
    pub why: String,
    /// How many jobs wait, the one that is taken among them.
    pub waiting: usize,
    /// The first of them in the policy's order, and those that are taken in either run.
    pub queue_head: Vec<WaitingJob>,
    /// The worker that is meant, with what is free on it; `None` if this run has none of that name.
    pub worker: Option<(String, Vec<FreeUnits>)>,
    /// What is free on all workers that claim.
    pub all: Vec<FreeUnits>,
    /// What this run does later with the job that the other takes now.
    pub later: Option<LaterClaim>,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job's number in its run.
    pub job: JobId,
    /// Its class.
    pub action: String,
    /// Who has claimed it.
    pub worker: String,
}

/// A waiting job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// Its place in the policy's order, from 1.
    pub place: usize,
    /// Its number in its run.
    pub job: JobId,
    /// Its class.
    pub action: String,
    /// What it needs.
    pub needs: NamedUnits,
    /// How long it has waited.
    pub waited: Span,
    /// How long it is thought to run, if that can still be said.
    pub estimate: Option<Span>,
    /// Whether it fits on any worker.
    pub fits: bool,
    /// Whether this run takes it.
    pub is_taken: bool,
    /// Whether the other run takes it.
    pub is_taken_by_other: bool,
}

/// Units of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeUnits {
    /// Of which resource.
    pub resource: String,
    /// How many are free.
    pub free: i64,
    /// Of how many.
    pub of: i64,
}

/// What becomes of a job later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterClaim {
    /// The job's number in this run.
    pub job: JobId,
    /// When and by whom it is claimed, if it is by the end of the comparison.
    pub claimed: Option<(Time, String)>,
}

/// How a row ends in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// Its number in this run.
    pub job: JobId,
    /// Its class.
    pub action: String,
    /// The worker that it has run on, if it has.
    pub worker: Option<String>,
    /// When and how; `None` if it does not by the end of the comparison.
    pub ended: Option<(Time, &'static str)>,
    /// Whether a retry follows.
    pub is_retried: bool,
}
