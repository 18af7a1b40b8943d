//! `earliest-deadline`: the job whose due date comes first goes next, of those that fit: `scheduledAt` plus its deadline.
//!
//! ```text
//! free: scan 1        waiting: A{since 09:00, deadline 60 min}  B{since 09:10, deadline 15 min}  C{none}
//! B, due at 09:25, goes; then A, due at 10:00; then C
//! ```
//!
//! The registry's deadline bounds the run time; as a due date it says how soon a job should be over. Jobs without one come last.

use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// Earliest due date first; ties oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct EarliestDeadline;

impl ClaimPolicy for EarliestDeadline {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        let due = |deadline| i128::from(job.job.scheduled_at.0) + i128::from(deadline);
        job.deadline().map_or(i128::MAX, |deadline| due(deadline.0))
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        match job.deadline() {
            Some(_) => "the earliest due date of those that fit".to_owned(),
            None => "without a deadline: none with one fits".to_owned(),
        }
    }
}
