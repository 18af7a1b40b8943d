//! The replay of a history: its jobs, with their observed arrivals and service times, through the
//! workers and the policy of a scenario.
//!
//! Whatever the history shows is taken from it: arrivals, service times, needs, priorities, and
//! when jobs gave up. So the scenario's own sources, errors, retries, children and deadlines are
//! left out, because each attempt of the history arrives as a job of its own.

use std::collections::BTreeMap;

use claimsim_arrival::{ArrivalModel, ListedJob};
use claimsim_history::{JobHistory, Outcome, Record};

use crate::engine::{Arrival, Event, JobOverrides, Observer, Requeue, System};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::{NANOS, Span, Time};
use crate::model::unit::{Probability, Rate};
use crate::model::worker::LabelSet;
use crate::scenario::{Scenario, WarmUpRule};

/// Why a history cannot be replayed in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// It has no record.
    #[error("it has no job")]
    Empty,
    /// No record tells when it started.
    #[error(
        "it does not tell when jobs started, so it has no waits to compare with; a history for a backtest needs the \
         start or the wait of each job"
    )]
    NoWaits,
    /// No record falls due in the part that is compared.
    #[error("none of its jobs falls due after the warm-up and the training, so there is nothing to compare")]
    NothingCompared,
    /// A name that the scenario does not have.
    #[error("the scenario has no {kind} `{name}`, which {jobs} of the history's jobs name; it has {known}")]
    Unknown {
        /// `action` or `resource`.
        kind: &'static str,
        /// The name in the history.
        name: String,
        /// The number of records with it.
        jobs: usize,
        /// The names in the scenario.
        known: String,
    },
    /// The times of the history lie outside the simulated time of the scenario.
    #[error("its times lie more than 292 years from the scenario's start")]
    OutOfTime,
    /// There are more distinct needs than the engine can number.
    #[error("its jobs have more than 60,000 distinct needs")]
    ManyNeeds,
}

/// The most distinct needs of a scenario and a history together.
const MOST_NEEDS: usize = 60_000;

/// A job of the replay.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReplayedJob {
    /// When it falls due.
    pub(super) due: Time,
    /// How long it waited. Of a job that left the queue or still waits, how long that was.
    pub(super) observed: Span,
    /// A simulated wait counts up to here at most: up to the end of the history, or up to when the
    /// job left the queue.
    pub(super) cap: Span,
    /// When it had left the system in the history.
    pub(super) end: Time,
    /// Whether it started in the history.
    pub(super) has_started: bool,
    pub(super) action: ActionId,
    pub(super) need: NeedId,
    /// Its line or row in the file.
    pub(super) line: u32,
}

/// A history that is ready to be simulated.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    pub(super) scenario: Scenario,
    /// By the number of the simulated job.
    pub(super) jobs: Vec<ReplayedJob>,
    /// Records that are not simulated: they were turned away on arrival.
    pub(super) rejected: usize,
    /// Jobs that were never started, so that their service times are not known: they get the mean
    /// of their action if the simulation starts them.
    pub(super) never_started: usize,
    /// Jobs that no worker of the scenario can ever run.
    pub(super) infeasible: usize,
}

/// The difference between instants of a scenario and those of a history.
fn shift(scenario: &Scenario, history: &JobHistory) -> Result<Span, ReplayError> {
    let at = scenario.epoch.time_of(history.epoch.0).ok_or(ReplayError::OutOfTime)?;
    Ok(at - Time::ZERO)
}

/// When the history begins and ends, in the time of the scenario.
pub(super) fn extent(scenario: &Scenario, history: &JobHistory) -> Result<(Time, Time), ReplayError> {
    let shift = shift(scenario, history)?;
    Ok((history.from() + shift, history.until + shift))
}

impl Replay {
    /// The replay of a history of which the jobs that fall due at `from` or later are compared.
    pub(super) fn new(scenario: &Scenario, history: &JobHistory, from: Time) -> Result<Replay, ReplayError> {
        if history.records.is_empty() {
            return Err(ReplayError::Empty);
        }
        if !history.has_waits() {
            return Err(ReplayError::NoWaits);
        }
        let shift = shift(scenario, history)?;
        let actions = action_ids(&scenario.system, history)?;
        let mut scenario = Scenario { warm_up: WarmUpRule::Fixed, ..scenario.clone() };
        let needs = Needs::add(&mut scenario.system, history, &actions)?;
        let until = history.until + shift;
        scenario.system.window.horizon = until.max(Time(1));
        scenario.system.window.cooldown = Span::ZERO;
        let means = mean_services(history, &scenario.system, &actions);
        let speeds: Vec<f64> = history.workers.iter().map(|name| speed_of(&scenario.system, name)).collect();
        let (mut listed, mut jobs) = (Vec::new(), Vec::new());
        let (mut rejected, mut never_started, mut infeasible) = (0, 0, 0);
        for record in &history.records {
            if record.outcome == Outcome::Rejected {
                rejected += 1;
                continue;
            }
            let action = actions[record.action as usize];
            let due = record.created + shift;
            let left = record.started.or(record.finished).unwrap_or(history.until);
            let is_claimed = record.started.is_some();
            let patience = (!is_claimed && record.finished.is_some()).then_some(left - record.created);
            let speed = record.worker.map_or(1.0, |worker| speeds[worker as usize]);
            let service = match observed_service(record, history.until) {
                Some(service) => service.at_speed(1.0 / speed),
                None => means[record.action as usize],
            };
            never_started += usize::from(!is_claimed);
            let need = needs.of(record, action, &scenario.system);
            infeasible += usize::from(!scenario.system.is_feasible(need));
            let overrides = JobOverrides {
                need: Some(need),
                service: Some(service),
                estimate: record.estimate,
                priority: record.priority,
                patience,
                ..JobOverrides::default()
            };
            listed.push(ListedJob { arrival: Arrival::single(due, action), overrides });
            jobs.push(ReplayedJob {
                due,
                observed: left - record.created,
                cap: patience.unwrap_or(history.until - record.created),
                end: record.finished.unwrap_or(history.until) + shift,
                has_started: is_claimed,
                action,
                need,
                line: record.line,
            });
        }
        keep_what_the_history_does_not_show(&mut scenario);
        scenario.sources = vec![ArrivalModel::listed(listed)];
        if jobs.last().is_none_or(|job: &ReplayedJob| job.due < from) {
            return Err(ReplayError::NothingCompared);
        }
        Ok(Replay { scenario, jobs, rejected, never_started, infeasible })
    }

    /// The number of the first job that falls due at an instant or later.
    pub(super) fn first_from(&self, from: Time) -> usize {
        self.jobs.partition_point(|job| job.due < from)
    }

    /// An observer of its waits.
    pub(super) fn observer(&self) -> ClaimInstants {
        ClaimInstants(vec![Time::NEVER; self.jobs.len()])
    }
}

/// How long a record ran, at speed 1 or at that of its worker; a running one ends after the
/// history.
fn observed_service(record: &Record, until: Time) -> Option<Span> {
    let started = record.started?;
    Some(record.service().unwrap_or(until - started + Span(1)))
}

/// Removes what the records bring along: their errors, retries, children and deadlines happened.
fn keep_what_the_history_does_not_show(scenario: &mut Scenario) {
    let system = &mut scenario.system;
    for action in &mut system.actions {
        action.error = Probability::default();
        action.retries = 0;
        action.requeue = Requeue::Never;
        action.kill_at_estimate = false;
        action.deadline = None;
        action.cancel_rate = Rate::default();
        action.spawns = None;
        action.patience = None;
    }
    system.queue_limit = None;
    system.cancels.clear();
    system.initial.clear();
}

/// The speed of the worker of that name; 1 if the scenario has no such worker.
fn speed_of(system: &System, name: &str) -> f64 {
    system.workers.iter().find(|worker| worker.id == name).map_or(1.0, |worker| worker.speed)
}

/// The scenario's action for each action of the history. If each has only one, they are the same.
pub(super) fn action_ids(system: &System, history: &JobHistory) -> Result<Vec<ActionId>, ReplayError> {
    if let ([_], [_]) = (history.actions.as_slice(), system.actions.as_slice()) {
        return Ok(vec![ActionId(0)]);
    }
    let numbers: BTreeMap<&str, u16> =
        system.actions.iter().zip(0..).map(|(action, number)| (action.name.as_str(), number)).collect();
    let id = |(index, name): (usize, &String)| {
        numbers.get(name.as_str()).map(|number| ActionId(*number)).ok_or_else(|| ReplayError::Unknown {
            kind: "action",
            name: name.clone(),
            jobs: history.records.iter().filter(|record| record.action as usize == index).count(),
            known: listing(system.actions.iter().map(|action| action.name.as_str())),
        })
    };
    history.actions.iter().enumerate().map(id).collect()
}

/// The first names, in quotes.
fn listing<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// The needs of a history's records.
struct Needs {
    /// By need of the history and action of the scenario; empty if the history does not tell needs.
    ids: BTreeMap<(u32, ActionId), NeedId>,
}

impl Needs {
    /// Adds the needs of the records to those of a system.
    fn add(system: &mut System, history: &JobHistory, actions: &[ActionId]) -> Result<Needs, ReplayError> {
        let mut ids = BTreeMap::new();
        if history.resources.is_empty() {
            return Ok(Needs { ids });
        }
        let resources = resource_numbers(system, history)?;
        let mut known: BTreeMap<(CapacityMap, u64), NeedId> = BTreeMap::new();
        for (number, units) in system.needs.iter().enumerate().rev() {
            let id = NeedId(number as u16);
            known.insert((units.clone(), system.runs_on(id).0), id);
        }
        for record in &history.records {
            let action = actions[record.action as usize];
            if ids.contains_key(&(record.need, action)) {
                continue;
            }
            let mut units = CapacityMap::zero(system.resources.len());
            for (resource, amount) in &history.needs[record.need as usize] {
                units.0[resources[*resource as usize]] = i64::try_from(*amount).unwrap_or(i64::MAX);
            }
            let labels = system.runs_on(system.action(action).need);
            let next = system.needs.len();
            let id = *known.entry((units.clone(), labels.0)).or_insert(NeedId(next as u16));
            if usize::from(id) == next {
                if next >= MOST_NEEDS {
                    return Err(ReplayError::ManyNeeds);
                }
                system.needs.push(units);
                if labels.0 != 0 {
                    system.runs_on.resize(next, LabelSet::default());
                    system.runs_on.push(labels);
                }
            }
            ids.insert((record.need, action), id);
        }
        Ok(Needs { ids })
    }

    fn of(&self, record: &Record, action: ActionId, system: &System) -> NeedId {
        self.ids.get(&(record.need, action)).copied().unwrap_or_else(|| system.action(action).need)
    }
}

/// The scenario's resource for each resource of the history. If each has only one, they are the
/// same.
fn resource_numbers(system: &System, history: &JobHistory) -> Result<Vec<usize>, ReplayError> {
    if let ([_], [_]) = (history.resources.as_slice(), system.resources.as_slice()) {
        return Ok(vec![0]);
    }
    let number = |(index, name): (usize, &String)| {
        let found = system.resources.iter().position(|known| known == name);
        let needs_it = |record: &&Record| {
            history.needs[record.need as usize].iter().any(|(resource, _)| *resource as usize == index)
        };
        found.ok_or_else(|| ReplayError::Unknown {
            kind: "resource",
            name: name.clone(),
            jobs: history.records.iter().filter(needs_it).count(),
            known: listing(system.resources.iter().map(String::as_str)),
        })
    };
    history.resources.iter().enumerate().map(number).collect()
}

/// The mean service time by action of the history; the scenario's where no record has ended.
fn mean_services(history: &JobHistory, system: &System, actions: &[ActionId]) -> Vec<Span> {
    let mut sums = vec![(0_i128, 0_i128); history.actions.len()];
    for record in &history.records {
        if let Some(service) = record.service() {
            let (sum, count) = &mut sums[record.action as usize];
            *sum += i128::from(service.0);
            *count += 1;
        }
    }
    let mean = |((sum, count), action): ((i128, i128), &ActionId)| {
        if count > 0 { Span((sum / count) as i64) } else { Span::from_secs_f64(system.action(*action).service.mean()) }
    };
    sums.into_iter().zip(actions).map(mean).collect()
}

/// Observes when each job of a replay is claimed or leaves the queue.
#[derive(Debug)]
pub(super) struct ClaimInstants(Vec<Time>);

impl ClaimInstants {
    /// The wait of each job, in nanoseconds, as far as it counts.
    pub(super) fn waits(self, jobs: &[ReplayedJob]) -> Vec<i64> {
        let wait = |(left, job): (Time, &ReplayedJob)| (left - job.due).min(job.cap).0;
        self.0.into_iter().zip(jobs).map(wait).collect()
    }
}

impl Observer for ClaimInstants {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        if let Event::Claimed { job, .. } | Event::Left { job, .. } = *event {
            let left = &mut self.0[job.id.0 as usize];
            *left = now.min(*left);
        }
    }
}

/// A span in seconds, of nanoseconds.
pub(super) fn seconds(nanos: i64) -> f64 {
    nanos as f64 / NANOS as f64
}
