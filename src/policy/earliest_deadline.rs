//! `earliest-deadline`: of the jobs that fit, the one with the earliest due date goes next:
//! `scheduledAt` plus its deadline.
//!
//! ```text
//! free: scan 1
//! waiting: A{since 09:00, deadline 60 min}  B{since 09:10, deadline 15 min}  C{none}
//! B, due at 09:25, goes; then A, due at 10:00; then C
//! ```
//!
//! The deadline of the registry bounds the run time; as a due date it is the time by which a job
//! should have ended. Jobs without a deadline come last.

use crate::engine::{Candidate, ClaimPolicy, SchedulingView};

/// The earliest due date first; of equals the oldest.
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
