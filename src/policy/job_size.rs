//! The size of a job for policies that order by it: its length, or its share of all capacity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{Candidate, Shares, System, share};
use crate::model::capacity::NeedId;
use crate::model::time::Span;

/// The length of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobLength {
    /// Its service time, which only a simulator knows.
    #[default]
    Service,
    /// Its estimated service time.
    Estimate,
}

impl JobLength {
    /// The word in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            JobLength::Service => "service",
            JobLength::Estimate => "estimate",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            JobLength::Service => "service time",
            JobLength::Estimate => "estimate",
        }
    }

    pub(super) fn of(self, job: &Candidate<'_>) -> Span {
        match self {
            JobLength::Service => job.job.service,
            JobLength::Estimate => job.estimate(),
        }
    }
}

choice!(JobLength);

/// By need: its share of the capacity of all workers at the start, summed over resources; exact, in
/// its own units.
#[derive(Clone, Debug)]
pub(super) struct CapacityShares(Box<[i128]>);

impl CapacityShares {
    pub(super) fn of(system: &System) -> CapacityShares {
        let total = system.total();
        let weights = Shares::of(std::iter::once(&total)).units(&total);
        CapacityShares(system.needs.iter().map(|need| share(&need.0, &weights)).collect())
    }

    pub(super) fn get(&self, need: NeedId) -> i128 {
        self.0[usize::from(need)]
    }
}
