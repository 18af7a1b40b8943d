//! `[[job]]`: a single job.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Capacity, Moment};
use crate::model::time::Span;

/// A single job. What it leaves out is its action's.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    /// The job class. Needed.
    #[schemars(required)]
    pub(crate) action: Option<At<String>>,
    /// When it comes: a date and time, or how long after `start`. Needed.
    #[schemars(required)]
    pub(crate) at: Option<At<Moment>>,
    /// How long each of its attempts runs.
    pub(crate) service: Option<At<Span>>,
    /// How long its submitter thinks it runs, for policies that plan ahead.
    pub(crate) estimate: Option<At<Span>>,
    /// Units that it needs while it runs, by resource.
    pub(crate) capacity: Option<Capacity>,
    /// Further attempts after a failed one.
    pub(crate) retries: Option<At<u32>>,
    /// Run time after which an attempt is asked to stop.
    pub(crate) deadline: Option<At<Span>>,
    /// Time from the request to stop until an attempt is killed.
    pub(crate) stop_timeout: Option<At<Span>>,
    /// Larger goes first, where the policy looks at it.
    pub(crate) priority: Option<At<i64>>,
}
