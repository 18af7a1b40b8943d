//! The running jobs, each in a slot whose number goes with its event of completion.
//!
//! Jobs and runs lie in two arrays without a tag, and a slot is reused as soon as it is free: most recently freed first, while
//! it is still at hand.

use super::observer::Run;
use crate::model::job::Job;

/// The claimed rows that have not ended.
#[derive(Debug, Default)]
pub(super) struct Running {
    jobs: Vec<Job>,
    runs: Vec<Run>,
    /// Slots below the length of both that hold nothing.
    free: Vec<u32>,
}

impl Running {
    /// Keeps a row; gives its slot.
    #[inline(always)]
    pub(super) fn insert(&mut self, job: Job, run: Run) -> usize {
        let Some(slot) = self.free.pop() else { return self.append(job, run) };
        let slot = slot as usize;
        // Field by field: a job that has just been made was written in fields of these widths, and reading them back in one
        // piece would wait for the writes to leave the core (3 to 6 ns).
        let Job { id, scheduled_at, service, chain, action, need, fate } = job;
        let place = &mut self.jobs[slot];
        place.id = id;
        place.scheduled_at = scheduled_at;
        place.service = service;
        place.chain = chain;
        place.action = action;
        place.need = need;
        place.fate = fate;
        self.runs[slot] = run;
        slot
    }

    #[cold]
    fn append(&mut self, job: Job, run: Run) -> usize {
        self.jobs.push(job);
        self.runs.push(run);
        self.jobs.len() - 1
    }

    /// What a slot holds.
    #[inline(always)]
    pub(super) fn get(&self, slot: usize) -> (&Job, Run) {
        (&self.jobs[slot], self.runs[slot])
    }

    /// Frees a slot.
    #[inline(always)]
    pub(super) fn remove(&mut self, slot: usize) {
        self.free.push(slot as u32);
    }

    /// All rows, by slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Job, Run)> {
        let mut runs = vec![true; self.jobs.len()];
        self.free.iter().for_each(|&slot| runs[slot as usize] = false);
        let rows = self.jobs.iter().zip(self.runs.iter().copied());
        rows.zip(runs).filter_map(|(row, runs)| runs.then_some(row))
    }
}
