//! Not needed to understand the kernel: workers go down, are missed and declared dead, come back,
//! and change their capacity.

use super::Simulation;
use super::state::{Claiming, WorkerChange, Workers};
use crate::arrival::ArrivalProcess;
use crate::calendar::EventClass;
use crate::faults::failure_detector::OutageStart;
use crate::jobs::active_job::Process;
use crate::model::job::JobOutcome;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::policy::{ClaimPolicy, SchedulerEvent};
use crate::random::stream::{Purpose, Streams};
use crate::resources::placement::Placer;
use crate::staffing::places::Place;
use crate::system::availability::OutageKind;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Schedules all changes of workers whose instants are known.
    pub(super) fn schedule_worker_changes(&mut self, streams: &Streams) {
        let availability = &self.system.availability;
        for (index, change) in availability.capacity_changes.iter().enumerate() {
            self.schedule_change(change.at, WorkerChange::Capacity(index));
        }
        for outage in &availability.outages {
            let change = WorkerChange::Down { worker: outage.worker, lasts: outage.lasts, kind: outage.kind };
            self.schedule_change(outage.at, change);
        }
        for (index, breakdowns) in availability.breakdowns.iter().enumerate() {
            let worker = &self.system.worker(breakdowns.worker).id;
            self.workers.breakdowns.push(streams.stream(Purpose::Breakdown, worker));
            self.schedule_breakdown(index);
        }
        self.schedule_staffing();
    }

    pub(super) fn schedule_change(&mut self, at: Time, change: WorkerChange) {
        let slot = self.workers.changes.insert(change);
        self.calendar.schedule(at, EventClass::WorkerChange, slot);
    }

    fn schedule_breakdown(&mut self, index: usize) {
        let breakdowns = &self.system.availability.breakdowns[index];
        let up = Span::from_secs_f64(breakdowns.up.sample(&mut self.workers.breakdowns[index]));
        self.schedule_change(self.now + up, WorkerChange::Breakdown(index));
    }

    /// A change of a worker is due.
    #[cold]
    pub(super) fn change_worker(&mut self, slot: usize) {
        let has_changed = match self.workers.changes.remove(slot) {
            WorkerChange::Down { worker, lasts, kind } => {
                self.schedule_return(worker, lasts, None);
                self.worker_down(worker, kind)
            }
            WorkerChange::Breakdown(index) => {
                let breakdowns = &self.system.availability.breakdowns[index];
                let down = Span::from_secs_f64(breakdowns.down.sample(&mut self.workers.breakdowns[index]));
                self.schedule_return(breakdowns.worker, Some(down), Some(index));
                self.worker_down(breakdowns.worker, breakdowns.kind)
            }
            WorkerChange::Up { worker, breakdown } => {
                if let Some(index) = breakdown {
                    self.schedule_breakdown(index);
                }
                self.worker_up(worker)
            }
            WorkerChange::Capacity(index) => {
                self.change_capacity(index);
                true
            }
            WorkerChange::Staff { group, entry } => self.change_staff(group, entry),
            WorkerChange::Started { worker, change } => self.finish_start(worker, change),
        };
        if has_changed {
            self.report_worker_change();
        }
    }

    /// Workers have changed: the policy hears of it, and waiting jobs are offered again.
    pub(super) fn report_worker_change(&mut self) {
        if !self.has_priority_order() {
            self.policy.on_event(self.now, &SchedulerEvent::WorkersChanged);
            self.dispatch.stalled.wake();
        }
        self.request_dispatch();
    }

    fn schedule_return(&mut self, worker: WorkerId, lasts: Option<Span>, breakdown: Option<usize>) {
        if let Some(lasts) = lasts {
            self.schedule_change(self.now + lasts, WorkerChange::Up { worker, breakdown });
        }
    }

    /// An outage of a worker begins; tells whether that changes the state of the worker.
    fn worker_down(&mut self, worker: WorkerId, kind: OutageKind) -> bool {
        match self.workers.detector.worker_down(worker, kind, self.now) {
            OutageStart::Nothing => return false,
            OutageStart::Down => {
                self.observer.on(self.now, &Event::WorkerDown { worker, kind });
                self.workers.places.interrupt(worker);
                self.review_open(worker);
                for slot in self.jobs.running.on(worker) {
                    self.interrupt(slot, kind);
                }
                self.review_quorum();
                self.calendar.schedule(self.workers.detector.found_at(worker), EventClass::Sweep, 0);
            }
            OutageStart::ProcessesStop => {
                self.observer.on(self.now, &Event::WorkerDown { worker, kind });
                for slot in self.jobs.running.on(worker) {
                    self.active(slot).run.is_cut_off = false;
                    self.kill_immediately(slot);
                }
            }
        }
        true
    }

    /// The worker of a row goes down.
    fn interrupt(&mut self, slot: usize, kind: OutageKind) {
        let (job, run) = self.jobs.running.get(slot);
        self.observer.on(self.now, &Event::Interrupted { job, run });
        let active = self.active(slot);
        active.run.busy_since = Time::NEVER;
        match kind {
            OutageKind::Partition => active.run.is_cut_off = true,
            OutageKind::Crash => self.kill_immediately(slot),
            OutageKind::Shutdown => self.end(slot, JobOutcome::WorkerShutdown),
        }
    }

    /// A process is gone, and no one has noticed yet.
    fn kill_immediately(&mut self, slot: usize) {
        if self.active(slot).is_zombie {
            self.reap(slot, false);
        } else {
            self.active(slot).process = Process::Gone;
        }
    }

    /// Living workers look for dead ones.
    #[cold]
    pub(super) fn sweep_for_dead(&mut self) {
        for worker in self.workers.detector.sweep(self.now) {
            self.observer.on(self.now, &Event::WorkerDeclaredDead { worker });
            for slot in self.jobs.running.on(worker) {
                self.end_orphaned(slot);
            }
        }
    }

    /// The row of a worker that has been declared dead ends, whatever the state of its process.
    fn end_orphaned(&mut self, slot: usize) {
        let active = self.active(slot);
        let goes_on = !matches!(active.process, Process::Gone | Process::Ended(_));
        active.run.is_cut_off &= goes_on;
        self.end(slot, JobOutcome::WorkerDead);
    }

    /// An outage of a worker ends; tells whether the worker is up.
    fn worker_up(&mut self, worker: WorkerId) -> bool {
        let was_declared_dead = self.workers.detector.is_declared_dead(worker);
        if !self.workers.detector.worker_up(worker, self.now) {
            return false;
        }
        self.observer.on(self.now, &Event::WorkerUp { worker });
        for slot in self.jobs.running.on(worker) {
            if self.active(slot).is_zombie {
                self.reap(slot, true);
            } else {
                debug_assert!(!was_declared_dead, "a worker that is declared dead has no rows");
                self.reconnect(slot);
            }
        }
        self.start_after_outage(worker);
        self.review_quorum();
        self.review_open(worker);
        self.note_alive(self.now);
        true
    }

    /// A worker is up that may be the only one: it makes up for what only living workers do, and
    /// sweeps from an instant on.
    pub(super) fn note_alive(&mut self, sweeps_from: Time) {
        if !self.workers.detector.is_any_alive() {
            return;
        }
        self.schedule_missed_firings();
        if let Some(at) = self.workers.detector.sweep_due(sweeps_from) {
            self.calendar.schedule(at, EventClass::Sweep, 0);
        }
    }

    /// The worker of a row is back before it was declared dead.
    fn reconnect(&mut self, slot: usize) {
        let now = self.now;
        let active = self.active(slot);
        active.run.is_cut_off = false;
        match active.process {
            Process::Gone => return self.end(slot, JobOutcome::WorkerDead),
            Process::Ended(outcome) => return self.end(slot, outcome),
            Process::Joining | Process::Serving | Process::Stopping(_) => active.run.busy_since = now,
        }
        let (job, run) = self.jobs.running.get(slot);
        self.observer.on(now, &Event::Resumed { job, run });
        let active = self.active(slot);
        let is_waiting = active.process == Process::Joining;
        let (join, is_to_stop) = (active.join, active.is_cancel_requested && active.is_at_work());
        if is_waiting && self.is_joined(join) {
            self.finish_process(slot);
        } else if is_to_stop {
            self.ask_to_stop(slot, JobOutcome::Cancelled);
        }
    }

    /// A process that has outlived its row (a zombie) is over.
    pub(super) fn reap(&mut self, slot: usize, stopped: bool) {
        let (job, run) = self.jobs.running.get(slot);
        let job = *job;
        let was_cancelled = self.active(slot).is_cancel_requested;
        self.jobs.running.remove_active(slot);
        if let Some(chain) = job.chain {
            self.jobs.lifecycle.forget(chain);
        }
        if !was_cancelled {
            self.observer.on(self.now, &Event::ZombieEnded { job: &job, worker: run.worker, stopped });
        }
    }

    /// Whether a worker claims may have changed.
    pub(super) fn review_open(&mut self, worker: WorkerId) {
        self.review_stage(worker);
        let Workers { places, detector, .. } = &self.workers;
        let is_ready = places.of(worker) == Place::Ready && !detector.is_down(worker);
        self.set_open(worker, is_ready && detector.has_quorum());
    }

    /// A worker claims from now on, or does not.
    fn set_open(&mut self, worker: WorkerId, is_open: bool) {
        if self.workers.pool.is_open(worker) == is_open {
            return;
        }
        self.follow_free(worker, false);
        self.workers.pool.set_open(worker, is_open);
        self.follow_free(worker, true);
        self.review_worker(worker);
    }

    /// All workers that are up claim, or none of them does for lack of a majority.
    pub(super) fn review_quorum(&mut self) {
        if self.system.availability.quorum {
            (0..self.system.workers.len() as u32).for_each(|worker| self.review_open(WorkerId(worker)));
        }
    }

    fn change_capacity(&mut self, index: usize) {
        let change = &self.system.availability.capacity_changes[index];
        let (worker, capacity) = (change.worker, &change.capacity);
        self.observer.on(self.now, &Event::CapacityChanged { worker, capacity });
        self.follow_free(worker, false);
        let before = std::mem::replace(&mut self.workers.capacities[worker.0 as usize], capacity);
        self.workers.pool.set_capacity(worker, before, capacity);
        self.review_class(worker, capacity);
        if let Claiming::Instant(Placer::ByShare { index, .. }) = &mut self.dispatch.claiming {
            index.set_capacity(worker.0 as usize, capacity, self.system.worker(worker).labels);
        }
        self.follow_free(worker, true);
        self.review_needs_of_groups();
        self.review_worker(worker);
    }
}
