//! Children: which action starts jobs of which other one.

use super::arrivals::MAX_MEAN_BATCH;
use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::engine::Spawns;
use crate::model::action::ActionId;
use crate::spanned::Spanned;
use crate::spec::{Spawns as SpawnsSpec, Spec};

impl Lowering<'_> {
    /// Lowers the children of all actions.
    pub(super) fn spawns(&mut self, spec: &Spec) {
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(spawns) = &action.spawns {
                self.actions[index].model.spawns = self.children(spawns);
            }
        }
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(spawns) = &action.spawns
                && self.spawns_itself(index)
            {
                let title = format!(
                    "jobs of `{}` would start jobs of their own action, without end",
                    self.actions[index].model.name
                );
                let diagnostic = Diagnostic::error(spawns.span, title);
                self.report(
                    diagnostic.help("give the children an action that starts no such jobs, directly or through others"),
                );
            }
        }
    }

    fn children(&mut self, spawns: &Spanned<SpawnsSpec>) -> Option<Spawns> {
        let SpawnsSpec { action, count } = &spawns.value;
        let of = ("action", action.is_none(), "action = \"scan_check_single\"");
        self.require_keys("`spawns`", spawns.span, &[of, ("count", count.is_none(), "count = 8")]);
        let count = count.as_ref().and_then(|count| {
            let made = self.distribution(count.span, &count.value)?;
            if made.mean() > MAX_MEAN_BATCH {
                let diagnostic = Diagnostic::error(count.span, "this is too large a number of children");
                self.report(diagnostic.help(format!("write a mean number of at most {MAX_MEAN_BATCH}")));
            }
            Some(made)
        });
        let action = self.action(action.as_ref()?)?;
        self.record_jobs(action, None, false, spawns.span);
        Some(Spawns { action, count: count? })
    }

    /// Whether an action is among the actions of its children, their children, and so on.
    fn spawns_itself(&self, index: usize) -> bool {
        let child = |action: usize| {
            self.actions[action].model.spawns.as_ref().map(|Spawns { action: ActionId(id), .. }| usize::from(*id))
        };
        let descendants = std::iter::successors(child(index), |&action| child(action));
        descendants.take(self.actions.len()).any(|action| action == index)
    }
}
