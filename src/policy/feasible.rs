//! Feasible needs: the needs that fit on some idle worker. No policy waits for a job with another
//! need.

use crate::engine::{QueueKey, SchedulingView, System};
use crate::model::capacity::NeedId;

/// The needs that fit on some worker at some time.
#[derive(Clone, Debug)]
pub(super) struct FeasibleNeeds {
    /// Bit `n % 64` of word `n / 64`: whether need `n` is feasible.
    words: Box<[u64]>,
}

impl FeasibleNeeds {
    pub(super) fn of(system: &System) -> FeasibleNeeds {
        let mut words = vec![0; system.needs.len().div_ceil(64).max(1)];
        for index in 0..system.needs.len() {
            let is_feasible = system.is_feasible(NeedId(index as u16));
            words[index / 64] |= u64::from(is_feasible) << (index % 64);
        }
        FeasibleNeeds { words: words.into() }
    }

    /// Whether some worker could run a job with this need.
    pub(super) fn contains(&self, need: NeedId) -> bool {
        self.words[usize::from(need) / 64] >> (need.0 % 64) & 1 == 1
    }

    /// The first waiting job by rank, without jobs that are not feasible: its need and its key.
    pub(super) fn first(&self, view: &SchedulingView<'_, i128>) -> Option<(NeedId, QueueKey<i128>)> {
        let need = view.waiting.first_of(|word| self.words[word], |_| true)?;
        Some((NeedId(need as u16), view.waiting.head(need)?))
    }
}
