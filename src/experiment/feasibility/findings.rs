//! What is worth being told of a scenario, gathered from all sides.

use super::finding::Finding;
use super::offered_load::{OfferedLoad, SourceFilter};
use super::{Feasibility, LoadProblem, cron_conflicts, relaxation, worker_types};
use crate::arrival::ArrivalModel;
use crate::model::action::ActionId;
use crate::model::time::{NANOS, Span, Time};
use crate::scenario::Scenario;

/// All findings, what weighs most first.
pub(super) fn findings(scenario: &Scenario, outlook: &Feasibility, offers: &mut OfferedLoad) -> Vec<Finding> {
    let mut findings = no_means(outlook);
    findings.extend(overload(scenario, outlook, offers));
    findings.extend(cron_conflicts::findings(scenario, offers));
    findings.extend(long_jobs(outlook));
    findings.extend(memory(scenario, outlook));
    findings.extend(few_jobs(scenario, outlook));
    findings.extend(busiest_hour(scenario, offers));
    findings
}

fn no_means(outlook: &Feasibility) -> Vec<Finding> {
    let endless = outlook.work.iter().filter(|work| !work.seconds.is_finite());
    endless.map(|work| Finding::InfiniteMean { action: work.action }).collect()
}

/// Too much for ever, or else within the run, with whatever is there at its start.
fn overload(scenario: &Scenario, outlook: &Feasibility, offers: &mut OfferedLoad) -> Option<Finding> {
    let system = &scenario.system;
    let (from, to) = (system.window.warmup, system.window.horizon);
    if outlook.is_stationary {
        let work = offers.between(from, to, SourceFilter::Random);
        let look = LoadProblem { system, work: &work, workers: &outlook.workers, seconds: outlook.seconds };
        if let Some(finding) = look.overload(true) {
            return Some(finding);
        }
    }
    let (work, workers) =
        (offers.between(Time::ZERO, to, SourceFilter::All), worker_types::pool(system, Time::ZERO, to));
    let seconds = (to - Time::ZERO).as_secs_f64();
    LoadProblem { system, work: &work, workers: &workers, seconds }.overload(false)
}

/// Jobs that run longer than what is measured: hardly any of them ends.
fn long_jobs(outlook: &Feasibility) -> Vec<Finding> {
    let held = |work: &super::OfferedWork| if work.attempts > 0.0 { work.seconds / work.attempts } else { 0.0 };
    let long = outlook.work.iter().filter(|work| held(work) > outlook.seconds && held(work).is_finite());
    long.map(|work| Finding::LongJobs { action: work.action, held_s: held(work) }).collect()
}

/// A run with a warm-up asks for the steady state: of the relaxation time of its queue the warm-up should be so many times as
/// long, for what is left of the start to be below a few percent, and what all replications measure so many, for a few
/// independent looks.
const WARMUP_MEMORIES: f64 = 3.0;
const WINDOW_MEMORIES: f64 = 10.0;

fn memory(scenario: &Scenario, outlook: &Feasibility) -> Option<Finding> {
    let warmup_s = scenario.system.window.warmup.as_secs_f64();
    if !outlook.is_stationary || warmup_s == 0.0 {
        return None;
    }
    let (load, relaxation_s) = relaxation::of(scenario, outlook)?;
    let warmup = warmup_s < WARMUP_MEMORIES * relaxation_s;
    let is_short = warmup || outlook.seconds * f64::from(scenario.replications) < WINDOW_MEMORIES * relaxation_s;
    is_short.then_some(Finding::SlowRelaxation { load, relaxation_s, warmup })
}

/// Below so many jobs a replication's 95 % quantile is one of its two longest waits.
const FEW_JOBS: f64 = 20.0;

/// Few jobs of actions that come at random; that a cron fires seldom, or a list is short, its author knows.
fn few_jobs(scenario: &Scenario, outlook: &Feasibility) -> Vec<Finding> {
    let random = |source: &ArrivalModel| match source {
        ArrivalModel::Poisson { action, .. }
        | ArrivalModel::Renewal { action, .. }
        | ArrivalModel::Profile { action, .. } => Some(*action),
        _ => None,
    };
    let finding = |action: ActionId| {
        let jobs = outlook.jobs(Some(action));
        (jobs > 0.0 && jobs < FEW_JOBS).then_some(Finding::FewJobs { action, jobs })
    };
    scenario.sources.iter().filter_map(random).filter_map(finding).collect()
}

const HOUR: Span = Span::secs(3_600);
const HOURS_OF_A_WEEK: usize = 168;

/// The hour of the measured part, or of its first week, in which most work comes at random times (for one resource, or of one
/// need), if it is too much for it.
fn busiest_hour(scenario: &Scenario, offers: &mut OfferedLoad) -> Option<Finding> {
    if !scenario.sources.iter().any(|source| matches!(source, ArrivalModel::Profile { .. })) {
        return None;
    }
    let system = &scenario.system;
    let mut in_hour =
        |at| (offers.between(at, at + HOUR, SourceFilter::Random), worker_types::pool(system, at, at + HOUR));
    let seconds = HOUR.as_secs_f64();
    let mut busiest = (0.0, None);
    for at in hours(scenario) {
        let (work, workers) = in_hour(at);
        let load = LoadProblem { system, work: &work, workers: &workers, seconds }.least();
        if load > busiest.0 * (1.0 + 1e-9) {
            busiest = (load, Some(at));
        }
    }
    let at = busiest.1?;
    let (work, workers) = in_hour(at);
    let look = LoadProblem { system, work: &work, workers: &workers, seconds };
    let together = look.solve(0.0, |_| true).filter(|together| together.load() > 1.0)?;
    Some(Finding::BusiestHour { at, load: together.load(), bottleneck: look.bottleneck(&together, 0.0) })
}

/// The whole hours of the calendar that lie within the measured part, at most a week of them.
fn hours(scenario: &Scenario) -> impl Iterator<Item = Time> {
    let window = scenario.system.window;
    // The start may lie anywhere in an hour of the calendar.
    let start = scenario.epoch.0;
    let start = Span(start.timestamp().rem_euclid(3_600) * NANOS + i64::from(start.timestamp_subsec_nanos()));
    let into_hour = (window.warmup + start - Time::ZERO).0.rem_euclid(HOUR.0);
    let first = window.warmup + Span((HOUR.0 - into_hour) % HOUR.0);
    let hours = (0..HOURS_OF_A_WEEK).map(move |hour| first + Span(HOUR.0 * hour as i64));
    hours.take_while(move |at| *at + HOUR <= window.horizon)
}
