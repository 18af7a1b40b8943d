//! Crowds under any delay: idle workers race unseen, in groups that share a law, until one of them claims.
//!
//! A worker is alone, with its attempt an event of the calendar, or a member of a group in the crowd of its kind. It starts alone;
//! loners that begin an attempt together make a group, and groups that have come to share a law are merged. Members leave
//! when they have fired, when what fits on them changes, and when there are too few alike to be worth a law.

mod crowd;
mod delay;
mod group;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::meet;
use crate::bits::Bits;
use crate::calendar::{Class, NOTHING, end_of};
use crate::model::time::Time;
use crate::pool::Pool;
use crate::random::dist::Distribution;
use crate::random::stream::Stream;
use crowd::{Crowd, FEW};
use delay::Delay;
use group::{Group, State};

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
    /// When attempts of loners are due, the number of their start, and whose they are: at one instant the first to have begun
    /// comes first, and of those that began together the first worker.
    loners: BinaryHeap<Reverse<(Time, u64, u32)>>,
    /// How often attempts have begun.
    starts: u64,
    /// The key of the next firing of all. No other attempts have events, so any number in sequence will do.
    next: u128,
    /// The crowds that have just fired: their next firing is drawn once the workers have claimed, and perhaps cooled them.
    fired: Vec<usize>,
}

/// Where a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On its own, without an attempt.
    Idle,
    /// On its own, its attempt under way.
    Racing,
    /// Number `member` of a group of a crowd.
    In { crowd: u32, group: u32, member: u32 },
}

impl Crowds {
    /// All workers idle.
    pub(super) fn new(pool: &Pool, workers: usize, delay: &Distribution, horizon: Time, stream: Stream) -> Crowds {
        let mut idle = Bits::new(workers);
        (0..workers).for_each(|worker| idle.set(worker, pool.fitting(worker).iter().any(|&word| word != 0)));
        let (places, delay) = (vec![Place::Idle; workers], Delay::new(delay, horizon));
        let (all, loners, fired) = (Vec::new(), BinaryHeap::new(), Vec::new());
        Crowds { delay, stream, all, places, idle, loners, starts: 0, next: NOTHING, fired }
    }

    pub(super) fn next(&self) -> u128 {
        self.next
    }

    /// A need begins to be waited for: all crowds that it fits become hot.
    pub(super) fn heat(&mut self, now: Time, need: usize, pool: &Pool) {
        self.starts += 1;
        let starters: Vec<usize> = self.idle.intersection(pool.with_room(need)).collect();
        for worker in starters {
            let crowd = self.crowd_of(pool.fitting(worker));
            self.all[crowd].starters.push(worker as u32);
            self.idle.set(worker, false);
        }
        let (word, bit) = (need / 64, 1 << (need % 64));
        for crowd in 0..self.all.len() {
            if !self.all[crowd].hot && self.all[crowd].fitting[word] & bit != 0 {
                self.heat_crowd(now, crowd);
            }
        }
        self.find_next();
    }

    /// All idle workers of a kind start an attempt together: as a new cohort, or each alone if they are few.
    fn heat_crowd(&mut self, now: Time, crowd: usize) {
        self.all[crowd].advance(now, &self.delay);
        self.all[crowd].hot = true;
        let mut starters = std::mem::take(&mut self.all[crowd].starters);
        if self.delay.phases().is_empty() {
            self.dissolve_thin_cohorts(crowd);
            let idle = self.all[crowd].expected(State::Idle) + starters.len() as f64;
            if idle < self.all[crowd].worthwhile() {
                starters.extend(self.find_idle(crowd));
                starters.sort_unstable();
                for worker in starters {
                    self.start_alone(now, worker as usize);
                }
                return self.draw_next(crowd);
            }
        }
        let law = self.all[crowd].start(&self.delay, now, self.starts);
        self.admit(now, crowd, &starters, law);
        self.settle(crowd);
        self.draw_next(crowd);
    }

    /// The members of cohorts that hardly any are left of race alone from now on.
    fn dissolve_thin_cohorts(&mut self, crowd: usize) {
        while let Some(cohort) = self.all[crowd].thin_cohort() {
            for worker in self.all[crowd].find(State::Of(cohort), &mut self.stream) {
                self.exit(worker as usize);
                self.become_known(worker as usize, crowd, State::Of(cohort));
            }
            self.all[crowd].forget(cohort);
        }
    }

    /// Takes the members that are idle out of a crowd.
    fn find_idle(&mut self, crowd: usize) -> Vec<u32> {
        let found = self.all[crowd].find(State::Idle, &mut self.stream);
        for &worker in &found {
            self.exit(worker as usize);
        }
        found
    }

    /// Makes a group of workers that have just started an attempt; if there are enough groups, they race alone.
    fn admit(&mut self, now: Time, crowd: usize, starters: &[u32], law: Group) {
        if starters.is_empty() {
            return;
        }
        if let Some(group) = self.all[crowd].vacancy(law) {
            for &worker in starters {
                self.enter(worker as usize, crowd, group);
            }
        } else {
            for &worker in starters {
                self.start_alone(now, worker as usize);
            }
        }
    }

    /// Merges groups into the largest where they have become alike, and lets the members of small ones race alone.
    fn settle(&mut self, crowd: usize) {
        let Some(largest) = self.all[crowd].largest() else { return };
        for group in 0..self.all[crowd].groups.len() {
            let members = self.all[crowd].groups[group].members.len();
            if members == 0 || (group == largest && members >= FEW) {
                continue;
            }
            let overlap = if group == largest { 0.0 } else { self.all[crowd].overlap(group, largest) };
            if members < FEW && (group != largest || self.delay.phases().is_empty()) || overlap >= ALIKE {
                self.merge(crowd, group, largest, overlap);
            }
        }
    }

    /// Members of one group go over to another as far as the laws have `overlap` in common, by rejection sampling: what a member is
    /// at is drawn, and forgotten again if it might as well have been drawn from the other law. The others race alone.
    fn merge(&mut self, crowd: usize, group: usize, into: usize, overlap: f64) {
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
                self.become_known(worker, crowd, state);
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
                (crowd.hot, crowd.due, changed) = (false, Time::NEVER, true);
            }
        }
        if changed {
            self.find_next();
        }
    }

    /// A firing is due: whose it is. Members of crowds that fire at this instant have left them.
    pub(super) fn fire(&mut self, now: Time) -> usize {
        for crowd in 0..self.all.len() {
            if self.all[crowd].due == now {
                for (worker, start) in self.all[crowd].fire(now, &self.delay, &mut self.stream) {
                    self.exit(worker as usize);
                    self.race_alone(worker as usize, start, now);
                }
                self.all[crowd].due = Time::NEVER;
                self.fired.push(crowd);
            }
        }
        let Reverse((_, _, worker)) = self.loners.pop().expect("somebody fires");
        self.places[worker as usize] = Place::Idle;
        self.find_next();
        worker as usize
    }

    /// What fits on a worker, or what it is at, may have changed.
    pub(super) fn review(&mut self, now: Time, worker: usize, pool: &Pool, waiting: &[u64]) {
        let fitting = pool.fitting(worker);
        if let Place::In { crowd, group, .. } = self.places[worker] {
            let (crowd, group) = (crowd as usize, group as usize);
            if *self.all[crowd].fitting == *fitting {
                return;
            }
            self.all[crowd].advance(now, &self.delay);
            let state = self.all[crowd].state(group, &mut self.stream);
            self.exit(worker);
            self.become_known(worker, crowd, state);
            self.draw_next(crowd);
            self.find_next();
        }
        if self.places[worker] == Place::Racing {
            return;
        }
        self.starts += 1;
        let hot = meet(fitting, waiting);
        self.idle.set(worker, !hot && fitting.iter().any(|&word| word != 0));
        if hot {
            self.start_in_the_heat(now, worker, fitting);
        }
        while let Some(crowd) = self.fired.pop() {
            self.draw_next(crowd);
        }
        self.find_next();
    }

    /// A worker starts an attempt while its kind is hot: others have been racing for longer, which makes no difference only
    /// without memory.
    fn start_in_the_heat(&mut self, now: Time, worker: usize, fitting: &[u64]) {
        if self.delay.phases().is_empty() {
            return self.start_alone(now, worker);
        }
        let crowd = self.crowd_of(fitting);
        self.all[crowd].advance(now, &self.delay);
        self.all[crowd].hot = true;
        let law = self.all[crowd].start(&self.delay, now, self.starts);
        self.admit(now, crowd, &[worker as u32], law);
        self.settle(crowd);
        self.draw_next(crowd);
    }

    /// A worker that is in no group starts an attempt.
    fn start_alone(&mut self, now: Time, worker: usize) {
        self.idle.set(worker, false);
        let firing = now + self.delay.sample(&mut self.stream);
        self.race_alone(worker, self.starts, firing);
    }

    fn race_alone(&mut self, worker: usize, start: u64, firing: Time) {
        self.places[worker] = Place::Racing;
        self.loners.push(Reverse((firing, start, worker as u32)));
    }

    /// A worker has left its crowd, and what it is at has been drawn.
    fn become_known(&mut self, worker: usize, crowd: usize, state: State) {
        if let State::Of(cohort) = state {
            let (start, firing) = self.all[crowd].firing_of(cohort, &self.delay, &mut self.stream);
            self.race_alone(worker, start, firing);
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
    fn draw_next(&mut self, crowd: usize) {
        let crowd = &mut self.all[crowd];
        crowd.due = Time::NEVER;
        if crowd.hot && crowd.members() > 0 {
            crowd.due = crowd.first(&self.delay, &mut self.stream).unwrap_or(Time::NEVER);
        }
    }

    fn find_next(&mut self) {
        let crowds = self.all.iter().map(|crowd| crowd.due);
        let loners = self.loners.peek().map(|Reverse((firing, ..))| *firing);
        let next = crowds.chain(loners).min().unwrap_or(Time::NEVER);
        self.next = if next > self.delay.horizon() { NOTHING } else { end_of(next, Class::Claim) };
    }

    /// The crowd of the workers for which just these needs fit, made if there is none.
    fn crowd_of(&mut self, fitting: &[u64]) -> usize {
        self.all.iter().position(|crowd| *crowd.fitting == *fitting).unwrap_or_else(|| {
            self.all.push(Crowd::new(fitting));
            self.all.len() - 1
        })
    }
}
