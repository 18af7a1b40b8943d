//! The rows of the jobs documents in terms of the model: each row once, with its action, need and
//! times.

use std::collections::BTreeMap;

use super::documents::Documents;
use super::mode::ValueCounts;
use super::names::Names;
use crate::model::job::Status;
use crate::model::time::{Epoch, Time};
use crate::registry::document::{Field, JobDocument};

/// Units by resource, without zeros.
pub(super) type Units = BTreeMap<String, i64>;

/// A row of a jobs document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) document: &'a JobDocument,
    /// Index into [`DocumentHistory::actions`].
    pub(super) action: usize,
    /// Index into [`DocumentHistory::needs`].
    pub(super) need: usize,
    /// `None` for an unknown word; such a row counts as ended.
    pub(super) status: Option<Status>,
    /// `None` if the document has no time, or one that is centuries away from the others.
    pub(super) scheduled_at: Option<Time>,
    pub(super) updated_at: Option<Time>,
}

impl Row<'_> {
    /// Whether the row still waits or runs.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.status, Some(Status::Waiting | Status::Running | Status::CancelRequest))
    }

    /// Whether it is a further attempt of an earlier row. A first attempt names itself or no row.
    pub(super) fn is_retry(&self) -> bool {
        let from = self.document.retry_from_id.get();
        from.is_some_and(|from| self.document.id.get() != Some(from))
    }

    /// The worker that claimed it.
    pub(super) fn worker(&self) -> Option<&str> {
        self.document.worker_id.get().map(String::as_str)
    }
}

/// All rows, and what they share.
#[derive(Debug)]
pub(super) struct DocumentHistory<'a> {
    pub(super) epoch: Epoch,
    pub(super) rows: Vec<Row<'a>>,
    /// Number of rows that were left out because another page has them, too.
    pub(super) repeated: usize,
    /// Actions of rows and crons as documents call them, in order; `None` for rows without one.
    pub(super) actions: Vec<Option<&'a str>>,
    pub(super) action_names: Names,
    pub(super) resource_names: Names,
    /// Distinct needs.
    pub(super) needs: Vec<Units>,
}

impl<'a> DocumentHistory<'a> {
    /// The history in these documents; simulated instant 0 is `epoch`.
    pub(super) fn new(documents: &Documents<'a>, epoch: Epoch) -> DocumentHistory<'a> {
        let (jobs, repeated) = distinct(documents.jobs);
        let crons = documents.crons.unwrap_or_default();
        let mut actions: Vec<Option<&str>> = jobs.iter().map(|job| job.action.get().map(String::as_str)).collect();
        actions.extend(crons.iter().filter_map(|cron| cron.action.get().map(|name| Some(name.as_str()))));
        actions.sort_unstable();
        actions.dedup();
        let mut history = DocumentHistory {
            epoch,
            rows: Vec::with_capacity(jobs.len()),
            repeated,
            action_names: Names::new(actions.iter().copied()),
            resource_names: Names::new(resources(documents).into_iter().map(Some)),
            actions,
            needs: Vec::new(),
        };
        history.add_rows(&jobs);
        history
    }

    fn add_rows(&mut self, jobs: &[&'a JobDocument]) {
        let mut by_units: BTreeMap<Units, usize> = BTreeMap::new();
        let usual = usual_needs(jobs);
        for job in jobs {
            let name = job.action.get().map(String::as_str);
            let action = self.actions.binary_search(&name).expect("every row's action was listed");
            let units = stated_need(&job.capacity_map).unwrap_or_else(|| usual.get(&name).cloned().unwrap_or_default());
            let need = *by_units.entry(units).or_insert_with_key(|units| {
                self.needs.push(units.clone());
                self.needs.len() - 1
            });
            let time = |field: &Field<_>| field.get().and_then(|at| self.epoch.time_of(*at));
            self.rows.push(Row {
                document: job,
                action,
                need,
                status: job.current_status(),
                scheduled_at: time(&job.scheduled_at),
                updated_at: time(&job.last_updated),
            });
        }
    }

    /// The rows of an action, with their indices.
    pub(super) fn of(&self, action: usize) -> impl Iterator<Item = (usize, &Row<'a>)> {
        self.rows.iter().enumerate().filter(move |(_, row)| row.action == action)
    }

    /// What the scenario calls an action.
    pub(super) fn action_name(&self, action: usize) -> &str {
        self.action_names.get(self.actions[action])
    }

    /// The map with the scenario's names of resources.
    pub(super) fn renamed(&self, units: &Units) -> Units {
        units.iter().map(|(name, units)| (self.resource_names.get(Some(name)).to_owned(), *units)).collect()
    }
}

/// The need that a capacity map states, without zeros; `None` if there is no map. `null` means that
/// nothing is needed.
pub(super) fn stated_need(map: &Field<BTreeMap<String, i64>>) -> Option<Units> {
    if map.is_absent() {
        return None;
    }
    let pairs = map.get().into_iter().flatten().filter(|(_, units)| **units != 0);
    Some(pairs.map(|(name, units)| (name.clone(), *units)).collect())
}

/// The most frequent need of each action, for rows without a capacity map.
fn usual_needs<'a>(jobs: &[&'a JobDocument]) -> BTreeMap<Option<&'a str>, Units> {
    let mut stated: BTreeMap<Option<&str>, Vec<Units>> = BTreeMap::new();
    for job in jobs {
        let name = job.action.get().map(String::as_str);
        stated.entry(name).or_default().extend(stated_need(&job.capacity_map));
    }
    stated.into_iter().filter_map(|(name, needs)| Some((name, ValueCounts::of(needs).mode()?.clone()))).collect()
}

/// Each row once, in its last update: pages overlap if jobs arrive between two requests.
fn distinct(jobs: &[JobDocument]) -> (Vec<&JobDocument>, usize) {
    let mut index_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows: Vec<&JobDocument> = Vec::with_capacity(jobs.len());
    for job in jobs {
        let known = job.id.get().and_then(|id| index_of.get(id.as_str()));
        if let Some(index) = known {
            if job.last_updated.get() > rows[*index].last_updated.get() {
                rows[*index] = job;
            }
            continue;
        }
        if let Some(id) = job.id.get() {
            index_of.insert(id, rows.len());
        }
        rows.push(job);
    }
    let repeated = jobs.len() - rows.len();
    (rows, repeated)
}

/// All resources that any document names.
fn resources<'a>(documents: &Documents<'a>) -> Vec<&'a str> {
    let jobs = documents.jobs.iter().map(|job| &job.capacity_map);
    let workers = documents.workers.unwrap_or_default().iter().map(|worker| &worker.capacity_map);
    let crons = documents.crons.unwrap_or_default().iter().map(|cron| &cron.capacity_map);
    let maps = jobs.chain(workers).chain(crons).filter_map(Field::get);
    let mut names: Vec<&str> = maps.flat_map(BTreeMap::keys).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}
