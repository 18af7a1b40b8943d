//! Actions: what a job class needs, how long it runs and how it fails.

use super::Build;
use crate::diagnostic::Complaint;
use crate::engine::{ActionModel, Backoff, DeadlineResult, Estimate, Requeue, Spawns};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::Span;
use crate::model::unit::{Probability, Rate};
use crate::random::dist::{Constant, Distribution};
use crate::source::Place;
use crate::spec::{Action, At, Estimate as EstimateSpec, Spec};

/// The most actions of a scenario: ids tell no more of them apart.
pub(super) const MOST_ACTIONS: usize = u16::MAX as usize;

/// An action, while it is not known yet whether its jobs bring their own service times.
#[derive(Clone, Debug)]
pub(super) struct DraftAction {
    pub(super) name: String,
    /// Which action of the scenario describes it, by its place.
    pub(super) described: usize,
    pub(super) place: Place,
    pub(super) need: NeedId,
    pub(super) service: Option<Distribution>,
    /// Who draws from `service`, if anybody does.
    pub(super) draws: Option<Place>,
    /// Whether any job of it ever comes.
    pub(super) is_used: bool,
    /// The jobs that its attempts start.
    pub(super) spawns: Option<Spawns>,
    estimate: Estimate,
    kill_at_estimate: bool,
    error: Probability,
    retries: u32,
    backoff: Backoff,
    requeue: Requeue,
    deadline: Option<Span>,
    deadline_result: DeadlineResult,
    stop_timeout: Span,
    stops_in: Option<Distribution>,
    cancel_rate: Rate,
    /// Whether any of its jobs may be asked to cancel.
    is_cancelled: bool,
    pub(super) patience: Option<Distribution>,
    priority: i64,
}

impl DraftAction {
    /// One of another name that nobody uses yet, and in everything else the same.
    pub(super) fn like(&self, name: &str) -> DraftAction {
        DraftAction { name: name.to_owned(), draws: None, is_used: false, ..self.clone() }
    }

    pub(super) fn finish(self) -> ActionModel {
        // Where every job brings its own service time, nobody draws one.
        let service = self.service.unwrap_or(Constant::ZERO.into());
        ActionModel {
            estimate: self.estimate,
            kill_at_estimate: self.kill_at_estimate,
            error: self.error,
            retries: self.retries,
            backoff: self.backoff,
            requeue: self.requeue,
            deadline: self.deadline,
            deadline_result: self.deadline_result,
            stop_timeout: self.stop_timeout,
            stops_in: self.stops_in.unwrap_or(Constant::ZERO.into()),
            cancel_rate: self.cancel_rate,
            spawns: self.spawns,
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
            let draft = self.draft(name, action, spec);
            self.actions.push(draft);
        }
        if self.actions.len() > MOST_ACTIONS {
            let title = format!("a scenario has at most {MOST_ACTIONS} actions");
            self.complain(Complaint::error(Place::NOWHERE, title));
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

    fn draft(&mut self, name: &At<String>, action: &Action, spec: &Spec) -> DraftAction {
        let units = self.units(&action.capacity);
        let is_cancelled = !spec.cancel.is_empty() || action.cancel_rate.is_some();
        let is_stopped = action.deadline.is_some()
            || action.kill_at_estimate
            || is_cancelled
            || self.holes.has(name.place, "deadline");
        self.stop_timeout(action.stop_timeout.as_ref(), is_stopped);
        self.stops_in(action, name, spec);
        DraftAction {
            name: name.value.clone(),
            described: self.actions.len(),
            place: name.place,
            need: self.needs.need(&units),
            service: self.optional(action.service.as_ref()),
            draws: None,
            is_used: false,
            spawns: None,
            estimate: self.estimate(&action.estimate),
            kill_at_estimate: action.kill_at_estimate,
            error: action.error.value,
            retries: action.retries.value,
            backoff: self.backoff(&action.backoff),
            requeue: action.on_worker_dead.unwrap_or(spec.on_worker_dead),
            deadline: self.positive("deadline", action.deadline.as_ref()),
            deadline_result: action.deadline_result,
            stop_timeout: action.stop_timeout.as_ref().map_or(Span::ZERO, |timeout| timeout.value),
            stops_in: self.optional(action.stops_in.as_ref()),
            cancel_rate: action.cancel_rate.as_ref().map(|rate| rate.value).unwrap_or_default(),
            is_cancelled,
            patience: self.optional(action.patience.as_ref()),
            priority: action.priority.value,
        }
    }

    /// How long attempts are thought to run; exactly, and complaints, if that is wrong.
    fn estimate(&mut self, estimate: &At<EstimateSpec>) -> Estimate {
        match &estimate.value {
            EstimateSpec::Exact => Some(Estimate::Exact),
            EstimateSpec::Factor(factor) => self.distribution(factor.place, &factor.value).map(Estimate::Factor),
            EstimateSpec::Time(time) => self.distribution(estimate.place, time).map(Estimate::Time),
        }
        .unwrap_or_default()
    }

    /// Warns of a stop timeout where nothing ever asks the job to stop.
    pub(super) fn stop_timeout(&mut self, stop_timeout: Option<&At<Span>>, is_stopped: bool) {
        if let (Some(timeout), false) = (stop_timeout, is_stopped) {
            let title = "`stop_timeout` has no effect without a `deadline` or a request to cancel";
            self.complain(Complaint::warning(timeout.place, title));
        }
    }

    /// Warns of jobs that would stop by themselves, if they were not killed at once.
    fn stops_in(&mut self, action: &Action, name: &At<String>, spec: &Spec) {
        let Some(stops_in) = &action.stops_in else { return };
        let has_timeout = action.stop_timeout.is_some() || self.holes.has(name.place, "stop_timeout");
        let of_jobs = spec.job.iter().any(|job| job.value.stop_timeout.is_some());
        let of_crons = spec.cron.iter().any(|(_, cron)| cron.stop_timeout.is_some());
        if !has_timeout && !of_jobs && !of_crons && spec.registry.is_none() {
            let complaint = Complaint::warning(stops_in.place, "`stops_in` has no effect without a `stop_timeout`");
            self.complain(complaint.help("jobs without one are killed at once; write how long they may take to stop"));
        }
    }

    /// Whether the jobs that the table at `place` describes may be asked to stop by their action, or have a wrong deadline.
    pub(super) fn is_stopped(&self, action: Option<ActionId>, place: Place) -> bool {
        let by_action = action.map(|action| &self.actions[usize::from(action.0)]);
        by_action.is_none_or(|action| action.deadline.is_some() || action.kill_at_estimate || action.is_cancelled)
            || self.holes.has(place, "deadline")
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
