//! The history that a replication of a scenario would leave in a log: what backtests are tested on.

use claimsim_history::{JobHistory, Outcome, Record};

use crate::engine::{Attempt, Event, Observer, System};
use crate::model::job::{Job, JobOutcome};
use crate::model::time::{Span, Time};
use crate::replication::Replication;
use crate::scenario::Scenario;

/// The jobs that replication `index` creates up to the horizon. The log ends there.
pub fn simulated_history(scenario: &Scenario, index: u64) -> JobHistory {
    let system = &scenario.system;
    let mut log = Log { system, records: Vec::new() };
    Replication::new(scenario, index).observe(&(), &mut log);
    let is_due = |record: &Record| record.created <= system.window.horizon && record.line > 0;
    let mut records: Vec<Record> = log.records.into_iter().filter(is_due).collect();
    records.sort_by_key(|record| record.created);
    let need = |need: &crate::model::capacity::CapacityMap| {
        let units = need.iter().filter(|(_, units)| *units > 0);
        units.map(|(resource, units)| (u32::from(resource.0), units as u64)).collect()
    };
    JobHistory {
        records,
        actions: system.actions.iter().map(|action| action.name.clone()).collect(),
        workers: system.workers.iter().map(|worker| worker.id.clone()).collect(),
        resources: system.resources.clone(),
        needs: system.needs.iter().map(need).collect(),
        epoch: scenario.epoch,
        time_zone: scenario.time_zone,
        resolution: Span(1),
        until: system.window.horizon,
        problems: Vec::new(),
    }
}

/// Writes a log.
struct Log<'a> {
    system: &'a System,
    /// By job number; those that have not fallen due have line 0.
    records: Vec<Record>,
}

impl Log<'_> {
    fn record(&mut self, job: &Job) -> &mut Record {
        let none = Record {
            created: Time::ZERO,
            started: None,
            finished: None,
            outcome: Outcome::Waiting,
            action: 0,
            worker: None,
            need: 0,
            attempt: 1,
            priority: None,
            estimate: None,
            line: 0,
        };
        let number = job.id.0 as usize;
        if self.records.len() <= number {
            self.records.resize(number + 1, none);
        }
        &mut self.records[number]
    }

    fn due(&mut self, job: &Job, attempt: Attempt) {
        let priority = self.system.action(job.action).priority;
        let record = self.record(job);
        record.created = job.scheduled_at;
        (record.action, record.need) = (u32::from(job.action.0), u32::from(job.need.0));
        record.attempt = attempt.number;
        record.priority = Some(priority);
        record.line = job.id.0 as u32 + 1;
    }

    fn ended(&mut self, job: &Job, now: Time, outcome: JobOutcome) {
        let record = self.record(job);
        record.finished = Some(now);
        record.outcome = match outcome {
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

impl Observer for Log<'_> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, attempt } => self.due(job, attempt),
            Event::Claimed { job, worker } => {
                let record = self.record(job);
                (record.started, record.worker) = (Some(now), Some(worker.0));
                record.outcome = Outcome::Running;
            }
            Event::Ended { job, outcome, .. } | Event::Left { job, outcome, .. } => self.ended(job, now, outcome),
            _ => {}
        }
    }
}
