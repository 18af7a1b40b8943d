//! `first-fit`, the registry's own policy: waiting jobs by `(scheduledAt, id)`; one that does not fit blocks nobody.
//!
//! ```text
//! free: scan 1                 waiting, oldest first: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit: skipped      B fits: claimed        C waits for the next free unit, and so does A
//! ```

use crate::engine::{Candidate, ClaimPolicy, PolicyKind, SchedulingView};

/// Oldest first; ties by job number.
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

/// The same with the catalogue's ranks.
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
