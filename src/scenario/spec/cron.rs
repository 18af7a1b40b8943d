//! `[cron.X]`: what makes jobs of action X again and again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Capacity};
use crate::engine::{MisfireRule, Overlap};
use crate::model::time::Span;

/// A cron: each firing makes one waiting job of its action, with the nominal time as `scheduledAt`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cron {
    /// When it fires, UTC, in the registry's dialect: second minute hour day-of-month month day-of-week, where 0 is Sunday;
    /// or a descriptor such as `@daily` or `@every 90m`. Needed.
    #[schemars(required, example = "0 0 3 * * *", example = "@hourly")]
    pub(crate) schedule: Option<At<String>>,
    /// What a firing does while earlier jobs of the action are still there.
    #[serde(default)]
    pub(crate) overlap: Overlap,
    /// What becomes of firings while no worker is alive.
    #[serde(default)]
    pub(crate) missed: MisfireRule,
    /// Units that its jobs need, instead of the action's own.
    pub(crate) capacity: Option<Capacity>,
    /// Further attempts after a failed one, instead of the action's own.
    pub(crate) retries: Option<At<u32>>,
    /// Run time after which an attempt is asked to stop, instead of the action's own.
    pub(crate) deadline: Option<At<Span>>,
    /// Time from the request to stop until an attempt is killed, instead of the action's own.
    pub(crate) stop_timeout: Option<At<Span>>,
    /// Larger goes first, where the policy looks at it; instead of the action's own.
    pub(crate) priority: Option<At<i64>>,
}
