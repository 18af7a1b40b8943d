//! The history of a job queue, or the registry's API documents -> a scenario to edit.
//!
//! The scenario is a text with comments. Next to each number, a comment gives the number of rows
//! behind the estimate and its precision; everything that had to be assumed is marked with
//! [`ASSUMPTION`]. `docs/import.md` explains each estimator and gives its error, as measured on
//! simulated registries.

use claimsim_arrival as arrival;
use claimsim_history as history;
use claimsim_model as model;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_stats as stats;

mod action;
mod arrival_process;
mod arrival_text;
mod arrivals;
mod backlog;
mod calendar;
mod crons;
mod document_history;
mod documents;
pub mod fit;
mod from_history;
mod header;
mod interval;
mod mode;
mod names;
mod observation_window;
mod periodicity;
mod quantile_sketch;
mod rates;
mod regular;
mod service;
mod start_bounds;
mod toml_text;
mod workers;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::time::Epoch;

pub use documents::{ASSUMPTION, Documents, ImportOptions};
pub use from_history::{
    ActionEstimate, ArrivalFigures, CandidateFigures, ClaimEstimate, ClassHour, CronFigures, DayClassHours,
    DependenceFigures, Effect, GroupFigures, HistoryEstimates, HistoryOptions, HourFigures, ImportedHistory, Interval,
    PoolEstimate, ServiceFigures, TestFigures, Unknown, WindowEstimate, history_scenario,
};
pub use observation_window::latest_time;

/// The earliest time at which each finished row can have started, by id; `docs/import.md` explains
/// it.
pub fn earliest_starts<'a>(documents: &Documents<'a>) -> BTreeMap<&'a str, DateTime<Utc>> {
    let history =
        document_history::DocumentHistory::new(documents, latest_time(documents).map_or_else(Epoch::default, Epoch));
    let starts = start_bounds::starts(&history, &workers::Workers::new(documents, &history));
    let pairs = history.rows.iter().zip(starts);
    let known = |(row, start): (&document_history::Row<'a>, Option<start_bounds::StartBound>)| {
        Some((row.document.id.get()?.as_str(), history.epoch.calendar_of(start?.bound)?))
    };
    pairs.filter_map(known).collect()
}

/// The scenario as TOML. It runs as it is, whatever the documents contain.
pub fn scenario_text(documents: &Documents, options: &ImportOptions) -> String {
    let start = options
        .exported_at
        .or_else(|| latest_time(documents))
        .or_else(|| observation_window::estimated_export_time(documents));
    let history = document_history::DocumentHistory::new(documents, start.map_or_else(Epoch::default, Epoch));
    let workers = workers::Workers::new(documents, &history);
    let crons = crons::Crons::new(documents, &history);
    let window = observation_window::ObservationWindow::of(&history);
    let start_bounds = start_bounds::starts(&history, &workers);
    let mut toml = toml_text::TomlBuilder::default();
    header::write(&mut toml, documents, options, start, window, &history);
    backlog::write_registry(&mut toml, options, &history, &workers);
    workers.write(&mut toml, &history);
    let writer = action::ActionWriter { history: &history, crons: &crons, window, start_bounds: &start_bounds };
    for index in 0..history.actions.len() {
        writer.write(&mut toml, index);
    }
    if history.actions.is_empty() {
        action::write_placeholder(&mut toml);
    }
    crons.write(&mut toml, &history);
    backlog::write_jobs(&mut toml, options, &history);
    toml.finish()
}
