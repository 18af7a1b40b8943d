//! The history of any job queue -> a scenario to edit.
//!
//! Records tell when jobs fell due, started and ended; everything else is estimated, or listed as
//! unknown. `docs/import.md` has the estimators.

mod availability;
mod classes;
mod day_classes;
mod dependence;
mod estimates;
mod findings;
mod json;
mod outcomes;
mod pool;
mod queueing;
mod service;
mod sources;
mod text;
mod timeline;
mod unknowns;
mod workers;

use crate::history::JobHistory;
use findings::Findings;

pub use day_classes::{ClassHour, DayClassHours};
pub use estimates::{
    ActionEstimate, ArrivalFigures, CandidateFigures, ClaimEstimate, CronFigures, DependenceFigures, Effect,
    GroupFigures, HistoryEstimates, HourFigures, Interval, PoolEstimate, ServiceFigures, TestFigures, Unknown,
    WindowEstimate,
};
pub use findings::HistoryOptions;

/// A scenario from a history.
#[derive(Clone, Debug)]
pub struct ImportedHistory {
    /// The scenario as TOML. It runs as it is.
    pub text: String,
    /// What could not be known, by its effect on waits.
    pub unknowns: Vec<Unknown>,
    /// All estimates.
    pub estimates: HistoryEstimates,
}

/// The scenario of a history, what it assumes, and the estimates behind it.
pub fn history_scenario(history: &JobHistory, options: &HistoryOptions) -> ImportedHistory {
    let findings = Findings::new(history, options);
    let unknowns = unknowns::unknowns(&findings);
    ImportedHistory { text: text::scenario(&findings, &unknowns), estimates: findings.estimates(), unknowns }
}
