//! `worst-fit`: the job that leaves the most of a worker's capacity free goes next, of those that fit.
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 1}  B{scan 4}  C{scan 3}
//! A goes, which leaves two; now C does not fit any more, and B never did
//! ```
//!
//! What is left is the share of the worker's capacity, summed over the resources that it has. Where jobs are placed, a job counts with the worker on
//! which it would leave most; which worker gets it is the placement's business all the same. A decision looks at every need that
//! waits, on every worker with room for it.

use super::slack::{Extreme, Slack};
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, System};

/// Most left free.
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
