//! How rows end: completed or stopped, retried, abandoned, or rejected.

use std::num::NonZeroU32;

use super::Simulation;
use crate::arrival::ArrivalProcess;
use crate::calendar::EventClass;
use crate::jobs::active_job::{ActiveJob, EventCause, Process};
use crate::jobs::lifecycle::{Customer, Lifecycle};
use crate::jobs::sampling::AttemptSample;
use crate::model::capacity::NeedId;
use crate::model::claim::DispatchTiming;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::worker::WorkerId;
use crate::observer::{Event, Execution, JobOrigin, Observer};
use crate::order::QueueKey;
use crate::policy::{ClaimPolicy, PolicyKind, SchedulerEvent};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// The only event of a plain row is due.
    ///
    /// Fast path: equals [`Simulation::end`] for a row that has succeeded and whose end nothing
    /// follows, as nearly all.
    #[inline(always)]
    pub(super) fn complete(&mut self, slot: usize) {
        let (job, run) = self.jobs.running.get(slot);
        let need = job.need;
        if job.planned_outcome == JobOutcome::Done && job.chain.is_none() {
            self.jobs.counts.change(job.action, 0, -1);
            let (attempt, outcome) = (self.jobs.lifecycle.attempt(self.system, job), JobOutcome::Done);
            self.observer.on(self.now, &Event::Ended { job, attempt, run, outcome, is_last: true });
            let job = *job;
            self.jobs.running.remove(slot);
            if !self.has_priority_order() {
                self.notify_policy(&job, |job| SchedulerEvent::Ended(job, run.worker));
            }
            if self.replace(run.worker, need) {
                return;
            }
            self.change_free(run.worker, need, false);
        } else {
            self.complete_chained(slot);
        }
        if self.workers.may_close && !self.workers.pool.is_open(run.worker) {
            return self.go_if_drained(run.worker);
        }
        if self.has_priority_order() && self.is_settled() {
            // The other workers have no room for what waits.
            return self.refill(run.worker, need);
        }
        self.gain_room(run.worker, need);
    }

    /// [`Simulation::complete`] for a row that has failed, or whose end something follows.
    #[cold]
    fn complete_chained(&mut self, slot: usize) {
        let (job, run) = self.jobs.running.get(slot);
        let job = *job;
        self.jobs.counts.change(job.action, 0, -1);
        let outcome = match job.planned_outcome {
            JobOutcome::DeadlineMissed => Lifecycle::outcome_at_deadline(self.system, &job),
            outcome => outcome,
        };
        let retry = self.report_end(job, run, outcome);
        self.jobs.running.remove(slot);
        self.change_free(run.worker, job.need, false);
        self.retry_or_end_chain(&job, retry);
    }

    /// Reports that a row has ended, and gives the retry that follows it.
    fn report_end(&mut self, job: Job, run: Execution, outcome: JobOutcome) -> Option<(Job, AttemptSample)> {
        let attempt = self.jobs.lifecycle.attempt(self.system, &job);
        self.withdraw_cancel(&job);
        if !self.has_priority_order() {
            self.notify_policy(&job, |job| SchedulerEvent::Ended(job, run.worker));
        }
        let retry = self.jobs.lifecycle.retry(self.system, &job, outcome, self.now, JobId(self.jobs.created));
        let is_last = retry.is_none();
        self.observer.on(self.now, &Event::Ended { job: &job, attempt, run, outcome, is_last });
        retry
    }

    /// A running row of any kind ends; its process goes on if it is cut off from the others.
    pub(super) fn end(&mut self, slot: usize, outcome: JobOutcome) {
        let active = *self.active(slot);
        let (job, run) = self.jobs.running.get(slot);
        let (job, outcome) = (*job, if active.is_cancel_requested { JobOutcome::Cancelled } else { outcome });
        self.jobs.counts.change(job.action, 0, -1);
        let zombie = if run.is_cut_off { self.jobs.lifecycle.outlive(&job) } else { None };
        let retry = self.report_end(job, run, outcome);
        self.leave_join(active.join);
        if run.is_cut_off {
            self.jobs.running.set_chain(slot, zombie);
            self.active(slot).is_zombie = true;
        } else {
            self.jobs.running.remove_active(slot);
        }
        self.change_free(run.worker, job.need, false);
        self.retry_or_end_chain(&job, retry);
        if self.workers.pool.is_open(run.worker) {
            self.gain_room(run.worker, job.need);
        } else {
            self.go_if_drained(run.worker);
        }
    }

    /// A worker that claims has gained room by the end of a row with this need.
    #[cold]
    fn gain_room(&mut self, worker: WorkerId, need: NeedId) {
        self.workers.pool.note_given_back(worker, need);
        self.review_worker(worker);
        self.request_dispatch();
    }

    /// More jobs may fit than before: requests a dispatch of the waiting jobs.
    pub(super) fn request_dispatch(&mut self) {
        self.dispatch.is_due = self.dispatch.timing.is_some();
        if self.dispatch.timing == Some(DispatchTiming::Event) {
            self.dispatch_waiting();
        }
    }

    fn retry_or_end_chain(&mut self, ended: &Job, retry: Option<(Job, AttemptSample)>) {
        let Some((row, drawn)) = retry else { return self.end_chain(ended.chain) };
        self.jobs.created += 1;
        self.report_created(&row, JobOrigin::Retry, self.jobs.lifecycle.overrides(&row));
        self.schedule_release(row, drawn);
    }

    /// A chain has ended: a customer that waited for it goes away to think, a parent has one child
    /// fewer to wait for.
    pub(super) fn end_chain(&mut self, chain: Option<NonZeroU32>) {
        let Some(chain) = chain else { return };
        let waiters = self.jobs.lifecycle.forget(chain);
        if let Some(customer) = waiters.customer {
            self.start_think_time(Customer { cycle: customer.cycle + 1, ..customer });
        }
        if let Some(join) = waiters.join {
            self.child_ended(join as usize);
        }
    }

    pub(super) fn leave_unclaimed(&mut self, job: &Job, outcome: JobOutcome) {
        self.withdraw_cancel(job);
        let attempt = self.jobs.lifecycle.attempt(self.system, job);
        self.observer.on(self.now, &Event::Left { job, attempt, outcome });
        self.end_chain(job.chain);
    }

    #[cold]
    pub(super) fn lose_patience(&mut self, slot: usize) {
        let (need, key) = self.queue.patience.remove(slot);
        if self.remove_waiting(need, key, JobOutcome::Abandoned) {
            self.dispatch_after_departure();
        }
    }

    /// Rejects rows that fell due at this instant, found the queue full and could not start; the
    /// newest first.
    pub(super) fn reject_newcomers(&mut self) {
        let limit = self.system.queue_limit.unwrap_or(u64::MAX);
        let mut has_left = false;
        while let Some((need, key)) = self.queue.newcomers.pop() {
            if self.queue.jobs.count() > limit {
                has_left |= self.remove_waiting(need, key, JobOutcome::Rejected);
            }
        }
        if has_left {
            self.dispatch_after_departure();
        }
    }

    /// Removes a row from the queue; tells whether it was still there.
    pub(super) fn remove_waiting(&mut self, need: NeedId, key: QueueKey<P::Rank>, outcome: JobOutcome) -> bool {
        let Some(job) = self.queue.jobs.remove(need, key) else { return false };
        self.jobs.counts.change(job.action, -1, 0);
        self.note_if_need_gone(usize::from(need.0));
        if !self.has_priority_order() {
            #[allow(clippy::redundant_closure, reason = "the bare variant has one lifetime only")]
            self.notify_policy(&job, |job| SchedulerEvent::Left(job));
        }
        self.leave_unclaimed(&job, outcome);
        true
    }

    /// Waiting rows have left: under a reserving policy, others may go now.
    pub(super) fn dispatch_after_departure(&mut self) {
        if self.policy.kind() == PolicyKind::Reserving {
            self.request_dispatch();
        }
    }

    // A row with more to come than one end: it waits for children, is asked to stop, or is cut off
    // from the others.

    /// The state of a row that is not plain, or that is not plain from now on.
    pub(super) fn active(&mut self, slot: usize) -> &mut ActiveJob {
        let was_plain = self.jobs.running.is_plain(slot);
        let (job, _) = self.jobs.running.get(slot);
        let is_stopped = job.planned_outcome == JobOutcome::DeadlineMissed;
        let stopped_after = self.jobs.lifecycle.runs_until_deadline(self.system, job);
        let active = self.jobs.running.active(slot);
        if was_plain && is_stopped {
            active.expect_deadline(stopped_after);
        }
        active
    }

    /// A row with a chain starts: it may have children, or take its time to stop, and it may be
    /// asked to cancel.
    #[cold]
    pub(super) fn begin_chained(&mut self, slot: usize) {
        let (job, _) = self.jobs.running.get(slot);
        let lifecycle = &self.jobs.lifecycle;
        let takes_time_to_stop = job.planned_outcome == JobOutcome::DeadlineMissed && !lifecycle.stops_at_once(job);
        let (children, request) = (lifecycle.children(job), lifecycle.cancel_request(job));
        if takes_time_to_stop {
            self.active(slot);
        }
        if let Some(request) = request {
            self.redirect_cancel(slot, request);
        }
        if children > 0 {
            self.start_children(slot);
        }
    }

    /// An event is due of a row that is not plain, or of one that has ended before the event.
    #[cold]
    pub(super) fn continue_active(&mut self, class: EventClass, slot: usize) {
        let now = self.now;
        let Some(active) = self.jobs.running.take_event(slot) else { return };
        let cause = if class == EventClass::Completion { active.completion(now) } else { active.deadline(now) };
        match (cause, active.process) {
            (EventCause::ServiceOver, Process::Serving) => self.finish_service(slot),
            (EventCause::Joined, Process::Joining) => self.finish_process(slot),
            (EventCause::Deadline, Process::Serving | Process::Joining) => {
                let outcome = Lifecycle::outcome_at_deadline(self.system, self.jobs.running.get(slot).0);
                self.ask_to_stop(slot, outcome);
            }
            (EventCause::Stopped, Process::Stopping(outcome)) => self.process_ended(slot, outcome),
            // It has been asked to stop in the meantime, or its process is gone.
            _ => {}
        }
    }

    /// A process comes to its own end.
    pub(super) fn finish_process(&mut self, slot: usize) {
        let outcome = self.jobs.running.get(slot).0.planned_outcome;
        self.process_ended(slot, outcome);
    }

    /// A process has ended. Its row ends with it, unless the process is cut off.
    pub(super) fn process_ended(&mut self, slot: usize, outcome: JobOutcome) {
        let active = self.jobs.running.active(slot);
        if active.is_zombie {
            self.reap(slot, false);
        } else if active.run.is_cut_off {
            active.process = Process::Ended(outcome);
        } else {
            self.end(slot, outcome);
        }
    }
}
