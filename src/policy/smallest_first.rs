//! `smallest-first`: of the jobs that fit, the one that needs the least capacity goes next
//! (least-servers-first).
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 4}  B{scan 1}  C{scan 2}  D{scan 1}
//! B goes, then D; C does not fit into the unit that is left
//! ```
//!
//! With several resources, the size of a job is its share of the capacity of all workers at the
//! start, summed over resources.

use super::job_size::CapacityShares;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView, System};

/// The smallest job first; of equals the oldest.
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
