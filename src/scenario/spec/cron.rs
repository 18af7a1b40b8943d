//! `[cron.X]`: a schedule that creates jobs of action X.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::{MisfireRule, Overlap};
use crate::model::time::Span;
use crate::spanned::{Capacity, Spanned};

/// A cron: each firing creates one waiting job of its action, with the nominal time as
/// `scheduledAt`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cron {
    /// When it fires, in UTC, in the registry's dialect: second minute hour day-of-month month
    /// day-of-week, where 0 is Sunday; or a descriptor such as `@daily` or `@every 90m`.
    #[schemars(required, example = "0 0 3 * * *", example = "@hourly")]
    pub(crate) schedule: Option<Spanned<String>>,
    /// What a firing does while earlier jobs of the action have not ended.
    #[serde(default)]
    pub(crate) overlap: Overlap,
    /// What happens to firings while no worker is alive.
    #[serde(default)]
    pub(crate) missed: MisfireRule,
    /// Units that its jobs hold, instead of those of the action.
    pub(crate) capacity: Option<Capacity>,
    /// Number of further attempts after a failed one, instead of that of the action.
    pub(crate) retries: Option<Spanned<u32>>,
    /// Run time after which an attempt is asked to stop, instead of that of the action.
    pub(crate) deadline: Option<Spanned<Span>>,
    /// Time from the request to stop until an attempt is killed, instead of that of the action.
    pub(crate) stop_timeout: Option<Spanned<Span>>,
    /// Priority of its jobs, instead of that of the action.
    pub(crate) priority: Option<Spanned<i64>>,
}
