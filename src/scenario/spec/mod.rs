//! The scenario file as it is written, key by key.
//!
//! Each key is declared here once: serde reads it, the schema and the diagnostics take it from
//! here, and its doc comment is the description in editors and in the reference page. Names are
//! still text, and values may contradict each other; `lower` resolves that.

mod action;
mod arrival;
mod availability;
mod backoff;
mod claim;
mod distribution;
mod jobs;
mod moment;
pub(crate) mod policy;
mod registry;
mod staffing;
mod worker;

pub(crate) use action::{Action, Spawns};
pub(crate) use arrival::{Arrival, ColumnNames, Profile, Swf, Trace};
pub(crate) use availability::{CapacityChange, Heartbeat, Outage, Outages};
pub(crate) use claim::{Claim, ClaimTable, Delay};
pub(crate) use distribution::{Distribution, Number, Phase, Quantity};
pub(crate) use jobs::{Cancel, Cron, Job};
pub(crate) use moment::{Instant, TimePoint};
pub(crate) use registry::Registry;
pub(crate) use staffing::{Autoscale, Days, Metrics, ScalingRate, ScheduledCount, Shift, Step, TimeOfDay};
pub(crate) use worker::{OfferedUnits, Worker};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::Requeue;
use crate::model::catalogue::CatalogueEntry;
use crate::model::time::Span;
use crate::model::time_zone::TimeZone;
pub(crate) use crate::spanned::{Named, Spanned};
use crate::tree::AssignRules;

/// A claimsim scenario: workers with capacities, jobs that need them, and the length of the run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "claimsim scenario", extend("required" = ["horizon"]))]
pub(crate) struct Spec {
    /// The name of the run and of its default output folder. Default: the name of the file.
    #[schemars(example = "registry-week")]
    pub(crate) name: Option<Spanned<String>>,
    /// The date and time of simulated instant 0.
    pub(crate) start: Option<Spanned<Instant>>,
    /// The zone whose clocks are meant by hours and days: of crons and profiles without a zone of
    /// their own, of windows of quantities, and of `by_hour.csv`. A name of the IANA database.
    pub(crate) time_zone: Spanned<TimeZone>,
    /// The factor of arrivals: it multiplies the rates of `poisson` and `profile`, and divides the
    /// gaps of `renewal`, `trace` and `swf`. Crons, single jobs, closed sources and documents stay.
    #[schemars(example = 1.2)]
    pub(crate) load: Spanned<f64>,
    /// How long the run lasts, from `start`.
    #[schemars(required, example = "7d")]
    pub(crate) horizon: Option<Spanned<Span>>,
    /// The time that the run needs to forget its start. Jobs scheduled before its end are left out
    /// of the measures.
    pub(crate) warmup: Spanned<Warmup>,
    /// How long jobs that have not ended at the horizon are followed, at most: until then their
    /// waits and responses are known. `"auto"` is one more horizon.
    #[schemars(example = "12h")]
    pub(crate) cooldown: Spanned<Cooldown>,
    /// The seed of all random numbers. The same scenario and seed give the same results.
    pub(crate) seed: Spanned<u64>,
    /// Number of independent runs. Two or more give confidence intervals.
    #[schemars(example = 20)]
    pub(crate) replications: Spanned<u32>,
    /// Targets; the results show the share of jobs that meet them.
    #[schemars(example = serde_json::json!({ "wait": "5m" }))]
    pub(crate) slo: Option<Slo>,
    /// The bounded slowdown counts shorter service times as this long.
    pub(crate) slowdown_bound: Spanned<Span>,
    /// How workers take jobs: `"registry"` for the registry's own rule, or a table.
    pub(crate) claim: Claim,
    /// The waiting line.
    pub(crate) queue: Queue,
    /// Groups of identical workers, by name.
    pub(crate) worker: Named<Worker>,
    /// Job classes, by name: what their jobs need, when they arrive, how long they run.
    pub(crate) action: Named<Action>,
    /// Crons, by the action of the jobs that they create; at most one for each action.
    pub(crate) cron: Named<Cron>,
    /// Single jobs, in any number.
    pub(crate) job: Vec<Spanned<Job>>,
    /// Outages of workers at known instants, in any number.
    pub(crate) outage: Vec<Spanned<Outage>>,
    /// Changes of the capacities of workers, in any number.
    pub(crate) capacity: Vec<Spanned<CapacityChange>>,
    /// Requests to cancel jobs, in any number.
    pub(crate) cancel: Vec<Spanned<Cancel>>,
    /// How workers notice that one of them is gone.
    pub(crate) heartbeat: Heartbeat,
    /// Whether claims stop while fewer than a majority of all workers are alive.
    pub(crate) quorum: bool,
    /// What happens to attempts whose worker died or was shut down, unless their action sets it.
    pub(crate) on_worker_dead: Requeue,
    /// Workers, waiting jobs and crons from the API documents of a registry.
    pub(crate) registry: Option<Spanned<Registry>>,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            name: None,
            start: None,
            time_zone: TimeZone::UTC.into(),
            load: 1.0.into(),
            horizon: None,
            warmup: Warmup::Lasts(Span::ZERO).into(),
            cooldown: Cooldown::Auto.into(),
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
    /// The rules for keys that the command line sets.
    pub(crate) fn assign_rules() -> AssignRules {
        const TABLES: &[CatalogueEntry] = &[
            CatalogueEntry { name: "backoff", parameters: &["first"], summary: "" },
            CatalogueEntry { name: "estimate", parameters: &["factor"], summary: "" },
        ];
        AssignRules {
            named: &["worker", "action", "cron"],
            choices: vec![crate::random::dist::CATALOGUE, crate::arrival::CATALOGUE, crate::policy::CATALOGUE],
            tables: TABLES,
            defaults: &[("claim", "registry")],
        }
    }
}

/// The warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Warmup {
    /// Determined from the measurements of the run, by MSER-5.
    Auto,
    /// A fixed duration.
    #[serde(rename = "$else")]
    Lasts(Span),
}

/// How long jobs that have not ended at the horizon are followed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cooldown {
    /// At most as long as the run itself.
    Auto,
    /// Not at all.
    None,
    /// At most for a fixed duration.
    #[serde(rename = "$else")]
    Lasts(Span),
}

/// Targets; the results show the share of jobs that meet them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Slo {
    /// The longest wait that meets the target.
    pub(crate) wait: Option<Spanned<Span>>,
}

/// The waiting line.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Queue {
    /// The most jobs that may wait. A job that arrives, cannot start and finds this many waiting is
    /// rejected. Without it, there is no limit.
    pub(crate) limit: Option<Spanned<u64>>,
}
