//! `best-fit`: of the jobs that fit, the one that leaves the least of a worker's capacity free goes
//! next.
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 1}  B{scan 4}  C{scan 3}
//! C goes and leaves nothing; B does not fit, and A is next when a unit is free again
//! ```
//!
//! The slack is the free share of the worker's capacity, summed over its resources. Where jobs are
//! placed, a job counts with the worker on which it would leave least; the placement still decides
//! which worker gets it. A decision considers every waiting need, on every worker with room for it.

use super::slack::{Extreme, Slack};
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, System};

/// The policy that leaves the least free.
#[derive(Clone, Debug)]
pub struct BestFit {
    leftover: Slack,
}

impl BestFit {
    /// For the workers of a system.
    pub fn new(system: &System) -> BestFit {
        BestFit { leftover: Slack::of(system) }
    }
}

impl ClaimPolicy for BestFit {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        self.leftover.choose(view, Extreme::Least)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "it leaves the least of a worker free".to_owned()
    }
}
