//! `[[cancel]]`: a request to cancel jobs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::TimePoint;
use crate::engine::JobFilter;
use crate::spanned::Spanned;

/// A request to cancel jobs at a known instant. Waiting jobs are cancelled at once; running ones
/// are asked to stop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancel {
    /// When: a date and time, or a duration after `start`.
    #[schemars(required)]
    pub(crate) at: Option<Spanned<TimePoint>>,
    /// Only jobs of this action. Without it, jobs of all actions.
    pub(crate) action: Option<Spanned<String>>,
    /// Only waiting jobs, or only running ones.
    #[serde(default)]
    pub(crate) jobs: JobFilter,
    /// The most jobs to cancel, the oldest first. Without it, all of them.
    pub(crate) most: Option<Spanned<u64>>,
}
