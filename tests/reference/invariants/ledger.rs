//! A replay of a trajectory that knows at each instant which rows wait and run, which workers are
//! out, and the free units.

use std::collections::{BTreeMap, BTreeSet};

use claimsim::internals::engine::System;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::Time;
use claimsim::internals::model::worker::WorkerId;

use crate::event::{Event, Kind, RowSeen};

/// The state of the system, rebuilt from the events so far. It rejects impossible histories: a
/// row's history is a path of waiting → running → (`cancel_request`) → an end, `worker_dead` →
/// `worker_resurrection`, or waiting → cancel.
pub(super) struct Ledger<'a> {
    pub(super) system: &'a System,
    /// Rows that exist and are not due.
    pub(super) coming: BTreeMap<JobId, RowSeen>,
    /// Rows that have fallen due.
    pub(super) rows: BTreeMap<JobId, RowSeen>,
    /// The time at which they fell due.
    pub(super) due_at: BTreeMap<JobId, Time>,
    /// The waiting rows, with the instant at which they fell due.
    pub(super) waiting: BTreeMap<JobId, Time>,
    pub(super) running: BTreeMap<JobId, (WorkerId, Time)>,
    /// Running rows with a cancel request.
    pub(super) asked: BTreeSet<JobId>,
    /// `worker_dead` rows whose processes may go on.
    pub(super) zombies: BTreeMap<JobId, WorkerId>,
    pub(super) over: usize,
    /// By worker: its capacity, the units in use, and whether it is out.
    pub(super) capacity: Vec<CapacityMap>,
    pub(super) used: Vec<CapacityMap>,
    pub(super) out: Vec<bool>,
    pub(super) places: Vec<Place>,
}

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Empty,
    Starting,
    Ready,
    Draining,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(system: &'a System) -> Ledger<'a> {
        let there = system.there_at_start();
        let at_the_start = |id: WorkerId| if there[id.0 as usize] { Place::Ready } else { Place::Empty };
        let nothing = CapacityMap(vec![0; system.resources.len()].into());
        Ledger {
            system,
            coming: BTreeMap::new(),
            rows: BTreeMap::new(),
            due_at: BTreeMap::new(),
            waiting: BTreeMap::new(),
            running: BTreeMap::new(),
            asked: BTreeSet::new(),
            zombies: BTreeMap::new(),
            over: 0,
            capacity: system.workers.iter().map(|worker| worker.capacity.clone()).collect(),
            used: vec![nothing; system.workers.len()],
            out: vec![false; system.workers.len()],
            places: (0..).map(WorkerId).take(system.workers.len()).map(at_the_start).collect(),
        }
    }

    /// Books an event. Each row must be created once, fall due once, and then be claimed and end,
    /// or leave, or remain at the horizon.
    pub(super) fn book(&mut self, event: &Event) {
        let time = event.time;
        match event.kind {
            Kind::Created { job, row, .. } => {
                assert_eq!(job.0 as usize, self.rows.len() + self.coming.len(), "numbered one by one: {event}");
                self.coming.insert(job, row);
            }
            Kind::Due { job, row } => {
                assert_eq!(self.coming.remove(&job), Some(row), "falls due once, as it was created: {event}");
                self.rows.insert(job, row);
                self.due_at.insert(job, time);
                self.waiting.insert(job, time);
            }
            Kind::Claimed { job, worker } => {
                assert!(self.waiting.remove(&job).is_some(), "only a waiting row is claimed: {event}");
                self.running.insert(job, (worker, time));
                self.take(worker, self.rows[&job].need, 1);
                assert!(self.is_within_capacity(worker, job), "used is at most what is offered: {event}");
            }
            Kind::CancelRequested { job, .. } => {
                assert!(self.running.contains_key(&job) && self.asked.insert(job), "is asked once: {event}");
            }
            Kind::Interrupted { job, run } | Kind::Resumed { job, run } => {
                assert_eq!(self.running.get(&job), Some(&(run.worker, run.claimed_at)), "runs: {event}");
            }
            Kind::Ended { job, run, ending, .. } => {
                assert_eq!(self.running.remove(&job), Some((run.worker, run.claimed_at)), "ends where it ran: {event}");
                let was_asked = self.asked.remove(&job);
                assert_eq!(was_asked, ending == JobOutcome::Cancelled, "ends as it was asked to: {event}");
                if ending == JobOutcome::WorkerDead {
                    self.zombies.insert(job, run.worker);
                }
                self.take(run.worker, self.rows[&job].need, -1);
                self.over += 1;
            }
            Kind::Left { job, .. } => {
                assert!(self.waiting.remove(&job).is_some(), "only a waiting row leaves: {event}");
                self.over += 1;
            }
            Kind::ZombieOver { job, worker, .. } => {
                assert_eq!(self.zombies.remove(&job), Some(worker), "was worker_dead, and only once: {event}");
            }
            Kind::WorkerOut { worker, .. } => self.out[worker.0 as usize] = true,
            Kind::WorkerDeclaredDead { worker } => assert!(self.out[worker.0 as usize], "is out: {event}"),
            Kind::WorkerBack { worker } => {
                self.start_again(worker);
                assert!(std::mem::take(&mut self.out[worker.0 as usize]), "was out: {event}");
            }
            Kind::CapacityChanged { worker, units } => {
                let resources = self.system.resources.len();
                self.capacity[worker.0 as usize] = CapacityMap(units[..resources].into());
            }
            Kind::WorkerOrdered { worker } => {
                self.turn(event, worker, &[Place::Empty], Place::Starting);
            }
            Kind::WorkerReady { worker } => {
                self.turn(event, worker, &[Place::Starting, Place::Draining], Place::Ready);
            }
            Kind::WorkerDraining { worker } => {
                assert!(self.is_busy(worker), "drains for a row: {event}");
                self.turn(event, worker, &[Place::Starting, Place::Ready], Place::Draining);
            }
            Kind::WorkerGone { worker } => {
                let is_drained = self.places[worker.0 as usize] == Place::Draining;
                assert!(!is_drained || !self.is_busy(worker), "runs to the end of its rows: {event}");
                self.turn(event, worker, &[Place::Starting, Place::Ready, Place::Draining], Place::Empty);
            }
            Kind::GroupScaled { group, from, to } => {
                assert!(self.current(group) == from as usize && from != to, "scales from what it is: {event}");
            }
            Kind::Skipped { .. } => {}
            Kind::StillWaiting { job } => {
                assert!(self.waiting.remove(&job).is_some(), "is left waiting: {event}");
                self.over += 1;
            }
            Kind::StillRunning { job, run } => {
                let left = Some((run.worker, run.claimed_at));
                assert_eq!(self.running.remove(&job), left, "is left running: {event}");
                self.over += 1;
            }
        }
        assert_eq!(self.rows.len(), self.waiting.len() + self.running.len() + self.over, "conservation at {event}");
    }

    fn turn(&mut self, event: &Event, worker: WorkerId, from: &[Place], to: Place) {
        let before = std::mem::replace(&mut self.places[worker.0 as usize], to);
        assert!(from.contains(&before), "{before:?} before {event}");
    }

    /// A worker that is back starts again if its group says so.
    fn start_again(&mut self, worker: WorkerId) {
        let place = &mut self.places[worker.0 as usize];
        let starts = self.system.groups.iter().any(|group| group.startup.is_some() && group.places.contains(&worker.0));
        if starts && *place == Place::Ready {
            *place = Place::Starting;
        }
    }

    pub(super) fn is_busy(&self, worker: WorkerId) -> bool {
        self.running.values().any(|(on, _)| *on == worker)
    }

    /// The number of workers of a group that start or are ready.
    pub(super) fn current(&self, group: usize) -> usize {
        let places = self.system.groups[group].places.clone().map(|place| self.places[place as usize]);
        places.filter(|place| matches!(place, Place::Starting | Place::Ready)).count()
    }

    fn take(&mut self, worker: WorkerId, need: NeedId, sign: i64) {
        let need = self.system.need(need);
        self.used[worker.0 as usize].0.iter_mut().zip(&need.0).for_each(|(used, need)| *used += sign * need);
    }

    /// Whether a worker has enough of each resource that a running row needs.
    fn is_within_capacity(&self, worker: WorkerId, job: JobId) -> bool {
        let need = self.system.need(self.rows[&job].need);
        self.free(worker).0.iter().zip(&need.0).all(|(&free, &need)| need == 0 || free >= 0)
    }

    pub(super) fn free(&self, worker: WorkerId) -> CapacityMap {
        let worker = worker.0 as usize;
        let units = self.capacity[worker].0.iter().zip(&self.used[worker].0);
        CapacityMap(units.map(|(offered, used)| offered - used).collect())
    }

    pub(super) fn is_empty(&self, worker: WorkerId) -> bool {
        self.places[worker.0 as usize] == Place::Empty
    }

    /// The number of workers that are not out.
    pub(super) fn alive(&self) -> usize {
        self.out.iter().zip(&self.places).filter(|(out, place)| !**out && **place != Place::Empty).count()
    }

    /// Whether a worker may claim anything.
    pub(super) fn can_claim(&self, worker: WorkerId) -> bool {
        let staffed = self.places.iter().filter(|place| **place != Place::Empty).count();
        let has_quorum = !self.system.availability.quorum || self.alive() * 2 > staffed;
        has_quorum && !self.out[worker.0 as usize] && self.places[worker.0 as usize] == Place::Ready
    }

    /// Whether a row fits a worker's free units.
    pub(super) fn fits(&self, job: JobId, worker: WorkerId) -> bool {
        let need = self.rows[&job].need;
        self.free(worker).fits(self.system.need(need)) && self.system.has_labels(worker, need)
    }

    /// Whether a waiting row fits some worker that may claim it.
    pub(super) fn fits_somewhere(&self, job: JobId) -> bool {
        let mut workers = (0..self.out.len()).map(|worker| WorkerId(worker as u32));
        workers.any(|worker| self.can_claim(worker) && self.fits(job, worker))
    }

    /// The waiting rows that go before `job` in the order of `first-fit`.
    pub(super) fn better(&self, job: JobId) -> impl Iterator<Item = JobId> + '_ {
        let order = move |job: JobId| (self.rows[&job].scheduled_at, job);
        self.waiting.keys().copied().filter(move |&other| order(other) < order(job))
    }
}
