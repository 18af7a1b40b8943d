//! A simulated system at an instant, as the registry's API would print it.
//!
//! The [`Ledger`] listens to a replication up to that instant and knows what every row and worker stands at. An [`Audit`] words
//! it as the API does: ids, calendar times, maps by name. What documents said when the scenario was made of them is said
//! again, so that a document that is read, simulated for no time and printed comes out as it was.

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
    /// Puts together what is known of a system at an instant; `crons` in the order in which they are to be shown.
    pub fn new(subject: AuditSubject<'a>, ledger: Ledger<'a>, crons: Vec<CronState>) -> Audit<'a> {
        let ids = RowIds::new(&subject);
        Audit { subject, ledger, crons, ids }
    }

    /// The worker that a text means: its id in documents, or its id in the scenario.
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

    /// An instant of the run in the calendar, to the millisecond before it: as fine as the registry's database knows it.
    fn calendar(&self, time: Time) -> Field<DateTime<Utc>> {
        self.subject.epoch.calendar_of(time).map_or(Field::Empty, |at| Field::Given(at.trunc_subsecs(3)))
    }

    /// A map by names, with the resources that `is_named`.
    fn units(
        &self,
        map: &CapacityMap,
        is_named: impl Fn(usize, i64) -> bool,
    ) -> std::collections::BTreeMap<String, i64> {
        let units = map.0.iter().enumerate().filter(|&(index, &units)| is_named(index, units));
        units.map(|(index, &units)| (self.subject.system.resources[index].clone(), units)).collect()
    }
}

/// A field as it came, or else this.
fn or<T>(field: Field<T>, other: impl FnOnce() -> Field<T>) -> Field<T> {
    if field.is_absent() { other() } else { field }
}
