//! `[action.X]`: a job class.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arrival, At, Capacity, Distribution};
use crate::model::time::Span;
use crate::model::unit::Probability;

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
    /// Probability that an attempt ends in error.
    pub(crate) error: At<Probability>,
    /// Further attempts after a failed one.
    pub(crate) retries: At<u32>,
    /// From the end of a failed attempt to the `scheduledAt` of the next.
    pub(crate) backoff: At<Span>,
    /// Run time after which an attempt is stopped; it then counts as an error. None, if left out.
    pub(crate) deadline: Option<At<Span>>,
    /// Time from the request to stop until an attempt is killed. Jobs of this version stop at once.
    pub(crate) stop_timeout: Option<At<Span>>,
    /// Larger goes first, where the policy looks at it.
    pub(crate) priority: At<i64>,
    /// How long a job waits before it gives up. For ever, if left out.
    pub(crate) patience: Option<At<Distribution<Span>>>,
}
