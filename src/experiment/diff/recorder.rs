//! The observer that records the events of one run, instant by instant, for comparison with
//! another.

use super::event::{CreatedRow, LogEntry, RowOrigin, SharedEvent, WorkerStage};
use super::shared_ids::SharedIds;
use crate::engine::{Attempt, Event, JobOrigin, JobOverrides, Observer};
use crate::model::job::Job;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// The events since the log was last cleared.
#[derive(Debug)]
pub(crate) struct Recorder {
    ids: SharedIds,
    pub(super) log: Vec<LogEntry>,
    /// By `ActionId`: the number of jobs from outside.
    pub(super) arrived: Vec<u64>,
}

impl Recorder {
    pub(super) fn new(ids: SharedIds) -> Recorder {
        let arrived = vec![0; ids.actions.len()];
        Recorder { ids, log: Vec::new(), arrived }
    }

    /// The numbers of its run's names.
    pub(super) fn ids(&self) -> &SharedIds {
        &self.ids
    }

    fn worker(&self, worker: WorkerId) -> u32 {
        self.ids.workers[worker.0 as usize]
    }

    fn row(&mut self, job: &Job, attempt: Attempt, origin: JobOrigin, overrides: JobOverrides) -> CreatedRow {
        let origin = match origin {
            JobOrigin::Child(parent) => RowOrigin::Child(parent),
            JobOrigin::Retry => RowOrigin::Retry(attempt.first),
            JobOrigin::Initial => RowOrigin::Start,
            JobOrigin::Source(_) => RowOrigin::Outside,
        };
        self.arrived[usize::from(job.action.0)] += u64::from(origin == RowOrigin::Outside);
        CreatedRow {
            job: job.id,
            origin,
            action: self.ids.actions[usize::from(job.action.0)],
            need: self.ids.needs[usize::from(job.need)],
            scheduled_at: job.scheduled_at,
            service: job.service,
            priority: overrides.priority,
            estimate: overrides.estimate,
            deadline: overrides.deadline,
            stop_timeout: overrides.stop_timeout,
            retries: overrides.retries,
        }
    }

    fn stage(&self, worker: WorkerId, stage: WorkerStage) -> SharedEvent {
        SharedEvent::WorkerStage { worker: self.worker(worker), stage }
    }
}

impl Observer for Recorder {
    fn on(&mut self, _now: Time, event: &Event<'_>) {
        let shared = match *event {
            Event::Created { job, attempt, origin, overrides } => {
                SharedEvent::Created(self.row(job, attempt, origin, overrides))
            }
            Event::Due { job, .. } => SharedEvent::Due { job: job.id },
            Event::Claimed { job, worker } => SharedEvent::Claimed { job: job.id, worker: self.worker(worker) },
            Event::Ended { job, attempt, run, outcome, is_last } => {
                let worker = self.worker(run.worker);
                SharedEvent::Ended { job: job.id, first: attempt.first, worker, outcome, is_last }
            }
            Event::Left { job, outcome, .. } => SharedEvent::Left { job: job.id, outcome },
            Event::CancelRequested { job, .. } => SharedEvent::CancelRequested { job: job.id },
            Event::ZombieEnded { job, stopped, .. } => SharedEvent::ZombieEnded { job: job.id, stopped },
            Event::WorkerDown { worker, kind } => SharedEvent::WorkerDown { worker: self.worker(worker), kind },
            Event::WorkerDeclaredDead { worker } => SharedEvent::WorkerDeclaredDead { worker: self.worker(worker) },
            Event::WorkerUp { worker } => SharedEvent::WorkerUp { worker: self.worker(worker) },
            Event::CapacityChanged { worker, capacity } => {
                SharedEvent::CapacityChanged { worker: self.worker(worker), to: self.ids.change(capacity) }
            }
            Event::WorkerOrdered { worker } => self.stage(worker, "begins to start"),
            Event::WorkerReady { worker } => self.stage(worker, "is ready"),
            Event::WorkerDraining { worker } => self.stage(worker, "claims nothing more"),
            Event::WorkerGone { worker } => self.stage(worker, "is gone"),
            Event::FiringSkipped { action } => {
                SharedEvent::FiringSkipped { action: self.ids.actions[usize::from(action.0)] }
            }
            Event::GroupScaled { .. }
            | Event::Interrupted { .. }
            | Event::Resumed { .. }
            | Event::StillWaiting { .. }
            | Event::StillRunning { .. }
            | Event::StillAhead { .. }
            | Event::HorizonPassed { .. }
            | Event::WaitReason { .. }
            | Event::LeftOpen { .. } => return,
        };
        self.log.push(LogEntry { event: shared, job: event.job().copied() });
    }
}
