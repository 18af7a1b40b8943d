//! Placement under instant claiming: which worker gets the job, where several could.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::pool::Pool;
use super::share::{Shares, share};
use super::system::System;
use crate::model::capacity::CapacityMap;
use crate::model::claim::Placement;
use crate::model::worker::WorkerId;
use crate::random::stream::{Purpose, Stream, Streams};

/// A placement with what it has to keep in mind.
#[derive(Debug)]
pub(super) enum Placer {
    Random(Box<Stream>),
    First,
    ByShare { shelves: Box<Shelves>, most: bool },
}

impl Placer {
    pub(super) fn new(placement: Placement, system: &System, pool: &Pool, streams: &Streams) -> Placer {
        match placement {
            Placement::Random => Placer::Random(Box::new(streams.stream(Purpose::Placement, ""))),
            Placement::First => Placer::First,
            Placement::MostFree => Placer::ByShare { shelves: Box::new(Shelves::new(system, pool)), most: true },
            Placement::LeastFree => Placer::ByShare { shelves: Box::new(Shelves::new(system, pool)), most: false },
        }
    }

    /// The worker that gets a job with this need; the pool must have one with room.
    #[inline(always)]
    pub(super) fn choose(&mut self, pool: &Pool, need: usize) -> usize {
        let with_room = pool.with_room(need);
        match self {
            Placer::First => with_room.first(),
            _ if with_room.len() == 1 => with_room.first(),
            Placer::Random(stream) => with_room.nth(stream.below(with_room.len() as u64) as usize),
            Placer::ByShare { shelves, most } => shelves.choose(need, *most),
        }
        .expect("only a need that fits somewhere is placed")
    }

    /// The worker, of these (by index, none of them without room), that gets a job with this need.
    pub(super) fn choose_among(&mut self, pool: &Pool, need: usize, workers: &[WorkerId]) -> WorkerId {
        match self {
            Placer::Random(stream) if workers.len() > 1 => workers[stream.below(workers.len() as u64) as usize],
            Placer::Random(_) | Placer::First => workers[0],
            Placer::ByShare { shelves, most } => {
                let sign = if *most { -1 } else { 1 };
                let left = |worker: &&WorkerId| sign * shelves.left(pool, worker.0 as usize, need);
                *workers.iter().min_by_key(left).expect("a policy lets a job go somewhere")
            }
        }
    }
}

/// Workers by how much of their capacity is free: one shelf for each distinct (capacity, free units) that occurs.
///
/// The share left after a job differs from the share free now only by what the job takes, which is the same for all workers
/// of one capacity. So a shelf's workers are equals, and shelves rather than workers are searched.
#[derive(Debug)]
pub(super) struct Shelves {
    /// By worker: the class of its capacity map.
    class_of: Vec<usize>,
    /// By distinct capacity map.
    classes: Vec<CapacityClass>,
    numbers: BTreeMap<CapacityMap, usize>,
}

#[derive(Debug)]
struct CapacityClass {
    /// By resource: what one unit adds to the share.
    weights: Box<[i128]>,
    /// By need: what a job takes of the share.
    costs: Vec<i128>,
    needs: Vec<Box<[i64]>>,
    /// By share free, then free units.
    shelves: BTreeMap<(i128, Box<[i64]>), Bits>,
}

impl Shelves {
    fn new(system: &System, pool: &Pool) -> Shelves {
        let shares = Shares::of(system.capacities());
        let distinct: BTreeSet<&CapacityMap> = system.capacities().collect();
        let class = |capacity: &&CapacityMap| {
            let weights = shares.units(capacity);
            let needs: Vec<Box<[i64]>> = system.needs.iter().map(|need| need.0.clone()).collect();
            let costs = needs.iter().map(|need| share(need, &weights)).collect();
            CapacityClass { weights, costs, needs, shelves: BTreeMap::new() }
        };
        let classes = distinct.iter().map(class).collect();
        let numbers: BTreeMap<CapacityMap, usize> = distinct.into_iter().cloned().zip(0..).collect();
        let class_of = system.workers.iter().map(|worker| numbers[&worker.capacity]).collect();
        let mut shelves = Shelves { class_of, classes, numbers };
        (0..system.workers.len()).for_each(|worker| shelves.note(pool, worker, true));
        shelves
    }

    /// A worker that stands on no shelf offers that from now on.
    pub(super) fn set_capacity(&mut self, worker: usize, capacity: &CapacityMap) {
        self.class_of[worker] = self.numbers[capacity];
    }

    /// Tells that a worker's free capacity is changing from what it was to what it is; call with the pool before and after.
    #[inline(never)]
    pub(super) fn note(&mut self, pool: &Pool, worker: usize, is_member: bool) {
        let size = self.class_of.len();
        let class = &mut self.classes[self.class_of[worker]];
        let free: Box<[i64]> = pool.free(worker).collect();
        let key = (share(&free, &class.weights), free);
        if is_member {
            class.shelves.entry(key).or_insert_with(|| Bits::new(size)).set(worker, true);
        } else if let Some(shelf) = class.shelves.get_mut(&key) {
            shelf.set(worker, false);
            if shelf.is_empty() {
                class.shelves.remove(&key);
            }
        }
    }

    /// The share that a worker keeps free after a job.
    fn left(&self, pool: &Pool, worker: usize, need: usize) -> i128 {
        let class = &self.classes[self.class_of[worker]];
        let free: Vec<i64> = pool.free(worker).collect();
        share(&free, &class.weights) - class.costs[need]
    }

    /// The worker that keeps the most (or least) of its capacity free after the job; the first on a tie.
    fn choose(&self, need: usize, most: bool) -> Option<usize> {
        let sign = if most { -1 } else { 1 };
        self.classes
            .iter()
            .filter_map(|class| class.best(need, most))
            .min_by_key(|&(left, worker)| (sign * left, worker))
            .map(|(_, worker)| worker)
    }
}

impl CapacityClass {
    /// The share left after the job, and the first worker that keeps it, of this class's best shelves.
    fn best(&self, need: usize, most: bool) -> Option<(i128, usize)> {
        let units = &self.needs[need];
        let fits = |shelf: &(&(i128, Box<[i64]>), &Bits)| {
            shelf.0.1.iter().zip(units).all(|(free, need)| need <= free || *need == 0)
        };
        let found = if most { self.shelves.iter().rev().find(fits) } else { self.shelves.iter().find(fits) };
        let best = found?.0.0;
        let ties = self.shelves.range((best, Box::default())..).take_while(|(key, _)| key.0 == best).filter(fits);
        let first = ties.filter_map(|(_, workers)| workers.first()).min()?;
        Some((best - self.costs[need], first))
    }
}
