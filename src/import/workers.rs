//! Workers: groups of equal capacity that keep their ids; or, without a document, those that rows
//! name.

use std::collections::BTreeMap;

use super::document_history::{DocumentHistory, Units};
use super::documents::{ASSUMPTION, Documents};
use super::names::readable;
use super::toml_text::{self, TomlBuilder, count};
use crate::model::job::Status;

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WorkerInfo<'a> {
    /// Its id in documents.
    pub(super) id: &'a str,
    /// Its capacity; assumed if [`Workers::known`] is false.
    pub(super) offers: Units,
    /// Whether its status is not `dead`.
    pub(super) is_alive: bool,
}

/// All workers.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    /// In the order of the document, or by id.
    pub(super) all: Vec<WorkerInfo<'a>>,
    /// Whether a document gives their capacities.
    pub(super) known: bool,
    /// Number of rows of the document without an id, or with the id of another row.
    left_out: usize,
}

impl<'a> Workers<'a> {
    /// The workers of the document, or of the rows if there is no document.
    pub(super) fn new(documents: &Documents<'a>, history: &DocumentHistory<'a>) -> Workers<'a> {
        let Some(rows) = documents.workers.filter(|rows| !rows.is_empty()) else {
            return Workers { all: named_in_rows(history), known: false, left_out: 0 };
        };
        let mut all: Vec<WorkerInfo> = Vec::new();
        for row in rows {
            let Some(id) = row.id.get() else { continue };
            let is_new = all.iter().all(|worker| readable(worker.id) != readable(id));
            if is_new {
                let offers = row.capacity_map.get().cloned().unwrap_or_default();
                all.push(WorkerInfo { id, offers, is_alive: row.is_alive() });
            }
        }
        let left_out = rows.len() - all.len();
        if all.is_empty() {
            return Workers { all: named_in_rows(history), known: false, left_out };
        }
        Workers { all, known: true, left_out }
    }

    /// Number of workers that may claim a job that needs nothing.
    pub(super) fn living(&self) -> usize {
        self.all.iter().filter(|worker| worker.is_alive).count().max(1)
    }

    /// Writes the groups.
    pub(super) fn write(&self, toml: &mut TomlBuilder, history: &DocumentHistory) {
        toml.gap();
        if !self.known {
            toml.comment(&format!(
                "{ASSUMPTION}: there is no workers document. These are the workers that rows name; each offers the most units that \
                 any row needs, or more if its running rows need more."
            ));
        }
        if self.left_out > 0 {
            toml.comment(&format!(
                "{} of the workers document left out, without an id or with the id of another row.",
                count(self.left_out, "row")
            ));
        }
        let mut workers: Vec<&WorkerInfo> = self.all.iter().filter(|worker| worker.is_alive).collect();
        let dead: Vec<String> =
            self.all.iter().filter(|worker| !worker.is_alive).map(|worker| toml_text::string(worker.id)).collect();
        if workers.is_empty() && !dead.is_empty() {
            toml.comment(&format!("{ASSUMPTION}: all workers are dead; the run assumes that they are back."));
            workers = self.all.iter().collect();
        } else if !dead.is_empty() {
            toml.comment(&format!("Dead, and left out: {}.", dead.join(", ")));
        }
        write_groups(toml, history, &workers);
    }
}

fn write_groups(toml: &mut TomlBuilder, history: &DocumentHistory, workers: &[&WorkerInfo]) {
    let mut groups: Vec<(&Units, Vec<String>)> = Vec::new();
    for worker in workers {
        let id = toml_text::string(&readable(worker.id));
        match groups.iter_mut().find(|(offers, _)| **offers == worker.offers) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((&worker.offers, vec![id])),
        }
    }
    if groups.is_empty() {
        toml.table("worker", "replica");
        let most = most_needed(history);
        if most.is_empty() {
            toml.pair("capacity", "{ scan = 1, scanCheck = 1 }", "the capacity of a new worker");
        } else {
            toml.pair("capacity", &toml_text::units(&history.renamed(&most)), "");
        }
    }
    // A resource that rows need and no worker offers is written as 0 units: jobs that need it wait.
    let is_offered = |name: &String| workers.iter().any(|worker| worker.offers.contains_key(name));
    let absent = most_needed(history).into_keys().filter(|name| !is_offered(name)).map(|name| (name, 0));
    let mut absent: Units = absent.collect();
    let waiting = if absent.is_empty() { "" } else { "jobs that need what has 0 units wait for ever" };
    for (index, (offers, ids)) in groups.into_iter().enumerate() {
        if index > 0 {
            toml.gap();
        }
        let mut offers = offers.clone();
        offers.append(&mut absent);
        let name = if index == 0 { "replica".to_owned() } else { format!("replica-{}", index + 1) };
        toml.table("worker", &name);
        toml.pair("ids", &format!("[{}]", ids.join(", ")), "");
        toml.pair("capacity", &toml_text::units(&history.renamed(&offers)), if index == 0 { waiting } else { "" });
    }
}

/// The most units of each resource that any row needs.
fn most_needed(history: &DocumentHistory) -> Units {
    let mut most = Units::new();
    for (name, units) in history.needs.iter().flatten() {
        let units = most.get(name).copied().unwrap_or(0).max(*units);
        most.insert(name.clone(), units);
    }
    most
}

/// The workers that rows name, by id, with room for every single row and for all rows that run on
/// them now.
fn named_in_rows<'a>(history: &DocumentHistory<'a>) -> Vec<WorkerInfo<'a>> {
    let mut by_id: BTreeMap<String, (&str, Units)> = BTreeMap::new();
    for row in &history.rows {
        let Some(document_id) = row.document.worker_id.get() else { continue };
        let (_, busy) = by_id.entry(readable(document_id)).or_insert((document_id, Units::new()));
        if matches!(row.status, Some(Status::Running | Status::CancelRequest)) {
            for (name, units) in &history.needs[row.need] {
                let sum = busy.entry(name.clone()).or_default();
                *sum = sum.saturating_add(*units).min(crate::model::capacity::MOST_UNITS);
            }
        }
    }
    let most = most_needed(history);
    let offers = |busy: &Units| -> Units {
        let enough = |(name, units): (&String, &i64)| (name.clone(), *units.max(busy.get(name).unwrap_or(&0)));
        most.iter().map(enough).collect()
    };
    by_id.into_values().map(|(id, busy)| WorkerInfo { id, offers: offers(&busy), is_alive: true }).collect()
}
