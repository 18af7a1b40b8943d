//! Backtests: does a scenario reproduce the waits that the history of a queue shows?
//!
//! *Trace-driven*: the observed jobs, with their arrivals and service times, go through the
//! modelled workers and policy, and the simulated wait of each job is compared with its observed
//! one. What differs is the fault of workers, policy and claim rule. *Model-driven*: the scenario
//! makes its own jobs, and each day of the history is compared with the same day of many
//! replications. What differs may be the fault of any part. `docs/backtesting.md` has the
//! procedures and their error rates.

mod blocks;
mod bootstrap;
mod explanation;
mod local_time;
mod model_driven;
mod replay;
mod simulated_history;
mod trace_driven;
mod verdict;

use std::collections::BTreeMap;

use claimsim_history::JobHistory;

use crate::arrival::ArrivalModel;
use crate::model::action::ActionId;
use crate::model::time::Time;
use crate::replication::Progress;
use crate::scenario::Scenario;
use crate::stats::JobScope;
use crate::stats::holm::HolmTests;

pub use blocks::BlockKind;
pub use explanation::{Cause, Explanation};
pub use model_driven::{DAY_MEASURES, DayForecast, Forecast, ModelDriven, PREDICTED};
pub use replay::ReplayError;
pub use simulated_history::simulated_history;
pub use trace_driven::{TraceDriven, WaitComparison, WaitFigure};
pub use verdict::{BacktestVerdict, LEVEL, Tolerance};

/// What a backtest is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct BacktestPlan {
    /// The difference that does not matter.
    pub tolerance: Tolerance,
    /// Replications of each half.
    pub replications: u32,
    /// Only jobs that fall due from here on are compared, in the time of the scenario.
    pub from: Time,
}

/// The results of a backtest.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// The replay.
    pub trace: TraceDriven,
    /// The forecast; `None` if the scenario has no arrivals of its own.
    pub model: Option<ModelDriven>,
    /// Why the model does not explain the waits of an action; one for each such action.
    pub explanations: Vec<Explanation>,
    /// Actions for which the scenario makes no jobs, with their number in the history; empty
    /// without a forecast.
    pub not_forecast: Vec<(ActionId, usize)>,
    /// Jobs of the history that were turned away on arrival, and are not replayed.
    pub rejected: usize,
    /// Jobs that no worker of the scenario can ever run.
    pub infeasible: usize,
    /// Jobs that left the queue unclaimed, or that still wait: where a replay starts them, they run
    /// for the mean time of their action.
    pub never_started: usize,
}

impl Backtest {
    /// The verdict on the scenario: on all actions and on the forecast together.
    pub fn verdict(&self) -> BacktestVerdict {
        let of_actions = self.trace.scopes.iter().filter_map(|scope| scope.verdict).max();
        let is_rejected = self.model.as_ref().is_some_and(|model| model.adjusted_p <= LEVEL);
        let forecast = if is_rejected { BacktestVerdict::DoesNot } else { BacktestVerdict::Explains };
        of_actions.unwrap_or(BacktestVerdict::Undecided).max(forecast)
    }
}

/// The replications that a backtest needs at least: with fewer, a rank among them could not reject
/// anything at the corrected level.
pub fn fewest_replications(scenario: &Scenario) -> u32 {
    // One test for each action and one of the forecast, each with two sides.
    let tests = scenario.system.actions.len() as u32 + 1;
    (2 * 20 * tests).max(199)
}

/// Whether a scenario makes jobs of its own, by more than a list of known ones.
pub fn has_own_arrivals(scenario: &Scenario) -> bool {
    scenario.sources.iter().any(|source| !matches!(source, ArrivalModel::Listed(_)))
}

/// Actions of a replay whose jobs come from no source and from no parent of the scenario.
fn not_forecast(scenario: &Scenario, replay: &replay::Replay) -> Vec<(ActionId, usize)> {
    let spawned = scenario.system.actions.iter().filter_map(|action| action.spawns.as_ref());
    let spawned: Vec<ActionId> = spawned.map(|spawns| spawns.action).collect();
    let mut counts: BTreeMap<ActionId, usize> = BTreeMap::new();
    replay.jobs.iter().for_each(|job| *counts.entry(job.action).or_default() += 1);
    let is_made =
        |action: ActionId| spawned.contains(&action) || scenario.sources.iter().any(|source| source.makes(action));
    counts.into_iter().filter(|(action, _)| !is_made(*action)).collect()
}

/// Checks that a history can be replayed in a scenario.
///
/// # Errors
/// If it cannot.
pub fn check(scenario: &Scenario, history: &JobHistory, plan: &BacktestPlan) -> Result<(), ReplayError> {
    replay::Replay::new(scenario, history, plan.from).map(drop)
}

/// Compares a scenario with a history by the replay alone.
///
/// # Errors
/// If the history cannot be replayed in the scenario.
pub fn replay(
    scenario: &Scenario,
    history: &JobHistory,
    plan: &BacktestPlan,
    progress: &dyn Progress,
) -> Result<Backtest, ReplayError> {
    let without_arrivals = Scenario { sources: Vec::new(), ..scenario.clone() };
    backtest(&without_arrivals, history, plan, progress)
}

/// Compares a scenario with a history whose times lie within the run, by the replay and by the
/// forecast.
///
/// # Errors
/// If the history cannot be replayed in the scenario.
pub fn backtest(
    scenario: &Scenario,
    history: &JobHistory,
    plan: &BacktestPlan,
    progress: &dyn Progress,
) -> Result<Backtest, ReplayError> {
    let replay = replay::Replay::new(scenario, history, plan.from)?;
    let hours = local_time::LocalHours::new(history.time_zone, scenario.epoch);
    let mut trace = trace_driven::compare(&replay, &hours, plan.from, plan.tolerance, plan.replications, progress);
    let model = has_own_arrivals(scenario)
        .then(|| model_driven::forecast(scenario, history, plan.from, plan.replications, progress))
        .transpose()?;
    let model = judge(&mut trace, model);
    let explanations = explanation::explain(&replay, plan.from, &trace);
    Ok(Backtest {
        trace,
        model,
        explanations,
        not_forecast: if has_own_arrivals(scenario) { not_forecast(scenario, &replay) } else { Vec::new() },
        rejected: replay.rejected,
        infeasible: replay.infeasible,
        never_started: replay.never_started,
    })
}

/// Corrects all tests for their number (Holm), and gives each action its verdict.
fn judge(trace: &mut TraceDriven, model: Option<ModelDriven>) -> Option<ModelDriven> {
    let is_single = trace.scopes.len() == 2;
    let judged = |scope: &WaitComparison| matches!(scope.jobs, JobScope::One(_));
    let mut p: Vec<Option<f64>> = trace.scopes.iter().filter(|scope| judged(scope)).map(|scope| scope.p).collect();
    p.extend(model.as_ref().map(|model| Some(model.p)));
    let mut tests = HolmTests::new(p.len(), 1, LEVEL, 1);
    tests.look(1, &p);
    let mut scopes = trace.scopes.iter_mut().filter(|scope| judged(scope)).enumerate();
    scopes.by_ref().for_each(|(number, scope)| scope.judge(tests.of(number)[0].adjusted_p));
    if is_single {
        let (adjusted_p, verdict) = (trace.scopes[1].adjusted_p, trace.scopes[1].verdict);
        (trace.scopes[0].adjusted_p, trace.scopes[0].verdict) = (adjusted_p, verdict);
    }
    let last = p.len().saturating_sub(1);
    model.map(|model| ModelDriven { adjusted_p: tests.of(last)[0].adjusted_p.unwrap_or(1.0), ..model })
}
