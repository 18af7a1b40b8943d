//! `longest-first`: of the jobs that fit, the longest goes next, by its true service time or by its
//! estimate.
//!
//! ```text
//! free: scan 1        waiting, oldest first: A{10 min}  B{2 min}  C{5 min}
//! A goes, then C, then B
//! ```

use super::job_size::JobLength;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// The longest job first; of equals the oldest.
#[derive(Clone, Copy, Debug, Default)]
pub struct LongestFirst {
    /// The length to order by.
    pub by: JobLength,
}

impl ClaimPolicy for LongestFirst {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        -i128::from(self.by.of(job).0)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        format!("{} {}: the longest that fits", self.by.noun(), self.by.of(job).rounded())
    }
}
