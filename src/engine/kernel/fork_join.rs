//! Not needed to understand the kernel: a row starts children when it is claimed, and stays until
//! the last of their chains has ended.

use super::Simulation;
use super::state::Join;
use crate::arrival::ArrivalProcess;
use crate::calendar::EventClass;
use crate::jobs::active_job::Process;
use crate::jobs::lifecycle::{NewChain, Waiters};
use crate::model::job::JobOutcome;
use crate::observer::{JobOrigin, Observer};
use crate::policy::ClaimPolicy;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// A row that has children starts: they fall due now, in events of their own, and its deadline
    /// may come while it waits for them.
    pub(super) fn start_children(&mut self, slot: usize) {
        let parent = *self.jobs.running.get(slot).0;
        let Some(spawns) = &self.system.action(parent.action).spawns else { return };
        let samples = self.jobs.lifecycle.sample_children(self.system, &parent, spawns.action);
        let join = self.jobs.joins.insert(Join { parent: Some(slot), open: samples.len() as u32 });
        self.active(slot).join = Some(join);
        let (origin, waiters) = (JobOrigin::Child(parent.id), Waiters { customer: None, join: Some(join as u32) });
        let chain = NewChain { origin, action: spawns.action, overrides: None, waiters };
        for sample in samples {
            let child = self.create(chain, &sample, self.now);
            self.schedule_release(child, sample.attempt);
        }
        if let Some(deadline) = self.jobs.lifecycle.deadline(self.system, &parent)
            && parent.planned_outcome != JobOutcome::DeadlineMissed
        {
            let at = self.active(slot).expect_deadline(deadline);
            let happens = self.calendar.schedule(at, EventClass::Deadline, slot);
            self.jobs.running.expect(slot, happens);
        }
    }

    /// The own work of a row is done; the work of its children may not be. A row that is cut off
    /// cannot know.
    pub(super) fn finish_service(&mut self, slot: usize) {
        let active = self.jobs.running.active(slot);
        let is_open = active.join.is_some_and(|join| active.run.is_cut_off || self.jobs.joins[join].open > 0);
        if is_open {
            active.process = Process::Joining;
        } else {
            self.finish_process(slot);
        }
    }

    /// The chain of a child has ended.
    pub(super) fn child_ended(&mut self, join: usize) {
        let Join { parent, open } = &mut self.jobs.joins[join];
        *open -= 1;
        if *open > 0 {
            return;
        }
        let Some(parent) = *parent else {
            self.jobs.joins.remove(join);
            return;
        };
        let active = self.jobs.running.active(parent);
        if active.process == Process::Joining && !active.run.is_cut_off {
            active.expect_join();
            let happens = self.calendar.schedule(self.now, EventClass::Completion, parent);
            self.jobs.running.expect(parent, happens);
        }
    }

    /// Whether the chains of all children that a row waits for have ended.
    pub(super) fn is_joined(&self, join: Option<usize>) -> bool {
        join.is_none_or(|join| self.jobs.joins[join].open == 0)
    }

    /// A row has ended: it waits for its children no longer, if it has any.
    pub(super) fn leave_join(&mut self, join: Option<usize>) {
        let Some(join) = join else { return };
        self.jobs.joins[join].parent = None;
        if self.jobs.joins[join].open == 0 {
            self.jobs.joins.remove(join);
        }
    }
}
