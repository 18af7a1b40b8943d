//! Crowds: workers for which the same needs fit, and of which nothing else is known but a common law of firing.
//!
//! A crowd is *hot* while a job waits that fits its members: then all of them are racing, and the first to fire claims. It is
//! *cold* otherwise: members fire unseen. A worker that is not in a crowd races alone, with its own drawn firing as an event; it
//! joins one when it starts an attempt and may ([`Law::join`]), and leaves when what fits on it changes.

use super::law::Law;
use super::meet;
use crate::bits::Bits;
use crate::calendar::{Calendar, Class, NOTHING};
use crate::model::time::{Span, Time};
use crate::pool::Pool;
use crate::random::stream::Stream;

/// All workers of a large pool.
#[derive(Debug)]
pub(super) struct Crowds {
    longest: Span,
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
    /// On its own, its attempt an event of the calendar.
    Racing,
    /// Number `member` of a crowd.
    In { crowd: u32, member: u32 },
}

#[derive(Debug)]
struct Crowd {
    /// The needs that fit on its members, in words of 64.
    fitting: Box<[u64]>,
    members: Vec<u32>,
    law: Law,
    hot: bool,
    /// The key of the next firing while it is hot, or [`NOTHING`].
    next: u128,
}

impl Crowds {
    /// All workers idle, in crowds by what fits on them.
    pub(super) fn new(pool: &Pool, workers: usize, longest: Span, stream: Stream) -> Crowds {
        let (places, idle) = (vec![Place::Idle; workers], Bits::new(workers));
        let mut crowds = Crowds { longest, stream, all: Vec::new(), places, idle, next: NOTHING, fired: None };
        for worker in 0..workers {
            if let Some(crowd) = crowds.crowd_of(pool.fitting(worker)) {
                crowds.enter(worker, crowd);
            }
        }
        crowds
    }

    pub(super) fn next(&self) -> u128 {
        self.next
    }

    /// A need begins to be waited for.
    pub(super) fn heat(&mut self, now: Time, need: usize, pool: &Pool, waiting: &[u64], calendar: &mut Calendar) {
        let (word, bit) = (need / 64, 1 << (need % 64));
        for crowd in 0..self.all.len() {
            if !self.all[crowd].hot && self.all[crowd].fitting[word] & bit != 0 {
                self.all[crowd].hot = true;
                self.heat_crowd(now, crowd, pool, calendar);
            }
        }
        // Those whose crowd has just been made hot have started; what is left are loners without a crowd of their kind.
        let starters: Vec<usize> = self.idle.intersection(pool.with_room(need)).collect();
        for worker in starters {
            self.review(now, worker, pool, waiting, calendar);
        }
        self.find_next();
    }

    /// All idle workers for which just the crowd's needs fit start an attempt together.
    fn heat_crowd(&mut self, now: Time, crowd: usize, pool: &Pool, calendar: &mut Calendar) {
        self.all[crowd].law.pass_unseen(now);
        let fitting = &self.all[crowd].fitting;
        let need = super::super::bits::ones(fitting).next().expect("a crowd's members have room for something");
        let alike = |&worker: &usize| pool.fitting(worker) == &fitting[..];
        let mut starters: Vec<usize> = self.idle.intersection(pool.with_room(need)).filter(alike).collect();
        if self.all[crowd].members.len() < starters.len() {
            starters.extend(self.disband(crowd, calendar));
        }
        let fresh = self.all[crowd].members.is_empty();
        let law = &mut self.all[crowd].law;
        if fresh {
            law.start_afresh(now);
        } else {
            law.start_idle();
        }
        for worker in starters {
            self.start(worker, crowd, calendar);
        }
        self.draw_next(crowd, calendar);
    }

    /// Finds out of every member what it is at: the crowd is too small to be worth its law. Gives those that are idle.
    fn disband(&mut self, crowd: usize, calendar: &mut Calendar) -> Vec<usize> {
        let members: Vec<usize> = self.all[crowd].members.iter().map(|&worker| worker as usize).collect();
        for &worker in &members {
            self.leave(worker, calendar);
        }
        members.into_iter().filter(|&worker| self.places[worker] == Place::Idle).collect()
    }

    /// Waiting for a need is over.
    pub(super) fn cool(&mut self, now: Time, need: usize, waiting: &[u64]) {
        let (word, bit) = (need / 64, 1 << (need % 64));
        let mut changed = false;
        for crowd in &mut self.all {
            if crowd.hot && crowd.fitting[word] & bit != 0 && !meet(&crowd.fitting, waiting) {
                crowd.law.pass_quiet(now);
                (crowd.hot, crowd.next, changed) = (false, NOTHING, true);
            }
        }
        if changed {
            self.find_next();
        }
    }

    /// The firing with that key is due: whose it is. The member leaves its crowd, its attempt being over.
    pub(super) fn fire(&mut self, key: u128, now: Time) -> usize {
        let crowd = self.all.iter().position(|crowd| crowd.next == key).expect("the key is a crowd's");
        let chosen = self.stream.below(self.all[crowd].members.len() as u64) as usize;
        let worker = self.all[crowd].members[chosen] as usize;
        self.all[crowd].law.pass_quiet(now);
        // Somebody did fire at this very instant; the others are known not to have fired before it, and may do so after.
        self.exit(worker);
        self.all[crowd].next = NOTHING;
        self.fired = Some(crowd);
        self.find_next();
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
        if let Place::In { crowd, .. } = self.places[worker] {
            let crowd = crowd as usize;
            if *self.all[crowd].fitting == *fitting {
                return;
            }
            self.catch_up(crowd, now);
            self.leave(worker, calendar);
            self.draw_next(crowd, calendar);
            self.find_next();
        }
        if self.places[worker] == Place::Racing {
            return;
        }
        let hot = meet(fitting, waiting);
        self.idle.set(worker, !hot && fitting.iter().any(|&word| word != 0));
        if hot && let Some(crowd) = self.crowd_of(fitting) {
            self.join_hot(now, worker, crowd, calendar);
        }
        if let Some(crowd) = self.fired.take() {
            self.draw_next(crowd, calendar);
            self.find_next();
        }
    }

    /// A worker starts an attempt while its kind is hot.
    fn join_hot(&mut self, now: Time, worker: usize, crowd: usize, calendar: &mut Calendar) {
        let fresh = self.all[crowd].members.is_empty();
        self.all[crowd].hot = true;
        if fresh {
            self.all[crowd].law.start_afresh(now);
        } else {
            self.catch_up(crowd, now);
        }
        self.start(worker, crowd, calendar);
        self.draw_next(crowd, calendar);
        self.find_next();
    }

    /// Starts a worker's attempt in or beside its crowd, whose law is up to date.
    fn start(&mut self, worker: usize, crowd: usize, calendar: &mut Calendar) {
        self.idle.set(worker, false);
        match self.all[crowd].law.join(&mut self.stream) {
            None => self.enter(worker, crowd),
            Some(firing) => {
                self.places[worker] = Place::Racing;
                calendar.schedule(firing, Class::Claim, worker);
            }
        }
    }

    /// Takes a worker out of its crowd, whose law is up to date, and finds out what it is at.
    fn leave(&mut self, worker: usize, calendar: &mut Calendar) {
        let crowd = self.exit(worker);
        if let Some(firing) = self.all[crowd].law.reveal(&mut self.stream) {
            self.places[worker] = Place::Racing;
            calendar.schedule(firing, Class::Claim, worker);
        }
    }

    /// Brings a crowd's law up to now: a hot one has not fired, of a cold one nothing is known.
    fn catch_up(&mut self, crowd: usize, now: Time) {
        let crowd = &mut self.all[crowd];
        if crowd.hot { crowd.law.pass_quiet(now) } else { crowd.law.pass_unseen(now) }
    }

    fn enter(&mut self, worker: usize, crowd: usize) {
        let members = &mut self.all[crowd].members;
        self.places[worker] = Place::In { crowd: crowd as u32, member: members.len() as u32 };
        members.push(worker as u32);
    }

    fn exit(&mut self, worker: usize) -> usize {
        let Place::In { crowd, member } = self.places[worker] else { unreachable!("only a member leaves a crowd") };
        let members = &mut self.all[crowd as usize].members;
        members.swap_remove(member as usize);
        if let Some(&moved) = members.get(member as usize) {
            self.places[moved as usize] = Place::In { crowd, member };
        }
        self.places[worker] = Place::Idle;
        crowd as usize
    }

    /// Draws the next firing of a crowd anew: as nobody has seen the old one, it may be forgotten.
    fn draw_next(&mut self, crowd: usize, calendar: &mut Calendar) {
        let crowd = &mut self.all[crowd];
        crowd.next = NOTHING;
        if crowd.hot && !crowd.members.is_empty() {
            let at = crowd.law.first_of(crowd.members.len(), &mut self.stream);
            crowd.next = calendar.key(at, Class::Claim, 0).unwrap_or(NOTHING);
        }
    }

    fn find_next(&mut self) {
        self.next = self.all.iter().map(|crowd| crowd.next).min().unwrap_or(NOTHING);
    }

    /// The crowd of the workers for which just these needs fit, made if there is none; `None` if nothing fits.
    fn crowd_of(&mut self, fitting: &[u64]) -> Option<usize> {
        if fitting.iter().all(|&word| word == 0) {
            return None;
        }
        Some(self.all.iter().position(|crowd| *crowd.fitting == *fitting).unwrap_or_else(|| {
            let law = Law::idle(self.longest);
            self.all.push(Crowd { fitting: fitting.into(), members: Vec::new(), law, hot: false, next: NOTHING });
            self.all.len() - 1
        }))
    }
}
