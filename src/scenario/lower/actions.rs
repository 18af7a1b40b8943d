//! Actions: the models of job classes, and what they need from the whole scenario.

use super::draft::DraftAction;
use super::lowering::Lowering;
use super::needs::Units;
use crate::diagnostic::Diagnostic;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::name;
use crate::model::time::Span;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Action, Spec};

/// The most actions of a scenario: ids have 16 bits.
pub(super) const MAX_ACTIONS: usize = u16::MAX as usize;

/// What a name is made of.
pub(super) const NAME_RULE: &str = "write letters, digits and words that can be seen, with a letter or a digit first";

impl Lowering<'_> {
    /// Lowers the actions, in the order of the file.
    pub(super) fn actions(&mut self, spec: &Spec) {
        for (name, action) in spec.action.iter() {
            self.check_action_name(name);
            let draft = self.lower_action(name, action, spec);
            self.actions.push(draft);
        }
        if self.actions.len() > MAX_ACTIONS {
            let title = format!("a scenario has at most {MAX_ACTIONS} actions");
            self.report(Diagnostic::error(SourceSpan::NOWHERE, title));
        }
    }

    fn check_action_name(&mut self, name: &Spanned<String>) {
        if name.value == "all" {
            let diagnostic = Diagnostic::error(name.span, "an action cannot be called `all`");
            self.report(diagnostic.help("tables use this name for all actions together; choose another one"));
        }
        self.check_name("an action", name);
    }

    /// Rejects names that are not safe to print.
    pub(super) fn check_name(&mut self, what: &str, name: &Spanned<String>) {
        if let Some(fault) = name::fault(&name.value) {
            let diagnostic = Diagnostic::error(name.span, format!("the name of {what} {fault}"));
            self.report(diagnostic.help(NAME_RULE));
        }
    }

    /// Rejects a name in a file that is not safe to print.
    pub(super) fn check_name_in(&mut self, file: &Spanned<String>, what: &str, name: &str) {
        if let Some(fault) = name::fault(name) {
            let title = format!("`{}`: the name `{name}` of {what} {fault}", file.value);
            self.report(Diagnostic::error(file.span, title).help(NAME_RULE));
        }
    }

    fn lower_action(&mut self, name: &Spanned<String>, action: &Action, spec: &Spec) -> DraftAction {
        let units = self.units(&action.capacity);
        let is_cancelled = !spec.cancel.is_empty() || action.cancel_rate.is_some();
        let is_stopped = action.deadline.is_some()
            || action.kill_at_estimate
            || is_cancelled
            || self.recovered.has(name.span, "deadline");
        self.check_stop_timeout(action.stop_timeout.as_ref(), is_stopped);
        self.check_stops_in(action, name, spec);
        for (label, _) in action.runs_on.iter() {
            self.check_name("a label", label);
        }
        let runs_on = action.runs_on.iter().map(|(name, value)| (name.value.as_str(), value.value.as_str()));
        let runs_on = self.needs.ask_for(runs_on);
        let need = self.needs.need(units, runs_on);
        DraftAction {
            model: action.model(&name.value, need, spec.on_worker_dead, &mut self.context),
            described: self.actions.len(),
            span: name.span,
            has_service: action.service.is_some(),
            draws: None,
            is_used: false,
            is_cancelled,
        }
    }

    /// Warns of a stop timeout if nothing ever asks the job to stop.
    pub(super) fn check_stop_timeout(&mut self, stop_timeout: Option<&Spanned<Span>>, is_stopped: bool) {
        if let (Some(timeout), false) = (stop_timeout, is_stopped) {
            let title = "`stop_timeout` has no effect without a `deadline` or a request to cancel";
            self.report(Diagnostic::warning(timeout.span, title));
        }
    }

    /// Warns of a time to stop that has no effect, because the jobs are killed at once.
    fn check_stops_in(&mut self, action: &Action, name: &Spanned<String>, spec: &Spec) {
        let Some(stops_in) = &action.stops_in else { return };
        let has_timeout = action.stop_timeout.is_some() || self.recovered.has(name.span, "stop_timeout");
        let of_jobs = spec.job.iter().any(|job| job.value.stop_timeout.is_some());
        let of_crons = spec.cron.iter().any(|(_, cron)| cron.stop_timeout.is_some());
        if !has_timeout && !of_jobs && !of_crons && spec.registry.is_none() {
            let diagnostic = Diagnostic::warning(stops_in.span, "`stops_in` has no effect without a `stop_timeout`");
            self.report(diagnostic.help("jobs without one are killed at once; write how long they may take to stop"));
        }
    }

    /// Whether the action of the jobs in the table at `span` may ask them to stop, or their own
    /// deadline is wrong.
    pub(super) fn is_stopped(&self, action: Option<ActionId>, span: SourceSpan) -> bool {
        let by_action = action.map(|action| &self.actions[usize::from(action.0)]);
        by_action.is_none_or(|action| {
            action.is_cancelled || action.model.deadline.is_some() || action.model.kill_at_estimate
        }) || self.recovered.has(span, "deadline")
    }

    /// The need of a job with units of its own: its action says on which workers it runs.
    pub(super) fn own_need(&mut self, units: Units, action: Option<ActionId>) -> NeedId {
        let of_action = action.map(|action| self.actions[usize::from(action.0)].model.need);
        let runs_on = of_action.map(|need| self.needs.runs_on(need)).unwrap_or_default();
        self.needs.need(units, runs_on)
    }

    /// Records that an action has jobs, what they need, and whether they draw a service time.
    pub(super) fn record_jobs(
        &mut self,
        action: ActionId,
        need: Option<NeedId>,
        brings_service: bool,
        span: SourceSpan,
    ) {
        let draft = &mut self.actions[usize::from(action.0)];
        draft.is_used = true;
        if !brings_service {
            draft.draws.get_or_insert(span);
        }
        let (need, span) = need.map_or((draft.model.need, draft.span), |need| (need, span));
        self.need_origins.entry((need, action)).or_insert(span);
    }
}
