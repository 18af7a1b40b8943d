//! The history that a log of a simulated queue would be, made by an observer of the run.

use std::collections::BTreeMap;

use claimsim::internals::engine::{Attempt, Event, Observer, System};
use claimsim::internals::experiment::run_observed;
use claimsim::internals::history::{JobHistory, Outcome, Record};
use claimsim::internals::model::job::{Job, JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::scenario::Scenario;

/// What a history tells besides times and actions.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub(crate) workers: bool,
    pub(crate) needs: bool,
    pub(crate) attempts: bool,
    /// The step to which all times are cut.
    pub(crate) resolution: Span,
}

/// Everything.
pub(crate) const ALL: Told = Told { workers: true, needs: true, attempts: true, resolution: Span(1) };

/// Observes a run up to its horizon.
#[derive(Clone, Default)]
struct Log {
    rows: BTreeMap<JobId, Record>,
    is_past_horizon: bool,
}

impl Log {
    fn add(&mut self, job: &Job, attempt: Attempt) {
        let record = Record {
            created: job.scheduled_at,
            started: None,
            finished: None,
            outcome: Outcome::Waiting,
            action: u32::from(job.action.0),
            worker: None,
            need: u32::from(job.need.0),
            attempt: attempt.number,
            priority: None,
            estimate: None,
            line: 0,
        };
        self.rows.insert(job.id, record);
    }

    fn claim(&mut self, now: Time, job: &Job, worker: WorkerId) {
        let row = self.rows.get_mut(&job.id).expect("a row falls due first");
        (row.started, row.outcome, row.worker) = (Some(now), Outcome::Running, Some(worker.0));
    }

    fn end(&mut self, now: Time, job: &Job, outcome: JobOutcome) {
        let row = self.rows.get_mut(&job.id).expect("a row falls due first");
        row.finished = Some(now);
        row.outcome = match outcome {
            JobOutcome::Done => Outcome::Done,
            JobOutcome::Error => Outcome::Error,
            JobOutcome::DeadlineMissed | JobOutcome::DeadlineCancelled => Outcome::DeadlineMissed,
            JobOutcome::Cancelled => Outcome::Cancelled,
            JobOutcome::Abandoned => Outcome::Abandoned,
            JobOutcome::Rejected => Outcome::Rejected,
            JobOutcome::WorkerDead | JobOutcome::WorkerShutdown => Outcome::WorkerLost,
        };
    }
}

impl Observer for Log {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::HorizonPassed { .. } => self.is_past_horizon = true,
            _ if self.is_past_horizon => {}
            Event::Due { job, attempt } => self.add(job, attempt),
            Event::Claimed { job, worker } => self.claim(now, job, worker),
            Event::Ended { job, outcome, .. } | Event::Left { job, outcome, .. } => self.end(now, job, outcome),
            _ => {}
        }
    }
}

/// Runs a scenario, and records the history of each replication up to the horizon.
pub(crate) fn histories(text: &str, replications: usize, told: Told) -> Vec<JobHistory> {
    let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    histories_of(&scenario, replications, told)
}

/// The same for a loaded scenario.
pub(crate) fn histories_of(scenario: &Scenario, replications: usize, told: Told) -> Vec<JobHistory> {
    let (_, logs) = run_observed(scenario, &(), vec![Log::default(); replications]);
    logs.into_iter().map(|log| history(scenario, log, told)).collect()
}

fn history(scenario: &Scenario, log: Log, told: Told) -> JobHistory {
    let system: &System = &scenario.system;
    let cut = |at: Time| Time(at.0.div_euclid(told.resolution.0) * told.resolution.0);
    let mut records: Vec<Record> = log.rows.into_values().collect();
    for record in &mut records {
        record.priority = system.actions.get(record.action as usize).map(|action| action.priority);
        record.created = cut(record.created);
        record.started = record.started.map(cut);
        record.finished = record.finished.map(cut);
        if !told.workers {
            record.worker = None;
        }
        if !told.needs {
            record.need = 0;
        }
        if !told.attempts {
            record.attempt = 1;
        }
    }
    records.sort_by_key(|record| record.created);
    let need = |index: usize| {
        let units = system.needs[index].0.iter().enumerate().filter(|(_, units)| **units > 0);
        units.map(|(resource, units)| (resource as u32, *units as u64)).collect()
    };
    JobHistory {
        records,
        actions: system.actions.iter().map(|action| action.name.clone()).collect(),
        workers: system.workers.iter().map(|worker| worker.id.clone()).collect(),
        resources: if told.needs { system.resources.clone() } else { Vec::new() },
        needs: if told.needs { (0..system.needs.len()).map(need).collect() } else { vec![Vec::new()] },
        epoch: scenario.epoch,
        time_zone: scenario.time_zone,
        resolution: told.resolution,
        until: system.window.horizon,
        problems: Vec::new(),
    }
}
