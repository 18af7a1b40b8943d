//! The workers' free capacity, kept so that neither "who has room for this?" nor "what fits here?" is a search.

use super::bits::Bits;
use super::system::System;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::worker::WorkerId;

/// What is free where.
#[derive(Debug)]
pub(super) struct Pool {
    /// Units free, worker by worker, dense by resource; below zero only where initial rows take more than there is.
    free: Box<[i64]>,
    resources: usize,
    needs: Box<[Need]>,
    /// Bit `n` of a worker's words: does a job with need `n` fit there? `words` words each.
    fitting: Box<[u64]>,
    words: usize,
    /// By need: the workers with room for it.
    with_room: Box<[Bits]>,
    /// Bit `n`: has any worker room for need `n`?
    mask: Box<[u64]>,
}

/// A need vector, sparse, and what taking or giving it back can change.
#[derive(Debug)]
struct Need {
    units: Box<[(ResourceId, i64)]>,
    /// The needs that share a resource with it.
    touched: Box<[u16]>,
}

impl Pool {
    /// All workers of a system, idle.
    pub(super) fn new(system: &System) -> Pool {
        let (workers, needs) = (system.workers.len(), system.needs.len());
        let resources = system.resources.len();
        let words = needs.div_ceil(64);
        let sparse: Vec<Box<[_]>> =
            system.needs.iter().map(|need| need.iter().filter(|(_, units)| *units != 0).collect()).collect();
        let shares =
            |a: &[(ResourceId, i64)], b: &[(ResourceId, i64)]| a.iter().any(|(r, _)| b.iter().any(|(s, _)| r == s));
        let touched = |need: &[_]| (0..needs).filter(|&n| shares(need, &sparse[n])).map(|n| n as u16).collect();
        let mut pool = Pool {
            free: system.workers.iter().flat_map(|worker| worker.capacity.0.iter().copied()).collect(),
            resources,
            fitting: vec![0; workers * words].into(),
            words,
            with_room: vec![Bits::new(workers); needs].into(),
            mask: vec![0; words].into(),
            needs: sparse.iter().map(|need| Need { units: need.clone(), touched: touched(need) }).collect(),
        };
        for worker in 0..workers {
            for need in 0..needs {
                pool.review(worker, need);
            }
        }
        pool
    }

    /// Bit by bit, in words of 64: has any worker room for this need?
    #[inline]
    pub(super) fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// Bit by bit, in words of 64: does a job with this need fit on the worker?
    #[inline]
    pub(super) fn fitting(&self, worker: usize) -> &[u64] {
        &self.fitting[worker * self.words..][..self.words]
    }

    /// The workers with room for a need.
    #[inline]
    pub(super) fn with_room(&self, need: usize) -> &Bits {
        &self.with_room[need]
    }

    /// Units free on a worker, dense by resource.
    #[inline]
    pub(super) fn free(&self, worker: usize) -> &[i64] {
        &self.free[worker * self.resources..][..self.resources]
    }

    /// A worker starts a job with this need.
    #[inline]
    pub(super) fn take(&mut self, worker: WorkerId, need: NeedId) {
        self.change(worker, need, -1);
    }

    /// A job with this need ended on a worker.
    #[inline]
    pub(super) fn give_back(&mut self, worker: WorkerId, need: NeedId) {
        self.change(worker, need, 1);
    }

    #[inline]
    fn change(&mut self, worker: WorkerId, need: NeedId, sign: i64) {
        let (worker, need) = (worker.0 as usize, usize::from(need.0));
        let free = &mut self.free[worker * self.resources..][..self.resources];
        for &(resource, units) in &self.needs[need].units {
            free[usize::from(resource.0)] += sign * units;
        }
        for index in 0..self.needs[need].touched.len() {
            self.review(worker, usize::from(self.needs[need].touched[index]));
        }
    }

    /// Finds out anew whether a need fits on a worker.
    #[inline]
    fn review(&mut self, worker: usize, need: usize) {
        let free = &self.free[worker * self.resources..][..self.resources];
        let fits = self.needs[need].units.iter().all(|&(resource, units)| units <= free[usize::from(resource.0)]);
        let (word, bit) = (need / 64, 1_u64 << (need % 64));
        let seen = &mut self.fitting[worker * self.words + word];
        if (*seen & bit != 0) == fits {
            return;
        }
        *seen ^= bit;
        self.with_room[need].set(worker, fits);
        if self.with_room[need].is_empty() { self.mask[word] &= !bit } else { self.mask[word] |= bit }
    }
}
