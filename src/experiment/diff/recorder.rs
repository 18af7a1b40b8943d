//! The observer that records the events of one run, instant by instant, for comparison with
//! another.

use super::event::{CreatedRow, LogEntry, RowOrigin, SharedEvent};
use super::shared_ids::SharedIds;
use crate::engine::{Attempt, Given, Observer, OutageKind, Run};
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// The events since the log was last cleared.
#[derive(Debug)]
pub(super) struct Recorder {
    ids: SharedIds,
    pub(super) log: Vec<LogEntry>,
    /// By `ActionId`: the number of jobs from outside.
    pub(super) arrived: Vec<u64>,
    /// The number of rows that are there at the start.
    initial: u64,
    /// The parent of the next created row, if it has one.
    parent: Option<JobId>,
}

impl Recorder {
    pub(super) fn new(ids: SharedIds, initial: usize) -> Recorder {
        let arrived = vec![0; ids.actions.len()];
        Recorder { ids, log: Vec::new(), arrived, initial: initial as u64, parent: None }
    }

    /// The numbers of its run's names.
    pub(super) fn ids(&self) -> &SharedIds {
        &self.ids
    }

    fn note(&mut self, event: SharedEvent, job: Option<&Job>) {
        self.log.push(LogEntry { event, job: job.copied() });
    }

    fn worker(&self, worker: WorkerId) -> u32 {
        self.ids.workers[worker.0 as usize]
    }

    fn origin(&mut self, job: &Job, attempt: Attempt) -> RowOrigin {
        match self.parent.take() {
            Some(parent) => RowOrigin::Child(parent),
            None if attempt.number > 1 => RowOrigin::Retry(attempt.first),
            None if job.id.0 < self.initial => RowOrigin::Start,
            None => RowOrigin::Outside,
        }
    }
}

impl Observer for Recorder {
    fn created(&mut self, _now: Time, job: &Job, attempt: Attempt, given: Given) {
        let origin = self.origin(job, attempt);
        self.arrived[usize::from(job.action.0)] += u64::from(origin == RowOrigin::Outside);
        let row = CreatedRow {
            job: job.id,
            origin,
            action: self.ids.actions[usize::from(job.action.0)],
            need: self.ids.needs[usize::from(job.need)],
            scheduled_at: job.scheduled_at,
            service: job.service,
            priority: given.priority,
            estimate: given.estimate,
            deadline: given.deadline,
            stop_timeout: given.stop_timeout,
            retries: given.retries,
        };
        self.note(SharedEvent::Created(row), Some(job));
    }

    fn child_of(&mut self, parent: &Job) {
        self.parent = Some(parent.id);
    }

    fn due(&mut self, _now: Time, job: &Job, _attempt: Attempt) {
        self.note(SharedEvent::Due { job: job.id }, Some(job));
    }

    fn claimed(&mut self, _now: Time, job: &Job, worker: WorkerId) {
        self.note(SharedEvent::Claimed { job: job.id, worker: self.worker(worker) }, Some(job));
    }

    fn ended(&mut self, _now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {
        let worker = self.worker(run.worker);
        self.note(SharedEvent::Ended { job: job.id, first: attempt.first, worker, ending, last }, Some(job));
    }

    fn left(&mut self, _now: Time, job: &Job, ending: Ending) {
        self.note(SharedEvent::Left { job: job.id, ending }, Some(job));
    }

    fn cancel_requested(&mut self, _now: Time, job: &Job, _run: Run) {
        self.note(SharedEvent::CancelRequested { job: job.id }, Some(job));
    }

    fn zombie_over(&mut self, _now: Time, job: &Job, _worker: WorkerId, stopped: bool) {
        self.note(SharedEvent::ZombieOver { job: job.id, stopped }, Some(job));
    }

    fn worker_out(&mut self, _now: Time, worker: WorkerId, kind: OutageKind) {
        self.note(SharedEvent::Out { worker: self.worker(worker), kind }, None);
    }

    fn worker_declared_dead(&mut self, _now: Time, worker: WorkerId) {
        self.note(SharedEvent::DeclaredDead { worker: self.worker(worker) }, None);
    }

    fn worker_back(&mut self, _now: Time, worker: WorkerId) {
        self.note(SharedEvent::Back { worker: self.worker(worker) }, None);
    }

    fn capacity_changed(&mut self, _now: Time, worker: WorkerId, capacity: &CapacityMap) {
        self.note(SharedEvent::Capacity { worker: self.worker(worker), to: self.ids.change(capacity) }, None);
    }

    fn skipped(&mut self, _now: Time, action: ActionId) {
        self.note(SharedEvent::Skipped { action: self.ids.actions[usize::from(action.0)] }, None);
    }
}
