//! Not needed to understand the kernel: requests to cancel. A waiting row is cancelled at once, a
//! running one is asked to stop.

use super::Simulation;
use super::state::Pending;
use crate::arrival::ArrivalProcess;
use crate::calendar::{EventClass, last_key_of};
use crate::faults::cancel_requests::{Location, RequestKey};
use crate::jobs::active_job::Process;
use crate::jobs::sampling::AttemptSample;
use crate::model::capacity::NeedId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::observer::{Event, Observer};
use crate::order::QueueKey;
use crate::policy::ClaimPolicy;
use crate::system::JobFilter;

/// A row that a request may select.
enum Selected<K> {
    /// Not due yet, in this slot of the pending arrivals.
    Pending(usize),
    Waiting(NeedId, K),
    Running(usize),
}

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Schedules the requests that come at known instants.
    pub(super) fn schedule_cancels(&mut self) {
        for (index, request) in self.system.cancels.iter().enumerate() {
            self.calendar.schedule(request.at, EventClass::Cancel, index);
        }
    }

    /// A row has just fallen due. If a request to cancel was drawn for it, schedules that.
    #[cold]
    pub(super) fn schedule_cancel(&mut self, job: &Job, drawn: AttemptSample) {
        let Some(after) = drawn.cancel else { return };
        let at = self.now + after;
        let location = Location::Waiting(job.need, self.queue_key(job));
        let request = self.jobs.cancel_requests.make(at, location);
        self.jobs.lifecycle.set_cancel(job, request);
        self.arm_cancels();
    }

    /// A row for which a request will come has been claimed: the request will find it in this slot.
    pub(super) fn redirect_cancel(&mut self, slot: usize, request: RequestKey) {
        self.jobs.cancel_requests.redirect(request, Location::Running(slot));
    }

    /// A row has ended: no request comes to it.
    #[inline]
    pub(super) fn withdraw_cancel(&mut self, job: &Job) {
        if let Some(request) = self.jobs.lifecycle.cancel_request(job) {
            self.jobs.cancel_requests.withdraw(request);
        }
    }

    /// All requests to single rows have one number, after those that come at known instants.
    fn arm_cancels(&mut self) {
        if let Some(at) = self.jobs.cancel_requests.arm() {
            self.calendar.schedule(at, EventClass::Cancel, self.system.cancels.len());
        }
    }

    /// A request with that number is due.
    #[cold]
    pub(super) fn cancel(&mut self, index: usize) {
        if index < self.system.cancels.len() {
            return self.cancel_selected(index);
        }
        self.jobs.cancel_requests.fire(self.now);
        while let Some(location) = self.jobs.cancel_requests.take(self.now) {
            match location {
                Location::Waiting(need, key) => {
                    if self.remove_waiting(need, key, JobOutcome::Cancelled) {
                        self.dispatch_after_departure();
                    }
                }
                Location::Running(slot) => self.cancel_running(slot),
            }
            // A parent whose last child has just been cancelled ends before the next request.
            if self.calendar.peek() <= last_key_of(self.now, EventClass::Deadline) {
                break;
            }
        }
        self.arm_cancels();
    }

    /// A request for many rows is due. Waiting rows go first: they must not get the room that the
    /// others leave.
    fn cancel_selected(&mut self, index: usize) {
        let limit = self.system.cancels[index].most.unwrap_or(u64::MAX);
        let mut selected = self.selected(index);
        selected.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        selected.sort_by_key(|(_, row)| matches!(row, Selected::Running(_)));
        let mut has_left = false;
        for (_, row) in selected {
            match row {
                Selected::Pending(slot) => self.cancel_pending(slot),
                Selected::Waiting(need, key) => has_left |= self.remove_waiting(need, key, JobOutcome::Cancelled),
                Selected::Running(slot) => {
                    if std::mem::take(&mut has_left) {
                        self.dispatch_after_departure();
                    }
                    self.cancel_running(slot);
                }
            }
        }
        if has_left {
            self.dispatch_after_departure();
        }
    }

    /// All rows that a request may select, by number, without those that have been asked to stop
    /// already.
    fn selected(&self, index: usize) -> Vec<(JobId, Selected<QueueKey<P::Rank>>)> {
        let request = self.system.cancels[index];
        let matches = |job: &&Job| request.action.is_none_or(|action| action == job.action);
        let mut found = Vec::new();
        if request.jobs != JobFilter::Running {
            let waiting = self.queue.jobs.iter().filter(matches);
            found.extend(waiting.map(|job| (job.id, Selected::Waiting(job.need, self.queue_key(job)))));
            for (slot, pending) in &self.arrivals.pending {
                if let Pending::Row { job, .. } = pending
                    && matches(&job)
                {
                    found.push((job.id, Selected::Pending(slot)));
                }
            }
        }
        if request.jobs != JobFilter::Waiting {
            let running = &self.jobs.running;
            let rows = running.slots().map(|slot| (slot, running.get(slot).0));
            let rows = rows.filter(|(slot, job)| matches(job) && running.can_be_asked(*slot));
            found.extend(rows.map(|(slot, job)| (job.id, Selected::Running(slot))));
        }
        found.sort_unstable_by_key(|(job, _)| *job);
        found
    }

    /// Cancels a row that is not due yet.
    fn cancel_pending(&mut self, slot: usize) {
        if let Pending::Row { job, .. } = std::mem::replace(&mut self.arrivals.pending[slot], Pending::Cancelled) {
            self.report_due(&job);
            self.leave_unclaimed(&job, JobOutcome::Cancelled);
        }
    }

    /// Asks a running row to cancel, unless it has been asked to stop already.
    fn cancel_running(&mut self, slot: usize) {
        if !self.jobs.running.can_be_asked(slot) {
            return;
        }
        let active = self.active(slot);
        let (is_at_work, is_cut_off) = (active.is_at_work(), active.run.is_cut_off);
        active.is_cancel_requested = true;
        let (job, run) = self.jobs.running.get(slot);
        self.observer.on(self.now, &Event::CancelRequested { job, run });
        // A process on a worker that is down cannot be reached.
        if is_at_work && !is_cut_off {
            self.ask_to_stop(slot, JobOutcome::Cancelled);
        }
    }

    /// Asks a process to stop (SIGTERM): its row ends with that outcome once the process has
    /// stopped. A process whose stop delay is zero ends in the same event.
    pub(super) fn ask_to_stop(&mut self, slot: usize, outcome: JobOutcome) {
        let (after, by_itself) = self.jobs.lifecycle.stops_in(self.system, self.jobs.running.get(slot).0);
        self.active(slot).process = Process::Stopping(outcome);
        if after.0 == 0 {
            return self.process_ended(slot, outcome);
        }
        let class = if by_itself { EventClass::Completion } else { EventClass::Deadline };
        let happens = self.calendar.schedule(self.now + after, class, slot);
        self.jobs.running.expect(slot, happens);
    }
}
