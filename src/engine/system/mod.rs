//! The system under simulation: workers, actions, claim rule, window and initial rows.
//!
//! A [`System`] is always well-formed: the scenario floor checks everything before it builds one,
//! so that stepping the engine returns no `Result`.

pub(crate) mod availability;
pub(crate) mod backoff;
pub(crate) mod staffing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::LAST_INSTANT;
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::{ClaimBatch, DispatchTiming, Placement};
use crate::model::job::Status;
use crate::model::time::{Span, Time};
use crate::model::unit::{Probability, Rate};
use crate::model::worker::{LabelSet, Worker, WorkerId};
use crate::random::dist::{Constant, Distribution};
use crate::random::stream::Stream;
use availability::Availability;
use backoff::Backoff;
use staffing::{Leaving, WorkerGroup};

/// The system under simulation, shared by all replications.
#[derive(Clone, Debug)]
pub struct System {
    /// Names of the resources, by `ResourceId`.
    pub resources: Vec<String>,
    /// The workers, by `WorkerId`.
    pub workers: Vec<Worker>,
    /// The groups of workers; a worker in none of them, such as one from a document, is there for
    /// the whole run.
    pub groups: Vec<WorkerGroup>,
    /// The job classes, by `ActionId`.
    pub actions: Vec<ActionModel>,
    /// The distinct need vectors, by `NeedId`.
    pub needs: Vec<CapacityMap>,
    /// By `NeedId`: the labels that a worker must have; none where the list ends before.
    pub runs_on: Vec<LabelSet>,
    /// How workers claim jobs.
    pub claim: ClaimRule,
    /// The most jobs that may wait; an arrival that cannot start and finds the queue full is
    /// rejected.
    pub queue_limit: Option<u64>,
    /// Outages, heartbeats and capacity changes of the workers.
    pub availability: Availability,
    /// Requests to cancel jobs at known instants, in the order of the scenario.
    pub cancels: Vec<CancelRequest>,
    /// The measured part of the run.
    pub window: Window,
    /// The rows of the job table at the start, in order of their job numbers.
    pub initial: Vec<InitialRow>,
}

/// The measured part of a run, from the end of the warm-up to the horizon; events at the horizon
/// itself still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Jobs scheduled before it are left out of job measures, and integrals begin here.
    pub warmup: Time,
    /// Counts and integrals end here.
    pub horizon: Time,
    /// How long jobs that have not ended at the horizon are followed, at most.
    pub cooldown: Span,
}

impl Window {
    /// A window whose jobs are not followed past the horizon.
    pub fn new(warmup: Time, horizon: Time) -> Window {
        Window { warmup, horizon, cooldown: Span::ZERO }
    }

    /// The instant at which following ends at the latest.
    pub fn end(&self) -> Time {
        Time(self.horizon.0.saturating_add(self.cooldown.0)).min(LAST_INSTANT).max(self.horizon)
    }
}

/// A job class with its behaviour.
#[derive(Clone, Debug)]
pub struct ActionModel {
    /// Its name in documents, tables and random streams.
    pub name: String,
    /// The need of a job.
    pub need: NeedId,
    /// How long an attempt runs, in seconds.
    pub service: Distribution,
    /// Probability that an attempt ends in error.
    pub error: Probability,
    /// Further attempts after a failed one.
    pub retries: u32,
    /// From the end of a failed attempt to the `scheduledAt` of the next.
    pub backoff: Backoff,
    /// The estimated service time of an attempt, for claim policies that use it.
    pub estimate: RuntimeEstimate,
    /// Whether the estimate is a deadline as well.
    pub kill_at_estimate: bool,
    /// Whether an attempt is retried whose worker died or was shut down.
    pub requeue: Requeue,
    /// Execution time after which an attempt is asked to stop.
    pub deadline: Option<Span>,
    /// The result of an attempt that is stopped at its deadline.
    pub deadline_result: DeadlineResult,
    /// How long an attempt takes to stop when it is asked to, in seconds.
    pub stops_in: Distribution,
    /// From the request to stop until an attempt is killed.
    pub stop_timeout: Span,
    /// Requests to cancel an attempt, per second, from when it falls due; at rate 0 none come.
    pub cancel_rate: Rate,
    /// The child jobs that an attempt starts and waits for.
    pub spawns: Option<Spawns>,
    /// How long a job waits before it gives up, in seconds.
    pub patience: Option<Distribution>,
    /// Larger goes first, if the policy uses it.
    pub priority: i64,
}

impl ActionModel {
    /// Jobs with this service time that always succeed: nothing stops them, and they start no
    /// children.
    pub fn new(name: &str, need: NeedId, service: Distribution) -> ActionModel {
        ActionModel {
            name: name.to_owned(),
            need,
            service,
            error: Probability::default(),
            retries: 0,
            backoff: Backoff::constant(Span::ZERO),
            estimate: RuntimeEstimate::default(),
            kill_at_estimate: false,
            requeue: Requeue::default(),
            deadline: None,
            deadline_result: DeadlineResult::default(),
            stops_in: Constant::ZERO.into(),
            stop_timeout: Span::ZERO,
            cancel_rate: Rate::default(),
            spawns: None,
            patience: None,
            priority: 0,
        }
    }
}

/// Whether an attempt is retried whose worker died or was shut down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "rule for dead workers")]
#[schemars(rename = "Requeue")]
pub enum Requeue {
    /// It is retried if it has retries left.
    #[default]
    RequeueIfRetries,
    /// It is retried, whether it has retries left or not; one is used up if there is one.
    RequeueAlways,
    /// It is not retried.
    Never,
}

/// The estimated service time of an attempt.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RuntimeEstimate {
    /// Its service time.
    #[default]
    Exact,
    /// This factor times its service time.
    Factor(Distribution),
    /// This time, in seconds, for any service time.
    Time(Distribution),
}

impl RuntimeEstimate {
    /// Whether estimates of equal attempts may differ.
    pub fn is_random(&self) -> bool {
        match self {
            RuntimeEstimate::Exact => false,
            RuntimeEstimate::Factor(of) | RuntimeEstimate::Time(of) => of.variance() > 0.0,
        }
    }

    /// The estimate for this service time, without a draw.
    pub fn fixed(&self, service: Span) -> Span {
        match self {
            RuntimeEstimate::Exact => service,
            RuntimeEstimate::Factor(factor) => Span::from_secs_f64(service.as_secs_f64() * factor.mean()),
            RuntimeEstimate::Time(time) => Span::from_secs_f64(time.mean()),
        }
    }

    /// A drawn estimate for this service time; `None` if the estimate is not random.
    pub fn drawn(&self, service: Span, stream: &mut Stream) -> Option<Span> {
        match self {
            _ if !self.is_random() => None,
            RuntimeEstimate::Exact => None,
            RuntimeEstimate::Factor(factor) => Some(Span::from_secs_f64(service.as_secs_f64() * factor.sample(stream))),
            RuntimeEstimate::Time(time) => Some(Span::from_secs_f64(time.sample(stream))),
        }
    }
}

/// The result of an attempt that is stopped at its deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeadlineResult {
    /// `error`, which is retried.
    #[default]
    Error,
    /// `cancel`, which is not.
    Cancel,
}

/// The jobs that an attempt starts.
#[derive(Clone, Debug)]
pub struct Spawns {
    /// Their class.
    pub action: ActionId,
    /// The number of children, rounded to the nearest whole number.
    pub count: Distribution,
}

/// A request to cancel jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    /// When.
    pub at: Time,
    /// Their class; all classes if `None`.
    pub action: Option<ActionId>,
    /// Waiting jobs, running jobs or both.
    pub jobs: JobFilter,
    /// At most this many, the oldest first; all if `None`.
    pub most: Option<u64>,
}

/// The jobs that a request to cancel selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "state of jobs")]
#[schemars(rename = "JobFilter")]
pub enum JobFilter {
    /// Waiting and running jobs.
    #[default]
    All,
    /// Waiting jobs.
    Waiting,
    /// Running jobs.
    Running,
}

/// How workers claim jobs.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimRule {
    /// Jobs are offered at the instant something changes; a placement picks the worker.
    Instant {
        /// Which worker gets a job, where several have room.
        placement: Placement,
        /// When waiting jobs are dispatched.
        pass: DispatchTiming,
    },
    /// As in the registry: each worker waits a random delay, then looks for a job.
    Delayed {
        /// The delay in seconds.
        delay: Distribution,
        /// The number of jobs that one attempt claims.
        batch: ClaimBatch,
    },
}

/// A row of the job table at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialRow {
    /// Its id in its document.
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
    /// Its own stop timeout; the action's if `None`.
    pub stop_timeout: Option<Span>,
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
    /// As a running one, and someone has asked to cancel it.
    CancelRequested(WorkerId),
}

impl InitialState {
    /// The row's status.
    pub fn status(self) -> Status {
        match self {
            InitialState::Waiting => Status::Waiting,
            InitialState::Running(_) => Status::Running,
            InitialState::CancelRequested(_) => Status::CancelRequest,
        }
    }

    /// Its worker, if it runs.
    pub fn worker(self) -> Option<WorkerId> {
        match self {
            InitialState::Waiting => None,
            InitialState::Running(worker) | InitialState::CancelRequested(worker) => Some(worker),
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

    /// By worker: whether its place has a worker at the start.
    pub fn there_at_start(&self) -> Vec<bool> {
        let mut there = vec![true; self.workers.len()];
        for WorkerGroup { places, initial, .. } in &self.groups {
            there[(places.start + initial) as usize..places.end as usize].fill(false);
        }
        there
    }

    /// The labels that a worker must have for a job with this need.
    pub fn runs_on(&self, id: NeedId) -> LabelSet {
        self.runs_on.get(usize::from(id.0)).copied().unwrap_or_default()
    }

    /// Whether a worker has all labels that a job with this need asks for.
    pub fn has_labels(&self, worker: WorkerId, need: NeedId) -> bool {
        self.worker(worker).labels.contains(self.runs_on(need))
    }

    /// Whether a worker that runs jobs may ever go down or be killed.
    pub fn may_lose_workers(&self) -> bool {
        let kills = |group: &WorkerGroup| group.changes() && group.leaving == Leaving::Kill;
        self.availability.has_outages() || self.groups.iter().any(kills)
    }

    /// Whether workers come and go, take time to start, or cost something.
    pub fn has_staffing(&self) -> bool {
        self.has_places() || self.groups.iter().any(|group| group.price.is_some())
    }

    /// Whether the number of workers of some group changes, or workers take time to start.
    pub fn has_places(&self) -> bool {
        self.groups.iter().any(|group| group.changes() || group.startup.is_some())
    }

    /// Whether a job with this need fits on some worker that runs nothing, at any time.
    pub fn is_feasible(&self, need: NeedId) -> bool {
        let units = self.need(need);
        let changed = self.availability.capacity_changes.iter().map(|change| (change.worker, &change.capacity));
        let offered = (0..).map(WorkerId).zip(self.workers.iter().map(|worker| &worker.capacity));
        offered.chain(changed).any(|(worker, capacity)| capacity.fits(units) && self.has_labels(worker, need))
    }

    /// Whether workers differ in speed from the usual one.
    pub fn has_speeds(&self) -> bool {
        self.workers.iter().any(|worker| worker.speed != 1.0)
    }

    /// All capacities that workers offer at any time.
    pub fn capacities(&self) -> impl Iterator<Item = &CapacityMap> {
        let changed = self.availability.capacity_changes.iter().map(|change| &change.capacity);
        self.workers.iter().map(|worker| &worker.capacity).chain(changed)
    }

    /// The capacity of all workers together at the start.
    pub fn total(&self) -> CapacityMap {
        let total = |resource: usize| self.workers.iter().map(|worker| worker.capacity.0[resource]).sum();
        CapacityMap((0..self.resources.len()).map(total).collect())
    }

    /// The worker of that id.
    pub fn worker(&self, id: WorkerId) -> &Worker {
        &self.workers[id.0 as usize]
    }
}
