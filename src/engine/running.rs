//! The running jobs, each in a slot whose number goes with its event of completion.
//!
//! The slot freed last is used first, while it is still in the processor's cache.

use super::observer::Run;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// The claimed rows that have not ended.
#[derive(Debug, Default)]
pub(super) struct Running {
    slots: Vec<Slot>,
    /// Slots that hold nothing any more.
    free: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    job: Job,
    run: Run,
}

impl Running {
    /// Keeps a row; gives its slot.
    #[inline(always)]
    pub(super) fn insert(&mut self, job: Job, run: Run) -> usize {
        let slot = self.free.pop().unwrap_or_else(|| self.append()) as usize;
        self.slots[slot] = Slot { job, run };
        slot
    }

    /// Adds a slot, to be filled at once.
    #[cold]
    fn append(&mut self) -> u32 {
        let job = Job {
            id: JobId(0),
            scheduled_at: Time::ZERO,
            service: Span::ZERO,
            chain: None,
            action: ActionId(0),
            need: NeedId(0),
            fate: Ending::Done,
        };
        self.slots.push(Slot { job, run: Run::since(WorkerId(0), Time::ZERO) });
        self.slots.len() as u32 - 1
    }

    /// What a slot holds.
    #[inline(always)]
    pub(super) fn get(&self, slot: usize) -> (&Job, Run) {
        let Slot { job, run } = &self.slots[slot];
        (job, *run)
    }

    /// Frees a slot.
    #[inline(always)]
    pub(super) fn remove(&mut self, slot: usize) {
        self.free.push(slot as u32);
    }

    /// All rows, by slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Job, Run)> {
        let mut runs = vec![true; self.slots.len()];
        self.free.iter().for_each(|&slot| runs[slot as usize] = false);
        self.slots.iter().zip(runs).filter_map(|(slot, runs)| runs.then_some((&slot.job, slot.run)))
    }
}
