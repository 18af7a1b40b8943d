//! Fork-join: a row starts children when it is claimed, and stays until the last of their chains has ended.

use super::{Join, Simulation};
use crate::arrival::ArrivalProcess;
use crate::calendar::Class;
use crate::life::{Heirs, Origin};
use crate::model::job::Ending;
use crate::observer::Observer;
use crate::policy::ClaimPolicy;
use crate::special::Process;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// A row that has children starts: they fall due now, in events of their own, and its deadline may come while it waits for them.
    pub(super) fn start_children(&mut self, slot: usize) {
        let parent = *self.running.get(slot).0;
        let Some(spawns) = &self.system.action(parent.action).spawns else { return };
        let drafts = self.life.draw_children(self.system, &parent, spawns.action);
        let join = self.joins.insert(Join { parent: Some(slot), open: drafts.len() as u32 });
        self.special(slot).join = Some(join);
        let heirs = Heirs { customer: None, join: Some(join as u32) };
        let origin = Origin { action: spawns.action, given: None, heirs };
        for draft in drafts {
            self.observer.child_of(&parent);
            let child = self.number(origin, &draft, self.now);
            self.announce(child, draft.luck);
        }
        if let Some(deadline) = self.life.deadline(self.system, &parent)
            && parent.fate != Ending::DeadlineMissed
        {
            let at = self.special(slot).expect_deadline(deadline);
            let happens = self.calendar.schedule(at, Class::Deadline, slot);
            self.running.expect(slot, happens);
        }
    }

    /// The chain of a child has ended.
    pub(super) fn child_ended(&mut self, join: usize) {
        let Join { parent, open } = &mut self.joins[join];
        *open -= 1;
        if *open > 0 {
            return;
        }
        let Some(parent) = *parent else {
            self.joins.remove(join);
            return;
        };
        let special = self.running.special(parent);
        if special.process == Process::Joining && !special.run.is_cut_off {
            special.expect_join();
            let happens = self.calendar.schedule(self.now, Class::Completion, parent);
            self.running.expect(parent, happens);
        }
    }

    /// Whether the chains of all children that a row waits for have ended.
    pub(super) fn is_joined(&self, join: Option<usize>) -> bool {
        join.is_none_or(|join| self.joins[join].open == 0)
    }

    /// A row has ended, and waits for no children any more, if it ever did.
    pub(super) fn leave_children(&mut self, join: Option<usize>) {
        let Some(join) = join else { return };
        self.joins[join].parent = None;
        if self.joins[join].open == 0 {
            self.joins.remove(join);
        }
    }
}
