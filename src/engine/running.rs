//! The running jobs, each in a slot whose number goes with its event of completion.
//!
//! The slot freed last is used first, while it is still in the processor's cache.

use super::observer::Run;
use crate::model::job::Job;

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
        let Some(slot) = self.free.pop() else { return self.append(job, run) };
        // Field by field: a job that has just been made was written in fields of these widths, and reading them back in one
        // piece would wait for the writes to leave the core (3 to 6 ns).
        let Job { id, scheduled_at, service, chain, action, need, fate } = job;
        let place = &mut self.slots[slot as usize];
        place.job.id = id;
        place.job.scheduled_at = scheduled_at;
        place.job.service = service;
        place.job.chain = chain;
        place.job.action = action;
        place.job.need = need;
        place.job.fate = fate;
        place.run = run;
        slot as usize
    }

    #[cold]
    fn append(&mut self, job: Job, run: Run) -> usize {
        self.slots.push(Slot { job, run });
        self.slots.len() - 1
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
