//! What happens to workers: `[[outage]]`, the `outages` of a group, `[[capacity]]`, `[heartbeat]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Capacity, Distribution, Moment};
use crate::engine::OutageKind;
use crate::model::time::Span;

/// A worker, or each worker of a group, goes out at a known instant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outage {
    /// The id of a worker, or the name of a group, for all of its workers. Needed.
    #[schemars(required, example = "replica-0", example = &"replica")]
    pub(crate) worker: Option<At<String>>,
    /// When: a date and time, or how long after `start`. Needed.
    #[schemars(required)]
    pub(crate) at: Option<At<Moment>>,
    /// For how long. For good, if left out.
    pub(crate) r#for: Option<At<Span>>,
    /// How.
    #[serde(default)]
    pub(crate) kind: OutageKind,
    /// From one worker of a group to the next: a rolling outage. All at once, if left out.
    pub(crate) stagger: Option<At<Span>>,
}

/// The workers of a group go out at random, each by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outages {
    /// How long a worker is up, from the start and from the end of each outage. Needed.
    #[schemars(required)]
    pub(crate) up: Option<At<Distribution<Span>>>,
    /// How long it is out. Needed.
    #[schemars(required)]
    pub(crate) down: Option<At<Distribution<Span>>>,
    /// How.
    #[serde(default)]
    pub(crate) kind: OutageKind,
}

/// A worker, or each worker of a group, offers something else from some instant on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityChange {
    /// The id of a worker, or the name of a group, for all of its workers. Needed.
    #[schemars(required, example = "replica-0", example = &"replica")]
    pub(crate) worker: Option<At<String>>,
    /// When: a date and time, or how long after `start`. Needed.
    #[schemars(required)]
    pub(crate) at: Option<At<Moment>>,
    /// What it offers from then on, in the place of all that it offered. Needed.
    #[schemars(required, example = serde_json::json!({ "scan": 2, "scanCheck": 1 }))]
    pub(crate) capacity: Option<At<Capacity>>,
}

/// How workers show that they are alive, and how the others find out that one is not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Heartbeat {
    /// From one heartbeat of a worker to its next.
    pub(crate) period: At<Span>,
    /// From a worker's last heartbeat to the instant after which it is taken for dead; longer than `period`.
    pub(crate) expiry: At<Span>,
    /// Living workers look for dead ones so often, from the start on.
    pub(crate) sweep: At<Span>,
}

impl Default for Heartbeat {
    fn default() -> Heartbeat {
        let usual = crate::engine::Heartbeat::default();
        Heartbeat { period: usual.period.into(), expiry: usual.expiry.into(), sweep: usual.sweep.into() }
    }
}
