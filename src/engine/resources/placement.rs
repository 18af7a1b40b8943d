//! Placement under instant claiming: which worker gets the job, where several have room.

use std::collections::{BTreeMap, BTreeSet};

use super::bit_set::BitSet;
use super::pool::Pool;
use super::share::{Shares, share};
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::Placement;
use crate::model::job::Job;
use crate::model::worker::{LabelSet, Worker, WorkerId};
use crate::random::keyed_bits::KeyedBits;
use crate::random::stream::{Purpose, Streams};
use crate::system::{ActionModel, System};

/// A placement with its state.
#[derive(Debug)]
pub(crate) enum Placer {
    /// By action: what its jobs draw by their numbers.
    Random(Box<[KeyedBits]>),
    First,
    ByShare {
        index: Box<FreeCapacityIndex>,
        most: bool,
    },
}

impl Placer {
    pub(crate) fn new(placement: Placement, system: &System, pool: &Pool, streams: &Streams) -> Placer {
        match placement {
            Placement::Random => {
                let bits = |action: &ActionModel| KeyedBits::keyed_by(streams.stream(Purpose::Placement, &action.name));
                Placer::Random(system.actions.iter().map(bits).collect())
            }
            Placement::First => Placer::First,
            Placement::MostFree => {
                Placer::ByShare { index: Box::new(FreeCapacityIndex::new(system, pool)), most: true }
            }
            Placement::LeastFree => {
                Placer::ByShare { index: Box::new(FreeCapacityIndex::new(system, pool)), most: false }
            }
        }
    }

    /// The worker that gets a job; the pool must have one with room for it.
    #[inline(always)]
    pub(crate) fn choose(&mut self, pool: &Pool, job: &Job) -> usize {
        match pool.with_room(job.need.into()) {
            Some(with_room) => self.choose_from(with_room, job),
            None => self.choose_from(&pool.find_room(job.need.into()), job),
        }
    }

    /// The worker, among those with room, that gets a job.
    #[inline(always)]
    fn choose_from(&mut self, with_room: &BitSet, job: &Job) -> usize {
        match self {
            Placer::First => with_room.first(),
            _ if with_room.len() == 1 => with_room.first(),
            Placer::Random(bits) => with_room.nth(any(bits, job, with_room.len())),
            Placer::ByShare { index, most } => index.choose(job.need.into(), *most),
        }
        .expect("only a need that fits somewhere is placed")
    }

    /// The worker among these (by index, all with room) that gets a job.
    pub(crate) fn choose_among(&mut self, pool: &Pool, job: &Job, workers: &[WorkerId]) -> WorkerId {
        match self {
            Placer::Random(bits) => workers[any(bits, job, workers.len())],
            Placer::First => workers[0],
            Placer::ByShare { index, most } => {
                let sign = if *most { -1 } else { 1 };
                let left = |worker: &&WorkerId| sign * index.left(pool, worker.0 as usize, job.need.into());
                *workers.iter().min_by_key(left).expect("a policy allows at least one worker")
            }
        }
    }
}

/// One of `n` workers, by what the job draws: no other job changes it.
#[inline(always)]
fn any(bits: &[KeyedBits], job: &Job, n: usize) -> usize {
    bits[usize::from(job.action.0)].below(job.number.into(), n)
}

/// Workers by their free capacity: one group for each distinct (capacity, free units) that occurs.
///
/// The share left after a job differs from the share free now only by the job's units, which are
/// the same share for all workers of one capacity. So the workers of a group are equal, and a
/// search visits groups rather than workers. Workers with different labels are in different
/// classes.
///
/// Fast path: equals comparing [`FreeCapacityIndex::left`] of all workers.
#[derive(Debug)]
pub(crate) struct FreeCapacityIndex {
    /// By worker: its class.
    class_of: Vec<usize>,
    /// By distinct capacity map and labels.
    classes: Vec<CapacityClass>,
    numbers: BTreeMap<(CapacityMap, LabelSet), usize>,
}

#[derive(Debug)]
struct CapacityClass {
    /// By resource: the share of one unit.
    weights: Box<[i128]>,
    /// By need: the share that a job takes; `None` if the labels do not suffice.
    costs: Vec<Option<i128>>,
    needs: Vec<Box<[i64]>>,
    /// By share free, then free units.
    groups: BTreeMap<(i128, Box<[i64]>), BitSet>,
}

impl FreeCapacityIndex {
    fn new(system: &System, pool: &Pool) -> FreeCapacityIndex {
        let shares = Shares::of(system.capacities());
        let changed = system.availability.capacity_changes.iter();
        let changed = changed.map(|change| (&change.capacity, system.worker(change.worker).labels));
        let offered = system.workers.iter().map(|worker| (&worker.capacity, worker.labels));
        let distinct: BTreeSet<(&CapacityMap, LabelSet)> = offered.chain(changed).collect();
        let class = |&(capacity, labels): &(&CapacityMap, LabelSet)| {
            let weights = shares.units(capacity);
            let needs: Vec<Box<[i64]>> = system.needs.iter().map(|need| need.0.clone()).collect();
            let has_labels = |need: usize| labels.contains(system.runs_on(NeedId(need as u16)));
            let cost = |need: usize| has_labels(need).then(|| share(&needs[need], &weights));
            let costs = (0..needs.len()).map(cost).collect();
            CapacityClass { weights, costs, needs, groups: BTreeMap::new() }
        };
        let classes = distinct.iter().map(class).collect();
        let keys = distinct.into_iter().map(|(capacity, labels)| (capacity.clone(), labels));
        let numbers: BTreeMap<(CapacityMap, LabelSet), usize> = keys.zip(0..).collect();
        let class_of = |worker: &Worker| numbers[&(worker.capacity.clone(), worker.labels)];
        let class_of = system.workers.iter().map(class_of).collect();
        let mut index = FreeCapacityIndex { class_of, classes, numbers };
        (0..system.workers.len()).for_each(|worker| index.update(pool, worker, true));
        index
    }

    /// A worker with these labels that is in no group offers this capacity from now on.
    pub(crate) fn set_capacity(&mut self, worker: usize, capacity: &CapacityMap, labels: LabelSet) {
        self.class_of[worker] = self.numbers[&(capacity.clone(), labels)];
    }

    /// The free capacity of a worker changes: call this before the change of the pool, and after it
    /// with `is_member`.
    #[inline(never)]
    pub(crate) fn update(&mut self, pool: &Pool, worker: usize, is_member: bool) {
        let size = self.class_of.len();
        let class = &mut self.classes[self.class_of[worker]];
        let free: Box<[i64]> = pool.free(worker).collect();
        let key = (share(&free, &class.weights), free);
        if is_member {
            class.groups.entry(key).or_insert_with(|| BitSet::new(size)).set(worker, true);
        } else if let Some(group) = class.groups.get_mut(&key) {
            group.set(worker, false);
            if group.is_empty() {
                class.groups.remove(&key);
            }
        }
    }

    /// The share that a worker keeps free after a job that fits.
    fn left(&self, pool: &Pool, worker: usize, need: usize) -> i128 {
        let class = &self.classes[self.class_of[worker]];
        let free: Vec<i64> = pool.free(worker).collect();
        share(&free, &class.weights) - class.costs[need].unwrap_or(0)
    }

    /// The worker that keeps the most (or least) of its capacity free after the job; the first on a
    /// tie.
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
    /// The share left after the job, and the first worker that keeps it, of the best groups of this
    /// class.
    fn best(&self, need: usize, most: bool) -> Option<(i128, usize)> {
        let cost = self.costs[need]?;
        let units = &self.needs[need];
        let fits = |group: &(&(i128, Box<[i64]>), &BitSet)| {
            group.0.1.iter().zip(units).all(|(free, need)| need <= free || *need == 0)
        };
        let found = if most { self.groups.iter().rev().find(fits) } else { self.groups.iter().find(fits) };
        let best = found?.0.0;
        let ties = self.groups.range((best, Box::default())..).take_while(|(key, _)| key.0 == best).filter(fits);
        let first = ties.filter_map(|(_, workers)| workers.first()).min()?;
        Some((best - cost, first))
    }
}
