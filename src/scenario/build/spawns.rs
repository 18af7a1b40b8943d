//! Children: which action starts jobs of which.

use super::Build;
use super::arrivals::MOST_AT_ONCE;
use crate::diagnostic::Complaint;
use crate::engine::Spawns;
use crate::model::action::ActionId;
use crate::spec::{At, Spawns as SpawnsSpec, Spec};

impl Build<'_> {
    /// Tells each action which jobs its attempts start.
    pub(super) fn spawns(&mut self, spec: &Spec) {
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(spawns) = &action.spawns {
                self.actions[index].spawns = self.children(spawns);
            }
        }
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(spawns) = &action.spawns
                && self.is_its_own_ancestor(index)
            {
                let title =
                    format!("jobs of `{}` would start jobs of their own action, without end", self.actions[index].name);
                let complaint = Complaint::error(spawns.place, title);
                self.complain(
                    complaint.help("give the children an action that starts no such jobs, directly or through others"),
                );
            }
        }
    }

    fn children(&mut self, spawns: &At<SpawnsSpec>) -> Option<Spawns> {
        let SpawnsSpec { action, count } = &spawns.value;
        let of = ("action", action.is_none(), "action = \"scan_check_single\"");
        self.required("`spawns`", spawns.place, &[of, ("count", count.is_none(), "count = 8")]);
        let count = count.as_ref().and_then(|count| {
            let made = self.distribution(count.place, &count.value)?;
            if made.mean() > MOST_AT_ONCE {
                let complaint = Complaint::error(count.place, "so many children are beyond all bounds");
                self.complain(complaint.help(format!("write a mean number of at most {MOST_AT_ONCE}")));
            }
            Some(made)
        });
        let action = self.action(action.as_ref()?)?;
        self.uses(action, None, false, spawns.place);
        Some(Spawns { action, count: count? })
    }

    /// Whether an action is among those that its children, their children and so on are of.
    fn is_its_own_ancestor(&self, index: usize) -> bool {
        let child = |action: usize| {
            self.actions[action].spawns.as_ref().map(|Spawns { action: ActionId(id), .. }| usize::from(*id))
        };
        let descendants = std::iter::successors(child(index), |&action| child(action));
        descendants.take(self.actions.len()).any(|action| action == index)
    }
}
