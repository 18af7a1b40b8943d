//! `[[job]]`: a single job.

use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::TimePoint;
use crate::model::time::Span;
use crate::spanned::{Capacity, Spanned};

/// A single job. Keys that are left out are those of its action.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    /// The job class.
    #[schemars(required)]
    pub(crate) action: Option<Spanned<String>>,
    /// When it arrives: a date and time, or a duration after `start`.
    #[schemars(required)]
    pub(crate) at: Option<Spanned<TimePoint>>,
    /// How long each of its attempts runs.
    pub(crate) service: Option<Spanned<Span>>,
    /// The run time that its submitter expects, for policies with look-ahead.
    pub(crate) estimate: Option<Spanned<Span>>,
    /// Units that it holds while it runs, by resource.
    pub(crate) capacity: Option<Capacity>,
    /// Number of further attempts after a failed one.
    pub(crate) retries: Option<Spanned<u32>>,
    /// Run time after which an attempt is asked to stop.
    pub(crate) deadline: Option<Spanned<Span>>,
    /// Time from the request to stop until an attempt is killed.
    pub(crate) stop_timeout: Option<Spanned<Span>>,
    /// Jobs with larger numbers go first, under policies that use priorities.
    pub(crate) priority: Option<Spanned<i64>>,
}
