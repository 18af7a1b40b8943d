//! What a job leaves free of a worker, to policies that choose by it.

use crate::engine::{Look, On, Pick, Shares, System};
use crate::model::capacity::NeedId;

/// Shares of what workers offer at any time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slack {
    shares: Shares,
}

/// Which job is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extreme {
    /// The one that leaves least.
    Least,
    /// The one that leaves most.
    Most,
}

impl Slack {
    pub(super) fn of(system: &System) -> Slack {
        Slack { shares: Shares::of(system.capacities()) }
    }

    /// The job that leaves least, or most; the oldest of several.
    pub(super) fn choose(self, look: &Look<'_, i128>, wanted: Extreme) -> Option<Pick<i128>> {
        let candidates = look.needs().filter_map(|need| {
            let left = self.left(look, need).map(|left| match wanted {
                Extreme::Least => left,
                Extreme::Most => -left,
            });
            Some((left.min()?, look.waiting.head(need.into())?, need))
        });
        candidates.min().map(|(_, turn, need)| Pick { need, turn, on: On::Any })
    }

    /// The share left free after a job with this need, worker by worker.
    fn left(self, look: &Look<'_, i128>, need: NeedId) -> impl Iterator<Item = i128> {
        let units = look.system().need(need);
        look.with_room(need).map(move |worker| self.shares.left(look.capacity(worker), look.free(worker), units))
    }
}
