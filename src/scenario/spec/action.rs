//! `[action.X]`: a job class.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arrival, At, Backoff, Capacity, Distribution, Estimate, Number};
use crate::engine::{DeadlineResult, Requeue};
use crate::model::time::Span;
use crate::model::unit::{Probability, Rate};

/// A job class: what its jobs need, when they come, how long they run, and how they fail.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Action {
    /// Units that a job needs while it runs, by resource. Without any it waits for its claim only.
    #[schemars(example = serde_json::json!({ "scan": 1 }))]
    pub(crate) capacity: Capacity,
    /// When jobs come. Left out, they come by cron, as single jobs, from a trace or from documents only.
    pub(crate) arrival: Option<At<Arrival>>,
    /// How long an attempt runs.
    pub(crate) service: Option<At<Distribution<Span>>>,
    /// How long an attempt is thought to run, for claim policies that look ahead: `"exact"`, `{ factor = 2 }` times as long as it does,
    /// or a duration or distribution of its own. What a trace says of a job goes first.
    pub(crate) estimate: At<Estimate>,
    /// Whether an attempt is stopped at its estimate, as at a deadline.
    pub(crate) kill_at_estimate: bool,
    /// Probability that an attempt ends in error.
    pub(crate) error: At<Probability>,
    /// Further attempts after a failed one.
    pub(crate) retries: At<u32>,
    /// From the end of a failed attempt to the `scheduledAt` of the next: a duration, or a table for one that grows.
    pub(crate) backoff: At<Backoff>,
    /// What becomes of an attempt whose worker died or was shut down; as the scenario's `on_worker_dead` says, if left out.
    pub(crate) on_worker_dead: Option<Requeue>,
    /// Run time after which an attempt is asked to stop. None, if left out.
    pub(crate) deadline: Option<At<Span>>,
    /// What an attempt stopped at its deadline counts as.
    pub(crate) deadline_result: DeadlineResult,
    /// Time from the request to stop until an attempt is killed. Killed at once, if left out.
    pub(crate) stop_timeout: Option<At<Span>>,
    /// How long an attempt takes to stop by itself when it is asked to. Stops at once, if left out.
    pub(crate) stops_in: Option<At<Distribution<Span>>>,
    /// Rate at which each job is asked to cancel, from when it falls due, such as `"1/h"`; never, if left out.
    pub(crate) cancel_rate: Option<At<Rate>>,
    /// Jobs that an attempt starts when it is claimed; it stays running, and keeps its capacity, until they have ended.
    pub(crate) spawns: Option<At<Spawns>>,
    /// Larger goes first, where the policy looks at it.
    pub(crate) priority: At<i64>,
    /// How long a job waits before it gives up. For ever, if left out.
    pub(crate) patience: Option<At<Distribution<Span>>>,
}

/// The jobs that an attempt starts (fork-join).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spawns {
    /// Their action. Needed.
    #[schemars(required)]
    pub(crate) action: Option<At<String>>,
    /// How many, rounded to the nearest whole number. Needed.
    #[schemars(required)]
    pub(crate) count: Option<At<Distribution<Number>>>,
}
