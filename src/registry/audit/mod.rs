//! A simulated system at an instant, in the form of the registry's API.
//!
//! The [`Ledger`] observes a replication up to that instant and keeps the state of every row and
//! worker. An [`Audit`] prints it as the API does: ids, calendar times, maps by name. Fields of the
//! source documents are kept, so that a document that is read, simulated for no time and printed is
//! unchanged.

mod crons;
mod ids;
mod job_query;
mod jobs;
mod ledger;
mod subject;
mod workers;

use chrono::{DateTime, SubsecRound, Utc};

use crate::document::Field;
use crate::model::capacity::CapacityMap;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use ids::RowIds;
pub use job_query::JobQuery;
pub use ledger::Ledger;
pub use subject::{AuditSubject, CronState};

/// A simulated system at an instant.
#[derive(Debug)]
pub struct Audit<'a> {
    subject: AuditSubject<'a>,
    ledger: Ledger<'a>,
    crons: Vec<CronState>,
    ids: RowIds,
}

impl<'a> Audit<'a> {
    /// An audit of a system at an instant; `crons` are in the order in which it shows them.
    pub fn new(subject: AuditSubject<'a>, ledger: Ledger<'a>, crons: Vec<CronState>) -> Audit<'a> {
        let ids = RowIds::new(&subject);
        Audit { subject, ledger, crons, ids }
    }

    /// The worker with this id in documents or in the scenario.
    pub fn worker(&self, text: &str) -> Option<WorkerId> {
        let is_meant =
            |&worker: &WorkerId| self.ids.worker(worker) == text || self.subject.system.worker(worker).id == text;
        self.worker_ids().find(is_meant)
    }

    /// The ids of all workers in documents.
    pub fn worker_names(&self) -> impl Iterator<Item = &str> {
        self.worker_ids().map(|worker| self.ids.worker(worker))
    }

    fn worker_ids(&self) -> impl Iterator<Item = WorkerId> + use<> {
        (0..self.subject.system.workers.len() as u32).map(WorkerId)
    }

    /// An instant of the run in the calendar, rounded down to a millisecond, the resolution of the
    /// registry's database.
    fn calendar(&self, time: Time) -> Field<DateTime<Utc>> {
        self.subject.epoch.calendar_of(time).map_or(Field::Empty, |at| Field::Given(at.trunc_subsecs(3)))
    }

    /// A map by name of the resources that `is_named` selects.
    fn units(
        &self,
        map: &CapacityMap,
        is_named: impl Fn(usize, i64) -> bool,
    ) -> std::collections::BTreeMap<String, i64> {
        let units = map.0.iter().enumerate().filter(|&(index, &units)| is_named(index, units));
        units.map(|(index, &units)| (self.subject.system.resources[index].clone(), units)).collect()
    }
}

/// The field, or another one if it is absent.
fn given_or<T>(field: Field<T>, other: impl FnOnce() -> Field<T>) -> Field<T> {
    if field.is_absent() { other() } else { field }
}
