//! The words of the claim rule that carry no behaviour: placement, pass and batch.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The worker that gets a job under instant claiming, if several could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Any worker that fits, with equal probability.
    #[default]
    Random,
    /// The worker that comes first in the scenario.
    First,
    /// The worker that keeps the largest share of its capacity free, summed over its resources; the
    /// first on a tie.
    MostFree,
    /// The worker that keeps the smallest share of its capacity free, summed over its resources;
    /// the first on a tie.
    LeastFree,
}

/// When waiting jobs are offered under instant claiming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "Pass")]
#[schemars(rename = "Pass")]
pub enum DispatchTiming {
    /// Once per instant, after all its other events.
    #[default]
    Instant,
    /// After each completion and each arrival.
    Event,
}

/// The jobs that a worker claims at the end of one delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimBatch {
    /// The first job that fits.
    #[default]
    One,
    /// One after the other until none fits.
    All,
}
