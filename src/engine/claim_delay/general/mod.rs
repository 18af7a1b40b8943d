//! Acceleration of `PerWorker` for any delay: idle workers attempt unseen, in groups that share a
//! law, until one of them claims.
//!
//! A worker is in no pool, with a drawn firing, or a member of a group in the pool of its kind. It
//! starts in none. Workers that begin an attempt together make a group, and groups whose laws have
//! become alike are merged. Members leave when they have fired, when what fits on them changes, and
//! when too few are alike to be worth a law.

mod delay;
mod group;
mod pool;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::calendar::{EventClass, LAST_INSTANT, NO_EVENT, last_key_of};
use crate::claim_delay::attempts::{Attempts, Context, room_for};
use crate::claim_delay::pools::{Place, Pools};
use crate::model::time::Time;
use crate::random::dist::Distribution;
use crate::random::stream::Stream;
use crate::resources::bit_set::intersect;
use crate::resources::pool::Pool;
use delay::Delay;
use group::State;
use pool::{FEW, GeneralPool};

/// Groups are merged when this share of their laws is common; the rest of the smaller group leaves
/// the pool.
const ALIKE: f64 = 0.5;

/// All workers of a large system.
#[derive(Debug)]
pub(super) struct GeneralDelay {
    delay: Delay,
    stream: Stream,
    pools: Pools<GeneralPool>,
    /// The attempts of workers in no pool: instant, number of the start, worker. At one instant the
    /// attempt that began first comes first, and among those that began together the first worker.
    alone: BinaryHeap<Reverse<(Time, u64, u32)>>,
    /// The number of starts so far.
    starts: u64,
    /// The pools that have just fired. Their next firings are drawn after the claims, which may
    /// make them inactive.
    fired: Vec<usize>,
}

impl GeneralDelay {
    /// All workers idle.
    pub(super) fn new(pool: &Pool, workers: usize, delay: &Distribution, stream: Stream) -> GeneralDelay {
        let mut pools = Pools::new(workers);
        let has_room = |worker: usize| pool.fitting(worker).iter().any(|&word| word != 0);
        (0..workers).for_each(|worker| pools.idle.set(worker, has_room(worker)));
        // The end of the run plays no part, so that it does not matter to the draws how long the
        // run follows its jobs.
        let (delay, alone, fired) = (Delay::new(delay, LAST_INSTANT), BinaryHeap::new(), Vec::new());
        GeneralDelay { delay, stream, pools, alone, starts: 0, fired }
    }

    fn pool_of(&mut self, fitting: &[u64]) -> usize {
        self.pools.pool_of(fitting, || GeneralPool::new(fitting))
    }

    /// All idle workers of a kind start an attempt together: as a new cohort, or each in no pool if
    /// they are few.
    fn activate(&mut self, index: usize, now: Time) {
        let pool = &mut self.pools.all[index];
        pool.advance(now, &self.delay);
        pool.is_active = true;
        let mut starters = std::mem::take(&mut pool.starters);
        if self.delay.phases().is_empty() {
            self.dissolve_thin_cohorts(index);
            let idle = self.pools.all[index].expected(State::Idle) + starters.len() as f64;
            if idle < self.pools.all[index].worthwhile() {
                starters.extend(self.find_idle(index));
                starters.sort_unstable();
                for worker in starters {
                    self.start_alone(now, worker as usize);
                }
                return self.draw_next(index);
            }
        }
        self.start_together(index, &starters, now);
    }

    /// The members of cohorts with hardly any members left leave the pool.
    fn dissolve_thin_cohorts(&mut self, index: usize) {
        while let Some(cohort) = self.pools.all[index].thin_cohort() {
            for worker in self.pools.all[index].find(State::Of(cohort), &mut self.stream) {
                self.pools.exit(worker as usize);
                self.reveal(worker as usize, index, State::Of(cohort));
            }
            self.pools.all[index].forget(cohort);
        }
    }

    /// Takes the idle members out of a pool.
    fn find_idle(&mut self, index: usize) -> Vec<u32> {
        let found = self.pools.all[index].find(State::Idle, &mut self.stream);
        for &worker in &found {
            self.pools.exit(worker as usize);
        }
        found
    }

    /// The idle members of an active pool and these workers start an attempt. The workers make a
    /// group, or enter no pool if there are enough groups.
    fn start_together(&mut self, index: usize, starters: &[u32], now: Time) {
        let law = self.pools.all[index].start(&self.delay, now, self.starts);
        if !starters.is_empty() {
            let group = self.pools.all[index].vacancy(law);
            for worker in starters.iter().map(|&worker| worker as usize) {
                match group {
                    Some(group) => self.pools.enter(worker, index, group),
                    None => self.start_alone(now, worker),
                }
            }
        }
        self.merge_alike(index);
        self.draw_next(index);
    }

    /// Merges groups into the largest where they have become alike, and dissolves small ones.
    fn merge_alike(&mut self, index: usize) {
        let Some(largest) = self.pools.all[index].largest() else { return };
        for group in 0..self.pools.all[index].groups.len() {
            let members = self.pools.all[index].groups[group].members.len();
            if members == 0 || (group == largest && members >= FEW) {
                continue;
            }
            let overlap = if group == largest { 0.0 } else { self.pools.all[index].overlap(group, largest) };
            if members < FEW && (group != largest || self.delay.phases().is_empty()) || overlap >= ALIKE {
                self.merge(index, group, largest, overlap);
            }
        }
    }

    /// Members of one group go over to another as far as the laws have `overlap` in common, by
    /// rejection sampling: the state of a member is drawn, and forgotten again if it might as well
    /// have been drawn from the other law. The others leave the pool.
    fn merge(&mut self, index: usize, group: usize, into: usize, overlap: f64) {
        let members = self.pools.all[index].groups[group].members.clone();
        for worker in members.into_iter().map(|worker| worker as usize) {
            if overlap >= 1.0 {
                self.pools.exit(worker);
                self.pools.enter(worker, index, into);
                continue;
            }
            let pool = &self.pools.all[index];
            let state = pool.state(group, &mut self.stream);
            let joins = overlap > 0.0 && self.stream.uniform() * pool.ratio(state, group, into) < overlap;
            self.pools.exit(worker);
            if joins {
                self.pools.enter(worker, index, into);
            } else {
                self.reveal(worker, index, state);
            }
        }
    }

    /// A worker starts an attempt while its kind is active. The others began earlier, which makes
    /// no difference only for a delay without memory.
    fn start_while_active(&mut self, now: Time, worker: usize, fitting: &[u64]) {
        if self.delay.phases().is_empty() {
            return self.start_alone(now, worker);
        }
        let index = self.pool_of(fitting);
        self.pools.all[index].advance(now, &self.delay);
        self.pools.all[index].is_active = true;
        self.start_together(index, &[worker as u32], now);
    }

    /// A worker in no pool starts an attempt.
    fn start_alone(&mut self, now: Time, worker: usize) {
        self.pools.idle.set(worker, false);
        let firing = now + self.delay.sample(&mut self.stream);
        self.attempt_alone(worker, self.starts, firing);
    }

    fn attempt_alone(&mut self, worker: usize, start: u64, firing: Time) {
        self.pools.places[worker] = Place::Attempting;
        self.alone.push(Reverse((firing, start, worker as u32)));
    }

    /// A worker has left its pool in this state, which was drawn.
    fn reveal(&mut self, worker: usize, index: usize, state: State) {
        if let State::Of(cohort) = state {
            let (start, firing) = self.pools.all[index].firing_of(cohort, &self.delay, &mut self.stream);
            self.attempt_alone(worker, start, firing);
        }
    }

    /// Draws the next firing of a pool again: the old one was never observed, so it may be
    /// forgotten.
    fn draw_next(&mut self, index: usize) {
        let pool = &mut self.pools.all[index];
        pool.due = Time::NEVER;
        if pool.is_active && pool.size() > 0 {
            pool.due = pool.first(&self.delay, &mut self.stream).unwrap_or(Time::NEVER);
        }
    }

    /// No attempt is an event of the calendar, so any number in sequence will do for the key.
    fn find_next(&mut self) {
        let pools = self.pools.all.iter().map(|pool| pool.due);
        let alone = self.alone.peek().map(|Reverse((firing, ..))| *firing);
        let next = pools.chain(alone).min().unwrap_or(Time::NEVER);
        let happens = next <= self.delay.last();
        self.pools.next = if happens { last_key_of(next, EventClass::Claim) } else { NO_EVENT };
    }
}

impl Attempts for GeneralDelay {
    fn need_waits(&mut self, need: usize, context: &mut Context<'_>) {
        self.starts += 1;
        let starters: Vec<usize> = self.pools.idle.intersection(room_for(context.pool, need)).collect();
        for worker in starters {
            let index = self.pool_of(context.pool.fitting(worker));
            self.pools.all[index].starters.push(worker as u32);
            self.pools.idle.set(worker, false);
        }
        for index in self.pools.inactive_with(need) {
            self.activate(index, context.now);
        }
        self.find_next();
    }

    fn need_gone(&mut self, now: Time, need: usize, waiting: &[u64]) {
        for pool in self.pools.idled_by(need, waiting) {
            pool.advance(now, &self.delay);
            (pool.is_active, pool.due) = (false, Time::NEVER);
        }
        self.find_next();
    }

    fn worker_changed(&mut self, worker: usize, context: &mut Context<'_>) {
        let (now, fitting) = (context.now, context.pool.fitting(worker));
        if let Place::In { pool: index, group, .. } = self.pools.places[worker] {
            let (index, group) = (index as usize, group as usize);
            let pool = &mut self.pools.all[index];
            if *pool.fitting == *fitting {
                return;
            }
            pool.advance(now, &self.delay);
            let state = pool.state(group, &mut self.stream);
            self.pools.exit(worker);
            self.reveal(worker, index, state);
            self.draw_next(index);
            self.find_next();
        }
        if self.pools.places[worker] == Place::Attempting {
            return;
        }
        self.starts += 1;
        let is_waited_for = intersect(fitting, context.waiting);
        self.pools.idle.set(worker, !is_waited_for && fitting.iter().any(|&word| word != 0));
        if is_waited_for {
            self.start_while_active(now, worker, fitting);
        }
        while let Some(index) = self.fired.pop() {
            self.draw_next(index);
        }
        self.find_next();
    }

    fn finish(&mut self, _worker: usize) {
        unreachable!("no attempt is an event of the calendar")
    }

    fn next_of_pools(&self) -> u128 {
        self.pools.next
    }

    /// The worker whose attempt is due. Members of pools that fire at this instant leave them.
    fn fire(&mut self, _key: u128, now: Time, _pool: &Pool, _waiting: &[u64]) -> Option<usize> {
        for index in 0..self.pools.all.len() {
            if self.pools.all[index].due == now {
                for (worker, start) in self.pools.all[index].fire(now, &self.delay, &mut self.stream) {
                    self.pools.exit(worker as usize);
                    self.attempt_alone(worker as usize, start, now);
                }
                self.pools.all[index].due = Time::NEVER;
                self.fired.push(index);
            }
        }
        let Reverse((_, _, worker)) = self.alone.pop().expect("an attempt is due");
        self.pools.places[worker as usize] = Place::Idle;
        self.find_next();
        Some(worker as usize)
    }
}
