//! What is simulated: workers, actions, claim rule, window and the rows that are there at the start.
//!
//! A [`System`] cannot be malformed: the scenario floor checks everything before it builds one, so that stepping the
//! engine returns no `Result`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::availability::Availability;
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::{ClaimBatch, Pass, Placement};
use crate::model::job::Status;
use crate::model::time::{Span, Time};
use crate::model::unit::{Probability, Rate};
use crate::model::worker::{Worker, WorkerId};
use crate::random::dist::{Constant, Distribution};
use crate::random::stream::Stream;

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
    /// What happens to the workers.
    pub availability: Availability,
    /// Requests to cancel jobs at known instants, in the order of the scenario.
    pub cancels: Vec<CancelRequest>,
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
    pub backoff: Backoff,
    /// How long an attempt is thought to run, for claim policies that ask.
    pub estimate: Estimate,
    /// Whether the estimate is a deadline as well.
    pub kill_at_estimate: bool,
    /// What becomes of an attempt whose worker died or was shut down.
    pub requeue: Requeue,
    /// Run time after which an attempt is asked to stop.
    pub deadline: Option<Span>,
    /// What an attempt stopped at its deadline counts as.
    pub deadline_result: DeadlineResult,
    /// How long an attempt takes to stop when it is asked to, in seconds.
    pub stops_in: Distribution,
    /// From the request to stop until an attempt is killed.
    pub stop_timeout: Span,
    /// Requests to cancel an attempt, per second, from when it falls due; none ever come at rate 0.
    pub cancel_rate: Rate,
    /// The jobs that an attempt starts, and waits for.
    pub spawns: Option<Spawns>,
    /// How long a job waits before it gives up, in seconds.
    pub patience: Option<Distribution>,
    /// Larger goes first, where the policy looks at it.
    pub priority: i64,
}

impl ActionModel {
    /// Jobs that run as long as `service` says, to their end: nothing fails, stops or starts them.
    pub fn new(name: &str, need: NeedId, service: Distribution) -> ActionModel {
        ActionModel {
            name: name.to_owned(),
            need,
            service,
            error: Probability::default(),
            retries: 0,
            backoff: Backoff::constant(Span::ZERO),
            estimate: Estimate::default(),
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

/// From the end of a failed attempt to the `scheduledAt` of the next: `first` after the first attempt, `factor` times as long
/// after each further one, but at most `cap`; of which the last part, a share of `jitter`, is left to chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// After the first attempt.
    pub first: Span,
    /// From one backoff to the next; 1 for a constant one.
    pub factor: f64,
    /// The longest; none if `None`.
    pub cap: Option<Span>,
    /// A backoff of b lasts between (1 - jitter) b and b, uniformly: 0 for none, 1 for what is called full jitter.
    pub jitter: f64,
}

impl Backoff {
    /// Always this long.
    pub fn constant(span: Span) -> Backoff {
        Backoff { first: span, factor: 1.0, cap: None, jitter: 0.0 }
    }

    /// The one after attempt number `attempt`, from 1. Takes nothing from the stream if there is no jitter.
    pub(super) fn after(&self, attempt: u32, stream: &mut Stream) -> Span {
        let cap = self.cap.unwrap_or(Span(i64::MAX));
        if self.factor == 1.0 && self.jitter == 0.0 {
            return self.first.min(cap);
        }
        let (first, cap) = (self.first.as_secs_f64(), cap.as_secs_f64());
        let mut backoff = first.min(cap);
        for _ in 1..attempt {
            if self.factor == 1.0 || backoff == cap {
                break;
            }
            backoff = (backoff * self.factor).min(cap);
        }
        if self.jitter > 0.0 {
            backoff *= 1.0 - self.jitter * stream.uniform();
        }
        Span::from_secs_f64(backoff)
    }
}

/// What becomes of an attempt whose worker died or was shut down.
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

/// How long an attempt is thought to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Estimate {
    /// As long as it would run if nothing stopped it.
    #[default]
    Exact,
    /// So many times as long.
    Factor(Distribution),
    /// So long, in seconds, whatever it is.
    Time(Distribution),
}

impl Estimate {
    /// Whether estimates of equal attempts may differ.
    pub fn is_random(&self) -> bool {
        match self {
            Estimate::Exact => false,
            Estimate::Factor(of) | Estimate::Time(of) => of.variance() > 0.0,
        }
    }

    /// The estimate of an attempt that runs so long; nothing is drawn.
    pub fn fixed(&self, service: Span) -> Span {
        match self {
            Estimate::Exact => service,
            Estimate::Factor(factor) => Span::from_secs_f64(service.as_secs_f64() * factor.mean()),
            Estimate::Time(time) => Span::from_secs_f64(time.mean()),
        }
    }

    /// The estimate that is drawn for an attempt that runs so long; `None` if none has to be.
    pub fn drawn(&self, service: Span, stream: &mut Stream) -> Option<Span> {
        match self {
            _ if !self.is_random() => None,
            Estimate::Exact => None,
            Estimate::Factor(factor) => Some(Span::from_secs_f64(service.as_secs_f64() * factor.sample(stream))),
            Estimate::Time(time) => Some(Span::from_secs_f64(time.sample(stream))),
        }
    }
}

/// What an attempt stopped at its deadline counts as.
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
    /// Of which class.
    pub action: ActionId,
    /// How many, rounded to the nearest whole number.
    pub count: Distribution,
}

/// A request to cancel jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    /// When.
    pub at: Time,
    /// Of which class; of all if `None`.
    pub action: Option<ActionId>,
    /// Waiting ones, running ones or both.
    pub whom: Whom,
    /// At most so many, the oldest first; all if `None`.
    pub most: Option<u64>,
}

/// Which jobs a request to cancel means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "state of jobs")]
#[schemars(rename = "Whom")]
pub enum Whom {
    /// Whether they wait or run.
    #[default]
    All,
    /// Those that wait.
    Waiting,
    /// Those that run.
    Running,
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
        batch: ClaimBatch,
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
    /// As a running one, and somebody has asked to cancel it.
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

    /// The worker that it runs on, if it runs.
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

    /// What workers offer at any time.
    pub fn capacities(&self) -> impl Iterator<Item = &CapacityMap> {
        let changed = self.availability.capacity_changes.iter().map(|change| &change.capacity);
        self.workers.iter().map(|worker| &worker.capacity).chain(changed)
    }

    /// What all workers offer together at the start.
    pub fn total(&self) -> CapacityMap {
        let total = |resource: usize| self.workers.iter().map(|worker| worker.capacity.0[resource]).sum();
        CapacityMap((0..self.resources.len()).map(total).collect())
    }

    /// The worker of that id.
    pub fn worker(&self, id: WorkerId) -> &Worker {
        &self.workers[id.0 as usize]
    }
}
