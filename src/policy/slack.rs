//! The slack that a job leaves on a worker, for policies that choose by it.

use crate::engine::{Decision, SchedulingView, Shares, System, Target};
use crate::model::capacity::NeedId;

/// Shares of the capacities that workers offer at any time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slack {
    shares: Shares,
}

/// The job to choose.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extreme {
    /// The job that leaves the least.
    Least,
    /// The job that leaves the most.
    Most,
}

impl Slack {
    pub(super) fn of(system: &System) -> Slack {
        Slack { shares: Shares::of(system.capacities()) }
    }

    /// The job that leaves the least, or the most; the oldest of equals.
    pub(super) fn choose(self, view: &SchedulingView<'_, i128>, wanted: Extreme) -> Option<Decision<i128>> {
        let candidates = view.needs().filter_map(|need| {
            let left = self.left(view, need).map(|left| match wanted {
                Extreme::Least => left,
                Extreme::Most => -left,
            });
            Some((left.min()?, view.waiting.head(need.into())?, need))
        });
        candidates.min().map(|(_, turn, need)| Decision { need, key: turn, target: Target::Any })
    }

    /// The share left free by a job with this need, worker by worker.
    fn left(self, view: &SchedulingView<'_, i128>, need: NeedId) -> impl Iterator<Item = i128> {
        let units = view.system().need(need);
        view.with_room(need).map(move |worker| self.shares.left(view.capacity(worker), view.free(worker), units))
    }
}
