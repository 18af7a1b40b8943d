//! `[action.X]`: a job class. Its keys are declared and converted to the engine's model here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrival::Arrival;
use super::backoff::Backoff;
use super::distribution::{Distribution, Number};
use crate::context::Context;
use crate::engine::{self, ActionModel, DeadlineResult, Requeue};
use crate::model::capacity::NeedId;
use crate::model::time::Span;
use crate::model::unit::{Probability, Rate};
use crate::random::dist::Constant;
use crate::spanned::{Capacity, Named, Spanned};

/// A job class: what its jobs need, when they arrive, how long they run, and how they fail.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Action {
    /// Units that a job holds while it runs, by resource. A job without any waits for its claim
    /// only.
    #[schemars(example = serde_json::json!({ "scan": 1 }))]
    pub(crate) capacity: Capacity,
    /// Labels that a worker must have to run a job.
    #[schemars(example = serde_json::json!({ "os": "linux" }))]
    pub(crate) runs_on: Named<Spanned<String>>,
    /// When jobs arrive. Without it, jobs come from crons, `[[job]]` tables, traces and documents
    /// only.
    #[schemars(example = serde_json::json!({ "poisson": { "rate": "40/h" } }))]
    pub(crate) arrival: Option<Spanned<Arrival>>,
    /// How long an attempt runs.
    #[schemars(example = serde_json::json!({ "lognormal": { "mean": "26s", "cv": 1.5 } }))]
    pub(crate) service: Option<Spanned<Distribution<Span>>>,
    /// The run time that claim policies with look-ahead expect of an attempt: `"exact"`,
    /// `{ factor = 2 }` for a multiple of the real one, or a duration or distribution of its own.
    /// An estimate in a trace takes precedence.
    #[schemars(example = serde_json::json!({ "factor": 2 }))]
    pub(crate) estimate: Spanned<Estimate>,
    /// Whether an attempt is stopped when it has run for its estimate, as at a deadline.
    pub(crate) kill_at_estimate: bool,
    /// Probability that an attempt ends in error.
    pub(crate) error: Spanned<Probability>,
    /// Number of further attempts after a failed one.
    #[schemars(example = 2)]
    pub(crate) retries: Spanned<u32>,
    /// Time from the end of a failed attempt to the `scheduledAt` of the next: a duration, or a
    /// table for one that grows.
    #[schemars(example = serde_json::json!({ "first": "10s", "factor": 2 }))]
    pub(crate) backoff: Spanned<Backoff>,
    /// What happens to an attempt whose worker died or was shut down. Default: the `on_worker_dead`
    /// at the top of the file.
    pub(crate) on_worker_dead: Option<Requeue>,
    /// Run time after which an attempt is asked to stop. Without it, attempts have no deadline.
    pub(crate) deadline: Option<Spanned<Span>>,
    /// The status of an attempt that was stopped at its deadline.
    pub(crate) deadline_result: DeadlineResult,
    /// Time from the request to stop until an attempt is killed. Without it, the attempt is killed
    /// at once.
    pub(crate) stop_timeout: Option<Spanned<Span>>,
    /// How long an attempt takes to stop by itself after the request. Without it, it stops at once.
    pub(crate) stops_in: Option<Spanned<Distribution<Span>>>,
    /// Rate at which each job is asked to cancel, from its due time on, such as `"1/h"`. Without
    /// it, no job is.
    pub(crate) cancel_rate: Option<Spanned<Rate>>,
    /// Jobs that an attempt starts when it is claimed. It keeps running, and holds its capacity,
    /// until they have ended.
    #[schemars(example = serde_json::json!({ "action": "scan_check_single", "count": 8 }))]
    pub(crate) spawns: Option<Spanned<Spawns>>,
    /// Jobs with larger numbers go first, under policies that use priorities.
    pub(crate) priority: Spanned<i64>,
    /// How long a job waits before it gives up. Without it, jobs never give up.
    #[schemars(example = serde_json::json!({ "exponential": { "mean": "1h" } }))]
    pub(crate) patience: Option<Spanned<Distribution<Span>>>,
}

impl Action {
    /// The action as the engine takes it, apart from what needs the whole scenario: its `need` is
    /// known, `spawns` comes later.
    pub(crate) fn model(
        &self,
        name: &str,
        need: NeedId,
        on_worker_dead: Requeue,
        context: &mut Context,
    ) -> ActionModel {
        if let Some(rate) = &self.cancel_rate {
            context.check_rate(rate);
        }
        // Where every job brings its own service time, nothing draws from this one.
        let service = context.optional(self.service.as_ref()).unwrap_or(Constant::ZERO.into());
        ActionModel {
            estimate: Estimate::lower(&self.estimate, context),
            kill_at_estimate: self.kill_at_estimate,
            error: self.error.value,
            retries: self.retries.value,
            backoff: Backoff::lower(&self.backoff, context),
            requeue: self.on_worker_dead.unwrap_or(on_worker_dead),
            deadline: context.positive("deadline", self.deadline.as_ref()),
            deadline_result: self.deadline_result,
            stop_timeout: self.stop_timeout.as_ref().map_or(Span::ZERO, |timeout| timeout.value),
            stops_in: context.optional(self.stops_in.as_ref()).unwrap_or(Constant::ZERO.into()),
            cancel_rate: self.cancel_rate.as_ref().map(|rate| rate.value).unwrap_or_default(),
            patience: context.optional(self.patience.as_ref()),
            priority: self.priority.value,
            ..ActionModel::new(name, need, service)
        }
    }
}

/// The jobs that an attempt starts (fork-join).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spawns {
    /// The action of the jobs.
    #[schemars(required)]
    pub(crate) action: Option<Spanned<String>>,
    /// The number of jobs, rounded to the nearest whole number.
    #[schemars(required)]
    pub(crate) count: Option<Spanned<Distribution<Number>>>,
}

/// The run time that claim policies with look-ahead expect of an attempt.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Estimate {
    /// The real run time, if nothing stopped the attempt.
    #[default]
    Exact,
    /// A multiple of the real run time: a number, or a distribution of numbers.
    Factor(Spanned<Distribution<Number>>),
    /// Independent of the real run time: a duration, or a distribution of durations.
    #[serde(rename = "$else")]
    Time(Distribution<Span>),
}

impl Estimate {
    /// The estimate as the engine takes it; the exact run time and diagnostics, if its parameters
    /// are wrong.
    pub(super) fn lower(estimate: &Spanned<Estimate>, context: &mut Context) -> engine::RuntimeEstimate {
        match &estimate.value {
            Estimate::Exact => Some(engine::RuntimeEstimate::Exact),
            Estimate::Factor(factor) => {
                context.distribution(factor.span, &factor.value).map(engine::RuntimeEstimate::Factor)
            }
            Estimate::Time(time) => context.distribution(estimate.span, time).map(engine::RuntimeEstimate::Time),
        }
        .unwrap_or_default()
    }
}
