//! The observer that writes down what happens in one run, instant by instant, for it to be compared with another.

use super::happening::{Entry, Happening, Origin, Row};
use super::ids::Ids;
use crate::engine::{Attempt, Event, JobOrigin, JobOverrides, Observer};
use crate::model::job::Job;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// What has happened since it was cleared last.
#[derive(Debug)]
pub(super) struct Recorder {
    ids: Ids,
    pub(super) log: Vec<Entry>,
    /// By `ActionId`: how many jobs have come from outside.
    pub(super) arrived: Vec<u64>,
}

impl Recorder {
    pub(super) fn new(ids: Ids) -> Recorder {
        let arrived = vec![0; ids.actions.len()];
        Recorder { ids, log: Vec::new(), arrived }
    }

    /// How its run's names are numbered.
    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    fn worker(&self, worker: WorkerId) -> u32 {
        self.ids.workers[worker.0 as usize]
    }

    fn row(&mut self, job: &Job, attempt: Attempt, origin: JobOrigin, overrides: JobOverrides) -> Row {
        let origin = match origin {
            JobOrigin::Child(parent) => Origin::Child(parent),
            JobOrigin::Retry => Origin::Retry(attempt.first),
            JobOrigin::Initial => Origin::Start,
            JobOrigin::Source(_) => Origin::Outside,
        };
        self.arrived[usize::from(job.action.0)] += u64::from(origin == Origin::Outside);
        Row {
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
}

impl Observer for Recorder {
    fn on(&mut self, _now: Time, event: &Event<'_>) {
        let what = match *event {
            Event::Created { job, attempt, origin, overrides } => {
                Happening::Created(self.row(job, attempt, origin, overrides))
            }
            Event::Due { job, .. } => Happening::Due { job: job.id },
            Event::Claimed { job, worker } => Happening::Claimed { job: job.id, worker: self.worker(worker) },
            Event::Ended { job, attempt, run, outcome, is_last } => Happening::Ended {
                job: job.id,
                first: attempt.first,
                worker: self.worker(run.worker),
                ending: outcome,
                last: is_last,
            },
            Event::Left { job, outcome } => Happening::Left { job: job.id, ending: outcome },
            Event::CancelRequested { job, .. } => Happening::CancelRequested { job: job.id },
            Event::ZombieEnded { job, stopped, .. } => Happening::ZombieOver { job: job.id, stopped },
            Event::WorkerDown { worker, kind } => Happening::Out { worker: self.worker(worker), kind },
            Event::WorkerDeclaredDead { worker } => Happening::DeclaredDead { worker: self.worker(worker) },
            Event::WorkerUp { worker } => Happening::Back { worker: self.worker(worker) },
            Event::CapacityChanged { worker, capacity } => {
                Happening::Capacity { worker: self.worker(worker), to: self.ids.change(capacity) }
            }
            Event::FiringSkipped { action } => Happening::Skipped { action: self.ids.actions[usize::from(action.0)] },
            Event::Interrupted { .. }
            | Event::Resumed { .. }
            | Event::StillWaiting { .. }
            | Event::StillRunning { .. } => return,
        };
        self.log.push(Entry { what, job: event.job().copied() });
    }
}
