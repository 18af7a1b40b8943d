//! Workers that are alike, in classes: whether a job could ever run on a worker depends only on
//! its capacity and its labels.

use std::collections::BTreeMap;

use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::worker::{LabelSet, WorkerId};
use crate::resources::pool::Pool;
use crate::system::System;

/// The classes of workers, and how many workers of each are there.
#[derive(Debug)]
pub(crate) struct WorkerClasses {
    /// By capacity and labels.
    numbers: BTreeMap<(CapacityMap, LabelSet), u32>,
    /// By worker: its class, with its capacity as of now.
    class_of: Vec<u32>,
    /// By worker.
    stages: Vec<WorkerStage>,
    /// By class.
    counts: Vec<Counts>,
    /// By need: the classes whose workers could hold a job, found when they are first asked for.
    capable: Vec<Option<Box<[u32]>>>,
    /// By need: the resources that it needs, and how many units.
    needs: Vec<Box<[(ResourceId, i64)]>>,
    resources: usize,
    /// By class and resource: the units free on workers that claim, if they are kept.
    free: Vec<i64>,
    /// Whether `free` is up to date.
    pub(crate) keeps_free: bool,
}

/// What a worker is ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkerStage {
    /// It is out, not there, or about to go.
    Away,
    Starting,
    /// It claims, unless there is no quorum.
    Ready,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    starting: u32,
    ready: u32,
}

/// The workers that could hold a job of some need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capable {
    None,
    OnlyStarting,
    Ready,
}

impl WorkerClasses {
    /// All workers are ready.
    pub(crate) fn new(system: &System) -> WorkerClasses {
        let mut numbers = BTreeMap::new();
        let mut number = |capacity: &CapacityMap, labels: LabelSet| {
            let next = numbers.len() as u32;
            *numbers.entry((capacity.clone(), labels)).or_insert(next)
        };
        let class_of: Vec<u32> = system.workers.iter().map(|worker| number(&worker.capacity, worker.labels)).collect();
        for change in &system.availability.capacity_changes {
            number(&change.capacity, system.worker(change.worker).labels);
        }
        let mut counts = vec![Counts::default(); numbers.len()];
        for class in &class_of {
            counts[*class as usize].ready += 1;
        }
        let sparse = |need: &CapacityMap| need.iter().filter(|(_, units)| *units > 0).collect();
        WorkerClasses {
            stages: vec![WorkerStage::Ready; class_of.len()],
            capable: vec![None; system.needs.len()],
            needs: system.needs.iter().map(sparse).collect(),
            resources: system.resources.len(),
            free: vec![0; numbers.len() * system.resources.len()],
            keeps_free: false,
            numbers,
            class_of,
            counts,
        }
    }

    /// Whether units of a need may be free in sum and on no single worker. A job that takes one
    /// unit fits wherever one is free.
    pub(crate) fn may_be_fragmented(&self, need: NeedId) -> bool {
        self.class_of.len() > 1 && !matches!(&*self.needs[usize::from(need)], [] | [(_, 1)])
    }

    /// Whether all workers have the same capacity and labels.
    pub(crate) fn are_alike(&self) -> bool {
        self.counts.len() == 1
    }

    /// The resources that a need has units of, and how many.
    pub(crate) fn units(&self, need: NeedId) -> &[(ResourceId, i64)] {
        &self.needs[usize::from(need)]
    }

    /// The first resource that a need has units of.
    pub(crate) fn first_resource(&self, need: NeedId) -> Option<ResourceId> {
        self.units(need).first().map(|(resource, _)| *resource)
    }

    /// Finds the classes whose workers could hold a job with this need.
    pub(crate) fn find_capable(&mut self, system: &System, need: usize) {
        let (labels, numbers) = (system.runs_on(NeedId(need as u16)), &self.numbers);
        self.capable[need].get_or_insert_with(|| {
            let could = |((capacity, has), _): &(&(CapacityMap, LabelSet), &u32)| {
                has.contains(labels) && capacity.fits(&system.needs[need])
            };
            numbers.iter().filter(could).map(|(_, class)| *class).collect()
        });
    }

    fn classes_for(&self, need: usize) -> impl Iterator<Item = usize> {
        self.capable[need].iter().flatten().map(|class| *class as usize)
    }

    /// The workers that could hold a job with this need.
    pub(crate) fn capable(&self, need: usize) -> Capable {
        let counts = || self.classes_for(need).map(|class| self.counts[class]);
        if counts().any(|counts| counts.ready > 0) {
            Capable::Ready
        } else if counts().any(|counts| counts.starting > 0) {
            Capable::OnlyStarting
        } else {
            Capable::None
        }
    }

    /// The first resource of which too few units are free for a need, in sum over the workers that
    /// could hold it. The sums must be kept.
    pub(crate) fn scarce(&self, need: usize) -> Option<ResourceId> {
        let free = |resource: ResourceId| {
            let of = |class: usize| self.free[class * self.resources + usize::from(resource.0)];
            self.classes_for(need).map(of).sum::<i64>()
        };
        self.needs[need].iter().find(|(resource, units)| free(*resource) < *units).map(|(resource, _)| *resource)
    }

    /// A worker is at this stage from now on.
    pub(crate) fn set_stage(&mut self, worker: WorkerId, stage: WorkerStage) {
        let index = worker.0 as usize;
        let counts = &mut self.counts[self.class_of[index] as usize];
        let before = std::mem::replace(&mut self.stages[index], stage);
        counts.change(before, |count| count - 1);
        counts.change(stage, |count| count + 1);
    }

    /// A worker has this capacity from now on; its free units must be out of the sums.
    pub(crate) fn set_capacity(&mut self, worker: WorkerId, capacity: &CapacityMap, labels: LabelSet) {
        let stage = self.stages[worker.0 as usize];
        self.set_stage(worker, WorkerStage::Away);
        if let Some(class) = self.numbers.get(&(capacity.clone(), labels)) {
            self.class_of[worker.0 as usize] = *class;
        }
        self.set_stage(worker, stage);
    }

    /// From now on the sums of what is free are kept up to date.
    pub(crate) fn keep_free(&mut self, pool: &Pool) {
        if !std::mem::replace(&mut self.keeps_free, true) {
            let workers = (0..self.class_of.len() as u32).map(WorkerId);
            workers.filter(|worker| pool.is_open(*worker)).for_each(|worker| self.add_free(worker, pool, 1));
        }
    }

    /// [`WorkerClasses::scarce`], worker by worker until enough is free.
    pub(crate) fn find_scarce(&self, need: usize, pool: &Pool) -> Option<ResourceId> {
        let is_capable = |worker: usize| {
            self.are_alike() || self.classes_for(need).any(|class| class == self.class_of[worker] as usize)
        };
        let could = |&worker: &usize| pool.is_open(WorkerId(worker as u32)) && is_capable(worker);
        let is_scarce = |&&(resource, units): &&(ResourceId, i64)| {
            let mut lacking = units;
            (0..self.class_of.len()).filter(could).all(|worker| {
                lacking -= pool.free_of(worker, resource).max(0);
                lacking > 0
            })
        };
        self.needs[need].iter().find(is_scarce).map(|(resource, _)| *resource)
    }

    /// What is free on a worker that claims counts from now on (`sign` 1), or no longer (-1).
    pub(crate) fn add_free(&mut self, worker: WorkerId, pool: &Pool, sign: i64) {
        let first = self.class_of[worker.0 as usize] as usize * self.resources;
        for (sum, free) in self.free[first..].iter_mut().zip(pool.free(worker.0 as usize)) {
            // Less than nothing is free where initial rows or a lowered capacity leave no room.
            *sum += sign * free.max(0);
        }
    }
}

impl Counts {
    fn change(&mut self, stage: WorkerStage, by: impl Fn(u32) -> u32) {
        match stage {
            WorkerStage::Away => {}
            WorkerStage::Starting => self.starting = by(self.starting),
            WorkerStage::Ready => self.ready = by(self.ready),
        }
    }
}
