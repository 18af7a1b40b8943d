//! The parts of a scenario that have been lowered so far.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut, Range};

use super::draft::{DraftAction, DraftAvailability, DraftWorker, RunSettings};
use super::needs::Needs;
use crate::arrival::ArrivalModel;
use crate::arrival::swf::SwfLog;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, nearest};
use crate::engine::{InitialRow, WorkerGroup};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::registry::SourceDocuments;
use crate::source::SourceSpan;
use crate::spanned::Spanned;

/// The parts of a scenario that have been lowered so far; its [`Context`] has what was wrong with
/// the rest.
pub(super) struct Lowering<'a> {
    pub(super) context: Context<'a>,
    /// The logs that actions name, by file; `None` for a log that cannot be read, which has its
    /// diagnostic.
    pub(super) logs: BTreeMap<String, Option<SwfLog>>,
    pub(super) settings: RunSettings,
    pub(super) needs: Needs,
    /// Where each need of an action comes from first, for the diagnostic that no worker can meet
    /// it.
    pub(super) need_origins: BTreeMap<(NeedId, ActionId), SourceSpan>,
    pub(super) workers: Vec<DraftWorker>,
    /// The numbers of the workers of each group, by its name.
    pub(super) groups: BTreeMap<String, Range<usize>>,
    /// How many workers each group has, in the order of the file.
    pub(super) staffed: Vec<WorkerGroup>,
    pub(super) availability: DraftAvailability,
    /// The resources that documents of workers list, even of dead workers or with 0 units.
    pub(super) documented: BTreeSet<String>,
    /// Whether everything that lists workers or their capacities was readable.
    pub(super) has_all_workers: bool,
    /// Whether all files of jobs were readable.
    pub(super) has_all_jobs: bool,
    /// The resources that files of rows name, each with the file that names it first.
    pub(super) file_resources: BTreeMap<ResourceId, Spanned<String>>,
    pub(super) actions: Vec<DraftAction>,
    /// Their numbers by name, as far as anything has looked for them.
    action_ids: BTreeMap<String, ActionId>,
    /// Where jobs come from, ordered by the span that describes it.
    pub(super) arrivals: Vec<(SourceSpan, ArrivalModel)>,
    pub(super) initial: Vec<InitialRow>,
    pub(super) source_documents: SourceDocuments,
}

impl<'a> Deref for Lowering<'a> {
    type Target = Context<'a>;

    fn deref(&self) -> &Context<'a> {
        &self.context
    }
}

impl DerefMut for Lowering<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.context
    }
}

impl<'a> Lowering<'a> {
    /// A lowering with no parts.
    pub(super) fn new(context: Context<'a>) -> Lowering<'a> {
        Lowering {
            context,
            logs: BTreeMap::new(),
            settings: RunSettings::default(),
            needs: Needs::default(),
            need_origins: BTreeMap::new(),
            workers: Vec::new(),
            groups: BTreeMap::new(),
            staffed: Vec::new(),
            availability: DraftAvailability::default(),
            documented: BTreeSet::new(),
            has_all_workers: true,
            has_all_jobs: true,
            file_resources: BTreeMap::new(),
            actions: Vec::new(),
            action_ids: BTreeMap::new(),
            arrivals: Vec::new(),
            initial: Vec::new(),
            source_documents: SourceDocuments::default(),
        }
    }

    /// The action of that name; `None` and a diagnostic, if there is none.
    pub(super) fn action(&mut self, name: &Spanned<String>) -> Option<ActionId> {
        let found = self.find_action(&name.value);
        if found.is_none() {
            let diagnostic = Diagnostic::error(name.span, format!("there is no action `{}`", name.value));
            let diagnostic = self.suggest_action(diagnostic, &name.value);
            self.report(diagnostic);
        }
        found
    }

    /// The action of that name.
    pub(super) fn find_action(&mut self, name: &str) -> Option<ActionId> {
        for index in self.action_ids.len()..self.actions.len() {
            self.action_ids.entry(self.actions[index].model.name.clone()).or_insert(ActionId(index as u16));
        }
        self.action_ids.get(name).copied()
    }

    /// Adds which action a wrong name probably means, or how to describe a new one.
    pub(super) fn suggest_action(&self, diagnostic: Diagnostic, name: &str) -> Diagnostic {
        match nearest(name, self.actions.iter().map(|action| action.model.name.as_str())) {
            Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
            None => diagnostic.help(format!("describe it in a table of its own, [action.{name}]")),
        }
    }
}
