//! Crowds under any delay: idle workers race unseen, in groups that share a law, until one of them claims.
//!
//! A worker is alone, with its attempt an event of the calendar, or a member of a group in the crowd of its kind. It starts alone;
//! loners that begin an attempt together make a group, and groups that have come to share a law are merged. Members leave
//! when they have fired, when what fits on them changes, and when there are too few alike to be worth a law.

mod crowd;
mod delay;

use super::meet;
use crate::engine::bits::Bits;
use crate::engine::calendar::{Calendar, Class, NOTHING};
use crate::engine::pool::Pool;
use crate::model::time::Time;
use crate::random::dist::Distribution;
use crate::random::stream::Stream;
use crowd::{Crowd, FEW, Group, State};
use delay::Delay;

/// Groups are merged when so much of their laws is common: the rest of the smaller one races alone from then on.
const ALIKE: f64 = 0.5;

/// All workers of a large pool.
#[derive(Debug)]
pub(super) struct Crowds {
    delay: Delay,
    stream: Stream,
    all: Vec<Crowd>,
    /// By worker.
    places: Vec<Place>,
    /// Workers that are alone and idle and have room for something.
    idle: Bits,
    /// The least of the crowds' next keys.
    next: u128,
    /// The crowd that has just fired: its next firing is drawn once the worker has claimed, and perhaps cooled it.
    fired: Option<usize>,
}

/// Where a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On its own, without an attempt.
    Idle,
    /// On its own, its attempt an event.
    Racing,
    /// Number `member` of a group of a crowd.
    In { crowd: u32, group: u32, member: u32 },
}

/// The instant of a key.
fn time_of(key: u128) -> Time {
    Calendar::time_of(key)
}

impl Crowds {
    /// All workers idle.
    pub(super) fn new(pool: &Pool, workers: usize, delay: &Distribution, horizon: Time, stream: Stream) -> Crowds {
        let mut idle = Bits::new(workers);
        (0..workers).for_each(|worker| idle.set(worker, pool.fitting(worker).iter().any(|&word| word != 0)));
        let (places, delay) = (vec![Place::Idle; workers], Delay::new(delay, horizon));
        Crowds { delay, stream, all: Vec::new(), places, idle, next: NOTHING, fired: None }
    }

    pub(super) fn next(&self) -> u128 {
        self.next
    }

    /// A need begins to be waited for: all crowds that it fits become hot.
    pub(super) fn heat(&mut self, now: Time, need: usize, pool: &Pool, calendar: &mut Calendar) {
        let starters: Vec<usize> = self.idle.intersection(pool.with_room(need)).collect();
        for worker in starters {
            let crowd = self.crowd_of(pool.fitting(worker));
            self.all[crowd].starters.push(worker as u32);
            self.idle.set(worker, false);
        }
        let (word, bit) = (need / 64, 1 << (need % 64));
        for crowd in 0..self.all.len() {
            if !self.all[crowd].hot && self.all[crowd].fitting[word] & bit != 0 {
                self.heat_crowd(now, crowd, calendar);
            }
        }
        self.find_next();
    }

    /// All idle workers of a kind start an attempt together: as a new cohort, or each alone if they are few.
    fn heat_crowd(&mut self, now: Time, crowd: usize, calendar: &mut Calendar) {
        self.all[crowd].advance(now, &self.delay);
        self.all[crowd].hot = true;
        let mut starters = std::mem::take(&mut self.all[crowd].starters);
        if self.delay.phases().is_empty() {
            self.dissolve_thin_cohorts(crowd, calendar);
            let idle = self.all[crowd].expected(State::Idle) + starters.len() as f64;
            if idle < self.all[crowd].worthwhile() {
                starters.extend(self.find_idle(crowd));
                starters.sort_unstable();
                starters.into_iter().for_each(|worker| self.start_alone(now, worker as usize, calendar));
                return self.draw_next(crowd, calendar);
            }
        }
        let law = self.all[crowd].start(&self.delay, now);
        self.admit(now, crowd, &starters, law, calendar);
        self.settle(crowd, calendar);
        self.draw_next(crowd, calendar);
    }

    /// The members of cohorts that hardly any are left of race alone from now on.
    fn dissolve_thin_cohorts(&mut self, crowd: usize, calendar: &mut Calendar) {
        while let Some(cohort) = self.all[crowd].thin_cohort() {
            for worker in self.all[crowd].find(State::Of(cohort), &mut self.stream) {
                self.exit(worker as usize);
                self.become_known(worker as usize, crowd, State::Of(cohort), calendar);
            }
            self.all[crowd].forget(cohort);
        }
    }

    /// Takes the members that are idle out of a crowd.
    fn find_idle(&mut self, crowd: usize) -> Vec<u32> {
        let found = self.all[crowd].find(State::Idle, &mut self.stream);
        found.iter().for_each(|&worker| self.exit(worker as usize));
        found
    }

    /// Makes a group of workers that have just started an attempt; if there are enough groups, they race alone.
    fn admit(&mut self, now: Time, crowd: usize, starters: &[u32], law: Group, calendar: &mut Calendar) {
        if starters.is_empty() {
            return;
        }
        if let Some(group) = self.all[crowd].vacancy(law) {
            starters.iter().for_each(|&worker| self.enter(worker as usize, crowd, group));
        } else {
            starters.iter().for_each(|&worker| self.start_alone(now, worker as usize, calendar));
        }
    }

    /// Merges groups into the largest where they have become alike, and lets the members of small ones race alone.
    fn settle(&mut self, crowd: usize, calendar: &mut Calendar) {
        let Some(largest) = self.all[crowd].largest() else { return };
        for group in 0..self.all[crowd].groups.len() {
            let members = self.all[crowd].groups[group].members.len();
            if members == 0 || (group == largest && members >= FEW) {
                continue;
            }
            let overlap = if group == largest { 0.0 } else { self.all[crowd].overlap(group, largest) };
            if members < FEW && (group != largest || self.delay.phases().is_empty()) || overlap >= ALIKE {
                self.merge(crowd, group, largest, overlap, calendar);
            }
        }
    }

    /// Members of one group go over to another as far as the laws have `overlap` in common, by rejection sampling: what a member is
    /// at is drawn, and forgotten again if it might as well have been drawn from the other law. The others race alone.
    fn merge(&mut self, crowd: usize, group: usize, into: usize, overlap: f64, calendar: &mut Calendar) {
        let members = self.all[crowd].groups[group].members.clone();
        for worker in members.into_iter().map(|worker| worker as usize) {
            if overlap >= 1.0 {
                self.exit(worker);
                self.enter(worker, crowd, into);
                continue;
            }
            let state = self.all[crowd].state(group, &mut self.stream);
            let joins = overlap > 0.0 && self.stream.uniform() * self.all[crowd].ratio(state, group, into) < overlap;
            self.exit(worker);
            if joins {
                self.enter(worker, crowd, into);
            } else {
                self.become_known(worker, crowd, state, calendar);
            }
        }
    }

    /// Waiting for a need is over.
    pub(super) fn cool(&mut self, now: Time, need: usize, waiting: &[u64]) {
        let (word, bit) = (need / 64, 1 << (need % 64));
        let mut changed = false;
        for crowd in &mut self.all {
            if crowd.hot && crowd.fitting[word] & bit != 0 && !meet(&crowd.fitting, waiting) {
                crowd.advance(now, &self.delay);
                crowd.hot = false;
                if crowd.firing.is_empty() {
                    (crowd.next, changed) = (NOTHING, true);
                }
            }
        }
        if changed {
            self.find_next();
        }
    }

    /// The firing with that key is due: whose it is. The member leaves its crowd, its attempt being over.
    pub(super) fn fire(&mut self, key: u128, now: Time) -> usize {
        let crowd = self.all.iter().position(|crowd| crowd.next == key).expect("the key is a crowd's");
        if self.all[crowd].firing.is_empty() {
            for worker in self.all[crowd].fire(now, &self.delay, &mut self.stream) {
                self.exit(worker as usize);
                self.places[worker as usize] = Place::Racing;
                self.all[crowd].firing.push_back(worker);
            }
        }
        let worker = self.all[crowd].firing.pop_front().expect("somebody fires") as usize;
        self.places[worker] = Place::Idle;
        if self.all[crowd].firing.is_empty() {
            self.all[crowd].next = NOTHING;
            self.fired = Some(crowd);
            self.find_next();
        }
        worker
    }

    /// The attempt of a worker that races alone is due.
    pub(super) fn fire_alone(&mut self, worker: usize) {
        debug_assert_eq!(self.places[worker], Place::Racing);
        self.places[worker] = Place::Idle;
    }

    /// What fits on a worker, or what it is at, may have changed.
    pub(super) fn review(&mut self, now: Time, worker: usize, pool: &Pool, waiting: &[u64], calendar: &mut Calendar) {
        let fitting = pool.fitting(worker);
        if let Place::In { crowd, group, .. } = self.places[worker] {
            let (crowd, group) = (crowd as usize, group as usize);
            if *self.all[crowd].fitting == *fitting {
                return;
            }
            self.all[crowd].advance(now, &self.delay);
            let state = self.all[crowd].state(group, &mut self.stream);
            self.exit(worker);
            self.become_known(worker, crowd, state, calendar);
            self.draw_next(crowd, calendar);
            self.find_next();
        }
        if self.places[worker] == Place::Racing {
            return;
        }
        let hot = meet(fitting, waiting);
        self.idle.set(worker, !hot && fitting.iter().any(|&word| word != 0));
        if hot {
            self.start_in_the_heat(now, worker, fitting, calendar);
        }
        if let Some(crowd) = self.fired.take() {
            self.draw_next(crowd, calendar);
            self.find_next();
        }
    }

    /// A worker starts an attempt while its kind is hot: others have been racing for longer, which makes no difference only
    /// without memory.
    fn start_in_the_heat(&mut self, now: Time, worker: usize, fitting: &[u64], calendar: &mut Calendar) {
        if self.delay.phases().is_empty() {
            return self.start_alone(now, worker, calendar);
        }
        let crowd = self.crowd_of(fitting);
        self.all[crowd].advance(now, &self.delay);
        self.all[crowd].hot = true;
        let law = self.all[crowd].start(&self.delay, now);
        self.admit(now, crowd, &[worker as u32], law, calendar);
        self.settle(crowd, calendar);
        self.draw_next(crowd, calendar);
        self.find_next();
    }

    /// A worker that is in no group starts an attempt.
    fn start_alone(&mut self, now: Time, worker: usize, calendar: &mut Calendar) {
        self.idle.set(worker, false);
        self.places[worker] = Place::Racing;
        calendar.schedule(now + self.delay.sample(&mut self.stream), Class::Claim, worker);
    }

    /// A worker has left its crowd, and what it is at has been drawn.
    fn become_known(&mut self, worker: usize, crowd: usize, state: State, calendar: &mut Calendar) {
        if let State::Of(cohort) = state {
            let firing = self.all[crowd].firing_of(cohort, &self.delay, &mut self.stream);
            self.places[worker] = Place::Racing;
            calendar.schedule(firing, Class::Claim, worker);
        }
    }

    fn enter(&mut self, worker: usize, crowd: usize, group: usize) {
        let members = &mut self.all[crowd].groups[group].members;
        self.places[worker] = Place::In { crowd: crowd as u32, group: group as u32, member: members.len() as u32 };
        members.push(worker as u32);
    }

    fn exit(&mut self, worker: usize) {
        let Place::In { crowd, group, member } = self.places[worker] else {
            unreachable!("only a member leaves a crowd")
        };
        let members = &mut self.all[crowd as usize].groups[group as usize].members;
        members.swap_remove(member as usize);
        if let Some(&moved) = members.get(member as usize) {
            self.places[moved as usize] = Place::In { crowd, group, member };
        }
        self.places[worker] = Place::Idle;
    }

    /// Draws the next firing of a crowd anew: as nobody has seen the old one, it may be forgotten.
    fn draw_next(&mut self, crowd: usize, calendar: &mut Calendar) {
        let crowd = &mut self.all[crowd];
        if !crowd.firing.is_empty() {
            return;
        }
        crowd.next = NOTHING;
        if crowd.hot && crowd.members() > 0 {
            let first = crowd.first(&self.delay, &mut self.stream);
            crowd.next = first.and_then(|at| calendar.key(at, Class::Claim, 0)).unwrap_or(NOTHING);
        }
    }

    fn find_next(&mut self) {
        self.next = self.all.iter().map(|crowd| crowd.next).min().unwrap_or(NOTHING);
    }

    /// The crowd of the workers for which just these needs fit, made if there is none.
    fn crowd_of(&mut self, fitting: &[u64]) -> usize {
        self.all.iter().position(|crowd| *crowd.fitting == *fitting).unwrap_or_else(|| {
            self.all.push(Crowd::new(fitting));
            self.all.len() - 1
        })
    }
}
