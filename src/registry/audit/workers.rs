//! Workers -> `GET /workers`.

use std::collections::BTreeMap;

use chrono::SubsecRound;
use serde_json::Map;

use super::Audit;
use crate::document::{Field, WorkerDocument, WorkerStatus};
use crate::model::worker::WorkerId;

impl Audit<'_> {
    /// All workers that are there, in the order of the scenario.
    pub fn workers(&self) -> Vec<WorkerDocument> {
        let there = self.worker_ids().filter(|worker| self.ledger.lists(*worker));
        there.map(|worker| self.worker_row(worker)).collect()
    }

    fn worker_row(&self, worker: WorkerId) -> WorkerDocument {
        let is_dead = self.ledger.worker_record(worker).is_declared_dead;
        let expiration = self.subject.epoch.calendar_of(self.ledger.expiration(worker, self.subject.at));
        let original = self.subject.source_documents.workers.get(&worker);
        WorkerDocument {
            id: self.ids.worker(worker).to_owned().into(),
            status: if is_dead { WorkerStatus::Dead } else { WorkerStatus::Running }.into(),
            capacity_map: self.capacity(worker),
            // In whole seconds, as in published documents.
            heartbeat_expiration: expiration.map_or(Field::Empty, |at| Field::Given(at.trunc_subsecs(0))),
            other: original.map_or_else(Map::new, |original| original.other.clone()),
        }
    }

    /// What a worker offers now. A resource that it once offered is listed even if it is 0 now.
    fn capacity(&self, worker: WorkerId) -> Field<BTreeMap<String, i64>> {
        let original =
            self.subject.source_documents.workers.get(&worker).and_then(|original| original.capacity_map.get());
        let first = &self.subject.system.worker(worker).capacity;
        let Some(changed) = &self.ledger.worker_record(worker).capacity else {
            return original.cloned().unwrap_or_else(|| self.units(first, |_, units| units > 0)).into();
        };
        let is_known = |index: usize| {
            first.0[index] > 0 || original.is_some_and(|map| map.contains_key(&self.subject.system.resources[index]))
        };
        self.units(changed, |index, units| units > 0 || is_known(index)).into()
    }
}
