//! Changes of workers in the course of a run: outages, the heartbeats by which others notice them,
//! changes of capacity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::capacity::CapacityMap;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::random::dist::Distribution;

/// All changes of workers.
#[derive(Clone, Debug, Default)]
pub struct Availability {
    /// How the others notice that a worker is down.
    pub heartbeat: Heartbeat,
    /// Whether nothing is claimed while fewer than a majority of all workers are alive.
    pub quorum: bool,
    /// Outages at known instants, in the order of the scenario.
    pub outages: Vec<Outage>,
    /// Random outages, at most one entry for each worker.
    pub breakdowns: Vec<Breakdowns>,
    /// Changes of capacity, in the order of the scenario.
    pub capacity_changes: Vec<CapacityChange>,
}

impl Availability {
    /// Whether any worker goes down at any time.
    pub fn has_outages(&self) -> bool {
        !self.outages.is_empty() || !self.breakdowns.is_empty()
    }
}

/// How a worker shows that it is alive, and how the others find out that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// From one heartbeat of a worker to its next, counted from when it came up.
    pub period: Span,
    /// From a worker's last heartbeat to the instant after which the others take it for dead;
    /// longer than `period`.
    pub expiry: Span,
    /// Living workers look for dead ones at the multiples of this.
    pub sweep: Span,
}

impl Heartbeat {
    /// The expiration of a worker that came up at `since`, as set by its last heartbeat up to and
    /// including `now`.
    pub fn expiration(&self, since: Time, now: Time) -> Time {
        let beats = (now - since).0 / self.period.0;
        since + Span(beats * self.period.0) + self.expiry
    }
}

impl Default for Heartbeat {
    fn default() -> Heartbeat {
        Heartbeat { period: Span::secs(5), expiry: Span::secs(30), sweep: Span::secs(5) }
    }
}

/// How a worker goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// Its processes stop without notice; their rows stay `running` until another worker notices.
    #[default]
    Crash,
    /// It is cut off from the others, while its processes go on.
    Partition,
    /// It is stopped gracefully: its rows become `worker_shutdown` at once.
    Shutdown,
}

impl OutageKind {
    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            OutageKind::Crash => "crash",
            OutageKind::Partition => "partition",
            OutageKind::Shutdown => "shutdown",
        }
    }
}

/// A worker goes down at a known instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which.
    pub worker: WorkerId,
    /// When.
    pub at: Time,
    /// For how long; for good if `None`.
    pub lasts: Option<Span>,
    /// How.
    pub kind: OutageKind,
}

/// A worker goes down again and again.
#[derive(Clone, Debug)]
pub struct Breakdowns {
    /// Which.
    pub worker: WorkerId,
    /// Seconds up, from the start and from the end of each of these outages.
    pub up: Distribution,
    /// Seconds down.
    pub down: Distribution,
    /// How.
    pub kind: OutageKind,
}

/// A worker changes its capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityChange {
    /// Which.
    pub worker: WorkerId,
    /// When.
    pub at: Time,
    /// Its capacity from then on.
    pub capacity: CapacityMap,
}
