//! The places of groups whose number of workers changes, or whose workers take time to start.

use std::collections::BTreeMap;

use crate::model::time::Span;
use crate::model::worker::WorkerId;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};
use crate::resources::bit_set::BitSet;
use crate::system::System;
use crate::system::staffing::WorkerGroup;

/// The state of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It has no worker.
    Empty,
    /// It has a worker that is out and begins to start when it is back.
    Ordered,
    /// Its worker is not ready to claim.
    Starting,
    /// Its worker claims, if it is up.
    Ready,
    /// Its worker claims nothing more, and goes when its rows have ended.
    Draining,
}

/// The places of all workers.
#[derive(Debug)]
pub(crate) struct Places {
    /// By worker; empty if no group changes and no worker takes time to start.
    states: Vec<Place>,
    /// By worker: its group, if it is in one.
    group_of: Vec<Option<usize>>,
    groups: Vec<GroupPlaces>,
    /// By worker: the number of changes of its place, so that a start that was called off is known.
    changes: Vec<u32>,
    streams: Streams,
    /// The startup streams of workers that have started.
    startups: BTreeMap<WorkerId, Stream>,
}

/// The places of a group.
#[derive(Debug)]
struct GroupPlaces {
    first: u32,
    /// Those without a worker, counted from the first place.
    empty: BitSet,
    draining: BitSet,
    len: u32,
}

impl Places {
    /// The first workers of each group are ready.
    pub(crate) fn new(system: &System, streams: &Streams) -> Places {
        let workers = if system.has_places() { system.workers.len() } else { 0 };
        let mut places = Places {
            states: vec![Place::Ready; workers],
            group_of: vec![None; workers],
            groups: Vec::new(),
            changes: vec![0; workers],
            streams: *streams,
            startups: BTreeMap::new(),
        };
        for (index, WorkerGroup { places: all, initial, .. }) in system.groups.iter().enumerate() {
            let len = all.end - all.start;
            let (empty, draining) = (BitSet::new(len as usize), BitSet::new(len as usize));
            places.groups.push(GroupPlaces { first: all.start, empty, draining, len });
            for worker in all.clone().filter(|_| workers > 0) {
                places.group_of[worker as usize] = Some(index);
                if worker - all.start >= *initial {
                    places.set(WorkerId(worker), Place::Empty);
                }
            }
        }
        places
    }

    /// The state of a worker's place.
    pub(crate) fn of(&self, worker: WorkerId) -> Place {
        self.states.get(worker.0 as usize).copied().unwrap_or(Place::Ready)
    }

    /// The group of a worker, if it has one.
    pub(crate) fn group_of(&self, worker: WorkerId) -> Option<usize> {
        self.group_of.get(worker.0 as usize).copied().flatten()
    }

    /// Changes the state of a place that belongs to a group.
    pub(crate) fn set(&mut self, worker: WorkerId, place: Place) {
        let index = worker.0 as usize;
        self.states[index] = place;
        self.changes[index] = self.changes[index].wrapping_add(1);
        if let Some(group) = self.group_of[index] {
            let group = &mut self.groups[group];
            let number = (worker.0 - group.first) as usize;
            group.empty.set(number, place == Place::Empty);
            group.draining.set(number, place == Place::Draining);
        }
    }

    /// A worker goes down: its start, if it was under way, is called off.
    pub(crate) fn interrupt(&mut self, worker: WorkerId) {
        if self.of(worker) == Place::Starting {
            self.set(worker, Place::Starting);
        }
    }

    /// A number that differs whenever the place has changed.
    pub(crate) fn changes(&self, worker: WorkerId) -> u32 {
        self.changes[worker.0 as usize]
    }

    /// The number of current workers of a group: starting or ready.
    pub(crate) fn current(&self, group: usize) -> u32 {
        let group = &self.groups[group];
        group.len - (group.empty.len() + group.draining.len()) as u32
    }

    /// The lowest place of a group without a worker.
    pub(crate) fn first_empty(&self, group: usize) -> Option<WorkerId> {
        let group = &self.groups[group];
        group.empty.first().map(|number| WorkerId(group.first + number as u32))
    }

    /// The lowest place of a group whose worker drains.
    pub(crate) fn first_draining(&self, group: usize) -> Option<WorkerId> {
        let group = &self.groups[group];
        group.draining.first().map(|number| WorkerId(group.first + number as u32))
    }

    /// The current workers of a group, by place.
    pub(crate) fn current_workers(&self, group: usize) -> impl DoubleEndedIterator<Item = WorkerId> {
        let group = &self.groups[group];
        let is_current = |worker: &WorkerId| !matches!(self.of(*worker), Place::Empty | Place::Draining);
        (group.first..group.first + group.len).map(WorkerId).filter(is_current)
    }

    /// How long a worker takes to start.
    pub(crate) fn draw(&mut self, system: &System, worker: WorkerId, startup: Option<&Distribution>) -> Span {
        let Some(startup) = startup else { return Span::ZERO };
        let new = || self.streams.stream(Purpose::Startup, &system.worker(worker).id);
        Span::from_secs_f64(startup.sample(self.startups.entry(worker).or_insert_with(new)))
    }
}
