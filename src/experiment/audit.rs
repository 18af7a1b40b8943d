//! A scenario in progress: one replication up to an instant, as the registry's documents show it.

use crate::arrival::ArrivalModel;
use crate::arrival::cron::Schedule;
use crate::model::time::Time;
use crate::registry::audit::{Audit, AuditSubject, CronState, Ledger};
use crate::replication::Replication;
use crate::scenario::Scenario;

/// Runs a replication, counted from 0, through an instant, which must not lie beyond the horizon.
pub fn audit(scenario: &Scenario, replication: u32, at: Time) -> Audit<'_> {
    let Scenario { system, source_documents, epoch, seed, .. } = scenario;
    let replication = u64::from(replication);
    let mut ledger = Ledger::new(system);
    Replication::new(scenario, replication).observe_until(at, &mut ledger);
    let subject = AuditSubject { system, source_documents, epoch: *epoch, seed: *seed, replication, at };
    let crons = scenario.sources.iter().enumerate().filter_map(|(source, of)| cron(scenario, source, of, at));
    Audit::new(subject, ledger, crons.collect())
}

/// The state of a source at an instant, if it is a cron.
fn cron(scenario: &Scenario, source: usize, of: &ArrivalModel, at: Time) -> Option<CronState> {
    let ArrivalModel::Cron { action, schedule, overrides, .. } = of else { return None };
    // A schedule that counts from the start is in step with its first firing.
    let first = schedule.firings(scenario.epoch.0).next();
    let in_step = first.into_iter().fold(schedule.clone(), Schedule::in_step_with);
    let next_run = scenario.epoch.calendar_of(at).and_then(|at| in_step.firings(at).next());
    Some(CronState { source, action: *action, schedule: schedule.to_string(), overrides: *overrides, next_run })
}
