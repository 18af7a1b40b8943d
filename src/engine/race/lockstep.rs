//! The race under a constant delay: attempts that begin together are due together, in worker order, as one event.
//!
//! Nothing is random here, and what happens is what would happen worker by worker. Of the workers that are due at an instant
//! only those that find a job are events; the others, in words of 64, just become idle again.

use std::collections::VecDeque;

use super::meet;
use crate::bits::{ones, ones_of};
use crate::calendar::{Calendar, Class, NOTHING};
use crate::model::time::{Span, Time};
use crate::pool::Pool;

/// All workers of a large pool.
#[derive(Debug)]
pub(super) struct Lockstep {
    delay: Span,
    /// Workers with an attempt under way, as bits.
    pending: Box<[u64]>,
    /// By the instant at which they are due; that of workers that began alone is an event of the calendar.
    cohorts: VecDeque<Cohort>,
    /// Sets that are out of use.
    spare: Vec<Box<[u64]>>,
}

/// Workers that began an attempt together.
#[derive(Debug)]
struct Cohort {
    key: u128,
    members: Box<[u64]>,
}

impl Lockstep {
    pub(super) fn new(workers: usize, delay: Span) -> Lockstep {
        let pending = vec![0; workers.div_ceil(64)].into();
        Lockstep { delay, pending, cohorts: VecDeque::new(), spare: Vec::new() }
    }

    /// The key of the next cohort that is due, or [`NOTHING`]; as all wait equally long, it is the oldest.
    #[inline]
    pub(super) fn next(&self) -> u128 {
        self.cohorts.front().map_or(NOTHING, |cohort| cohort.key)
    }

    /// A need begins to be waited for: every idle worker with room for it starts an attempt.
    pub(super) fn heat(&mut self, now: Time, need: usize, pool: &Pool, calendar: &mut Calendar) {
        let mut members = self.spare.pop().unwrap_or_else(|| self.pending.clone());
        let mut any = 0;
        for ((member, pending), room) in members.iter_mut().zip(&mut self.pending).zip(pool.with_room(need).words()) {
            *member = room & !*pending;
            *pending |= *member;
            any |= *member;
        }
        match calendar.key(now + self.delay, Class::Claim, 0) {
            Some(key) if any != 0 => self.cohorts.push_back(Cohort { key, members }),
            _ => self.spare.push(members),
        }
    }

    /// The oldest cohort is due: gives the first of its workers that finds something, and is to be asked again for the others.
    /// `None` once nobody of it finds anything.
    pub(super) fn fire(&mut self, pool: &Pool, waiting: &[u64]) -> Option<usize> {
        let members = &mut self.cohorts.front_mut().expect("a cohort is due").members;
        for word in 0..members.len() {
            let finders = ones(waiting).fold(0, |finders, need| finders | pool.with_room(need).words()[word]);
            let first = ones_of(members[word] & finders).next();
            // Whoever comes before the first has looked in vain.
            let over = first.map_or(u64::MAX, |bit| u64::MAX >> (63 - bit)) & members[word];
            members[word] &= !over;
            self.pending[word] &= !over;
            if let Some(bit) = first {
                return Some(word * 64 + bit);
            }
        }
        self.spare.extend(self.cohorts.pop_front().map(|cohort| cohort.members));
        None
    }

    /// The attempt of a worker that began alone is due.
    pub(super) fn fire_alone(&mut self, worker: usize) {
        self.pending[worker / 64] &= !(1 << (worker % 64));
    }

    /// What fits on a worker may have changed.
    #[inline]
    pub(super) fn review(&mut self, now: Time, worker: usize, pool: &Pool, waiting: &[u64], calendar: &mut Calendar) {
        let (word, bit) = (worker / 64, 1 << (worker % 64));
        if self.pending[word] & bit == 0 && meet(pool.fitting(worker), waiting) {
            self.pending[word] |= bit;
            calendar.schedule(now + self.delay, Class::Claim, worker);
        }
    }
}
