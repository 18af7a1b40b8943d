//! The jobs that some worker could run, if it had nothing else to do: no policy waits for the others.

use crate::engine::{QueueKey, SchedulingView, System};
use crate::model::capacity::NeedId;

/// The needs that fit into what some worker offers at some time.
#[derive(Clone, Debug)]
pub(super) struct FeasibleNeeds {
    /// Bit `n % 64` of word `n / 64`: is need `n` one of them?
    words: Box<[u64]>,
}

impl FeasibleNeeds {
    pub(super) fn of(system: &System) -> FeasibleNeeds {
        let mut words = vec![0; system.needs.len().div_ceil(64).max(1)];
        for (index, need) in system.needs.iter().enumerate() {
            let is_possible = system.capacities().any(|capacity| capacity.fits(need));
            words[index / 64] |= u64::from(is_possible) << (index % 64);
        }
        FeasibleNeeds { words: words.into() }
    }

    /// Whether some worker could run a job with this need.
    pub(super) fn contains(&self, need: NeedId) -> bool {
        self.words[usize::from(need) / 64] >> (need.0 % 64) & 1 == 1
    }

    /// The first of all waiting jobs by rank, but for impossible ones: its need and its place.
    pub(super) fn first(&self, view: &SchedulingView<'_, i128>) -> Option<(NeedId, QueueKey<i128>)> {
        let need = view.waiting.first_of(|word| self.words[word], |_| true)?;
        Some((NeedId(need as u16), view.waiting.head(need)?))
    }
}
