//! `largest-first`: the job that needs the most capacity goes next, of those that fit (most-servers-first).
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 4}  B{scan 1}  C{scan 2}  D{scan 1}
//! A does not fit and is skipped; C goes, then B; D does not fit any more
//! ```
//!
//! With several resources a job's size is its share of what all workers offer together at the start, summed over resources.

use super::job_size::CapacityShares;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView, System};

/// Largest first; ties oldest first.
#[derive(Clone, Debug)]
pub struct LargestFirst {
    sizes: CapacityShares,
}

impl LargestFirst {
    /// For the jobs of a system.
    pub fn new(system: &System) -> LargestFirst {
        LargestFirst { sizes: CapacityShares::of(system) }
    }
}

impl ClaimPolicy for LargestFirst {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        -self.sizes.get(job.job.need)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "the largest that fits".to_owned()
    }
}
