//! `[claim]`: how workers come to jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{At, Distribution, Policy};
use crate::model::claim::{ClaimBatch, Pass, Placement};
use crate::model::time::Span;

/// How workers come to jobs.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Claim {
    /// The registry's own rule: first-fit, after a delay of up to 3 seconds, one job at a time.
    #[default]
    Registry,
    /// A rule of one's own; what it leaves out is as in the registry.
    #[serde(rename = "$else")]
    Rule(Box<ClaimTable>),
}

/// A claim rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClaimTable {
    /// Which waiting job goes next.
    pub(crate) policy: At<Policy>,
    /// How long a worker waits before it looks for a job: a duration or a distribution; or `"none"`, where jobs are placed at
    /// the instant something changes.
    pub(crate) delay: At<Delay>,
    /// How many jobs a worker claims at the end of one delay. Only with a delay; `"one"` if left out.
    pub(crate) batch: Option<At<ClaimBatch>>,
    /// Which worker gets a job, where several could. Only with `delay = "none"`; `"random"` if left out.
    pub(crate) placement: Option<At<Placement>>,
    /// When waiting jobs are offered. Only with `delay = "none"`; `"instant"` if left out.
    pub(crate) pass: Option<At<Pass>>,
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
    /// No delay and no race: jobs are placed at the instant something changes.
    None,
    /// A delay of its own for each attempt.
    #[serde(rename = "$else")]
    Drawn(Distribution<Span>),
}
