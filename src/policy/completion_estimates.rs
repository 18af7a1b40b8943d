//! Estimated ends of running jobs, by worker, for policies that look ahead.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{SchedulingView, System};
use crate::model::capacity::NeedId;
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// The estimated ends of all running jobs.
#[derive(Debug)]
pub(super) struct CompletionEstimates {
    /// By worker.
    on: Vec<BTreeSet<(Time, JobId, NeedId)>>,
    /// By job: its estimated end.
    of: BTreeMap<JobId, Time>,
}

impl CompletionEstimates {
    /// Starts without running jobs.
    pub(super) fn new(system: &System) -> CompletionEstimates {
        CompletionEstimates { on: vec![BTreeSet::new(); system.workers.len()], of: BTreeMap::new() }
    }

    /// A job starts with an estimated end.
    pub(super) fn start(&mut self, end: Time, job: &Job, worker: WorkerId) {
        self.on[worker.0 as usize].insert((end, job.id, job.need));
        self.of.insert(job.id, end);
    }

    /// A job has ended.
    pub(super) fn end(&mut self, job: &Job, worker: WorkerId) {
        if let Some(end) = self.of.remove(&job.id) {
            self.on[worker.0 as usize].remove(&(end, job.id, job.need));
        }
    }

    /// The first instant at which a need fits on a worker by the estimates, and the units left
    /// then, by resource; `None` if there is none, or none before `bound`.
    pub(super) fn fits_from(
        &self,
        view: &SchedulingView<'_, i128>,
        worker: WorkerId,
        need: NeedId,
        bound: Option<Time>,
    ) -> Option<(Time, Vec<i64>)> {
        let system = view.system();
        let need = &system.need(need).0;
        let mut left: Vec<i64> = view.free(worker).zip(need).map(|(free, need)| free - need).collect();
        let fits = |left: &[i64]| left.iter().zip(need).all(|(&left, &need)| need == 0 || left >= 0);
        let mut at = view.now;
        if bound.is_some_and(|bound| bound <= at) {
            return None;
        }
        let mut ends = self.on[worker.0 as usize].iter().peekable();
        loop {
            // All jobs that end at one instant free their units together.
            while let Some((_, _, freed)) = ends.next_if(|(end, ..)| *end <= at) {
                left.iter_mut().zip(&system.need(*freed).0).for_each(|(left, freed)| *left += freed);
            }
            if fits(&left) {
                return Some((at, left));
            }
            at = ends.peek().map(|(end, ..)| *end).filter(|end| bound.is_none_or(|bound| *end < bound))?;
        }
    }
}
