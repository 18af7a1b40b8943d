//! `backoff`: how long the next attempt waits for the end of its misfortune.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::At;
use crate::model::time::Span;

/// From the end of a failed attempt to the `scheduledAt` of the next.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) enum Backoff {
    /// Always this long.
    #[serde(rename = "$bare")]
    Constant(Span),
    /// Longer from attempt to attempt, or left to chance in part.
    #[serde(rename = "$else")]
    Growing(Growth),
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::Constant(Span::ZERO)
    }
}

/// A backoff that grows, or is left to chance in part.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growth {
    /// After the first attempt. Needed.
    #[schemars(required)]
    pub(crate) first: Option<At<Span>>,
    /// From one backoff to the next: 2 doubles it each time. 1 if left out.
    pub(crate) factor: Option<At<f64>>,
    /// The longest. No bound if left out.
    pub(crate) cap: Option<At<Span>>,
    /// The share of each backoff that is left to chance: 1 draws it uniformly from 0 on, 0 not at all. 0 if left out.
    pub(crate) jitter: Option<At<f64>>,
}
