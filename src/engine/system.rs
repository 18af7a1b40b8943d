//! What is simulated: workers, actions, claim rule, window and the rows that are there at the start.
//!
//! A [`System`] cannot be malformed: the scenario floor checks everything before it builds one, so that stepping the
//! engine returns no `Result`.

use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::{Batch, Pass, Placement};
use crate::model::job::Status;
use crate::model::time::{Span, Time};
use crate::model::unit::Probability;
use crate::model::worker::{Worker, WorkerId};
use crate::random::dist::Distribution;

/// The system under simulation, shared by all replications.
#[derive(Clone, Debug)]
pub struct System {
    /// Names of the resources, by `ResourceId`.
    pub resources: Vec<String>,
    /// The workers, by `WorkerId`.
    pub workers: Vec<Worker>,
    /// The job classes, by `ActionId`.
    pub actions: Vec<ActionModel>,
    /// The distinct need vectors, by `NeedId`.
    pub needs: Vec<CapacityMap>,
    /// How workers come to jobs.
    pub claim: ClaimRule,
    /// The most jobs that may wait; an arrival that cannot start and finds so many is turned away.
    pub queue_limit: Option<u64>,
    /// What part of the run is measured.
    pub window: Window,
    /// Rows that are there at the start, in order of their job numbers.
    pub initial: Vec<InitialRow>,
}

/// The measured part of a run, from the end of the warm-up to the horizon; events at the horizon itself still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Jobs scheduled before it are left out of job measures, and integrals begin here.
    pub warmup: Time,
    /// The end of the run.
    pub horizon: Time,
}

/// A job class with its behaviour.
#[derive(Clone, Debug)]
pub struct ActionModel {
    /// Its name in documents, tables and random streams.
    pub name: String,
    /// What a job of it needs.
    pub need: NeedId,
    /// How long an attempt runs, in seconds.
    pub service: Distribution,
    /// Probability that an attempt ends in error.
    pub error: Probability,
    /// Further attempts after a failed one.
    pub retries: u32,
    /// From the end of a failed attempt to the `scheduledAt` of the next.
    pub backoff: Span,
    /// Run time after which an attempt is stopped; it then counts as an error.
    pub deadline: Option<Span>,
    /// How long a job waits before it gives up, in seconds.
    pub patience: Option<Distribution>,
    /// Larger goes first, where the policy looks at it.
    pub priority: i64,
}

/// How workers come to jobs.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimRule {
    /// Jobs are offered at the instant something changes; a placement picks the worker.
    Instant {
        /// Which worker, where several fit.
        placement: Placement,
        /// How often jobs are offered.
        pass: Pass,
    },
    /// The registry's race: each worker waits a delay of its own, then looks.
    Delayed {
        /// The delay in seconds.
        delay: Distribution,
        /// How many jobs one attempt claims.
        batch: Batch,
    },
}

/// A row that is in the job table at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialRow {
    /// Its id in the document it comes from.
    pub document_id: String,
    /// Its class.
    pub action: ActionId,
    /// What it needs.
    pub need: NeedId,
    /// Not before this instant; may lie before the start or after it.
    pub scheduled_at: Time,
    /// Further attempts left; the action's own number if `None`.
    pub retries_left: Option<u32>,
    /// Its own deadline; the action's if `None`.
    pub deadline: Option<Span>,
    /// Waiting or running.
    pub state: InitialState,
}

/// Whether an initial row waits or runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialState {
    /// Waits to be claimed from its `scheduled_at` on.
    Waiting,
    /// Runs on a worker since the start, with a fresh service time.
    Running(WorkerId),
}

impl InitialState {
    /// The row's status.
    pub fn status(self) -> Status {
        match self {
            InitialState::Waiting => Status::Waiting,
            InitialState::Running(_) => Status::Running,
        }
    }
}

impl System {
    /// The action of that id.
    pub fn action(&self, id: ActionId) -> &ActionModel {
        &self.actions[usize::from(id.0)]
    }

    /// The need vector of that id.
    pub fn need(&self, id: NeedId) -> &CapacityMap {
        &self.needs[usize::from(id.0)]
    }

    /// The worker of that id.
    pub fn worker(&self, id: WorkerId) -> &Worker {
        &self.workers[id.0 as usize]
    }
}
