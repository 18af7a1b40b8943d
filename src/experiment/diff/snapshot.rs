//! The state of a run just before a claim: later events of the same instant are undone.

use super::divergence::FreeUnits;
use super::event::{LogEntry, SharedEvent};
use super::paired_run::Side;
use crate::engine::System;
use crate::model::capacity::NeedId;
use crate::model::job::Job;
use crate::model::worker::WorkerId;

/// The waiting jobs and the free units.
#[derive(Debug)]
pub(super) struct Snapshot<'a> {
    system: &'a System,
    pub(super) waiting: Vec<Job>,
    /// By worker, and by resource.
    free: Vec<Vec<i64>>,
    /// By worker, what it offers by resource; `None` for a worker that does not claim.
    offered: Vec<Option<&'a [i64]>>,
}

impl<'a> Snapshot<'a> {
    /// The state before that index of the last instant's log, or at its end.
    pub(super) fn before(side: &'a Side<'_>, index: Option<usize>) -> Snapshot<'a> {
        let view = side.view(None);
        let all = (0..view.system().workers.len() as u32).map(WorkerId);
        let offer = |worker| view.is_open(worker).then(|| &*view.capacity(worker).0);
        let offered = all.clone().map(offer).collect();
        let mut snapshot = Snapshot {
            system: view.system(),
            waiting: view.waiting.iter().copied().collect(),
            free: all.map(|worker| view.free(worker).collect()).collect(),
            offered,
        };
        let log = &side.observer().recorder().log;
        let since = &log[index.unwrap_or(log.len())..];
        since.iter().rev().for_each(|entry| snapshot.undo(side, entry));
        snapshot
    }

    fn undo(&mut self, side: &Side<'_>, entry: &LogEntry) {
        let Some(job) = entry.job else { return };
        match entry.event {
            SharedEvent::Claimed { worker, .. } => {
                self.waiting.push(job);
                self.change(side, worker, job.need, 1);
            }
            SharedEvent::Ended { worker, .. } => self.change(side, worker, job.need, -1),
            SharedEvent::Due { .. } => self.waiting.retain(|waiting| waiting.id != job.id),
            SharedEvent::Left { .. } => self.waiting.push(job),
            _ => {}
        }
    }

    fn change(&mut self, side: &Side<'_>, worker: u32, need: NeedId, sign: i64) {
        let Some(worker) = side.observer().recorder().ids().worker(worker) else { return };
        let (free, need) = (&mut self.free[worker.0 as usize], self.system.need(need));
        free.iter_mut().zip(&need.0).for_each(|(free, need)| *free += sign * need);
    }

    /// Whether a job with that need fits on a worker that claims.
    pub(super) fn fits(&self, need: NeedId) -> bool {
        let units = &self.system.need(need).0;
        let holds = |free: &Vec<i64>| free.iter().zip(units).all(|(free, need)| *need == 0 || need <= free);
        let workers = (0..).map(WorkerId).zip(self.offered.iter().zip(&self.free));
        workers
            .into_iter()
            .any(|(worker, (offered, free))| offered.is_some() && holds(free) && self.system.has_labels(worker, need))
    }

    /// The free units of a worker.
    pub(super) fn room(&self, worker: WorkerId) -> Vec<FreeUnits> {
        self.rooms(&[worker])
    }

    /// The free units of all workers that claim.
    pub(super) fn rooms_of_all(&self) -> Vec<FreeUnits> {
        let all: Vec<WorkerId> = (0..self.free.len() as u32).map(WorkerId).collect();
        self.rooms(&all)
    }

    /// The free units of those of some workers that claim, by resource that they offer.
    fn rooms(&self, workers: &[WorkerId]) -> Vec<FreeUnits> {
        let open = || {
            workers.iter().filter_map(|worker| {
                let worker = worker.0 as usize;
                Some((self.offered[worker]?, &self.free[worker]))
            })
        };
        let room = |(resource, name): (usize, &String)| FreeUnits {
            resource: name.clone(),
            free: open().map(|(_, free)| free[resource]).sum(),
            of: open().map(|(offered, _)| offered[resource]).sum(),
        };
        self.system.resources.iter().enumerate().map(room).filter(|room| room.of != 0 || room.free != 0).collect()
    }
}
