//! `smallest-first`: the job that needs the least capacity goes next, of those that fit (least-servers-first).
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 4}  B{scan 1}  C{scan 2}  D{scan 1}
//! B goes, then D; C does not fit into the unit that is left
//! ```
//!
//! With several resources a job's size is its share of what all workers offer together at the start, summed over resources.

use super::job_size::CapacityShares;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView, System};

/// Smallest first; ties oldest first.
#[derive(Clone, Debug)]
pub struct SmallestFirst {
    sizes: CapacityShares,
}

impl SmallestFirst {
    /// For the jobs of a system.
    pub fn new(system: &System) -> SmallestFirst {
        SmallestFirst { sizes: CapacityShares::of(system) }
    }
}

impl ClaimPolicy for SmallestFirst {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        self.sizes.get(job.job.need)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "the smallest that fits".to_owned()
    }
}
