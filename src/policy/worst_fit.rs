//! `worst-fit`: of the jobs that fit, the one that leaves the most of a worker's capacity free goes
//! next.
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 1}  B{scan 4}  C{scan 3}
//! A goes and leaves two; now C does not fit any more, and B never did
//! ```
//!
//! The slack is the free share of the worker's capacity, summed over its resources. Where jobs are
//! placed, a job counts with the worker on which it would leave most; the placement still decides
//! which worker gets it. A decision considers every waiting need, on every worker with room for it.

use super::slack::{Extreme, Slack};
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, System};

/// The policy that leaves the most free.
#[derive(Clone, Debug)]
pub struct WorstFit {
    leftover: Slack,
}

impl WorstFit {
    /// For the workers of a system.
    pub fn new(system: &System) -> WorstFit {
        WorstFit { leftover: Slack::of(system) }
    }
}

impl ClaimPolicy for WorstFit {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        self.leftover.choose(view, Extreme::Most)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "it leaves the most of a worker free".to_owned()
    }
}
