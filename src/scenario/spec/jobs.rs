//! `[[job]]`, `[cron.X]` and `[[cancel]]`: single jobs, schedules that create jobs, requests to
//! cancel jobs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::{Instant, TimePoint};
use crate::engine::{JobFilter, MisfireRule, Overlap};
use crate::model::time::Span;
use crate::model::time_zone::TimeZone;
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

/// A cron: each firing creates one waiting job of its action, with the nominal time as
/// `scheduledAt`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cron {
    /// When it fires, in the registry's dialect: second minute hour day-of-month month day-of-week,
    /// where 0 is Sunday; or a descriptor such as `@daily` or `@every 90m`. A time zone may stand
    /// before it: `CRON_TZ=Europe/Berlin 0 0 3 * * *`.
    #[schemars(required, example = "0 0 3 * * *", example = "@hourly")]
    pub(crate) schedule: Option<Spanned<String>>,
    /// The zone of its times, instead of that of the scenario.
    pub(crate) time_zone: Option<Spanned<TimeZone>>,
    /// One of its firings, before or after `start`: `@every` fires a whole number of periods from
    /// it. Without it, `@every` counts from `start`. Other schedules ignore it.
    pub(crate) next_run: Option<Spanned<Instant>>,
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
