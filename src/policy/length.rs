//! How long a job is, to policies that order by length.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Candidate;
use crate::model::time::Span;

/// What counts as a job's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Length {
    /// How long it runs if nothing stops it, which only a simulator knows.
    #[default]
    Service,
    /// How long it is thought to run.
    Estimate,
}

impl Length {
    /// The word in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Length::Service => "service",
            Length::Estimate => "estimate",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Length::Service => "service time",
            Length::Estimate => "estimate",
        }
    }

    pub(super) fn of(self, job: &Candidate<'_>) -> Span {
        match self {
            Length::Service => job.job.service,
            Length::Estimate => job.estimate(),
        }
    }
}
