//! `priority`: the highest priority first, and of equals the oldest; a job that does not fit blocks
//! no other job.
//!
//! ```text
//! free: scan 1        waiting, oldest first: A{priority 0}  B{priority 5}  C{priority 5}
//! B goes, then C, then A
//! ```
//!
//! With `aging = "10m"` a job gains one level for every ten minutes that it waits, continuously: of
//! two jobs, the one with the smaller `scheduledAt - priority * aging` goes first. Waiting does not
//! change this order, and low priorities do not starve.

use crate::engine::{Candidate, ClaimPolicy, SchedulingView};
use crate::model::time::Span;

/// The highest priority first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Priority {
    /// The time of waiting that counts like one level, if waiting counts.
    pub aging: Option<Span>,
}

impl ClaimPolicy for Priority {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        let priority = i128::from(job.priority());
        match self.aging {
            None => -priority,
            Some(aging) => i128::from(job.job.scheduled_at.0) - priority * i128::from(aging.0),
        }
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let aged = if self.aging.is_some() { ", and its age counted in" } else { "" };
        format!("priority {}{aged}: the most urgent that fits", job.priority())
    }
}
