//! Book-keeping: a replay of a trajectory that knows at each instant who waits, who runs and what is free.

use std::collections::BTreeMap;

use claimsim::engine::System;
use claimsim::model::capacity::{CapacityMap, NeedId};
use claimsim::model::job::JobId;
use claimsim::model::time::Time;
use claimsim::model::worker::WorkerId;

use crate::reference::event::{Event, Kind, RowSeen};

/// The state of the system, rebuilt from what has been told so far.
pub(super) struct Ledger<'a> {
    pub(super) system: &'a System,
    pub(super) rows: BTreeMap<JobId, RowSeen>,
    /// The waiting rows, with the instant at which they fell due.
    pub(super) waiting: BTreeMap<JobId, Time>,
    pub(super) running: BTreeMap<JobId, (WorkerId, Time)>,
    pub(super) over: usize,
    pub(super) free: Vec<CapacityMap>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(system: &'a System) -> Ledger<'a> {
        Ledger {
            system,
            rows: BTreeMap::new(),
            waiting: BTreeMap::new(),
            running: BTreeMap::new(),
            over: 0,
            free: system.workers.iter().map(|worker| worker.capacity.clone()).collect(),
        }
    }

    /// Books an event. Each row must fall due once, and then be claimed and end, or leave, or be left over: conservation.
    pub(super) fn book(&mut self, event: &Event) {
        let time = event.time;
        match event.kind {
            Kind::Due { job, row } => {
                assert!(self.rows.insert(job, row).is_none(), "falls due only once: {event}");
                self.waiting.insert(job, time);
            }
            Kind::Claimed { job, worker } => {
                assert!(self.waiting.remove(&job).is_some(), "only a waiting row is claimed: {event}");
                self.running.insert(job, (worker, time));
                self.take(worker, self.rows[&job].need, 1);
                assert!(self.is_within_capacity(worker), "used is at most what is offered: {event}");
            }
            Kind::Ended { job, worker, claimed_at, .. } => {
                let run = self.running.remove(&job);
                assert_eq!(run, Some((worker, claimed_at)), "ends where and since when it ran: {event}");
                self.take(worker, self.rows[&job].need, -1);
                self.over += 1;
            }
            Kind::Left { job, .. } => {
                assert!(self.waiting.remove(&job).is_some(), "only a waiting row leaves: {event}");
                self.over += 1;
            }
            Kind::Skipped { .. } => {}
            Kind::StillWaiting { job } => {
                assert!(self.waiting.remove(&job).is_some(), "is left waiting: {event}");
                self.over += 1;
            }
            Kind::StillRunning { job, worker, claimed_at } => {
                assert_eq!(self.running.remove(&job), Some((worker, claimed_at)), "is left running: {event}");
                self.over += 1;
            }
        }
        assert_eq!(self.rows.len(), self.waiting.len() + self.running.len() + self.over, "conservation at {event}");
    }

    fn take(&mut self, worker: WorkerId, need: NeedId, sign: i64) {
        let need = self.system.need(need);
        self.free[worker.0 as usize].0.iter_mut().zip(&need.0).for_each(|(free, need)| *free -= sign * need);
    }

    fn is_within_capacity(&self, worker: WorkerId) -> bool {
        self.free[worker.0 as usize].0.iter().all(|&free| free >= 0)
    }

    /// Whether a row fits what a worker has free.
    pub(super) fn fits(&self, job: JobId, worker: WorkerId) -> bool {
        self.free[worker.0 as usize].fits(self.system.need(self.rows[&job].need))
    }

    /// Whether a waiting row fits some worker.
    pub(super) fn fits_somewhere(&self, job: JobId) -> bool {
        (0..self.free.len()).any(|worker| self.fits(job, WorkerId(worker as u32)))
    }

    /// The waiting rows that go before `job` in the order of `first-fit`.
    pub(super) fn better(&self, job: JobId) -> impl Iterator<Item = JobId> + '_ {
        let order = move |job: JobId| (self.rows[&job].scheduled_at, job);
        self.waiting.keys().copied().filter(move |&other| order(other) < order(job))
    }
}
