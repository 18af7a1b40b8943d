//! The scenario file as it is written, key by key: what a type says here is what the file may say.
//!
//! Names are text and values may still contradict each other; `build` sees to that. A key stands here once: serde reads
//! it, the schema and the complaints take it from here, and its doc comment is what editors and the reference show.

mod action;
mod arrival;
mod availability;
mod backoff;
mod cancel;
mod claim;
mod cron;
mod distribution;
mod estimate;
mod job;
mod moment;
mod placed;
mod policy;
mod registry;
mod worker;

pub(crate) use action::{Action, Spawns};
pub(crate) use arrival::{Arrival, Profile, Swf};
pub(crate) use availability::{CapacityChange, Heartbeat, Outage, Outages};
pub(crate) use backoff::{Backoff, Growth};
pub(crate) use cancel::Cancel;
pub(crate) use claim::{Claim, ClaimTable, Delay};
pub(crate) use cron::Cron;
pub(crate) use distribution::{Distribution, Number, Phase, Quantity};
pub(crate) use estimate::Estimate;
pub(crate) use job::Job;
pub(crate) use moment::{Instant, Moment};
pub(crate) use placed::{At, Named};
pub(crate) use policy::{FairShareRule, Policy, ReserveAfterRule};
pub(crate) use registry::Registry;
pub(crate) use worker::{Offer, Worker};

use schemars::JsonSchema;
use serde::Deserialize;

use super::WarmUpRule;
use super::tree::Shape;
use crate::engine::Requeue;
use crate::model::time::Span;

/// Units by resource. Units are opaque whole numbers: slots, processors, bytes.
pub(crate) type Capacity = Named<At<i64>>;

/// A claimsim scenario: workers with capacities, jobs that need them, and how long to look.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "claimsim scenario", extend("required" = ["horizon"]))]
pub(crate) struct Spec {
    /// Names the run and its default output folder. The file's own name, if left out.
    pub(crate) name: Option<At<String>>,
    /// Where simulated instant 0 lies in the calendar.
    pub(crate) start: Option<At<Instant>>,
    /// How long the run lasts, from `start`. Needed.
    #[schemars(required)]
    pub(crate) horizon: Option<At<Span>>,
    /// How long the run needs to forget its start: jobs scheduled before its end are left out of the measures.
    pub(crate) warmup: At<Warmup>,
    /// The seed of all random numbers: the same seed, the same run.
    pub(crate) seed: At<u64>,
    /// How many independent runs; two or more make confidence intervals.
    pub(crate) replications: At<u32>,
    /// Targets whose share of fulfilment is reported.
    pub(crate) slo: Option<Slo>,
    /// Service times shorter than this count as this long in the bounded slowdown.
    pub(crate) slowdown_bound: At<Span>,
    /// How workers come to jobs: `"registry"` for the registry's own rule, or a table.
    pub(crate) claim: Claim,
    /// The waiting line.
    pub(crate) queue: Queue,
    /// Groups of identical workers, by name.
    pub(crate) worker: Named<Worker>,
    /// Job classes, by name: what their jobs need, when they come, how long they run.
    pub(crate) action: Named<Action>,
    /// Crons, by the action that they make jobs of; at most one for each.
    pub(crate) cron: Named<Cron>,
    /// Single jobs, as many as wanted.
    pub(crate) job: Vec<At<Job>>,
    /// Outages of workers at known instants, as many as wanted.
    pub(crate) outage: Vec<At<Outage>>,
    /// Changes of what workers offer, as many as wanted.
    pub(crate) capacity: Vec<At<CapacityChange>>,
    /// Requests to cancel jobs, as many as wanted.
    pub(crate) cancel: Vec<At<Cancel>>,
    /// How workers find out that one of them is gone.
    pub(crate) heartbeat: Heartbeat,
    /// Whether nothing is claimed while fewer than a majority of all workers are alive.
    pub(crate) quorum: bool,
    /// What becomes of attempts whose worker died or was shut down, unless their action says otherwise.
    pub(crate) on_worker_dead: Requeue,
    /// Workers, waiting jobs and crons straight from the registry's API documents.
    pub(crate) registry: Option<At<Registry>>,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            name: None,
            start: None,
            horizon: None,
            warmup: Warmup::Lasts(Span::ZERO).into(),
            seed: 1.into(),
            replications: 1.into(),
            slo: None,
            slowdown_bound: Span::secs(10).into(),
            claim: Claim::default(),
            queue: Queue::default(),
            worker: Named::default(),
            action: Named::default(),
            cron: Named::default(),
            job: Vec::new(),
            outage: Vec::new(),
            capacity: Vec::new(),
            cancel: Vec::new(),
            heartbeat: Heartbeat::default(),
            quorum: false,
            on_worker_dead: Requeue::default(),
            registry: None,
        }
    }
}

impl Spec {
    /// What setting keys from the command line has to know.
    pub(crate) fn shape() -> Shape {
        let distributions = crate::random::dist::CATALOGUE.iter().map(|entry| entry.name).collect();
        let arrivals = crate::arrival::CATALOGUE.iter().map(|entry| entry.name).collect();
        let policies = crate::policy::CATALOGUE.iter().map(|entry| entry.name).collect();
        Shape { named: &["worker", "action", "cron"], choices: vec![distributions, arrivals, policies] }
    }
}

/// The warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Warmup {
    /// As long as the run's own figures ask for, by MSER-5.
    Auto,
    /// This long.
    #[serde(rename = "$else")]
    Lasts(Span),
}

impl Warmup {
    /// How it comes about.
    pub(crate) fn rule(self) -> WarmUpRule {
        match self {
            Warmup::Auto => WarmUpRule::Auto,
            Warmup::Lasts(_) => WarmUpRule::Fixed,
        }
    }
}

/// Targets whose share of fulfilment is reported.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Slo {
    /// The longest wait that is still good.
    pub(crate) wait: Option<At<Span>>,
}

/// The waiting line.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Queue {
    /// The most jobs that may wait; an arrival that cannot start and finds so many is turned away. No limit, if left out.
    pub(crate) limit: Option<At<u64>>,
}
