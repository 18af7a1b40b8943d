//! A simulated system at an instant, as the registry's API would print it.
//!
//! The [`Ledger`] listens to a replication up to that instant and knows what every row and worker stands at. An [`Audit`] words
//! it as the API does: ids, calendar times, maps by name. What documents said when the scenario was made of them is said
//! again, so that a document that is read, simulated for no time and printed comes out as it was.

mod crons;
mod identity;
mod jobs;
mod ledger;
mod page;
mod workers;

use chrono::{DateTime, SubsecRound, Utc};

use super::document::Field;
use super::originals::Originals;
use crate::engine::{JobOverrides, System};
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
use crate::model::time::{Epoch, Time};
use crate::model::worker::WorkerId;

use identity::Identity;
pub use ledger::Ledger;
pub use page::Page;

/// What is looked at: a replication of a scenario, and when.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What is simulated.
    pub system: &'a System,
    /// The documents that it was made of.
    pub originals: &'a Originals,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The seed of all random streams, from which ids are made too.
    pub seed: u64,
    /// The number of the replication, from 0.
    pub replication: u64,
    /// The instant, up to which and with which everything has happened.
    pub at: Time,
}

/// A cron as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// The number of the source that it is.
    pub source: usize,
    /// The class of its jobs.
    pub action: ActionId,
    /// When it fires, as it was written.
    pub schedule: String,
    /// What it copies to its jobs.
    pub overrides: JobOverrides,
    /// Its first firing after the instant; `None` if there is none.
    pub next_run: Option<DateTime<Utc>>,
}

/// A simulated system at an instant.
#[derive(Debug)]
pub struct Audit<'a> {
    subject: Subject<'a>,
    ledger: Ledger<'a>,
    crons: Vec<Cron>,
    identity: Identity,
}

impl<'a> Audit<'a> {
    /// Puts together what is known of a system at an instant; `crons` in the order in which they are to be shown.
    pub fn new(subject: Subject<'a>, ledger: Ledger<'a>, crons: Vec<Cron>) -> Audit<'a> {
        let identity = Identity::new(&subject);
        Audit { subject, ledger, crons, identity }
    }

    /// The worker that a text means: its id in documents, or its id in the scenario.
    pub fn worker(&self, text: &str) -> Option<WorkerId> {
        let is_meant =
            |&worker: &WorkerId| self.identity.worker(worker) == text || self.subject.system.worker(worker).id == text;
        self.worker_ids().find(is_meant)
    }

    /// The ids of all workers in documents.
    pub fn worker_names(&self) -> impl Iterator<Item = &str> {
        self.worker_ids().map(|worker| self.identity.worker(worker))
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
