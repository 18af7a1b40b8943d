//! The order of waiting jobs: by the rank that the policy gives them, and among equals the oldest
//! first.

use std::fmt::Debug;

use crate::model::job::{Job, JobId};
use crate::model::time::Time;

/// What waiting jobs are ranked by; smaller goes first.
pub trait Rank: Copy + Ord + Debug {}

impl<R: Copy + Ord + Debug> Rank for R {}

/// A job's place in policy order: by rank, and then the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueKey<R> {
    /// The rank that the policy gave it when it fell due.
    pub rank: R,
    /// Its not-before time.
    pub scheduled_at: Time,
    /// Its number.
    pub id: JobId,
}

impl<R> QueueKey<R> {
    /// The place of a job of that rank.
    #[inline(always)]
    pub fn of(rank: R, job: &Job) -> QueueKey<R> {
        QueueKey { rank, scheduled_at: job.scheduled_at, id: job.id }
    }
}
