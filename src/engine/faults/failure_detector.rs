//! Failure detection: which workers are down, and which are known to be, by heartbeats and sweeps.

use std::collections::BTreeSet;

use crate::model::time::Time;
use crate::model::worker::WorkerId;
use crate::system::System;
use crate::system::availability::{Heartbeat, OutageKind};

/// The health of all workers.
#[derive(Debug)]
pub(crate) struct FailureDetector {
    heartbeat: Heartbeat,
    quorum: bool,
    workers: Vec<WorkerHealth>,
    /// The number of places that have a worker.
    there: usize,
    /// The number of these whose worker is up.
    alive: usize,
    /// Workers that are down and have not been declared dead.
    missing: BTreeSet<u32>,
}

/// One worker.
#[derive(Clone, Copy, Debug)]
struct WorkerHealth {
    /// Whether its place has a worker.
    is_there: bool,
    /// Since when it sends heartbeats, or did before it went down.
    since: Time,
    /// The number of outages that keep it down.
    outages: u32,
    /// Whether its processes go on although it is down.
    is_cut_off: bool,
    /// After this instant the others take it for dead, if it is down.
    expires: Time,
    is_declared_dead: bool,
}

/// What the start of an outage changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutageStart {
    /// A worker that was up goes down.
    Down,
    /// The processes of a worker that was cut off stop as well.
    ProcessesStop,
    /// Nothing: the worker was down already.
    Nothing,
}

impl FailureDetector {
    /// All workers that are there are up from the start.
    pub(crate) fn new(system: &System) -> FailureDetector {
        let (since, expires) = (Time::ZERO, Time::NEVER);
        let health = |is_there| WorkerHealth {
            is_there,
            since,
            outages: 0,
            is_cut_off: false,
            expires,
            is_declared_dead: false,
        };
        let workers: Vec<WorkerHealth> = system.there_at_start().into_iter().map(health).collect();
        let there = workers.iter().filter(|worker| worker.is_there).count();
        FailureDetector {
            heartbeat: system.availability.heartbeat,
            quorum: system.availability.quorum,
            workers,
            there,
            alive: there,
            missing: BTreeSet::new(),
        }
    }

    /// Whether any worker is up, to fire crons and to sweep. While no worker is there, the system
    /// counts as alive.
    pub(crate) fn is_any_alive(&self) -> bool {
        self.alive > 0 || self.there == 0
    }

    /// Whether enough workers are up for claims.
    pub(crate) fn has_quorum(&self) -> bool {
        !self.quorum || self.alive > self.there / 2
    }

    pub(crate) fn is_down(&self, worker: WorkerId) -> bool {
        self.of(worker).outages > 0
    }

    pub(crate) fn is_declared_dead(&self, worker: WorkerId) -> bool {
        self.of(worker).is_declared_dead
    }

    fn of(&self, worker: WorkerId) -> &WorkerHealth {
        &self.workers[worker.0 as usize]
    }

    /// An outage of a worker begins.
    pub(crate) fn worker_down(&mut self, worker: WorkerId, kind: OutageKind, now: Time) -> OutageStart {
        let expires = self.heartbeat.expiration(self.of(worker).since, now);
        let health = &mut self.workers[worker.0 as usize];
        health.outages += 1;
        if health.outages == 1 {
            health.is_cut_off = kind == OutageKind::Partition;
            health.expires = expires;
            if health.is_there {
                self.alive -= 1;
                self.missing.insert(worker.0);
            }
            return OutageStart::Down;
        }
        let stops = health.is_cut_off && kind != OutageKind::Partition;
        health.is_cut_off &= !stops;
        if stops { OutageStart::ProcessesStop } else { OutageStart::Nothing }
    }

    /// An outage of a worker ends; tells whether it was the last, so that the worker is up.
    pub(crate) fn worker_up(&mut self, worker: WorkerId, now: Time) -> bool {
        let health = &mut self.workers[worker.0 as usize];
        health.outages -= 1;
        if health.outages > 0 {
            return false;
        }
        *health = WorkerHealth { since: now, is_cut_off: false, is_declared_dead: false, ..*health };
        self.alive += usize::from(health.is_there);
        self.missing.remove(&worker.0);
        true
    }

    /// A place gets a worker, or its worker goes.
    pub(crate) fn set_there(&mut self, worker: WorkerId, is_there: bool, now: Time) {
        let health = &mut self.workers[worker.0 as usize];
        health.is_there = is_there;
        let up = usize::from(health.outages == 0);
        if is_there {
            (health.since, health.is_declared_dead) = (now, false);
            (self.there, self.alive) = (self.there + 1, self.alive + up);
        } else {
            (self.there, self.alive) = (self.there - 1, self.alive - up);
            self.missing.remove(&worker.0);
        }
    }

    /// The instant of the sweep that finds a worker that is down.
    pub(crate) fn found_at(&self, worker: WorkerId) -> Time {
        let sweep = self.heartbeat.sweep.0;
        Time(self.of(worker).expires.0 / sweep * sweep) + self.heartbeat.sweep
    }

    /// The next sweep at or after an instant, if it finds a worker: one that has been down for too
    /// long while no worker was up to notice.
    pub(crate) fn sweep_due(&self, now: Time) -> Option<Time> {
        let sweep = self.heartbeat.sweep.0;
        let next = Time(now.0 / sweep * sweep);
        let next = if next < now { next + self.heartbeat.sweep } else { next };
        let is_overdue = |&worker: &u32| self.workers[worker as usize].expires < next;
        self.missing.iter().any(is_overdue).then_some(next)
    }

    /// Living workers declare those dead whose expiration has passed; gives them, by number.
    pub(crate) fn sweep(&mut self, now: Time) -> Vec<WorkerId> {
        if self.alive == 0 {
            return Vec::new();
        }
        let is_overdue = |&&worker: &&u32| self.workers[worker as usize].expires < now;
        let dead: Vec<WorkerId> = self.missing.iter().filter(is_overdue).map(|&worker| WorkerId(worker)).collect();
        for worker in &dead {
            self.missing.remove(&worker.0);
            self.workers[worker.0 as usize].is_declared_dead = true;
        }
        dead
    }
}
