//! Actions: what a job class needs, how long it runs and how it fails.

use super::Build;
use crate::engine::{ActionModel, Backoff};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::Span;
use crate::model::unit::Probability;
use crate::random::dist::{Constant, Distribution};
use crate::scenario::diagnostic::Complaint;
use crate::scenario::source::Place;
use crate::scenario::spec::{Action, At, Spec};

/// An action, while it is not known yet whether its jobs bring their own service times.
#[derive(Debug)]
pub(super) struct DraftAction {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) need: NeedId,
    pub(super) service: Option<Distribution>,
    /// Who draws from `service`, if anybody does.
    pub(super) draws: Option<Place>,
    /// Whether any job of it ever comes.
    pub(super) is_used: bool,
    error: Probability,
    retries: u32,
    backoff: Span,
    deadline: Option<Span>,
    pub(super) patience: Option<Distribution>,
    priority: i64,
}

impl DraftAction {
    pub(super) fn finish(self) -> ActionModel {
        // Where every job brings its own service time, nobody draws one.
        let service = self.service.unwrap_or(Constant::ZERO.into());
        ActionModel {
            error: self.error,
            retries: self.retries,
            backoff: Backoff::constant(self.backoff),
            deadline: self.deadline,
            patience: self.patience,
            priority: self.priority,
            ..ActionModel::new(&self.name, self.need, service)
        }
    }
}

impl Build<'_> {
    /// Makes the actions, in the order of the file.
    pub(super) fn actions(&mut self, spec: &Spec) {
        for (name, action) in spec.action.iter() {
            self.action_name(name);
            let draft = self.draft(name, action);
            self.actions.push(draft);
        }
        if self.actions.len() > usize::from(u16::MAX) {
            self.complain(Complaint::error(Place::NOWHERE, "a scenario has at most 65535 actions"));
        }
    }

    fn action_name(&mut self, name: &At<String>) {
        if name.value == "all" {
            let complaint = Complaint::error(name.place, "an action cannot be called `all`");
            self.complain(complaint.help("tables call all actions together so; choose another name"));
        }
        self.readable("an action", name);
    }

    /// Complains about names that leave no trace in a table.
    pub(super) fn readable(&mut self, what: &str, name: &At<String>) {
        if name.value.trim().is_empty() || name.value.chars().any(char::is_control) {
            self.complain(Complaint::error(name.place, format!("{what} needs a name that can be read")));
        }
    }

    fn draft(&mut self, name: &At<String>, action: &Action) -> DraftAction {
        let units = self.units(&action.capacity);
        let has_deadline = action.deadline.is_some() || self.holes.has(name.place, "deadline");
        self.stop_timeout(action.stop_timeout.as_ref(), has_deadline);
        DraftAction {
            name: name.value.clone(),
            place: name.place,
            need: self.needs.need(&units),
            service: self.optional(action.service.as_ref()),
            draws: None,
            is_used: false,
            error: action.error.value,
            retries: action.retries.value,
            backoff: action.backoff.value,
            deadline: self.positive("deadline", action.deadline.as_ref()),
            patience: self.optional(action.patience.as_ref()),
            priority: action.priority.value,
        }
    }

    /// Warns of a stop timeout without a deadline: nothing ever asks the job to stop.
    pub(super) fn stop_timeout(&mut self, stop_timeout: Option<&At<Span>>, has_deadline: bool) {
        if let (Some(timeout), false) = (stop_timeout, has_deadline) {
            let complaint = Complaint::warning(timeout.place, "`stop_timeout` has no effect without a `deadline`");
            self.complain(complaint);
        }
    }

    /// Whether the jobs that the table at `place` describes have a deadline by their action, or a wrong one of their own.
    pub(super) fn has_deadline(&self, action: Option<ActionId>, place: Place) -> bool {
        let by_action = action.is_none_or(|action| self.actions[usize::from(action.0)].deadline.is_some());
        by_action || self.holes.has(place, "deadline")
    }

    /// Notes that jobs of an action come, that they may need this, and who draws their service times.
    pub(super) fn uses(&mut self, action: ActionId, need: Option<NeedId>, brings_service: bool, place: Place) {
        let draft = &mut self.actions[usize::from(action.0)];
        draft.is_used = true;
        if !brings_service {
            draft.draws.get_or_insert(place);
        }
        let (need, place) = need.map_or((draft.need, draft.place), |need| (need, place));
        self.uses.entry((need, action)).or_insert(place);
    }
}
