//! Acceleration of `PerWorker` for a constant delay: attempts that begin together are due together,
//! in worker order, as one event.
//!
//! Nothing is random here, and the same happens as worker by worker. Among the workers that are due
//! at an instant, only those that find a job are events; the others become idle again, in words of
//! 64.

use std::collections::VecDeque;

use super::attempts::{Attempts, Context, room_for};
use crate::calendar::{EventClass, NO_EVENT};
use crate::model::time::{Span, Time};
use crate::resources::bit_set::{ones, ones_of};
use crate::resources::pool::Pool;

/// All workers of a large system.
#[derive(Debug)]
pub(super) struct ConstantDelay {
    delay: Span,
    /// Workers with an attempt under way, as bits.
    pending: Box<[u64]>,
    /// In order of their instants. The attempt of a worker that began alone is an event of the
    /// calendar instead.
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

impl ConstantDelay {
    pub(super) fn new(workers: usize, delay: Span) -> ConstantDelay {
        let pending = vec![0; workers.div_ceil(64)].into();
        ConstantDelay { delay, pending, cohorts: VecDeque::new(), spare: Vec::new() }
    }
}

impl Attempts for ConstantDelay {
    fn need_waits(&mut self, need: usize, context: &mut Context<'_>) {
        let mut members = self.spare.pop().unwrap_or_else(|| self.pending.clone());
        let mut any = 0;
        let room = room_for(context.pool, need).words();
        for ((member, pending), room) in members.iter_mut().zip(&mut self.pending).zip(room) {
            *member = room & !*pending;
            *pending |= *member;
            any |= *member;
        }
        match context.calendar.key(context.now + self.delay, EventClass::Claim, 0) {
            Some(key) if any != 0 => self.cohorts.push_back(Cohort { key, members }),
            _ => self.spare.push(members),
        }
    }

    fn worker_changed(&mut self, worker: usize, context: &mut Context<'_>) {
        let (word, bit) = (worker / 64, 1 << (worker % 64));
        if self.pending[word] & bit == 0 && context.pool.fits_any(worker, context.waiting) {
            self.pending[word] |= bit;
            context.calendar.schedule(context.now + self.delay, EventClass::Claim, worker);
        }
    }

    fn finish(&mut self, worker: usize) {
        self.pending[worker / 64] &= !(1 << (worker % 64));
    }

    /// The key of the next cohort that is due; as all wait equally long, it is the oldest.
    fn next_of_pools(&self) -> u128 {
        self.cohorts.front().map_or(NO_EVENT, |cohort| cohort.key)
    }

    /// The oldest cohort is due: gives the first of its workers that finds something, and is called
    /// again for the others. `None` once no worker of it finds anything.
    fn fire(&mut self, _key: u128, _now: Time, pool: &Pool, waiting: &[u64]) -> Option<usize> {
        let members = &mut self.cohorts.front_mut().expect("a cohort is due").members;
        for word in 0..members.len() {
            let finders = ones(waiting).fold(0, |finders, need| finders | room_for(pool, need).words()[word]);
            let first = ones_of(members[word] & finders).next();
            // The workers before the first have found nothing.
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
}
