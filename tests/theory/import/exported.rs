//! The documents that a registry would export at the horizon of a run, made by an observer of the
//! run.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use claimsim::internals::engine::{Attempt, Event, Observer, System};
use claimsim::internals::experiment::run_observed;
use claimsim::internals::import::{Documents, ImportOptions, scenario_text};
use claimsim::internals::model::job::{Job, JobId, Status};
use claimsim::internals::model::time::{Epoch, Time};
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::registry::document::{Field, JobDocument, JobStatus, WorkerDocument, WorkerStatus};
use claimsim::internals::scenario::Scenario;

/// The current state of a row.
#[derive(Clone, Copy)]
struct Row {
    job: Job,
    attempt: Attempt,
    status: Status,
    updated: Time,
    worker: Option<WorkerId>,
}

/// Observes a run up to its horizon.
#[derive(Clone, Default)]
struct Table {
    rows: BTreeMap<JobId, Row>,
    is_past_horizon: bool,
}

impl Table {
    fn update(&mut self, now: Time, job: &Job, status: Status, worker: Option<WorkerId>) {
        let row = self.rows.get_mut(&job.id).expect("a row falls due first");
        (row.updated, row.status) = (now, status);
        row.worker = worker.or(row.worker);
    }
}

impl Observer for Table {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::HorizonPassed { .. } => self.is_past_horizon = true,
            _ if self.is_past_horizon => {}
            Event::Due { job, attempt } => {
                self.rows
                    .insert(job.id, Row { job: *job, attempt, status: Status::Waiting, updated: now, worker: None });
            }
            Event::Claimed { job, worker } => self.update(now, job, Status::Running, Some(worker)),
            Event::Ended { job, outcome, .. } | Event::Left { job, outcome, .. } => {
                self.update(now, job, outcome.status(), None);
            }
            _ => {}
        }
    }
}

/// The export of a registry.
pub(crate) struct Export {
    /// Most recently scheduled first.
    pub(crate) jobs: Vec<JobDocument>,
    pub(crate) workers: Vec<WorkerDocument>,
    /// By row, as in `jobs`: its true run time, if it has ended.
    pub(crate) ran: Vec<Option<f64>>,
}

impl Export {
    /// Only the newest rows.
    pub(crate) fn newest(mut self, rows: usize) -> Export {
        self.jobs.truncate(rows);
        self.ran.truncate(rows);
        self
    }

    /// Only the rows of one action.
    pub(crate) fn only(self, action: &str) -> Export {
        let pairs = self.jobs.into_iter().zip(self.ran);
        let (jobs, ran) = pairs.filter(|(job, _)| job.action.get().is_some_and(|name| name == action)).unzip();
        Export { jobs, ran, ..self }
    }

    /// The scenario that the import produces from it.
    pub(crate) fn imported(&self) -> String {
        let documents = Documents {
            jobs: &self.jobs,
            workers: Some(&self.workers).filter(|rows| !rows.is_empty()).map(Vec::as_slice),
            crons: None,
        };
        scenario_text(&documents, &ImportOptions { name: "again".to_owned(), ..ImportOptions::default() })
    }

    /// Its rows of an action, each with its true run time.
    pub(crate) fn of<'a>(&'a self, action: &'a str) -> impl Iterator<Item = (&'a JobDocument, Option<f64>)> {
        let rows = self.jobs.iter().zip(self.ran.iter().copied());
        rows.filter(move |(job, _)| job.action.get().is_some_and(|name| name == action))
    }
}

/// Runs a scenario, and exports at the horizon of each replication.
pub(crate) fn exports(text: &str, replications: usize) -> Vec<Export> {
    let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let (_, tables) = run_observed(&scenario, &(), vec![Table::default(); replications]);
    tables.into_iter().map(|table| export(&scenario.system, scenario.epoch, &table)).collect()
}

fn export(system: &System, epoch: Epoch, table: &Table) -> Export {
    let mut rows: Vec<&Row> = table.rows.values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.job.scheduled_at, row.job.id)));
    // A job's `service` is what it takes; errors take as long.
    let ended = |row: &&Row| !matches!(row.status, Status::Waiting | Status::Running);
    let ran =
        rows.iter().map(|row| Some(row).filter(|row| ended(row)).map(|row| row.job.service.as_secs_f64())).collect();
    let jobs = rows.iter().map(|row| document(system, epoch, row)).collect();
    let workers = system.workers.iter().map(|worker| WorkerDocument {
        id: worker.id.clone().into(),
        status: WorkerStatus::Running.into(),
        capacity_map: units(system, &worker.capacity.0),
        ..WorkerDocument::default()
    });
    Export { jobs, workers: workers.collect(), ran }
}

fn document(system: &System, epoch: Epoch, row: &Row) -> JobDocument {
    let action = &system.actions[usize::from(row.job.action.0)];
    JobDocument {
        id: id(row.job.id).into(),
        retry_from_id: id(row.attempt.first).into(),
        worker_id: row.worker.map_or(Field::Empty, |worker| system.workers[worker.0 as usize].id.clone().into()),
        status: JobStatus::Known(row.status).into(),
        scheduled_at: millis(epoch, row.job.scheduled_at).into(),
        last_updated: millis(epoch, row.updated).into(),
        action: action.name.clone().into(),
        retries_left: row.attempt.retries_left.into(),
        retries_total: action.retries.into(),
        capacity_map: units(system, &system.need(row.job.need).0),
        deadline: action.deadline.map_or(Field::Empty, Field::Given),
        ..JobDocument::default()
    }
}

fn id(job: JobId) -> String {
    format!("{:08x}-0000-4000-8000-000000000000", job.0)
}

/// The registry's times of jobs have milliseconds.
fn millis(epoch: Epoch, time: Time) -> DateTime<Utc> {
    let at = epoch.calendar_of(time).expect("a run lies in the calendar");
    at.duration_trunc(TimeDelta::milliseconds(1)).expect("milliseconds are whole nanoseconds")
}

fn units(system: &System, dense: &[i64]) -> Field<BTreeMap<String, i64>> {
    let named = system.resources.iter().cloned().zip(dense.iter().copied());
    let map: BTreeMap<String, i64> = named.filter(|(_, units)| *units > 0).collect();
    if map.is_empty() { Field::Null } else { Field::Given(map) }
}
