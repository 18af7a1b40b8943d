//! `strict-fifo`: the oldest waiting job goes next, or none does: a job that does not fit blocks
//! all others.
//!
//! ```text
//! free: scan 1                 waiting, oldest first: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit: B and C, which would, wait behind it until two units are free
//! ```
//!
//! A job that no worker could ever run blocks no other job. A decision considers the oldest job of
//! each need vector: its cost does not depend on the number of waiting jobs.

use super::feasible::FeasibleNeeds;
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, System, Target};

/// The head of the line blocks all others.
#[derive(Clone, Debug)]
pub struct StrictFifo {
    feasible: FeasibleNeeds,
}

impl StrictFifo {
    /// For the jobs of a system.
    pub fn new(system: &System) -> StrictFifo {
        StrictFifo { feasible: FeasibleNeeds::of(system) }
    }
}

impl ClaimPolicy for StrictFifo {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Reserving
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let (need, turn) = self.feasible.first(view)?;
        view.fits(need).then_some(Decision { need, key: turn, target: Target::Any })
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "the oldest of all that wait".to_owned()
    }

    fn explain_hold(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        let (_, head) = self.feasible.first(view)?;
        (head.id != job.job.id)
            .then(|| format!("job {}, the oldest, does not fit, and all others wait behind it", head.id.0))
    }
}
