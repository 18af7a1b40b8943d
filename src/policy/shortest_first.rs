//! `shortest-first`: the job that runs shortest goes next, of those that fit; by its true service time, or by its estimate.
//!
//! ```text
//! free: scan 1        waiting, oldest first: A{10 min}  B{2 min}  C{5 min}
//! B goes, then C, then A
//! ```
//!
//! The service time is something that a real queue does not know: it is the best that any estimate could do.

use super::job_size::JobLength;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// Shortest first; ties oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortestFirst {
    /// Which length counts.
    pub by: JobLength,
}

impl ClaimPolicy for ShortestFirst {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        i128::from(self.by.of(job).0)
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        format!("{} {}: the shortest that fits", self.by.noun(), self.by.of(job).rounded())
    }
}
