//! The question "which waiting job goes next?", as a trait that every claim policy answers.

use crate::model::job::Job;

/// A claim policy: an order of the waiting jobs. A job that does not fit is skipped and blocks nobody.
pub trait ClaimPolicy {
    /// What waiting jobs are ordered by; smaller goes first. Must be distinct for distinct jobs.
    type Order: Copy + Ord + std::fmt::Debug;

    /// The place of a job in the order, fixed when it falls due.
    fn order(&self, job: &Job) -> Self::Order;
}
