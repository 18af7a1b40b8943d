//! An observer that keeps the tables of the registry's database: every row of the job table, and
//! every worker.

use crate::engine::{Attempt, Given, InitialState, Observer, OutageKind, Run, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::{Ending, Job, JobId, Status};
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
    /// The source of the next row.
    source: Option<u32>,
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
    /// When it went out, if it is out.
    out: Option<Time>,
    pub(super) is_declared_dead: bool,
    /// Its capacity, if that has changed.
    pub(super) capacity: Option<CapacityMap>,
}

impl<'a> Ledger<'a> {
    /// The tables before the first row; all workers are up.
    pub fn new(system: &'a System) -> Ledger<'a> {
        let worker_record = WorkerRecord { since: Time::ZERO, out: None, is_declared_dead: false, capacity: None };
        Ledger { system, rows: Vec::new(), workers: vec![worker_record; system.workers.len()], source: None }
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
    fn coming_from(&mut self, source: usize) {
        self.source = Some(source as u32);
    }

    fn created(&mut self, now: Time, job: &Job, attempt: Attempt, given: Given) {
        debug_assert_eq!(job.id.0, self.rows.len() as u64, "rows are numbered as they are made");
        let first = self.rows.get(attempt.first.0 as usize);
        let is_new = self.initial(job).is_none();
        self.rows.push(JobRecord {
            action: job.action,
            need: job.need,
            scheduled_at: job.scheduled_at,
            first: attempt.first,
            retries_left: attempt.retries_left,
            retries_total: first.map_or(attempt.retries_left, |first| first.retries_total),
            deadline: given.deadline,
            stop_timeout: given.stop_timeout,
            source: self.source.take(),
            status: Status::Waiting,
            worker: None,
            last_updated: is_new.then_some(now),
        });
    }

    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        let has_run_before = self.initial(job).is_some_and(|state| state != InitialState::Waiting);
        let row = self.row(job);
        (row.status, row.worker) = (Status::Running, Some(worker));
        row.last_updated = (!has_run_before).then_some(now);
    }

    fn cancel_requested(&mut self, now: Time, job: &Job, _run: Run) {
        let was_asked_before = matches!(self.initial(job), Some(InitialState::CancelRequested(_)));
        let row = self.row(job);
        row.status = Status::CancelRequest;
        row.last_updated = (!was_asked_before).then_some(now);
    }

    fn ended(&mut self, now: Time, job: &Job, _attempt: Attempt, _run: Run, ending: Ending, _last: bool) {
        self.change(now, job, ending.status());
    }

    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.change(now, job, ending.status());
    }

    fn zombie_over(&mut self, now: Time, job: &Job, _worker: WorkerId, stopped: bool) {
        if stopped {
            self.change(now, job, Status::WorkerResurrection);
        }
    }

    fn worker_out(&mut self, now: Time, worker: WorkerId, _kind: OutageKind) {
        self.workers[worker.0 as usize].out.get_or_insert(now);
    }

    fn worker_declared_dead(&mut self, _now: Time, worker: WorkerId) {
        self.workers[worker.0 as usize].is_declared_dead = true;
    }

    fn worker_back(&mut self, now: Time, worker: WorkerId) {
        let worker_record = &mut self.workers[worker.0 as usize];
        (worker_record.since, worker_record.out, worker_record.is_declared_dead) = (now, None, false);
    }

    fn capacity_changed(&mut self, _now: Time, worker: WorkerId, capacity: &CapacityMap) {
        self.workers[worker.0 as usize].capacity = Some(capacity.clone());
    }
}
