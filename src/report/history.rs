//! The job log of one replication: an observer that writes each row once it and all rows before it have ended.
//!
//! Rows end in another order than that of their numbers, and the log is sorted by number. So the rows from the oldest open one
//! on are kept; everything before it has been written, and memory does not grow with finished jobs.

use std::collections::VecDeque;
use std::io;

use super::jobs::{JobLog, JobRow};
use crate::engine::{Attempt, Observer, Run, System};
use crate::model::job::{Ending, Job, JobId, Status};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

/// Listens to one replication and writes its rows.
pub struct JobHistory<'a, W: io::Write> {
    system: &'a System,
    replication: u32,
    /// The rows from number `first` on; `None` where a number has not fallen due yet.
    rows: VecDeque<Option<Row<'a>>>,
    first: u64,
    log: JobLog<W>,
    failure: Option<io::Error>,
}

struct Row<'a> {
    row: JobRow<'a>,
    open: bool,
}

impl<'a, W: io::Write> JobHistory<'a, W> {
    /// Begins the history of a replication, to be written to `log`.
    pub fn new(system: &'a System, replication: u32, log: JobLog<W>) -> JobHistory<'a, W> {
        JobHistory { system, replication, rows: VecDeque::new(), first: 0, log, failure: None }
    }

    /// Writes what is left, with how it stood at the horizon, and gives the output back.
    ///
    /// # Errors
    /// Whatever kept the output from being written to, at any time.
    pub fn finish(mut self) -> io::Result<W> {
        for row in std::mem::take(&mut self.rows).into_iter().flatten() {
            self.write(&row.row);
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => self.log.finish(),
        }
    }

    fn row(&mut self, job: JobId) -> &mut Row<'a> {
        let place = (job.0 - self.first) as usize;
        self.rows[place].as_mut().expect("the engine tells that a row is due before all else")
    }

    fn end(&mut self, now: Time, job: JobId, ending: Ending) {
        let row = self.row(job);
        (row.row.status, row.row.ended_at, row.open) = (ending.status(), Some(now), false);
        while let Some(Some(Row { row, open: false })) = self.rows.front() {
            let row = *row;
            self.write(&row);
            self.rows.pop_front();
            self.first += 1;
        }
    }

    /// After a first failure nothing more is written; the failure is told at the end.
    fn write(&mut self, row: &JobRow) {
        if self.failure.is_none() {
            self.failure = self.log.write(row).err();
        }
    }
}

impl<W: io::Write> Observer for JobHistory<'_, W> {
    fn due(&mut self, _now: Time, job: &Job, attempt: Attempt) {
        let place = (job.id.0 - self.first) as usize;
        if self.rows.len() <= place {
            self.rows.resize_with(place + 1, || None);
        }
        let row = JobRow {
            replication: self.replication,
            job: job.id,
            retry_from: (attempt.number > 1).then_some(attempt.first),
            action: &self.system.action(job.action).name,
            attempt: attempt.number,
            status: Status::Waiting,
            worker: None,
            scheduled_at: job.scheduled_at,
            claimed_at: None,
            ended_at: None,
            retries_left: attempt.retries_left,
        };
        self.rows[place] = Some(Row { row, open: true });
    }

    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        let worker = self.system.worker(worker).id.as_str();
        let row = &mut self.row(job.id).row;
        (row.status, row.worker, row.claimed_at) = (Status::Running, Some(worker), Some(now));
    }

    fn ended(&mut self, now: Time, job: &Job, _attempt: Attempt, _run: Run, ending: Ending, _last: bool) {
        self.end(now, job.id, ending);
    }

    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.end(now, job.id, ending);
    }
}
