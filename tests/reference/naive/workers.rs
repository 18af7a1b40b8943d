//! Workers: outages, heartbeats and sweeps, returns, changes of capacity.

use claimsim::internals::engine::{ArrivalProcess, Execution, OutageKind, System};
use claimsim::internals::model::capacity::CapacityMap;
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;

use super::super::event::units;
use super::places::Staff;
use super::row::{Process, State};
use super::{Class, Kind, Naive, What};

pub(super) struct Worker {
    /// Its capacity while it is up.
    pub(super) capacity: CapacityMap,
    pub(super) presence: Presence,
    /// Its state under delayed claiming.
    pub(super) claiming: Claiming,
    pub(super) staff: Staff,
    /// How often it has begun to start.
    pub(super) starts: u32,
}

/// The state of a worker under delayed claiming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claiming {
    Idle,
    /// An attempt to claim is pending.
    Pending,
    /// It has just looked and found nothing.
    InVain,
    /// It looks again after the next change.
    Parked,
}

/// The state of a worker, or of a place without one. The last heartbeat of a worker that has not
/// come up is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Up { since: Time },
    Out { outages: u32, processes_go_on: bool, last_heartbeat: Option<Time>, is_declared_dead: bool },
}

impl Worker {
    pub(super) fn is_up(&self) -> bool {
        matches!(self.presence, Presence::Up { .. })
    }

    pub(super) fn is_cut_off(&self) -> bool {
        matches!(self.presence, Presence::Out { processes_go_on: true, .. })
    }
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// Schedules the known future of workers and jobs.
    pub(super) fn schedule_what_is_known(&mut self) {
        let availability = &self.system.availability;
        for (i, change) in availability.capacity_changes.iter().enumerate() {
            self.schedule(change.at, Class::WorkerChange, What::ChangeCapacity(i));
        }
        for outage in &availability.outages {
            let (worker, lasts, kind) = (outage.worker.0 as usize, outage.lasts, outage.kind);
            self.schedule(outage.at, Class::WorkerChange, What::GoOut { worker, lasts, kind });
        }
        for index in 0..availability.breakdowns.len() {
            self.schedule_breakdown(index);
        }
        self.schedule_staffing();
        for (i, request) in self.system.cancels.iter().enumerate() {
            self.schedule(request.at, Class::Cancel, What::CancelMany(i));
        }
        if !(availability.outages.is_empty() && availability.breakdowns.is_empty()) {
            self.schedule(Time::ZERO, Class::Sweep, What::Sweep);
        }
    }

    fn schedule_breakdown(&mut self, index: usize) {
        let up = self.draws.breakdown(index, true);
        self.schedule(self.now + up, Class::WorkerChange, What::BreakDown(index));
    }

    pub(super) fn break_down(&mut self, index: usize) {
        let breakdowns = &self.system.availability.breakdowns[index];
        let (worker, down) = (breakdowns.worker.0 as usize, self.draws.breakdown(index, false));
        self.schedule(self.now + down, Class::WorkerChange, What::EndBreakdown(index));
        self.go_out(worker, breakdowns.kind);
    }

    pub(super) fn end_breakdown(&mut self, index: usize) {
        self.schedule_breakdown(index);
        self.end_outage(self.system.availability.breakdowns[index].worker.0 as usize);
    }

    pub(super) fn alive(&self) -> usize {
        (0..self.workers.len()).filter(|&worker| self.has_worker(worker) && self.workers[worker].is_up()).count()
    }

    pub(super) fn can_claim(&self, worker: usize) -> bool {
        let staffed = (0..self.workers.len()).filter(|&worker| self.has_worker(worker)).count();
        let has_quorum = !self.system.availability.quorum || 2 * self.alive() > staffed;
        self.workers[worker].staff == Staff::Ready && self.workers[worker].is_up() && has_quorum
    }

    /// The rows that run on a worker, and the rows whose processes do, by number.
    fn rows_on(&self, worker: usize) -> Vec<usize> {
        let is_there = |row: &usize| {
            let row = &self.rows[*row];
            row.is_on(worker) && (row.is_running() || row.process != Process::None)
        };
        (0..self.rows.len()).filter(is_there).collect()
    }

    pub(super) fn go_out(&mut self, worker: usize, kind: OutageKind) {
        let goes_on = kind == OutageKind::Partition;
        match self.workers[worker].presence {
            Presence::Up { since } => {
                let last_heartbeat = self.has_worker(worker).then(|| self.last_heartbeat(since));
                let presence =
                    Presence::Out { outages: 1, processes_go_on: goes_on, last_heartbeat, is_declared_dead: false };
                self.workers[worker].presence = presence;
                self.tell(Kind::WorkerOut { worker: WorkerId(worker as u32), kind });
                self.interrupt_rows(worker, kind);
            }
            Presence::Out { processes_go_on: true, .. } if !goes_on => {
                self.tell(Kind::WorkerOut { worker: WorkerId(worker as u32), kind });
                if let Presence::Out { outages, processes_go_on, .. } = &mut self.workers[worker].presence {
                    *outages += 1;
                    *processes_go_on = false;
                }
                self.rows_on(worker).into_iter().for_each(|row| self.stop_dead(row));
            }
            Presence::Out { .. } => {
                if let Presence::Out { outages, .. } = &mut self.workers[worker].presence {
                    *outages += 1;
                }
            }
        }
    }

    /// A worker sends heartbeats from the time it came up; the last one may be now.
    fn last_heartbeat(&self, since: Time) -> Time {
        let mut last = since;
        while last + self.system.availability.heartbeat.period <= self.now {
            last += self.system.availability.heartbeat.period;
        }
        last
    }

    fn interrupt_rows(&mut self, worker: usize, kind: OutageKind) {
        for row in self.rows_on(worker) {
            let run = Execution { is_cut_off: false, ..self.run_of(row) };
            self.tell(Kind::Interrupted { job: JobId(row as u64), run });
            self.set_busy_since(row, Time::NEVER);
            match kind {
                OutageKind::Partition => {}
                OutageKind::Crash => self.stop_dead(row),
                OutageKind::Shutdown => self.end(row, JobOutcome::WorkerShutdown),
            }
        }
    }

    /// A process disappears without notice.
    fn stop_dead(&mut self, row: usize) {
        if self.rows[row].state == State::Over {
            self.end_zombie(row, false);
        } else {
            self.rows[row].process = Process::None;
        }
    }

    /// The workers that are alive look for workers whose heartbeat has expired.
    pub(super) fn sweep(&mut self) {
        let heartbeat = self.system.availability.heartbeat;
        self.schedule(self.now + heartbeat.sweep, Class::Sweep, What::Sweep);
        if self.alive() == 0 {
            return;
        }
        for worker in 0..self.workers.len() {
            if let Presence::Out { last_heartbeat: Some(last_heartbeat), is_declared_dead, .. } =
                &mut self.workers[worker].presence
                && !*is_declared_dead
                && *last_heartbeat + heartbeat.expiry < self.now
            {
                *is_declared_dead = true;
                self.declare_dead(worker);
            }
        }
    }

    fn declare_dead(&mut self, worker: usize) {
        self.tell(Kind::WorkerDeclaredDead { worker: WorkerId(worker as u32) });
        for row in self.rows_on(worker) {
            self.end(row, JobOutcome::WorkerDead);
        }
    }

    pub(super) fn end_outage(&mut self, worker: usize) {
        let Presence::Out { outages, .. } = &mut self.workers[worker].presence else {
            unreachable!("an outage ends of a worker that is out")
        };
        *outages -= 1;
        if *outages == 0 {
            self.come_back(worker);
        }
    }

    fn come_back(&mut self, worker: usize) {
        self.tell(Kind::WorkerBack { worker: WorkerId(worker as u32) });
        let rows = self.rows_on(worker);
        self.workers[worker].presence = Presence::Up { since: self.now };
        for row in rows {
            self.find_again(row);
        }
        self.start_again(worker);
        self.make_up_for_missed();
    }

    /// A worker that has returned checks a row of its own, or a process whose row has ended.
    fn find_again(&mut self, row: usize) {
        if self.rows[row].state == State::Over {
            return self.end_zombie(row, true);
        }
        match self.rows[row].process {
            Process::None => return self.end(row, JobOutcome::WorkerDead),
            Process::Ended(ending) => return self.end(row, ending),
            Process::Serving | Process::Joining | Process::Stopping(_) => {}
        }
        self.set_busy_since(row, self.now);
        let run = self.run_of(row);
        self.tell(Kind::Resumed { job: JobId(row as u64), run });
        let is_at_work = self.rows[row].process.is_at_work();
        if self.rows[row].process == Process::Joining && self.have_children_ended(row) {
            self.come_to_its_end(row);
        } else if self.rows[row].is_cancel_requested && is_at_work {
            self.stop(row, JobOutcome::Cancelled);
        }
    }

    pub(super) fn change_capacity(&mut self, index: usize) {
        let change = &self.system.availability.capacity_changes[index];
        self.workers[change.worker.0 as usize].capacity = change.capacity.clone();
        self.tell(Kind::CapacityChanged { worker: change.worker, units: units(&change.capacity) });
    }
}

/// A place at the start.
pub(super) fn fresh(system: &System, id: WorkerId) -> Worker {
    Worker {
        capacity: system.worker(id).capacity.clone(),
        presence: Presence::Up { since: Time::ZERO + Span::ZERO },
        claiming: Claiming::Idle,
        staff: if system.there_at_start()[id.0 as usize] { Staff::Ready } else { Staff::Nobody },
        starts: 0,
    }
}
