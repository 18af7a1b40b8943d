//! `shortest-first`: of the jobs that fit, the shortest goes next, by its true service time or by
//! its estimate.
//!
//! ```text
//! free: scan 1        waiting, oldest first: A{10 min}  B{2 min}  C{5 min}
//! B goes, then C, then A
//! ```
//!
//! A real queue does not know the service time: it shows the best that any estimate could achieve.

use super::job_size::JobLength;
use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// The shortest job first; of equals the oldest.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortestFirst {
    /// The length to order by.
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
