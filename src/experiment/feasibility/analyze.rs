//! The analysis of a scenario, and everything worth reporting about it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::cron_conflicts;
use super::deadlock;
use super::finding::Finding;
use super::load_problem::{LoadProblem, Regime, SystemLoad};
use super::offered_load::{OfferedLoad, OfferedWork, SourceFilter};
use super::worker_types::{Breaks, ResourceLoad, WorkerType, units, worker_types};
use crate::arrival::ArrivalModel;
use crate::engine::{RuntimeEstimate, System, WorkerGroup};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, ResourceId};
use crate::model::time::{Span, Time};
use crate::model::worker::LabelSet;
use crate::scenario::Scenario;

/// The analysis of a scenario. Loads are averages over the measured part of the run.
#[derive(Clone, Debug)]
pub struct Feasibility {
    /// The work that arrives, by action and need, in the order of the scenario.
    pub work: Vec<OfferedWork>,
    /// The workers by what they offer.
    pub workers: Vec<WorkerType>,
    /// Each resource, in the order of the scenario.
    pub resources: Vec<ResourceLoad>,
    /// All work on all workers; `None` where no work needs any resource.
    pub system_load: Option<SystemLoad>,
    /// Claims as a share of those that the workers can make, where each takes its delay for every
    /// claim; above 1 they cannot keep up.
    pub claims: Option<f64>,
    /// The length of the measured part of the run, in seconds.
    pub seconds: f64,
    /// What is worth reporting, the most important first.
    pub findings: Vec<Finding>,
    is_stationary: bool,
    /// By need: its units, and one of each label that it asks for.
    needs: Vec<CapacityMap>,
}

/// Analyses a scenario.
pub fn analyze(scenario: &Scenario) -> Feasibility {
    let resources = scenario.system.resources.len();
    let scenario = &labels_as_resources(scenario);
    let system = &scenario.system;
    let (from, to) = (system.window.warmup, system.window.horizon);
    let mut offered = OfferedLoad::new(scenario);
    let work = offered.between(from, to, SourceFilter::All);
    let seconds = (to - from).as_secs_f64();
    let workers = worker_types(system, from, to, Breaks::Offered);
    let resource = |index: usize| {
        let resource = ResourceId(index as u16);
        let need = |work: &&OfferedWork| system.need(work.need)[resource];
        // Work without end that does not need the resource demands none of it; and an empty sum
        // would be -0.
        let using = work.iter().filter(|work| need(work) > 0);
        let demand = using.fold(0.0, |sum, work| sum + work.seconds / seconds * need(&work) as f64);
        ResourceLoad { resource, demand, offered: units(&workers, resource) }
    };
    let resources = (0..resources).map(resource).collect();
    let problem = LoadProblem { system, work: &work, workers: &workers, seconds };
    let mut feasibility = Feasibility {
        system_load: problem.system_load(),
        claims: problem.claims(),
        resources,
        seconds,
        findings: Vec::new(),
        is_stationary: is_stationary(scenario),
        needs: system.needs.clone(),
        work,
        workers,
    };
    feasibility.findings = findings(scenario, &feasibility, &mut offered);
    feasibility
}

impl Feasibility {
    /// The share of the workers' time that the work takes at least, under any policy and without
    /// claim delays; above 1 no policy can keep up. Closed populations, which never overload
    /// anything, do not count. `None` where no work needs any resource.
    pub fn load(&self) -> Option<f64> {
        self.system_load.as_ref().map(|all| all.load)
    }

    /// Whether jobs arrive at constant rates and workers stay as they are: then at a load of 1 or
    /// more there is no steady state, whatever the horizon.
    pub fn is_stationary(&self) -> bool {
        self.is_stationary
    }

    /// The load of jobs with this need if there were no others: their demand as a share of the
    /// largest number of them that could run at once. `None` if they need nothing, or no worker
    /// fits them.
    pub fn isolated_load(&self, work: &OfferedWork) -> Option<f64> {
        let need = &self.needs[usize::from(work.need)];
        let slots: f64 = self.workers.iter().map(|kind| kind.workers * kind.slots(need)).sum();
        (slots > 0.0 && slots.is_finite()).then(|| work.seconds / self.seconds / slots)
    }

    /// The load, if more work arrives than can be done; see [`Finding::overload`].
    pub fn overload(&self) -> Option<f64> {
        self.findings.iter().find_map(Finding::overload)
    }

    /// The findings that a user should know before starting the run.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_warning())
    }
}

/// The same scenario with a resource for each label that jobs ask for: workers with the label offer
/// as much of it as any number of jobs needs.
fn labels_as_resources(scenario: &Scenario) -> Cow<'_, Scenario> {
    const PLENTY: i64 = 1 << 20;
    let asked = scenario.system.runs_on.iter().fold(0, |all, labels| all | labels.0);
    if asked == 0 {
        return Cow::Borrowed(scenario);
    }
    let labels = (0..u64::BITS).map(|label| LabelSet(1 << label)).filter(|label| LabelSet(asked).contains(*label));
    let labels: Vec<LabelSet> = labels.collect();
    let mut scenario = scenario.clone();
    let System { resources, workers, needs, runs_on, availability, .. } = &mut scenario.system;
    let extend = |map: &mut CapacityMap, set: LabelSet, units| {
        let more = labels.iter().map(|label| if set.contains(*label) { units } else { 0 });
        map.0 = map.0.iter().copied().chain(more).collect();
    };
    for change in &mut availability.capacity_changes {
        extend(&mut change.capacity, workers[change.worker.0 as usize].labels, PLENTY);
    }
    for worker in workers.iter_mut() {
        extend(&mut worker.capacity, worker.labels, PLENTY);
    }
    for (need, set) in needs.iter_mut().zip(runs_on) {
        extend(need, *set, 1);
    }
    resources.extend(labels.iter().map(|label| format!("label {}", label.0.trailing_zeros())));
    Cow::Owned(scenario)
}

/// Whether rates and workers never change.
fn is_stationary(scenario: &Scenario) -> bool {
    let availability = &scenario.system.availability;
    let is_steady = |source| {
        matches!(source, &ArrivalModel::Poisson { .. } | &ArrivalModel::Renewal { .. } | &ArrivalModel::Closed { .. })
    };
    scenario.sources.iter().any(ArrivalModel::is_random)
        && scenario.sources.iter().all(is_steady)
        && availability.outages.is_empty()
        && availability.capacity_changes.is_empty()
        && !scenario.system.groups.iter().any(WorkerGroup::changes)
        && scenario.system.cancels.is_empty()
}

/// All findings, the most important first.
fn findings(scenario: &Scenario, feasibility: &Feasibility, offered: &mut OfferedLoad) -> Vec<Finding> {
    let mut findings = infinite_means(feasibility);
    findings.extend(overload(scenario, feasibility, offered));
    findings.extend(deadlock::finding(scenario, &feasibility.work, feasibility.seconds));
    findings.extend(cron_conflicts::findings(scenario, offered));
    findings.extend(unread(scenario, feasibility));
    findings.extend(long_jobs(feasibility));
    findings.extend(slow_relaxation(scenario, feasibility));
    findings.extend(few_jobs(scenario, feasibility));
    findings.extend(busiest_hour(scenario, offered));
    findings
}

fn infinite_means(feasibility: &Feasibility) -> Vec<Finding> {
    let infinite = feasibility.work.iter().filter(|work| !work.seconds.is_finite());
    infinite.map(|work| Finding::InfiniteMean { action: work.action }).collect()
}

/// A permanent overload, or one within the run, including the rows that are there at its start.
fn overload(scenario: &Scenario, feasibility: &Feasibility, offered: &mut OfferedLoad) -> Option<Finding> {
    let to = scenario.system.window.horizon;
    let mut find = |regime: Regime, from: Time, filter: SourceFilter| {
        let (system, work) = (&scenario.system, offered.between(from, to, filter));
        let workers = worker_types(system, from, to, regime.breaks());
        let problem = LoadProblem { system, work: &work, workers: &workers, seconds: (to - from).as_secs_f64() };
        problem.overload(regime, to, |take| offered.flows(from, to, filter, |_, flow| take(&flow)))
    };
    let permanent = feasibility.is_stationary;
    let permanent = permanent.then(|| find(Regime::Permanent, scenario.system.window.warmup, SourceFilter::Random));
    permanent.flatten().or_else(|| find(Regime::WithinRun, Time::ZERO, SourceFilter::All))
}

/// Priorities and estimates that nothing reads. Estimates in traces and logs are not mentioned:
/// they come with the file.
fn unread(scenario: &Scenario, feasibility: &Feasibility) -> Vec<Finding> {
    let system = &scenario.system;
    let with_jobs: BTreeSet<ActionId> = feasibility.work.iter().map(|work| work.action).collect();
    let actions = |applies: &dyn Fn(ActionId) -> bool| -> Vec<ActionId> {
        with_jobs.iter().copied().filter(|action| applies(*action)).collect()
    };
    let listed = scenario.sources.iter().flat_map(|source| match source {
        ArrivalModel::Listed(jobs) => &jobs[..],
        _ => &[],
    });
    let with_priority = listed.filter(|job| job.overrides.priority.is_some_and(|priority| priority != 0));
    let listed_with_priority: BTreeSet<ActionId> = with_priority.map(|job| job.arrival.action).collect();
    let mut findings = Vec::new();
    if !scenario.policy.reads_priorities() {
        let actions = actions(&|action| system.action(action).priority != 0 || listed_with_priority.contains(&action));
        findings.extend((!actions.is_empty()).then_some(Finding::UnreadPriorities { actions }));
    }
    if !scenario.policy.reads_estimates() {
        let is_set = |action| {
            let model = system.action(action);
            model.estimate != RuntimeEstimate::Exact && !model.kill_at_estimate
        };
        let actions = actions(&is_set);
        findings.extend((!actions.is_empty()).then_some(Finding::UnreadEstimates { actions }));
    }
    findings
}

/// Jobs that run longer than the measured part of the run, so that hardly any of them ends.
fn long_jobs(feasibility: &Feasibility) -> Vec<Finding> {
    let held = |work: &OfferedWork| if work.attempts > 0.0 { work.seconds / work.attempts } else { 0.0 };
    let is_long = |work: &&OfferedWork| held(work) > feasibility.seconds && held(work).is_finite();
    let long = feasibility.work.iter().filter(is_long);
    long.map(|work| Finding::LongJobs { action: work.action, held_s: held(work) }).collect()
}

/// A run with a warm-up asks for the steady state. The warm-up should be this multiple of the
/// queue's relaxation time, so that less than a few percent of the start remains, and the measured
/// part of all replications this one, which makes a few independent observations.
const WARMUP_RELAXATIONS: f64 = 3.0;
const WINDOW_RELAXATIONS: f64 = 10.0;

fn slow_relaxation(scenario: &Scenario, feasibility: &Feasibility) -> Option<Finding> {
    let warmup_s = scenario.system.window.warmup.as_secs_f64();
    if !feasibility.is_stationary || warmup_s == 0.0 {
        return None;
    }
    let Feasibility { work, workers, seconds, .. } = feasibility;
    let problem = LoadProblem { system: &scenario.system, work, workers, seconds: *seconds };
    let (load, relaxation_s) = problem.relaxation()?;
    let warmup = warmup_s < WARMUP_RELAXATIONS * relaxation_s;
    let is_short = warmup || seconds * f64::from(scenario.replications) < WINDOW_RELAXATIONS * relaxation_s;
    is_short.then_some(Finding::SlowRelaxation { load, relaxation_s, warmup })
}

/// With fewer jobs a replication's 95 % quantile is one of its two longest waits.
const FEW_JOBS: f64 = 20.0;

/// Few jobs of actions that arrive at random. That a cron fires seldom, or that a list is short,
/// its author knows.
fn few_jobs(scenario: &Scenario, feasibility: &Feasibility) -> Vec<Finding> {
    let random = |source: &ArrivalModel| match source {
        ArrivalModel::Poisson { action, .. }
        | ArrivalModel::Renewal { action, .. }
        | ArrivalModel::Profile { action, .. } => Some(*action),
        _ => None,
    };
    let mut jobs_of: BTreeMap<ActionId, f64> = BTreeMap::new();
    for work in &feasibility.work {
        *jobs_of.entry(work.action).or_default() += work.jobs;
    }
    let finding = |action: ActionId| {
        let jobs = jobs_of.get(&action).copied().unwrap_or(0.0);
        (jobs > 0.0 && jobs < FEW_JOBS).then_some(Finding::FewJobs { action, jobs })
    };
    scenario.sources.iter().filter_map(random).filter_map(finding).collect()
}

const HOUR: Span = Span::secs(3_600);
const HOURS_OF_A_WEEK: usize = 168;

/// The hour of the measured part, or of its first week, with the most work that arrives at random
/// (for one resource, or of one need), if it is an overload.
fn busiest_hour(scenario: &Scenario, offered: &mut OfferedLoad) -> Option<Finding> {
    if !scenario.sources.iter().any(|source| matches!(source, ArrivalModel::Profile { .. })) {
        return None;
    }
    let system = &scenario.system;
    let mut in_hour = |at| {
        let workers = worker_types(system, at, at + HOUR, Breaks::Offered);
        (offered.between(at, at + HOUR, SourceFilter::Random), workers)
    };
    let seconds = HOUR.as_secs_f64();
    let mut busiest = (0.0, None);
    for at in hours(scenario) {
        let (work, workers) = in_hour(at);
        let load = LoadProblem { system, work: &work, workers: &workers, seconds }.lower_bound();
        if load > busiest.0 * (1.0 + 1e-9) {
            busiest = (load, Some(at));
        }
    }
    let at = busiest.1?;
    let (work, workers) = in_hour(at);
    let problem = LoadProblem { system, work: &work, workers: &workers, seconds };
    let all = problem.solve(0.0, |_| true).filter(|all| all.load() > 1.0)?;
    Some(Finding::BusiestHour { at, load: all.load(), bottleneck: problem.bottleneck(&all, 0.0) })
}

/// The whole hours of the local calendar within the measured part, at most a week of them.
fn hours(scenario: &Scenario) -> impl Iterator<Item = Time> {
    let window = scenario.system.window;
    // The start may lie anywhere in an hour of the calendar.
    let start = Span(scenario.time_zone.stretch(scenario.epoch, window.warmup).week_offset);
    let into_hour = (window.warmup + start - Time::ZERO).0.rem_euclid(HOUR.0);
    let first = window.warmup + Span((HOUR.0 - into_hour) % HOUR.0);
    let hours = (0..HOURS_OF_A_WEEK).map(move |hour| first + Span(HOUR.0 * hour as i64));
    hours.take_while(move |at| *at + HOUR <= window.horizon)
}
