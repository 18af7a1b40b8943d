//! `--train`: arrivals, service times and failures fitted to the first part of a history; the
//! workers, the claim rule and everything else stay those of the scenario.

use chrono::{DateTime, NaiveDate, NaiveTime};

use crate::engine::{ActionModel, System};
use crate::exit::CliError;
use crate::history::JobHistory;
use crate::import::{HistoryOptions, history_scenario};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::Time;
use crate::scenario::{self, NoFiles, Scenario};
use claimsim_arrival::ArrivalModel;

/// The instant at which the training ends, in the time of the history: after a share of it, or at a
/// local date or an instant.
pub(super) fn end(text: &str, history: &JobHistory) -> Result<Time, CliError> {
    let (from, until) = (history.from(), history.until);
    let refused = |why: &str| CliError::Input(format!("--train `{text}`: {why}"));
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.trim().parse::<f64>().ok(),
    };
    if let Some(share) = share {
        if !(share > 0.0 && share < 1.0) {
            return Err(refused("write a share between 0 and 100 %, such as 70%"));
        }
        return Ok(Time(from.0 + ((until - from).0 as f64 * share) as i64));
    }
    let instant = match text.trim().parse::<NaiveDate>() {
        Ok(date) => Some(history.time_zone.resolve(date.and_time(NaiveTime::MIN))),
        Err(_) => DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.to_utc()),
    };
    let Some(instant) = instant else {
        return Err(refused("write a share, such as 70%, a local date, such as 2026-11-23, or an instant"));
    };
    match history.epoch.time_of(instant) {
        Some(at) if from < at && at < until => Ok(at),
        _ => Err(refused("it does not lie within the history")),
    }
}

/// The scenario with arrivals, services and failures fitted to the part of the history before
/// `end`.
pub(super) fn fitted(scenario: Scenario, history: &JobHistory, end: Time) -> Result<Scenario, CliError> {
    let training = history.as_of(end);
    let options = HistoryOptions { name: "training".to_owned(), ..HistoryOptions::default() };
    let text = history_scenario(&training, &options).text;
    let loaded = scenario::load("training", &text, &[], &NoFiles).map_err(|report| {
        CliError::Failed(format!("the scenario that was fitted to the training part cannot be read:\n{report:?}"))
    })?;
    let fitted = loaded.scenario;
    let mut scenario = scenario;
    let ids = fitted_actions(&mut scenario, &fitted)?;
    let id_of = |action: ActionId| ids[usize::from(action.0)];
    scenario.sources = fitted.sources.iter().filter_map(|source| moved(source, &id_of)).collect();
    for (of, id) in fitted.system.actions.iter().zip(&ids) {
        let action = &mut scenario.system.actions[usize::from(id.0)];
        action.service = of.service.clone();
        (action.error, action.retries, action.backoff) = (of.error, of.retries, of.backoff.clone());
        action.patience.clone_from(&of.patience);
        // Children are among the arrivals that were fitted, and the time that a parent waits for
        // them is part of its service.
        action.spawns = None;
    }
    Ok(scenario)
}

/// The action of the scenario for each fitted one. A fitted action that the scenario does not have,
/// such as the jobs of an action that need more than the others, is added with its need.
fn fitted_actions(scenario: &mut Scenario, fitted: &Scenario) -> Result<Vec<ActionId>, CliError> {
    let system = &mut scenario.system;
    let is_single = (system.actions.len(), fitted.system.actions.len()) == (1, 1);
    let mut ids = Vec::new();
    for action in &fitted.system.actions {
        let known = system.actions.iter().position(|known| is_single || known.name == action.name);
        let number = if let Some(number) = known {
            number
        } else {
            let need = added_need(system, &fitted.system, action.need)?;
            system.actions.push(ActionModel { need, ..action.clone() });
            system.actions.len() - 1
        };
        ids.push(ActionId(number as u16));
    }
    Ok(ids)
}

/// Adds a need of the fitted system. If both systems have one resource, they are the same.
fn added_need(system: &mut System, fitted: &System, need: NeedId) -> Result<NeedId, CliError> {
    let mut units = CapacityMap::zero(system.resources.len());
    for (resource, amount) in fitted.need(need).iter().filter(|(_, amount)| *amount > 0) {
        let name = &fitted.resources[usize::from(resource.0)];
        let is_single = (system.resources.len(), fitted.resources.len()) == (1, 1);
        let found = system.resources.iter().position(|known| is_single || known == name);
        let Some(found) = found else {
            return Err(CliError::Input(format!("--train: the scenario has no resource `{name}`, which jobs need")));
        };
        units.0[found] = amount;
    }
    system.needs.push(units);
    Ok(NeedId((system.needs.len() - 1) as u16))
}

/// A source for the action of another scenario; none for listed jobs, which lie in the training.
fn moved(source: &ArrivalModel, id_of: &impl Fn(ActionId) -> ActionId) -> Option<ArrivalModel> {
    let mut source = source.clone();
    match &mut source {
        ArrivalModel::Poisson { action, .. }
        | ArrivalModel::Renewal { action, .. }
        | ArrivalModel::Profile { action, .. }
        | ArrivalModel::Closed { action, .. }
        | ArrivalModel::Cron { action, .. } => *action = id_of(*action),
        ArrivalModel::Listed(_) => return None,
    }
    Some(source)
}
