//! What the workers offer on average over a part of the run: distinct capacities, and the number of
//! workers that offer each.

use std::collections::BTreeMap;

use super::packing::slots;
use crate::engine::{Breakdowns, CapacityChange, Outage, OutageKind, Staffing, System, WorkerGroup};
use crate::model::capacity::{CapacityMap, ResourceId};
use crate::model::time::Time;

/// The demand for a resource, and its supply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceLoad {
    /// Which resource.
    pub resource: ResourceId,
    /// Units in use on average, if all work is done as it arrives.
    pub demand: f64,
    /// Units that the workers offer on average, those of a fast worker times its speed.
    pub offered: f64,
}

impl ResourceLoad {
    /// The demand as a share of the supply; `None` where nothing is offered.
    pub fn load(&self) -> Option<f64> {
        (self.offered > 0.0).then(|| self.demand / self.offered)
    }
}

/// Workers with the same capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerType {
    /// What each offers.
    pub capacity: CapacityMap,
    /// Their mean number over that part of the run, each times its speed.
    pub workers: f64,
}

impl WorkerType {
    /// The number of jobs with this need that run at once on one of them; infinite if the job needs
    /// nothing.
    pub fn slots(&self, need: &CapacityMap) -> f64 {
        match slots(&self.capacity, need) {
            i64::MAX => f64::INFINITY,
            jobs => jobs as f64,
        }
    }
}

/// How workers that break down at random count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaks {
    /// By the long-run share of time that they offer their capacity.
    Offered,
    /// By the long-run share of time that their processes can run. A partition takes claiming from
    /// a worker, not its processes.
    LongRun,
    /// By no less than the mean share of the time from the start of the run that their processes
    /// can run. All workers are up at the start, so this is more than the long-run share.
    AtMost,
}

/// All workers by their capacities, on average from `from` to `to`. A worker counts while it is
/// there and up: shifts and listed outages exactly, breakdowns by their rule. An autoscaler is
/// taken to have as many workers as it may.
pub(super) fn worker_types(system: &System, from: Time, to: Time, breaks: Breaks) -> Vec<WorkerType> {
    let whole = (to - from).as_secs_f64();
    let mut kinds: BTreeMap<&CapacityMap, f64> = BTreeMap::new();
    let (changes, outages, up) = (changes(system), outages(system), up(system, breaks, to));
    for (worker, plain) in (0_u32..).zip(&system.workers) {
        let none = Vec::new();
        let (changes, outages) =
            (changes.get(&worker).unwrap_or(&none), outages.get(&worker).unwrap_or(&Vec::new()).clone());
        let mut begins = Time::ZERO;
        let mut capacity = &plain.capacity;
        let mut book = |capacity, begins: Time, ends: Time| {
            let share = available(begins.max(from), ends.min(to), &outages) / whole * up.get(&worker).unwrap_or(&1.0);
            *kinds.entry(capacity).or_default() += share * plain.speed;
        };
        for change in changes {
            book(capacity, begins, change.at);
            (begins, capacity) = (change.at, &change.capacity);
        }
        book(capacity, begins, Time::NEVER);
    }
    let kind = |(capacity, workers): (&CapacityMap, f64)| WorkerType { capacity: capacity.clone(), workers };
    kinds.into_iter().filter(|(_, workers)| *workers > 0.0).map(kind).collect()
}

/// Units of a resource that all workers offer together, on average.
pub(super) fn units(pool: &[WorkerType], resource: ResourceId) -> f64 {
    pool.iter().map(|kind| kind.workers * kind.capacity[resource] as f64).sum()
}

/// Changes of capacity by worker, in order of time.
fn changes(system: &System) -> BTreeMap<u32, Vec<&CapacityChange>> {
    let mut changes: BTreeMap<u32, Vec<&CapacityChange>> = BTreeMap::new();
    for change in &system.availability.capacity_changes {
        changes.entry(change.worker.0).or_default().push(change);
    }
    for list in changes.values_mut() {
        list.sort_by_key(|change| change.at);
    }
    changes
}

/// When each worker is out by the list of outages or off duty, in order and without overlap.
fn outages(system: &System) -> BTreeMap<u32, Vec<(Time, Time)>> {
    let mut outages: BTreeMap<u32, Vec<(Time, Time)>> = BTreeMap::new();
    let interval =
        |outage: &Outage| (outage.at, outage.lasts.map_or(Time::NEVER, |lasts| outage.at + lasts), outage.worker.0);
    let mut listed: Vec<(Time, Time, u32)> = system.availability.outages.iter().map(interval).collect();
    listed.extend(system.groups.iter().flat_map(off_duty));
    listed.sort_unstable();
    for (begins, ends, worker) in listed {
        let of_worker = outages.entry(worker).or_default();
        match of_worker.last_mut().filter(|last| last.1 >= begins) {
            Some(last) => last.1 = last.1.max(ends),
            None => of_worker.push((begins, ends)),
        }
    }
    outages
}

/// When the places of a group have no worker by its shifts or its schedule: from, to, worker.
fn off_duty(group: &WorkerGroup) -> Vec<(Time, Time, u32)> {
    let (Staffing::Shifts(changes) | Staffing::Schedule(changes)) = &group.staffing else { return Vec::new() };
    let starts = || std::iter::once((Time::ZERO, group.initial)).chain(changes.iter().map(|it| (it.at, it.count)));
    let ends = starts().skip(1).map(|(at, _)| at).chain([Time::NEVER]);
    let of_step = |((begins, count), ends): ((Time, u32), Time)| {
        (group.places.start + count..group.places.end).map(move |worker| (begins, ends, worker))
    };
    starts().zip(ends).flat_map(of_step).collect()
}

/// By worker that breaks down: the share of time that it is up, in the long run the mean time up
/// over the mean time from one repair to the next.
fn up(system: &System, breaks: Breaks, to: Time) -> BTreeMap<u32, f64> {
    let share = |breakdowns: &Breakdowns| {
        let share = breakdowns.up.mean() / (breakdowns.up.mean() + breakdowns.down.mean());
        let share = if share.is_nan() { 1.0 } else { share };
        match breaks {
            Breaks::LongRun | Breaks::AtMost if breakdowns.kind == OutageKind::Partition => 1.0,
            Breaks::Offered | Breaks::LongRun => share,
            // The number of cycles that have begun has a mean of `begun` at most, and the times up
            // of these last their mean (Wald).
            Breaks::AtMost => {
                let up = breakdowns.up.mean() * begun(breakdowns, to) / (to - Time::ZERO).as_secs_f64();
                if up.is_nan() { 1.0 } else { up.min(1.0) }
            }
        }
    };
    let of_worker = |breakdowns: &Breakdowns| (breakdowns.worker.0, share(breakdowns));
    system.availability.breakdowns.iter().map(of_worker).collect()
}

/// An upper bound of the mean number of times up that begin by an instant, the first at the start
/// (Lorden, *Annals of Mathematical Statistics* 41, 1970): (t + E X² / E X) / E X, with X the time
/// from one repair to the next.
fn begun(breakdowns: &Breakdowns, to: Time) -> f64 {
    let mean = breakdowns.up.mean() + breakdowns.down.mean();
    let square = breakdowns.up.variance() + breakdowns.down.variance() + mean * mean;
    ((to - Time::ZERO).as_secs_f64() + square / mean) / mean
}

/// Jobs whose work is not bounded by what the workers offer, or that leave without having been
/// done, because their worker changes while they run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Interrupted {
    /// Jobs that go on where a lower capacity or a partition admits no other: the largest number.
    pub(super) go_on: f64,
    /// Jobs whose worker crashes, is shut down or declared dead: the largest mean number.
    pub(super) lost: f64,
}

/// The jobs interrupted by `to`, or with `Breaks::LongRun` within the last second of a long run;
/// `fits` is the largest number of jobs that run on a worker.
pub(super) fn interrupted(
    system: &System,
    to: Time,
    breaks: Breaks,
    fits: impl Fn(&CapacityMap) -> f64,
) -> Interrupted {
    let mut interrupted = Interrupted::default();
    // No more jobs run on a worker than fit into the largest of its capacities.
    let changes = changes(system);
    let largest = |worker: u32| {
        let later = changes.get(&worker).into_iter().flatten().map(|change| &change.capacity);
        let all = std::iter::once(&system.workers[worker as usize].capacity).chain(later);
        all.map(&fits).fold(0.0, f64::max)
    };
    for (worker, changes) in &changes {
        let mut capacity = &system.workers[*worker as usize].capacity;
        for change in changes.iter().filter(|change| change.at <= to) {
            if capacity.0.iter().zip(&change.capacity.0).any(|(before, after)| after < before) {
                interrupted.go_on += largest(*worker);
            }
            capacity = &change.capacity;
        }
    }
    for outage in system.availability.outages.iter().filter(|outage| outage.at <= to) {
        match outage.kind {
            OutageKind::Partition => interrupted.go_on += largest(outage.worker.0),
            OutageKind::Crash | OutageKind::Shutdown => interrupted.lost += largest(outage.worker.0),
        }
    }
    for breakdowns in &system.availability.breakdowns {
        let times = match breaks {
            Breaks::LongRun => 1.0 / (breakdowns.up.mean() + breakdowns.down.mean()),
            Breaks::Offered | Breaks::AtMost => begun(breakdowns, to),
        };
        let times = if times.is_nan() { f64::INFINITY } else { times };
        interrupted.lost += times * largest(breakdowns.worker.0);
    }
    interrupted
}

/// Seconds between two instants during which there is no outage.
fn available(from: Time, to: Time, outages: &[(Time, Time)]) -> f64 {
    if to <= from {
        return 0.0;
    }
    let out = |&(begins, ends): &(Time, Time)| (ends.min(to) - begins.max(from)).as_secs_f64().max(0.0);
    (to - from).as_secs_f64() - outages.iter().map(out).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Availability;
    use crate::model::time::Span;
    use crate::model::worker::WorkerId;
    use crate::random::dist::Constant;
    use crate::scenario::Scenario;

    fn map(units: i64) -> CapacityMap {
        CapacityMap([units].into())
    }

    fn hours(hours: i64) -> Time {
        Time::ZERO + Span::secs(3_600 * hours)
    }

    fn system(availability: Availability) -> System {
        let text = "horizon = \"10h\"\n[worker.w]\ncount = 2\ncapacity = { slot = 2 }\n[action.a]\nservice = \"1s\"\n\
                    capacity = { slot = 1 }\narrival = { poisson = { rate = \"1/h\" } }\n";
        System { availability, ..Scenario::parse(text).expect("it is valid").system }
    }

    fn outage(at: i64, lasts: Option<i64>) -> Outage {
        let lasts = lasts.map(|hours| Span::secs(3_600 * hours));
        Outage { worker: WorkerId(0), at: hours(at), lasts, kind: OutageKind::Crash }
    }

    #[test]
    fn workers_with_equal_capacities_are_one_type() {
        let types = worker_types(&system(Availability::default()), Time::ZERO, hours(10), Breaks::Offered);
        assert_eq!(types, [WorkerType { capacity: map(2), workers: 2.0 }]);
        assert_eq!(units(&types, ResourceId(0)), 4.0);
    }

    /// Worker a is out from 1 to 4 (two outages that overlap) and from 8 on; it changes at 3. From
    /// 0 to 10 it offers 2 for one hour, and 5 for the four hours from 4 to 8.
    #[test]
    fn outages_and_changes_of_capacity_are_averaged_over_the_window() {
        let change = CapacityChange { worker: WorkerId(0), at: hours(3), capacity: map(5) };
        let outages = vec![outage(8, None), outage(1, Some(2)), outage(2, Some(2))];
        let availability = Availability { outages, capacity_changes: vec![change], ..Availability::default() };
        let found = worker_types(&system(availability.clone()), Time::ZERO, hours(10), Breaks::Offered);
        assert_eq!(
            found,
            [WorkerType { capacity: map(2), workers: 1.1 }, WorkerType { capacity: map(5), workers: 0.4 }]
        );
        let late = worker_types(&system(availability), hours(6), hours(10), Breaks::Offered);
        assert_eq!(
            late,
            [WorkerType { capacity: map(2), workers: 1.0 }, WorkerType { capacity: map(5), workers: 0.5 }]
        );
    }

    #[test]
    fn breakdowns_take_their_share() {
        let constant = |seconds| Constant::new(seconds).unwrap().into();
        let breakdowns =
            Breakdowns { worker: WorkerId(1), up: constant(900.0), down: constant(100.0), kind: OutageKind::Crash };
        let availability = Availability { breakdowns: vec![breakdowns], ..Availability::default() };
        assert_eq!(
            worker_types(&system(availability), Time::ZERO, hours(10), Breaks::Offered),
            [WorkerType { capacity: map(2), workers: 1.9 }]
        );
    }
}
