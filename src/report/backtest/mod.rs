//! A backtest's report: the table of all figures, its text for terminals, a page in Markdown, and
//! JSON.

mod json;
mod key_results;
mod tables;
mod text;

use claimsim_history::JobHistory;

use crate::experiment::backtest::{Backtest, BlockKind, fewest_replications};
use crate::format;
use crate::model::time_zone::TimeZone;
use crate::scenario::Scenario;
use crate::stats::JobScope;

/// A finished backtest.
#[derive(Clone, Copy, Debug)]
pub struct BacktestReport<'a> {
    /// The model.
    pub scenario: &'a Scenario,
    /// The history, and the name of its file.
    pub history: &'a JobHistory,
    /// See `history`.
    pub file: &'a str,
    /// The results.
    pub backtest: &'a Backtest,
    /// Where the scenario was fitted: up to this local time, if it was fitted to a first part of
    /// the history.
    pub trained_until: Option<&'a str>,
    /// The values that were tried for calibration, with the results of each.
    pub calibration: &'a [CalibrationPoint],
}

/// A value of a calibration.
#[derive(Clone, Debug)]
pub struct CalibrationPoint {
    /// Keys and values: `worker.replica.count=3`.
    pub settings: String,
    /// The result of the replay.
    pub backtest: Backtest,
}

impl<'a> BacktestReport<'a> {
    /// The name of the jobs' action, or `all`.
    pub(crate) fn action(&self, jobs: JobScope) -> &'a str {
        match jobs {
            JobScope::One(id) => &self.scenario.system.action(id).name,
            _ => "all",
        }
    }

    /// The zone of hours and days.
    pub(crate) fn time_zone(&self) -> TimeZone {
        self.history.time_zone
    }

    /// What the history was cut into for intervals.
    fn blocks(&self) -> String {
        let count = self.backtest.trace.block_count;
        match self.backtest.trace.blocks {
            BlockKind::BusyPeriods => format!("{count} busy periods"),
            BlockKind::Days(1) => format!("{count} days"),
            BlockKind::Days(days) => format!("{count} blocks of {days} days"),
        }
    }

    /// What the reader should know before the figures.
    fn warnings(&self) -> Vec<String> {
        let Backtest { rejected, infeasible, never_started, trace, .. } = self.backtest;
        let all = &trace.scopes[0];
        let mut warnings = Vec::new();
        let mut add = |count: usize, one: &str, many: &str| {
            if count > 0 {
                let words = if count == 1 { one } else { many };
                warnings.push(format!("{} {words}", format::count(count as f64)));
            }
        };
        add(
            *infeasible,
            "job needs more than any worker of the scenario offers; the simulation never starts it",
            "jobs need more than any worker of the scenario offers; the simulation never starts them",
        );
        add(
            *never_started,
            "job never started in the history; its wait counts up to when it left or the history ends, and if the \
             simulation starts it, it runs for the mean time of its action",
            "jobs never started in the history; their waits count up to when they left or the history ends, and if the \
             simulation starts them, they run for the mean time of their action",
        );
        add(
            *rejected,
            "job was turned away on arrival and is not replayed",
            "jobs were turned away on arrival and are not replayed",
        );
        add(self.history.problems.len(), "row of the history is not used", "rows of the history are not used");
        for (action, count) in &self.backtest.not_forecast {
            let (name, count) = (&self.scenario.system.action(*action).name, format::count(*count as f64));
            warnings.push(format!(
                "the scenario makes no jobs of `{name}`, of which the history has {count}: the forecast lacks them"
            ));
        }
        if all.cut > 0.01 {
            let share = format::percent(all.cut);
            warnings.push(format!(
                "in the simulation {share} of the jobs have not started at the end of the history: simulated waits are \
                 lower bounds"
            ));
        }
        let needed = fewest_replications(self.scenario);
        if (2..needed).contains(&trace.replications) {
            warnings.push(format!(
                "with {} replications the tests hardly reject anything at the corrected level; leave out --replications, \
                 or write {needed} or more",
                trace.replications
            ));
        }
        if trace.block_count < 5 {
            warnings
                .push(format!("the history has only {}, too few for intervals; take a longer history", self.blocks()));
        }
        warnings
    }
}
