//! Acceleration of `PerWorker` for delays uniform from 0: pools in which all members have one law.
//!
//! A worker in no pool attempts on its own, and its drawn firing is an event of the calendar. A
//! worker may join a pool when it starts an attempt ([`UniformLaw::join`]), and leaves when what
//! fits on it changes.

use super::attempts::{Attempts, Context, room_for};
use super::pools::{IdlePool, Place, Pools};
use super::uniform_law::UniformLaw;
use crate::calendar::{Calendar, EventClass, NO_EVENT};
use crate::model::time::{Span, Time};
use crate::random::stream::Stream;
use crate::resources::bit_set::{intersect, ones};
use crate::resources::pool::Pool;

/// All workers of a large system.
#[derive(Debug)]
pub(super) struct UniformDelay {
    longest: Span,
    stream: Stream,
    pools: Pools<UniformPool>,
    /// The pool that has just fired. Its next firing is drawn after the worker's claim, which may
    /// make it inactive.
    fired: Option<usize>,
}

#[derive(Debug)]
struct UniformPool {
    fitting: Box<[u64]>,
    members: Vec<u32>,
    law: UniformLaw,
    is_active: bool,
    /// The key of the next firing while it is active, or [`NO_EVENT`].
    next: u128,
}

impl UniformPool {
    fn new(fitting: &[u64], longest: Span) -> UniformPool {
        let law = UniformLaw::idle(longest);
        UniformPool { fitting: fitting.into(), members: Vec::new(), law, is_active: false, next: NO_EVENT }
    }
}

impl IdlePool for UniformPool {
    fn fitting(&self) -> &[u64] {
        &self.fitting
    }

    fn is_active(&self) -> bool {
        self.is_active
    }

    fn members(&mut self, _group: usize) -> &mut Vec<u32> {
        &mut self.members
    }
}

impl UniformDelay {
    /// All workers idle, in pools by the needs that fit on them.
    pub(super) fn new(pool: &Pool, workers: usize, longest: Span, stream: Stream) -> UniformDelay {
        let mut pools = Pools::new(workers);
        for worker in 0..workers {
            let fitting = pool.fitting(worker);
            if !is_empty(fitting) {
                let pool = pools.pool_of(fitting, || UniformPool::new(fitting, longest));
                pools.enter(worker, pool, 0);
            }
        }
        UniformDelay { longest, stream, pools, fired: None }
    }

    /// All idle workers on which just the pool's needs fit start an attempt together.
    fn activate(&mut self, index: usize, context: &mut Context<'_>) {
        let pool = &mut self.pools.all[index];
        pool.is_active = true;
        pool.law.pass_unseen(context.now);
        let need = ones(&pool.fitting).next().expect("a pool's members have room for something");
        let alike = |&worker: &usize| context.pool.fitting(worker) == &pool.fitting[..];
        let with_room = room_for(context.pool, need);
        let mut starters: Vec<usize> = self.pools.idle.intersection(with_room).filter(alike).collect();
        if self.pools.all[index].members.len() < starters.len() {
            starters.extend(self.disband(index, context.calendar));
        }
        let pool = &mut self.pools.all[index];
        if pool.members.is_empty() {
            pool.law.start_afresh(context.now);
        } else {
            pool.law.start_idle();
        }
        for worker in starters {
            self.start(worker, index, context.calendar);
        }
        self.draw_next(index, context.calendar);
    }

    /// The pool is too small to be worth its law: reveals the state of every member. Gives those
    /// that are idle.
    fn disband(&mut self, pool: usize, calendar: &mut Calendar) -> Vec<usize> {
        let members: Vec<usize> = self.pools.all[pool].members.iter().map(|&worker| worker as usize).collect();
        for &worker in &members {
            self.leave(worker, calendar);
        }
        members.into_iter().filter(|&worker| self.pools.places[worker] == Place::Idle).collect()
    }

    /// A worker starts an attempt while its pool is active.
    fn join_active(&mut self, worker: usize, index: usize, context: &mut Context<'_>) {
        let pool = &mut self.pools.all[index];
        pool.is_active = true;
        if pool.members.is_empty() {
            pool.law.start_afresh(context.now);
        } else {
            pool.law.pass_quiet(context.now);
        }
        self.start(worker, index, context.calendar);
        self.draw_next(index, context.calendar);
        self.find_next();
    }

    /// Starts a worker's attempt in its pool, whose law is up to date, or on its own.
    fn start(&mut self, worker: usize, pool: usize, calendar: &mut Calendar) {
        self.pools.idle.set(worker, false);
        match self.pools.all[pool].law.join(&mut self.stream) {
            None => self.pools.enter(worker, pool, 0),
            Some(firing) => self.attempt_alone(worker, firing, calendar),
        }
    }

    /// A worker leaves its pool, whose law is up to date, and its state is revealed.
    fn leave(&mut self, worker: usize, calendar: &mut Calendar) {
        let pool = self.pools.exit(worker);
        if let Some(firing) = self.pools.all[pool].law.reveal(&mut self.stream) {
            self.attempt_alone(worker, firing, calendar);
        }
    }

    fn attempt_alone(&mut self, worker: usize, firing: Time, calendar: &mut Calendar) {
        self.pools.places[worker] = Place::Attempting;
        calendar.schedule(firing, EventClass::Claim, worker);
    }

    /// Brings a pool's law up to now: an active pool has not fired; of an inactive one nothing is
    /// known.
    fn catch_up(&mut self, pool: usize, now: Time) {
        let pool = &mut self.pools.all[pool];
        if pool.is_active { pool.law.pass_quiet(now) } else { pool.law.pass_unseen(now) }
    }

    /// Draws the next firing of a pool again: the old one was never observed, so it may be
    /// forgotten.
    fn draw_next(&mut self, pool: usize, calendar: &mut Calendar) {
        let pool = &mut self.pools.all[pool];
        pool.next = NO_EVENT;
        if pool.is_active && !pool.members.is_empty() {
            let at = pool.law.first_of(pool.members.len(), &mut self.stream);
            pool.next = calendar.key(at, EventClass::Claim, 0).unwrap_or(NO_EVENT);
        }
    }

    fn find_next(&mut self) {
        self.pools.next = self.pools.all.iter().map(|pool| pool.next).min().unwrap_or(NO_EVENT);
    }
}

impl Attempts for UniformDelay {
    fn need_waits(&mut self, need: usize, context: &mut Context<'_>) {
        for pool in self.pools.inactive_with(need) {
            self.activate(pool, context);
        }
        // Workers of the pools that are now active have started; the rest are workers without a
        // pool of their kind.
        let starters: Vec<usize> = self.pools.idle.intersection(room_for(context.pool, need)).collect();
        for worker in starters {
            self.worker_changed(worker, context);
        }
        self.find_next();
    }

    fn need_gone(&mut self, now: Time, need: usize, waiting: &[u64]) {
        for pool in self.pools.idled_by(need, waiting) {
            pool.law.pass_quiet(now);
            (pool.is_active, pool.next) = (false, NO_EVENT);
        }
        self.find_next();
    }

    fn worker_changed(&mut self, worker: usize, context: &mut Context<'_>) {
        let fitting = context.pool.fitting(worker);
        if let Place::In { pool, .. } = self.pools.places[worker] {
            let pool = pool as usize;
            if *self.pools.all[pool].fitting == *fitting {
                return;
            }
            self.catch_up(pool, context.now);
            self.leave(worker, context.calendar);
            self.draw_next(pool, context.calendar);
            self.find_next();
        }
        if self.pools.places[worker] == Place::Attempting {
            return;
        }
        let is_waited_for = intersect(fitting, context.waiting);
        self.pools.idle.set(worker, !is_waited_for && !is_empty(fitting));
        if is_waited_for {
            let pool = self.pools.pool_of(fitting, || UniformPool::new(fitting, self.longest));
            self.join_active(worker, pool, context);
        }
        if let Some(pool) = self.fired.take() {
            self.draw_next(pool, context.calendar);
            self.find_next();
        }
    }

    fn finish(&mut self, worker: usize) {
        debug_assert_eq!(self.pools.places[worker], Place::Attempting);
        self.pools.places[worker] = Place::Idle;
    }

    fn next_of_pools(&self) -> u128 {
        self.pools.next
    }

    fn fire(&mut self, key: u128, now: Time, _pool: &Pool, _waiting: &[u64]) -> Option<usize> {
        let index = self.pools.all.iter().position(|pool| pool.next == key).expect("the key is a pool's");
        let pool = &mut self.pools.all[index];
        let chosen = self.stream.below(pool.members.len() as u64) as usize;
        let worker = pool.members[chosen] as usize;
        // One member has fired at this very instant. The others have not fired before it, and may
        // do so after.
        pool.law.pass_quiet(now);
        pool.next = NO_EVENT;
        self.pools.exit(worker);
        self.fired = Some(index);
        self.find_next();
        Some(worker)
    }
}

fn is_empty(words: &[u64]) -> bool {
    words.iter().all(|&word| word == 0)
}
