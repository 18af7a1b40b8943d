//! Deadlocks: parents that hold everything their children need, so that no job ends any more.

mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::search::{ParentType, SearchResult, Stuck, search};
use super::attempt_duration::at_least_one;
use super::finding::{Finding, StuckWorkers};
use super::offered_load::OfferedWork;
use crate::arrival::ArrivalModel;
use crate::engine::{ActionModel, Overlap, Spawns, System};
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;

/// A parent of which a state may consist.
struct Parent<'a> {
    work: &'a OfferedWork,
    spawns: &'a Spawns,
}

/// The deadlock that takes the fewest parents, or that none is excluded. `work` is what arrives
/// within this number of seconds.
pub(super) fn finding(scenario: &Scenario, work: &[OfferedWork], seconds: f64) -> Option<Finding> {
    let system = &scenario.system;
    let mut kinds: BTreeMap<&CapacityMap, Vec<WorkerId>> = BTreeMap::new();
    for (number, worker) in (0..).zip(&system.workers) {
        kinds.entry(&worker.capacity).or_default().push(WorkerId(number));
    }
    let mut parents: Vec<Parent> = Vec::new();
    for work in work {
        let known = parents.iter().any(|parent| (parent.work.action, parent.work.need) == (work.action, work.need));
        let spawns = waiting_parent(system, work, kinds.keys()).filter(|_| !known);
        parents.extend(spawns.map(|spawns| Parent { work, spawns }));
    }
    let types: Vec<ParentType> = parents.iter().map(|parent| parent_type(scenario, &parents, parent)).collect();
    let capacities: Vec<(CapacityMap, u64)> =
        kinds.iter().map(|(capacity, workers)| ((*capacity).clone(), workers.len() as u64)).collect();
    let SearchResult { stuck, is_complete } = search(&capacities, &types);
    let Some(stuck) = stuck else {
        let actions = parents.iter().map(|parent| parent.work.action).collect();
        return (!is_complete).then_some(Finding::DeadlockNotExcluded { actions });
    };
    Some(deadlock(&stuck, &parents, &kinds.into_values().collect::<Vec<_>>(), work, seconds))
}

fn deadlock(stuck: &Stuck, parents: &[Parent], kinds: &[Vec<WorkerId>], work: &[OfferedWork], seconds: f64) -> Finding {
    let mut workers: Vec<StuckWorkers> = Vec::new();
    let mut taken = vec![0; kinds.len()];
    for (kind, count, rows) in &stuck.packed {
        let ids = kinds[*kind][taken[*kind]..][..*count as usize].to_vec();
        taken[*kind] += *count as usize;
        let rows = parents.iter().zip(rows).filter(|(_, rows)| **rows > 0);
        let parents = rows.map(|(parent, rows)| (parent.work.action, *rows)).collect();
        workers.push(StuckWorkers { workers: ids, parents });
    }
    let roots = parents.iter().zip(&stuck.roots).filter(|(_, roots)| **roots > 0.0);
    let roots: Vec<_> = roots.map(|(parent, _)| parent.work.action).collect();
    let running = work.iter().filter(|work| roots.contains(&work.action)).map(|work| work.seconds / seconds);
    let mut children: Vec<ActionId> = stuck.blocked.iter().map(|parent| parents[*parent].spawns.action).collect();
    children.sort();
    children.dedup();
    let (running, parents) = (running.sum(), stuck.root_count());
    Finding::Deadlock { workers, roots, children, parents, running }
}

/// The children of such work, if its rows hold what they need until the last of them has ended, and
/// children can wait without end.
fn waiting_parent<'a, 'b>(
    system: &'a System,
    work: &OfferedWork,
    mut capacities: impl Iterator<Item = &'b &'b CapacityMap>,
) -> Option<&'a Spawns> {
    let model = system.action(work.action);
    let spawns = model.spawns.as_ref().filter(|spawns| at_least_one(&spawns.count) > 0.0)?;
    let child = system.action(spawns.action);
    let is_stopped = |model: &ActionModel| model.cancel_rate.as_per_second() > 0.0;
    let ends = is_stopped(model) || model.deadline.is_some() || model.kill_at_estimate;
    let child_need = system.need(child.need);
    // A child that fits on no worker at all is another mistake.
    let fits = capacities.any(|capacity| capacity.fits(child_need));
    let waits = !is_stopped(child) && child.patience.is_none() && fits;
    let holds = |need: &CapacityMap| need.0.iter().any(|units| *units > 0);
    (!ends && waits && holds(child_need) && holds(system.need(work.need))).then_some(spawns)
}

fn parent_type(scenario: &Scenario, parents: &[Parent], parent: &Parent) -> ParentType {
    let (system, Parent { work, spawns }) = (&scenario.system, parent);
    let child = system.action(spawns.action);
    let is_child = |other: &Parent| other.work.action == spawns.action && other.work.need == child.need;
    ParentType {
        need: system.need(work.need).clone(),
        child_need: system.need(child.need).clone(),
        child_types: (0..parents.len()).filter(|other| is_child(&parents[*other])).collect(),
        max_children: max_children(spawns),
        max_roots: max_roots(scenario, parents, work.action),
    }
}

/// The maximum number of children, by whether more have a probability.
fn max_children(spawns: &Spawns) -> f64 {
    let more = |number: &f64| spawns.count.survival((number + 0.5).next_down()) > 0.0;
    let mut number = 1.0;
    while more(&number) && number < 1_024.0 {
        number += 1.0;
    }
    if more(&number) { f64::INFINITY } else { number }
}

/// The maximum number of rows of an action at a time that no other parent of the state has started.
fn max_roots(scenario: &Scenario, parents: &[Parent], action: ActionId) -> f64 {
    let of_source = |source: &ArrivalModel| match source {
        ArrivalModel::Poisson { action: of, .. }
        | ArrivalModel::Renewal { action: of, .. }
        | ArrivalModel::Profile { action: of, .. }
            if *of == action =>
        {
            f64::INFINITY
        }
        ArrivalModel::Cron { action: of, overlap, .. } if *of == action => {
            if *overlap == Overlap::SkipIfActive {
                1.0
            } else {
                f64::INFINITY
            }
        }
        ArrivalModel::Closed { action: of, population, .. } if *of == action => f64::from(*population),
        ArrivalModel::Listed(jobs) => {
            jobs.iter().filter(|job| job.arrival.action == action).map(|job| job.arrival.count as f64).sum()
        }
        _ => 0.0,
    };
    let arriving: f64 = scenario.sources.iter().map(of_source).sum();
    let initial = scenario.system.initial.iter().filter(|row| row.action == action).count() as f64;
    // Rows whose own parents cannot be part of a state: these hold nothing, or stop waiting.
    let others = scenario.system.actions.iter().enumerate().filter(|(number, model)| {
        let is_part = parents.iter().any(|parent| usize::from(parent.work.action.0) == *number);
        !is_part && model.spawns.as_ref().is_some_and(|spawns| spawns.action == action)
    });
    let started = if others.count() > 0 { f64::INFINITY } else { 0.0 };
    arriving + initial + started
}
