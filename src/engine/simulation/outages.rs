//! What happens to workers: they go out, are missed and declared dead, come back, and offer more or less than before.

use super::{Change, Simulation};
use crate::arrival::ArrivalProcess;
use crate::availability::OutageKind;
use crate::calendar::Class;
use crate::model::job::Ending;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::placement::Placer;
use crate::policy::{ClaimPolicy, News};
use crate::random::stream::{Purpose, Streams};
use crate::special::Process;
use crate::vigil::Going;

use super::Rule;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Schedules what is known of the future of workers.
    pub(super) fn schedule_changes(&mut self, streams: &Streams) {
        let availability = &self.system.availability;
        for (index, change) in availability.capacity_changes.iter().enumerate() {
            self.schedule_change(change.at, Change::Capacity(index));
        }
        for outage in &availability.outages {
            let change = Change::Out { worker: outage.worker, lasts: outage.lasts, kind: outage.kind };
            self.schedule_change(outage.at, change);
        }
        for (index, breakdowns) in availability.breakdowns.iter().enumerate() {
            let worker = &self.system.worker(breakdowns.worker).id;
            self.breakdowns.push(streams.stream(Purpose::Breakdown, worker));
            self.schedule_breakdown(index);
        }
    }

    fn schedule_change(&mut self, at: Time, change: Change) {
        let slot = self.changes.insert(change);
        self.calendar.schedule(at, Class::WorkerChange, slot);
    }

    fn schedule_breakdown(&mut self, index: usize) {
        let up = self.system.availability.breakdowns[index].up.sample(&mut self.breakdowns[index]);
        self.schedule_change(self.now + Span::from_secs_f64(up), Change::Breakdown(index));
    }

    /// Something changes of a worker.
    #[cold]
    pub(super) fn change_worker(&mut self, slot: usize) {
        let has_changed = match self.changes.remove(slot) {
            Change::Out { worker, lasts, kind } => {
                self.schedule_return(worker, lasts, None);
                self.go_out(worker, kind)
            }
            Change::Breakdown(index) => {
                let breakdowns = &self.system.availability.breakdowns[index];
                let down = Span::from_secs_f64(breakdowns.down.sample(&mut self.breakdowns[index]));
                self.schedule_return(breakdowns.worker, Some(down), Some(index));
                self.go_out(breakdowns.worker, breakdowns.kind)
            }
            Change::Back { worker, breakdown } => {
                if let Some(index) = breakdown {
                    self.schedule_breakdown(index);
                }
                self.come_back(worker)
            }
            Change::Capacity(index) => {
                self.change_capacity(index);
                true
            }
        };
        if !has_changed {
            return;
        }
        if !self.is_ranked() {
            self.policy.notice(self.now, &News::WorkersChanged);
            self.parked.stir();
        }
        self.offer_again();
    }

    fn schedule_return(&mut self, worker: WorkerId, lasts: Option<Span>, breakdown: Option<usize>) {
        if let Some(lasts) = lasts {
            self.schedule_change(self.now + lasts, Change::Back { worker, breakdown });
        }
    }

    /// Says whether the worker was not just as out before.
    fn go_out(&mut self, worker: WorkerId, kind: OutageKind) -> bool {
        match self.vigil.go_out(worker, kind, self.now) {
            Going::Nowhere => return false,
            Going::Out => {
                self.observer.worker_out(self.now, worker, kind);
                self.set_open(worker, false);
                for slot in self.running.on(worker) {
                    self.interrupt(slot, kind);
                }
                self.review_quorum();
                self.calendar.schedule(self.vigil.found_at(worker), Class::Sweep, 0);
            }
            Going::Down => {
                self.observer.worker_out(self.now, worker, kind);
                for slot in self.running.on(worker) {
                    self.special(slot).run.is_cut_off = false;
                    self.stop_dead(slot);
                }
            }
        }
        true
    }

    /// The worker of a row goes out.
    fn interrupt(&mut self, slot: usize, kind: OutageKind) {
        let (job, run) = self.running.get(slot);
        self.observer.interrupted(self.now, job, run);
        let special = self.special(slot);
        special.run.busy_since = Time::NEVER;
        match kind {
            OutageKind::Partition => special.run.is_cut_off = true,
            OutageKind::Crash => self.stop_dead(slot),
            OutageKind::Shutdown => self.end(slot, Ending::WorkerShutdown),
        }
    }

    /// A process is gone, and nobody has noticed yet.
    fn stop_dead(&mut self, slot: usize) {
        if self.special(slot).is_zombie {
            self.bury(slot, false);
        } else {
            self.special(slot).process = Process::Gone;
        }
    }

    /// Living workers look for dead ones.
    #[cold]
    pub(super) fn sweep(&mut self) {
        for worker in self.vigil.sweep(self.now) {
            self.observer.worker_declared_dead(self.now, worker);
            for slot in self.running.on(worker) {
                self.give_up(slot);
            }
        }
    }

    /// The row of a worker that has been declared dead ends, whatever its process is at.
    fn give_up(&mut self, slot: usize) {
        let special = self.special(slot);
        let goes_on = !matches!(special.process, Process::Gone | Process::Ended(_));
        special.run.is_cut_off &= goes_on;
        self.end(slot, Ending::WorkerDead);
    }

    fn come_back(&mut self, worker: WorkerId) -> bool {
        let was_declared_dead = self.vigil.is_declared_dead(worker);
        if !self.vigil.come_back(worker, self.now) {
            return false;
        }
        self.observer.worker_back(self.now, worker);
        for slot in self.running.on(worker) {
            if self.special(slot).is_zombie {
                self.bury(slot, true);
            } else {
                debug_assert!(!was_declared_dead, "who is declared dead has no rows");
                self.reunite(slot);
            }
        }
        self.review_quorum();
        self.set_open(worker, self.vigil.has_quorum());
        self.make_up_for_missed();
        if let Some(at) = self.vigil.sweep_due(self.now) {
            self.calendar.schedule(at, Class::Sweep, 0);
        }
        true
    }

    /// The worker of a row is back before it was declared dead.
    fn reunite(&mut self, slot: usize) {
        let now = self.now;
        let special = self.special(slot);
        special.run.is_cut_off = false;
        match special.process {
            Process::Gone => return self.end(slot, Ending::WorkerDead),
            Process::Ended(ending) => return self.end(slot, ending),
            Process::Joining | Process::Serving | Process::Stopping(_) => special.run.busy_since = now,
        }
        let (job, run) = self.running.get(slot);
        self.observer.resumed(now, job, run);
        let special = self.special(slot);
        let is_waiting = special.process == Process::Joining;
        let (join, is_to_stop) = (special.join, special.is_cancel_requested && special.is_at_work());
        if is_waiting && self.is_joined(join) {
            self.come_to_an_end(slot);
        } else if is_to_stop {
            self.ask_to_stop(slot, Ending::Cancelled);
        }
    }

    /// A worker claims from now on, or does not.
    fn set_open(&mut self, worker: WorkerId, is_open: bool) {
        if self.pool.is_open(worker) == is_open {
            return;
        }
        self.note_share(worker, false);
        self.pool.set_open(worker, is_open);
        self.note_share(worker, true);
        self.review(worker);
    }

    /// All workers that are not out claim, or none of them does for lack of a majority.
    fn review_quorum(&mut self) {
        if !self.system.availability.quorum {
            return;
        }
        let has_quorum = self.vigil.has_quorum();
        for worker in (0..self.system.workers.len() as u32).map(WorkerId) {
            self.set_open(worker, has_quorum && !self.vigil.is_out(worker));
        }
    }

    fn change_capacity(&mut self, index: usize) {
        let change = &self.system.availability.capacity_changes[index];
        let (worker, capacity) = (change.worker, &change.capacity);
        self.observer.capacity_changed(self.now, worker, capacity);
        self.note_share(worker, false);
        let before = std::mem::replace(&mut self.capacities[worker.0 as usize], capacity);
        self.pool.set_capacity(worker, before, capacity);
        if let Rule::Instant(Placer::ByShare { shelves, .. }) = &mut self.rule {
            shelves.set_capacity(worker.0 as usize, capacity);
        }
        self.note_share(worker, true);
        self.review(worker);
    }
}
