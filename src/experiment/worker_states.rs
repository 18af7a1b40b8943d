//! The workers of a replication as its events show them: which of them can claim, and the units in
//! use and free on each.

use crate::engine::{Event, OutageKind, System};
use crate::model::capacity::CapacityMap;
use crate::model::worker::WorkerId;

/// The stage of a worker's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It has no worker.
    Empty,
    /// Its worker starts.
    Starting,
    /// Its worker claims, if it is up.
    Ready,
    /// Its worker claims nothing more.
    Draining,
}

/// The state of a worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkerState {
    /// The stage of its place.
    pub stage: Stage,
    /// How it went down, if it is down.
    pub down: Option<OutageKind>,
    /// What it offers, by resource.
    pub capacity: Vec<i64>,
    /// What its rows use, by resource.
    pub used: Vec<i64>,
}

impl WorkerState {
    /// Whether it is there, up and ready. It may still claim nothing, for lack of a quorum.
    pub fn is_able(&self) -> bool {
        self.stage == Stage::Ready && self.down.is_none()
    }

    /// Whether a job with this need fits if nothing else runs.
    pub fn could_hold(&self, need: &CapacityMap) -> bool {
        self.capacity.iter().zip(&need.0).all(|(units, need)| need <= units || *need == 0)
    }

    /// Its free units, by resource: 0 where a lowered capacity is exceeded.
    pub fn free(&self) -> impl Iterator<Item = i64> + '_ {
        self.capacity.iter().zip(&self.used).map(|(capacity, used)| (capacity - used).max(0))
    }
}

/// The states of all workers.
#[derive(Clone, Debug)]
pub struct WorkerStates<'a> {
    system: &'a System,
    workers: Vec<WorkerState>,
    /// By worker: whether it starts again after an outage.
    starts_again: Vec<bool>,
    /// By resource: the free units of all workers that are able to claim.
    free: Vec<i64>,
}

impl<'a> WorkerStates<'a> {
    /// The states at the start, when nothing runs.
    pub fn new(system: &'a System) -> WorkerStates<'a> {
        let state = |(worker, is_there): (_, bool)| {
            let worker: &crate::model::worker::Worker = worker;
            WorkerState {
                stage: if is_there { Stage::Ready } else { Stage::Empty },
                down: None,
                capacity: worker.capacity.0.to_vec(),
                used: vec![0; system.resources.len()],
            }
        };
        let mut starts_again = vec![false; system.workers.len()];
        for group in system.groups.iter().filter(|group| group.startup.is_some()) {
            starts_again[group.places.start as usize..group.places.end as usize].fill(true);
        }
        let workers = system.workers.iter().zip(system.there_at_start()).map(state).collect();
        let mut states = WorkerStates { system, workers, starts_again, free: vec![0; system.resources.len()] };
        (0..states.workers.len()).for_each(|worker| states.count(worker, 1));
        states
    }

    /// The state of a worker.
    pub fn of(&self, worker: WorkerId) -> &WorkerState {
        &self.workers[worker.0 as usize]
    }

    /// The states of all workers.
    pub fn all(&self) -> impl Iterator<Item = (WorkerId, &WorkerState)> {
        (0..).map(WorkerId).zip(&self.workers)
    }

    /// By resource: the free units of all workers that are able to claim.
    pub fn free(&self) -> &[i64] {
        &self.free
    }

    /// Takes an event into account; gives the worker that it changes, if it changes one.
    pub fn on(&mut self, event: &Event<'_>) -> Option<WorkerId> {
        let worker = match *event {
            Event::Claimed { worker, .. }
            | Event::WorkerDown { worker, .. }
            | Event::WorkerUp { worker }
            | Event::CapacityChanged { worker, .. }
            | Event::WorkerOrdered { worker }
            | Event::WorkerReady { worker }
            | Event::WorkerDraining { worker }
            | Event::WorkerGone { worker } => worker,
            Event::Ended { run, .. } => run.worker,
            _ => return None,
        };
        let index = worker.0 as usize;
        self.count(index, -1);
        let state = &mut self.workers[index];
        match *event {
            Event::Claimed { job, .. } => change(&mut state.used, &self.system.need(job.need).0, 1),
            Event::Ended { job, .. } => change(&mut state.used, &self.system.need(job.need).0, -1),
            Event::WorkerDown { kind, .. } => state.down = Some(kind),
            Event::WorkerUp { .. } => {
                state.down = None;
                if state.stage == Stage::Ready && self.starts_again[index] {
                    state.stage = Stage::Starting;
                }
            }
            Event::CapacityChanged { capacity, .. } => state.capacity.copy_from_slice(&capacity.0),
            Event::WorkerOrdered { .. } => state.stage = Stage::Starting,
            Event::WorkerReady { .. } => state.stage = Stage::Ready,
            Event::WorkerDraining { .. } => state.stage = Stage::Draining,
            _ => state.stage = Stage::Empty,
        }
        self.count(index, 1);
        Some(worker)
    }

    /// Adds the free units of a worker to the sums, or takes them away.
    fn count(&mut self, worker: usize, sign: i64) {
        let state = &self.workers[worker];
        if state.is_able() {
            self.free.iter_mut().zip(state.free()).for_each(|(sum, free)| *sum += sign * free);
        }
    }
}

fn change(used: &mut [i64], units: &[i64], sign: i64) {
    used.iter_mut().zip(units).for_each(|(used, units)| *used += sign * units);
}
