//! The registry's API documents -> a scenario to edit: what they say, what can be estimated from them, and what cannot.
//!
//! The scenario is a text with comments: next to each number stands from how many rows it was estimated and how surely, and
//! whatever had to be assumed is marked with [`ASSUMPTION`]. `docs/import.md` has the argument behind each estimator and how
//! far it is off, as measured on simulated registries.

use claimsim_arrival as arrival;
use claimsim_model as model;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_stats as stats;

mod action;
mod arrivals;
mod backlog;
mod claims;
mod condense;
mod crons;
mod header;
mod history;
mod interval;
mod names;
mod profile;
mod regular;
mod service;
mod slots;
mod text;
mod vote;
mod window;
mod workers;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::time::Epoch;
use crate::registry::document::{CronDocument, JobDocument, WorkerDocument};

/// Marks what no document says: the operator is asked to look at it.
pub const ASSUMPTION: &str = "ASSUMPTION";

/// The rows of the documents, all pages together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Documents<'a> {
    /// Rows of `GET /jobs`.
    pub jobs: &'a [JobDocument],
    /// Rows of `GET /workers`; `None` if there is no such document.
    pub workers: Option<&'a [WorkerDocument]>,
    /// Rows of `GET /crons`; `None` if there is no such document.
    pub crons: Option<&'a [CronDocument]>,
}

/// What else the scenario is made of.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The scenario's name.
    pub name: String,
    /// What the documents were read from, for the first comment.
    pub sources: Vec<String>,
    /// Where the scenario will find the jobs document, if it is a file of its own; its waiting and running rows are then
    /// taken from there.
    pub jobs_file: Option<String>,
    /// When the documents were exported, if that is known; the latest time that they speak of if not.
    pub exported_at: Option<DateTime<Utc>>,
}

/// The latest past time that the documents speak of: they were exported then or later.
pub fn latest(documents: &Documents) -> Option<DateTime<Utc>> {
    window::latest(documents)
}

/// The earliest time at which each row that has ended can have started, by id; `docs/import.md` says why.
pub fn earliest_starts<'a>(documents: &Documents<'a>) -> BTreeMap<&'a str, DateTime<Utc>> {
    let history = history::History::new(documents, latest(documents).map_or_else(Epoch::default, Epoch));
    let starts = slots::starts(&history, &workers::Sites::new(documents, &history));
    let pairs = history.rows.iter().zip(starts);
    let known = |(row, start): (&history::Row<'a>, Option<slots::Start>)| {
        Some((row.document.id.get()?.as_str(), history.epoch.calendar_of(start?.bound)?))
    };
    pairs.filter_map(known).collect()
}

/// The scenario as TOML. It runs as it is, whatever the documents hold.
pub fn scenario(documents: &Documents, order: &Order) -> String {
    let start = order.exported_at.or_else(|| latest(documents)).or_else(|| window::hint(documents));
    let history = history::History::new(documents, start.map_or_else(Epoch::default, Epoch));
    let sites = workers::Sites::new(documents, &history);
    let crons = crons::Crons::new(documents, &history);
    let window = window::Window::of(&history);
    let slots = slots::starts(&history, &sites);
    let mut toml = text::Toml::default();
    header::write(&mut toml, documents, order, start, window, &history);
    backlog::write_registry(&mut toml, order, &history, &sites);
    sites.write(&mut toml, &history);
    let evidence = action::Evidence { history: &history, crons: &crons, window, slots: &slots };
    for index in 0..history.actions.len() {
        evidence.write(&mut toml, index);
    }
    if history.actions.is_empty() {
        action::write_placeholder(&mut toml);
    }
    crons.write(&mut toml, &history);
    backlog::write_jobs(&mut toml, order, &history);
    toml.finish()
}
