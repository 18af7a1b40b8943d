//! `[[cancel]]`: a request to cancel jobs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Moment};
use crate::engine::JobFilter;

/// Somebody cancels jobs at a known instant: waiting ones at once, running ones are asked to stop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancel {
    /// When: a date and time, or how long after `start`. Needed.
    #[schemars(required)]
    pub(crate) at: Option<At<Moment>>,
    /// Only jobs of this action; of all actions, if left out.
    pub(crate) action: Option<At<String>>,
    /// Only jobs that wait, or only those that run.
    #[serde(default)]
    pub(crate) jobs: JobFilter,
    /// At most so many, the oldest first; all, if left out.
    pub(crate) most: Option<At<u64>>,
}
