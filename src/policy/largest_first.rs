//! `largest-first`: of the jobs that fit, the one that needs the most capacity goes next
//! (most-servers-first).
//!
//! ```text
//! free: scan 3        waiting, oldest first: A{scan 4}  B{scan 1}  C{scan 2}  D{scan 1}
//! A does not fit and is skipped; C goes, then B; D does not fit any more
//! ```
//!
//! With several resources, the size of a job is its share of the capacity of all workers at the
//! start, summed over resources.

use super::job_size::CapacityShares;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView, System};

/// The largest job first; of equals the oldest.
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
