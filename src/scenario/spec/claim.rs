//! `[claim]`: how workers take jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use super::policy::Policy;
use crate::model::claim::{ClaimBatch, DispatchTiming, Placement};
use crate::model::time::Span;
use crate::spanned::Spanned;

/// How workers take jobs.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Claim {
    /// The registry's own rule: first-fit, after a delay of up to 3 seconds, one job at a time.
    #[default]
    Registry,
    /// Another rule; keys that are left out are as in the registry.
    #[serde(rename = "$else")]
    Rule(Box<ClaimTable>),
}

/// A claim rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClaimTable {
    /// Which waiting job goes next.
    #[schemars(example = serde_json::json!({ "reserve-after": { "patience": "10m" } }))]
    pub(crate) policy: Spanned<Policy>,
    /// How long a worker waits before it looks for a job: a duration or a distribution; or
    /// `"none"`, where jobs are placed at the instant at which something changes.
    pub(crate) delay: Spanned<Delay>,
    /// How many jobs a worker claims at the end of one delay. Only with a delay. Default: `"one"`.
    pub(crate) batch: Option<Spanned<ClaimBatch>>,
    /// Which worker gets a job where several have room. Only with `delay = "none"`. Default:
    /// `"random"`.
    pub(crate) placement: Option<Spanned<Placement>>,
    /// When waiting jobs are offered to workers. Only with `delay = "none"`. Default: `"instant"`.
    pub(crate) pass: Option<Spanned<DispatchTiming>>,
}

impl Default for ClaimTable {
    fn default() -> ClaimTable {
        let uniform = Distribution::Uniform { low: Span::ZERO.into(), high: Span::secs(3).into() };
        ClaimTable {
            policy: Policy::default().into(),
            delay: Delay::Drawn(uniform).into(),
            batch: None,
            placement: None,
            pass: None,
        }
    }
}

/// How long a worker waits before it looks for a job.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Delay {
    /// No delay and no race: jobs are placed at the instant at which something changes.
    None,
    /// A delay that is drawn for each attempt to claim.
    #[serde(rename = "$else")]
    Drawn(Distribution<Span>),
}
