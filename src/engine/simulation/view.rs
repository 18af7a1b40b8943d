//! What can be seen of a replication from outside while it runs: what waits and runs, what is free, the policy. Nothing of it changes what happens.

use super::Simulation;
use crate::arrival::ArrivalProcess;
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::policy::{Candidate, ClaimPolicy, Look};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// The claim policy.
    pub fn policy(&self) -> &P {
        &self.policy
    }

    /// Who is told of all this, for what it was told to be taken from it.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// The state of things as the policy looks at it: for a worker that looks for a job, or where jobs are placed.
    pub fn look(&self, worker: Option<WorkerId>) -> Look<'_, P::Rank> {
        let known = (self.system, &self.life);
        Look::new(self.now, &self.waiting, worker, known, &self.pool, &self.capacities)
    }

    /// All rows that wait or run, in no particular order.
    pub fn rows_there(&self) -> impl Iterator<Item = Candidate<'_>> {
        let running = self.running.iter().map(|(job, _)| job);
        self.waiting.iter().chain(running).map(|job| self.candidate(job))
    }
}
