//! `first-fit`, the policy of the registry: waiting jobs by `(scheduledAt, id)`; a job that does
//! not fit blocks no other job.
//!
//! ```text
//! free: scan 1                 waiting, oldest first: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit: skipped      B fits: claimed      C waits for the next free unit, and so does A
//! ```

use crate::engine::{Candidate, ClaimPolicy, PolicyKind, SchedulingView};

/// The oldest job first; ties by job number.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstFit;

impl ClaimPolicy for FirstFit {
    type Rank = ();

    #[inline(always)]
    fn rank(&self, _: &Candidate<'_>) {}

    #[inline(always)]
    fn kind(&self) -> PolicyKind {
        PolicyKind::PriorityOrder
    }

    fn explain(&self, _: &SchedulingView<'_, ()>, _: &Candidate<'_>) -> String {
        WHY.to_owned()
    }
}

const WHY: &str = "the oldest that fits";

/// [`FirstFit`] behind [`AnyPolicy`](super::AnyPolicy), whose ranks are numbers: all jobs have the
/// same rank.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnitRankFirstFit;

impl ClaimPolicy for UnitRankFirstFit {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        WHY.to_owned()
    }
}
