//! What can be seen of a replication from outside while it runs: what waits and runs, what is free, the policy. Nothing of it changes what happens.

use super::Simulation;
use crate::arrival::ArrivalProcess;
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::policy::{Candidate, ClaimPolicy, SchedulingView};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// The claim policy.
    pub fn policy(&self) -> &P {
        &self.policy
    }

    /// The observer; the caller reads its results from here.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// The state of things as the policy looks at it: for a worker that looks for a job, or where jobs are placed.
    pub fn view(&self, worker: Option<WorkerId>) -> SchedulingView<'_, P::Rank> {
        let known = (self.system, &self.life);
        SchedulingView::new(self.now, &self.waiting, worker, known, &self.pool, &self.capacities)
    }

    /// All rows that wait or run, in no particular order.
    pub fn active_rows(&self) -> impl Iterator<Item = Candidate<'_>> {
        let running = self.running.iter().map(|(job, _)| job);
        self.waiting.iter().chain(running).map(|job| self.candidate(job))
    }
}
