//! Availability of workers: `[[outage]]`, the `outages` of a group, `[[capacity]]`, `[heartbeat]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::moment::TimePoint;
use crate::engine::OutageKind;
use crate::model::time::Span;
use crate::spanned::{Capacity, Spanned};

/// An outage at a known instant, of one worker or of each worker of a group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outage {
    /// The id of a worker, or the name of a group for all of its workers.
    #[schemars(required, example = "replica-0", example = &"replica")]
    pub(crate) worker: Option<Spanned<String>>,
    /// When it begins: a date and time, or a duration after `start`.
    #[schemars(required)]
    pub(crate) at: Option<Spanned<TimePoint>>,
    /// How long it lasts. Without it, the worker does not come back.
    pub(crate) r#for: Option<Spanned<Span>>,
    /// What happens to the worker and its jobs.
    #[serde(default)]
    pub(crate) kind: OutageKind,
    /// Time from one worker of the group to the next, for a rolling outage. Without it, all go out
    /// at once.
    pub(crate) stagger: Option<Spanned<Span>>,
}

/// Random outages of the workers of a group, independent of each other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outages {
    /// How long a worker is up, from the start and from the end of each outage.
    #[schemars(required)]
    pub(crate) up: Option<Spanned<Distribution<Span>>>,
    /// How long an outage lasts.
    #[schemars(required)]
    pub(crate) down: Option<Spanned<Distribution<Span>>>,
    /// What happens to the worker and its jobs.
    #[serde(default)]
    pub(crate) kind: OutageKind,
}

/// A change of capacity at a known instant, of one worker or of each worker of a group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityChange {
    /// The id of a worker, or the name of a group for all of its workers.
    #[schemars(required, example = "replica-0", example = &"replica")]
    pub(crate) worker: Option<Spanned<String>>,
    /// When it takes effect: a date and time, or a duration after `start`.
    #[schemars(required)]
    pub(crate) at: Option<Spanned<TimePoint>>,
    /// Units that the worker offers from then on, by resource; they replace all that it offered
    /// before.
    #[schemars(required, example = serde_json::json!({ "scan": 2, "scanCheck": 1 }))]
    pub(crate) capacity: Option<Spanned<Capacity>>,
}

/// How workers show that they are alive, and how the others notice that one is not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Heartbeat {
    /// Time from one heartbeat of a worker to its next.
    pub(crate) period: Spanned<Span>,
    /// Time from a worker's last heartbeat until the others consider it dead; longer than `period`.
    pub(crate) expiry: Spanned<Span>,
    /// Time from one search of the living workers for dead ones to the next; the first is at the
    /// start.
    pub(crate) sweep: Spanned<Span>,
}

impl Default for Heartbeat {
    fn default() -> Heartbeat {
        let usual = crate::engine::Heartbeat::default();
        Heartbeat { period: usual.period.into(), expiry: usual.expiry.into(), sweep: usual.sweep.into() }
    }
}
