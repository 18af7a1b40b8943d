//! The job log of one replication: an observer that writes each row once it and all rows before it
//! have ended.
//!
//! The log is sorted by row number, but rows do not end in that order. So the observer keeps the
//! rows from the oldest open one on; all rows before it are written. A row that stays open for very
//! long, or for ever, would keep too many others in memory. The observer defers such a row and
//! remembers its place in the text. So memory grows neither with finished rows nor behind a stuck
//! one.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use super::writer::{JobLog, JobRow};
use crate::engine::{Attempt, Event, JobOrigin, JobOverrides, Observer, System};
use crate::model::job::{Job, JobId, JobOutcome, Status};
use crate::model::time::{Span, Time};

/// The number of rows that are kept before one is deferred.
const WINDOW: usize = 1 << 16;

/// Observes one replication and writes its rows.
pub struct JobLogObserver<'a, W: io::Write> {
    system: &'a System,
    replication: u32,
    /// The rows from number `first` on; `None` where the job is not due yet.
    rows: VecDeque<Option<Row<'a>>>,
    first: u64,
    /// The number of `rows` that have ended.
    ended: usize,
    window: usize,
    /// The deferred rows by number, each with its place in the text.
    deferred: BTreeMap<u64, (u64, Option<Row<'a>>)>,
    /// What is known of rows that have been created and are not due yet.
    created: BTreeMap<u64, Created>,
    /// The parents of the open chains that are children, by the first row of each.
    parents: BTreeMap<u64, JobId>,
    log: JobLog<W>,
    failure: Option<io::Error>,
    is_past_horizon: bool,
}

/// What the creation of a row tells about it.
#[derive(Clone, Copy)]
struct Created {
    priority: i64,
    deadline: Option<Span>,
}

struct Row<'a> {
    row: JobRow<'a>,
    open: bool,
}

/// A row that is still missing in the output because it was deferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeferredRow {
    /// Its place: the number of bytes of the output before it.
    pub place: u64,
    /// Its text.
    pub text: Vec<u8>,
}

impl<'a, W: io::Write> JobLogObserver<'a, W> {
    /// Begins the log of a replication.
    pub fn new(system: &'a System, replication: u32, log: JobLog<W>) -> JobLogObserver<'a, W> {
        JobLogObserver {
            system,
            replication,
            rows: VecDeque::new(),
            first: 0,
            ended: 0,
            window: WINDOW,
            deferred: BTreeMap::new(),
            created: BTreeMap::new(),
            parents: BTreeMap::new(),
            log,
            failure: None,
            is_past_horizon: false,
        }
    }

    /// Writes the remaining rows with their state when following ends; returns the output and the
    /// deferred rows, in order.
    ///
    /// # Errors
    /// If the output could not be written to at any time.
    pub fn finish(mut self) -> io::Result<(W, Vec<DeferredRow>)> {
        for row in std::mem::take(&mut self.rows).into_iter().flatten() {
            self.write(&row.row);
        }
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let rows = self.deferred.into_values().filter_map(|(place, row)| Some((place, row?.row)));
        let deferred = rows.map(|(place, row)| Ok(DeferredRow { place, text: text(&row)? }));
        let deferred = deferred.collect::<io::Result<_>>()?;
        Ok((self.log.finish()?, deferred))
    }

    /// The place of the row with this number.
    fn slot(&mut self, job: JobId) -> &mut Option<Row<'a>> {
        if job.0 < self.first {
            return &mut self.deferred.get_mut(&job.0).expect("a row is written only after it has ended").1;
        }
        let place = (job.0 - self.first) as usize;
        if self.rows.len() <= place {
            self.rows.resize_with(place + 1, || None);
        }
        &mut self.rows[place]
    }

    /// A row that is listed; `None` for one that falls due after the horizon.
    fn row(&mut self, job: JobId) -> Option<&mut Row<'a>> {
        if job.0 >= self.first + self.rows.len() as u64 {
            return None;
        }
        self.slot(job).as_mut()
    }

    fn end(&mut self, at: Time, job: JobId, status: Status) {
        let Some(row) = self.row(job) else { return };
        (row.row.status, row.row.ended_at, row.open) = (status, Some(at), false);
        self.ended += usize::from(job.0 >= self.first);
        self.advance();
    }

    /// Writes the rows before the oldest open one, and defers that row if it alone keeps too many
    /// others.
    fn advance(&mut self) {
        while let Some(oldest) = self.rows.front() {
            match oldest {
                Some(Row { row, open: false }) => {
                    let row = *row;
                    self.write(&row);
                    self.rows.pop_front();
                    self.ended -= 1;
                }
                _ if self.is_blocked() => self.defer_oldest(),
                _ => break,
            }
            self.first += 1;
        }
    }

    /// Whether one row keeps many that have ended. The rows of a long queue are open for long too,
    /// but all of them are; deferring them would save nothing.
    fn is_blocked(&self) -> bool {
        self.rows.len() > self.window && self.ended > self.rows.len() / 16 * 15
    }

    /// Defers the oldest row. After a failure its place is wrong, but then no place is needed.
    fn defer_oldest(&mut self) {
        let place = self.log.position();
        let oldest = self.rows.pop_front().flatten();
        match place {
            Ok(place) => _ = self.deferred.insert(self.first, (place, oldest)),
            Err(failure) => {
                self.deferred.insert(self.first, (0, oldest));
                self.failure.get_or_insert(failure);
            }
        }
    }

    /// After a first failure nothing more is written; `finish` returns the failure.
    fn write(&mut self, row: &JobRow) {
        if self.failure.is_none() {
            self.failure = self.log.write(row).err();
        }
    }
}

/// The text of a row.
fn text(row: &JobRow) -> io::Result<Vec<u8>> {
    let mut log = JobLog::continued(Vec::new());
    log.write(row)?;
    log.finish()
}

impl<W: io::Write> Observer for JobLogObserver<'_, W> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            // What is created or falls due later is load. A process that outlives its row ends
            // unseen.
            Event::Created { .. } | Event::Due { .. } | Event::ZombieEnded { .. } if self.is_past_horizon => {}
            Event::HorizonPassed { .. } => self.is_past_horizon = true,
            Event::Created { job, origin, overrides, .. } => self.created(job, origin, overrides),
            Event::Due { job, attempt } => self.due(job, attempt),
            Event::Claimed { job, worker } => {
                let worker = self.system.worker(worker).id.as_str();
                if let Some(Row { row, .. }) = self.row(job.id) {
                    (row.status, row.worker, row.claimed_at) = (Status::Running, Some(worker), Some(now));
                }
            }
            Event::Ended { job, run, outcome: outcome @ JobOutcome::WorkerDead, .. } if run.is_cut_off => {
                // Its process decides the final status.
                if let Some(Row { row, .. }) = self.row(job.id) {
                    (row.status, row.ended_at) = (outcome.status(), Some(now));
                }
            }
            Event::Ended { job, outcome, attempt, is_last, .. } => {
                if is_last {
                    self.parents.remove(&attempt.first.0);
                }
                self.end(now, job.id, outcome.status());
            }
            Event::Left { job, outcome, .. } => self.end(now, job.id, outcome.status()),
            Event::CancelRequested { job, .. } => {
                if let Some(Row { row, .. }) = self.row(job.id) {
                    row.status = Status::CancelRequest;
                }
            }
            Event::ZombieEnded { job, stopped, .. } => {
                let Some(&mut Row { row: JobRow { status, ended_at, .. }, .. }) = self.row(job.id) else { return };
                let status = if stopped { Status::WorkerResurrection } else { status };
                self.end(ended_at.expect("its row has ended"), job.id, status);
            }
            _ => {}
        }
    }
}

impl<W: io::Write> JobLogObserver<'_, W> {
    fn created(&mut self, job: &Job, origin: JobOrigin, overrides: JobOverrides) {
        let action = self.system.action(job.action);
        let priority = overrides.priority.unwrap_or(action.priority);
        let created = Created { priority, deadline: overrides.deadline.or(action.deadline) };
        self.created.insert(job.id.0, created);
        if let JobOrigin::Child(parent) = origin {
            self.parents.insert(job.id.0, parent);
        }
    }

    fn due(&mut self, job: &Job, attempt: Attempt) {
        let created = self.created.remove(&job.id.0);
        let Created { priority, deadline } = created.expect("the engine creates a row before it falls due");
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
            parent: self.parents.get(&attempt.first.0).copied(),
            priority,
            due_date: deadline.map(|deadline| job.scheduled_at + deadline),
            need: &self.system.need(job.need).0,
        };
        *self.slot(job.id) = Some(Row { row, open: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment;
    use crate::scenario::{self, NoFiles};

    /// Long jobs among short ones, a job that fits on no worker, and retries that fall due much
    /// later than their numbers.
    const TEXT: &str = r#"
        horizon = "2h"
        replications = 3
        claim = { delay = "none" }
        worker.w = { count = 4, capacity = { slot = 2 } }
        [action.short]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "1/s" } }
        service = { exponential = { mean = "3s" } }
        error = 0.02
        retries = 2
        backoff = "10m"
        [action.long]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "6/h" } }
        service = { exponential = { mean = "20m" } }
        [action.huge]
        capacity = { slot = 3 }
        service = "1s"
        [[job]]
        action = "huge"
        at = "1m"
    "#;

    fn inserted((text, deferred): &(Vec<u8>, Vec<DeferredRow>)) -> Vec<u8> {
        let mut whole = text.clone();
        for deferred in deferred.iter().rev() {
            let place = deferred.place as usize;
            whole.splice(place..place, deferred.text.iter().copied());
        }
        whole
    }

    #[test]
    fn deferred_rows_fit_into_their_places() {
        let scenario = scenario::load("long.toml", TEXT, &[], &NoFiles).unwrap().scenario;
        let history = |replication, window| {
            let log = JobLog::new(Vec::new(), &scenario.system.resources).unwrap();
            JobLogObserver { window, ..JobLogObserver::new(&scenario.system, replication, log) }
        };
        for window in [1, 20, 300] {
            let both = |replication| (history(replication, window), history(replication, usize::MAX));
            let (_, histories) = experiment::run_observed(&scenario, &(), (0..3).map(both).collect());
            for (narrow, wide) in histories {
                let (narrow, wide) = (narrow.finish().unwrap(), wide.finish().unwrap());
                assert!(!narrow.1.is_empty() && wide.1.is_empty(), "window {window}: {} deferred rows", narrow.1.len());
                assert!(inserted(&narrow) == wide.0, "window {window}: the logs differ");
            }
        }
    }
}
