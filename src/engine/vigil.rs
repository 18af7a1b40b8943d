//! Who is out and who knows of it: outages, heartbeats, and declarations of death, worker by worker.

use std::collections::BTreeSet;

use super::availability::{Heartbeat, OutageKind};
use super::system::System;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// All workers under watch.
#[derive(Debug)]
pub(super) struct Vigil {
    heartbeat: Heartbeat,
    quorum: bool,
    watched: Vec<Watched>,
    /// How many are not out.
    alive: usize,
    /// Those that are out and have not been declared dead.
    missing: BTreeSet<u32>,
}

/// One worker.
#[derive(Clone, Copy, Debug)]
struct Watched {
    /// Since when it sends heartbeats, or did before it went out.
    since: Time,
    /// How many outages keep it out.
    outages: u32,
    /// Whether its processes go on although it is out.
    is_cut_off: bool,
    /// After this instant it is taken for dead, if it is out.
    expires: Time,
    is_declared_dead: bool,
}

/// What the beginning of an outage changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// A worker that was up goes out.
    Out,
    /// A worker that was cut off stops as well.
    Down,
    /// Nothing: it was out already.
    Nowhere,
}

impl Vigil {
    /// All workers are up from the start.
    pub(super) fn new(system: &System) -> Vigil {
        let up =
            Watched { since: Time::ZERO, outages: 0, is_cut_off: false, expires: Time::NEVER, is_declared_dead: false };
        Vigil {
            heartbeat: system.availability.heartbeat,
            quorum: system.availability.quorum,
            watched: vec![up; system.workers.len()],
            alive: system.workers.len(),
            missing: BTreeSet::new(),
        }
    }

    /// Whether anybody is there to fire crons and to sweep. A system without workers leaves that open.
    pub(super) fn is_anybody_alive(&self) -> bool {
        self.alive > 0 || self.watched.is_empty()
    }

    /// Whether as many are alive as claims need.
    pub(super) fn has_quorum(&self) -> bool {
        !self.quorum || self.alive > self.watched.len() / 2
    }

    pub(super) fn is_out(&self, worker: WorkerId) -> bool {
        self.of(worker).outages > 0
    }

    pub(super) fn is_declared_dead(&self, worker: WorkerId) -> bool {
        self.of(worker).is_declared_dead
    }

    fn of(&self, worker: WorkerId) -> &Watched {
        &self.watched[worker.0 as usize]
    }

    /// An outage of a worker begins.
    pub(super) fn go_out(&mut self, worker: WorkerId, kind: OutageKind, now: Time) -> Going {
        let expires = self.heartbeat.expiration(self.of(worker).since, now);
        let watched = &mut self.watched[worker.0 as usize];
        watched.outages += 1;
        if watched.outages == 1 {
            watched.is_cut_off = kind == OutageKind::Partition;
            watched.expires = expires;
            self.alive -= 1;
            self.missing.insert(worker.0);
            return Going::Out;
        }
        let stops = watched.is_cut_off && kind != OutageKind::Partition;
        watched.is_cut_off &= !stops;
        if stops { Going::Down } else { Going::Nowhere }
    }

    /// An outage of a worker ends; whether it is back, as it was the last one.
    pub(super) fn come_back(&mut self, worker: WorkerId, now: Time) -> bool {
        let watched = &mut self.watched[worker.0 as usize];
        watched.outages -= 1;
        if watched.outages > 0 {
            return false;
        }
        *watched = Watched { since: now, is_cut_off: false, is_declared_dead: false, ..*watched };
        self.alive += 1;
        self.missing.remove(&worker.0);
        true
    }

    /// When the sweep comes that finds a worker that is out.
    pub(super) fn found_at(&self, worker: WorkerId) -> Time {
        let sweep = self.heartbeat.sweep.0;
        Time(self.of(worker).expires.0 / sweep * sweep) + self.heartbeat.sweep
    }

    /// The next sweep at or after an instant, if it would find anybody: those who have been out for too long while nobody was
    /// there to notice.
    pub(super) fn sweep_due(&self, now: Time) -> Option<Time> {
        let sweep = self.heartbeat.sweep.0;
        let next = Time(now.0 / sweep * sweep);
        let next = if next < now { next + self.heartbeat.sweep } else { next };
        let is_overdue = |&worker: &u32| self.watched[worker as usize].expires < next;
        self.missing.iter().any(is_overdue).then_some(next)
    }

    /// Living workers declare dead whose expiration has passed; gives them, by number.
    pub(super) fn sweep(&mut self, now: Time) -> Vec<WorkerId> {
        if self.alive == 0 {
            return Vec::new();
        }
        let is_overdue = |&&worker: &&u32| self.watched[worker as usize].expires < now;
        let dead: Vec<WorkerId> = self.missing.iter().filter(is_overdue).map(|&worker| WorkerId(worker)).collect();
        for worker in &dead {
            self.missing.remove(&worker.0);
            self.watched[worker.0 as usize].is_declared_dead = true;
        }
        dead
    }
}
