//! An observer that keeps the tables of the registry's database: every row of the job table, and
//! every worker.

use crate::engine::{Attempt, Event, InitialState, JobOrigin, JobOverrides, Observer, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::{Job, JobId, Status};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// Observes one replication and keeps its tables up to date.
#[derive(Debug)]
pub struct Ledger<'a> {
    system: &'a System,
    /// By job number.
    rows: Vec<JobRecord>,
    /// By `WorkerId`.
    workers: Vec<WorkerRecord>,
}

/// A row of the job table.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobRecord {
    pub(super) action: ActionId,
    pub(super) need: NeedId,
    pub(super) scheduled_at: Time,
    /// The first row of its chain.
    pub(super) first: JobId,
    pub(super) retries_left: u32,
    pub(super) retries_total: u32,
    pub(super) deadline: Option<Span>,
    pub(super) stop_timeout: Option<Span>,
    /// Its source; none for retries, children and rows that existed at the start.
    pub(super) source: Option<u32>,
    pub(super) status: Status,
    pub(super) worker: Option<WorkerId>,
    /// The last change of its status; `None` if it has not changed since the start.
    pub(super) last_updated: Option<Time>,
}

/// A row of the worker table.
#[derive(Clone, Debug)]
pub(super) struct WorkerRecord {
    /// When it began to send heartbeats; the last time, if it is out.
    since: Time,
    /// Whether its place has it.
    is_there: bool,
    /// When it went out, if it is out.
    out: Option<Time>,
    pub(super) is_declared_dead: bool,
    /// Its capacity, if that has changed.
    pub(super) capacity: Option<CapacityMap>,
}

impl<'a> Ledger<'a> {
    /// The tables before the first row; all workers that are there at the start are up.
    pub fn new(system: &'a System) -> Ledger<'a> {
        let record =
            |is_there| WorkerRecord { since: Time::ZERO, is_there, out: None, is_declared_dead: false, capacity: None };
        let workers = system.there_at_start().into_iter().map(record).collect();
        Ledger { system, rows: Vec::new(), workers }
    }

    /// Whether the table of workers has a row of a worker.
    pub(super) fn lists(&self, worker: WorkerId) -> bool {
        self.worker_record(worker).is_there
    }

    /// All rows, by job number.
    pub(super) fn rows(&self) -> &[JobRecord] {
        &self.rows
    }

    pub(super) fn worker_record(&self, worker: WorkerId) -> &WorkerRecord {
        &self.workers[worker.0 as usize]
    }

    /// The expiration of a worker's heartbeat, as known at `now`.
    pub(super) fn expiration(&self, worker: WorkerId, now: Time) -> Time {
        let worker_record = self.worker_record(worker);
        self.system.availability.heartbeat.expiration(worker_record.since, worker_record.out.unwrap_or(now))
    }

    fn row(&mut self, job: &Job) -> &mut JobRecord {
        &mut self.rows[job.id.0 as usize]
    }

    fn change(&mut self, now: Time, job: &Job, status: Status) {
        let row = self.row(job);
        (row.status, row.last_updated) = (status, Some(now));
    }

    /// The state of a row at the start, if it existed.
    fn initial(&self, job: &Job) -> Option<InitialState> {
        self.system.initial.get(job.id.0 as usize).map(|row| row.state)
    }
}

impl Observer for Ledger<'_> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Created { job, attempt, origin, overrides } => self.insert(now, job, attempt, origin, overrides),
            Event::Claimed { job, worker } => {
                let has_run_before = self.initial(job).is_some_and(|state| state != InitialState::Waiting);
                let row = self.row(job);
                (row.status, row.worker) = (Status::Running, Some(worker));
                row.last_updated = (!has_run_before).then_some(now);
            }
            Event::CancelRequested { job, .. } => {
                let was_asked_before = matches!(self.initial(job), Some(InitialState::CancelRequested(_)));
                let row = self.row(job);
                row.status = Status::CancelRequest;
                row.last_updated = (!was_asked_before).then_some(now);
            }
            Event::Ended { job, outcome, .. } | Event::Left { job, outcome, .. } => {
                self.change(now, job, outcome.status());
            }
            Event::ZombieEnded { job, stopped: true, .. } => self.change(now, job, Status::WorkerResurrection),
            Event::WorkerDown { worker, .. } => _ = self.workers[worker.0 as usize].out.get_or_insert(now),
            Event::WorkerDeclaredDead { worker } => self.workers[worker.0 as usize].is_declared_dead = true,
            Event::WorkerUp { worker } => {
                let record = &mut self.workers[worker.0 as usize];
                (record.since, record.out, record.is_declared_dead) = (now, None, false);
            }
            Event::WorkerOrdered { worker } => {
                let record = &mut self.workers[worker.0 as usize];
                (record.since, record.is_there, record.is_declared_dead) = (now, true, false);
            }
            Event::WorkerGone { worker } => self.workers[worker.0 as usize].is_there = false,
            Event::CapacityChanged { worker, capacity } => {
                self.workers[worker.0 as usize].capacity = Some(capacity.clone());
            }
            _ => {}
        }
    }
}

impl Ledger<'_> {
    fn insert(&mut self, now: Time, job: &Job, attempt: Attempt, origin: JobOrigin, overrides: JobOverrides) {
        debug_assert_eq!(job.id.0, self.rows.len() as u64, "rows are numbered as they are created");
        let first = self.rows.get(attempt.first.0 as usize);
        let is_new = self.initial(job).is_none();
        self.rows.push(JobRecord {
            action: job.action,
            need: job.need,
            scheduled_at: job.scheduled_at,
            first: attempt.first,
            retries_left: attempt.retries_left,
            retries_total: first.map_or(attempt.retries_left, |first| first.retries_total),
            deadline: overrides.deadline,
            stop_timeout: overrides.stop_timeout,
            source: if let JobOrigin::Source(source) = origin { Some(source) } else { None },
            status: Status::Waiting,
            worker: None,
            last_updated: is_new.then_some(now),
        });
    }
}
