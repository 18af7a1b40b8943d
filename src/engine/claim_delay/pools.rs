//! Workers in pools, by the needs that fit on them: who belongs to which pool, and which pools are
//! active.

use crate::calendar::NO_EVENT;
use crate::resources::bit_set::{BitSet, intersect};

/// Workers on which the same needs fit, and whose attempts are known by their distribution only.
///
/// A pool is active while a job waits that fits its members: then all of them have attempts under
/// way, and the first that fires claims. It is inactive otherwise: members fire unseen.
pub(super) trait IdlePool {
    /// The needs that fit on its members, in words of 64.
    fn fitting(&self) -> &[u64];

    fn is_active(&self) -> bool;

    /// The members of one of its groups.
    fn members(&mut self, group: usize) -> &mut Vec<u32>;
}

/// All workers of a large system.
#[derive(Debug)]
pub(super) struct Pools<P> {
    pub(super) all: Vec<P>,
    /// By worker.
    pub(super) places: Vec<Place>,
    /// Workers in no pool without an attempt that have room for something.
    pub(super) idle: BitSet,
    /// The least of the keys of all next attempts.
    pub(super) next: u128,
}

/// Where a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In no pool, without an attempt.
    Idle,
    /// In no pool, its attempt under way.
    Attempting,
    /// Number `member` of a group of a pool.
    In { pool: u32, group: u32, member: u32 },
}

impl<P: IdlePool> Pools<P> {
    /// All workers idle and in no pool.
    pub(super) fn new(workers: usize) -> Pools<P> {
        Pools { all: Vec::new(), places: vec![Place::Idle; workers], idle: BitSet::new(workers), next: NO_EVENT }
    }

    /// The pool of the workers on which just these needs fit, created if there is none.
    pub(super) fn pool_of(&mut self, fitting: &[u64], create: impl FnOnce() -> P) -> usize {
        self.all.iter().position(|pool| pool.fitting() == fitting).unwrap_or_else(|| {
            self.all.push(create());
            self.all.len() - 1
        })
    }

    /// The inactive pools that a need fits on.
    pub(super) fn inactive_with(&self, need: usize) -> Vec<usize> {
        let is_found = |pool: &usize| !self.all[*pool].is_active() && has(self.all[*pool].fitting(), need);
        (0..self.all.len()).filter(is_found).collect()
    }

    /// The active pools that a need fits on and that nothing waits for any more.
    pub(super) fn idled_by<'a>(&'a mut self, need: usize, waiting: &'a [u64]) -> impl Iterator<Item = &'a mut P> {
        let is_found =
            move |pool: &&mut P| pool.is_active() && has(pool.fitting(), need) && !intersect(pool.fitting(), waiting);
        self.all.iter_mut().filter(is_found)
    }

    pub(super) fn enter(&mut self, worker: usize, pool: usize, group: usize) {
        let members = self.all[pool].members(group);
        self.places[worker] = Place::In { pool: pool as u32, group: group as u32, member: members.len() as u32 };
        members.push(worker as u32);
    }

    /// A worker leaves its pool, which it gives.
    pub(super) fn exit(&mut self, worker: usize) -> usize {
        let Place::In { pool, group, member } = self.places[worker] else {
            unreachable!("only a member leaves a pool")
        };
        let members = self.all[pool as usize].members(group as usize);
        members.swap_remove(member as usize);
        if let Some(&moved) = members.get(member as usize) {
            self.places[moved as usize] = Place::In { pool, group, member };
        }
        self.places[worker] = Place::Idle;
        pool as usize
    }
}

fn has(fitting: &[u64], need: usize) -> bool {
    fitting[need / 64] >> (need % 64) & 1 == 1
}
