//! `longest-first`: the job that runs longest goes next, of those that fit; by its true service time, or by its estimate.
//!
//! ```text
//! free: scan 1        waiting, oldest first: A{10 min}  B{2 min}  C{5 min}
//! A goes, then C, then B
//! ```

use super::job_size::JobLength;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// Longest first; ties oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct LongestFirst {
    /// Which length counts.
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
