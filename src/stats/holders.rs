//! Who holds the units that waiting jobs lack: the part of `busy` by the actions that run on the
//! workers that could hold the waiting job, in proportion to their units of the scarce resource.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Event, System, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::model::worker::{LabelSet, WorkerId};

use super::wait_parts::WaitingJob;

/// The units that actions hold, and how long jobs waited for them. It costs by the number of needs
/// that wait and of actions at each start and end, so it is kept only if it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Holders {
    /// Needs, resource by resource; the labels that each asks for.
    needs: Vec<(CapacityMap, LabelSet)>,
    labels: Vec<LabelSet>,
    actions: usize,
    resources: usize,
    /// Workers are alike if capacity and labels are.
    kinds: BTreeMap<(CapacityMap, LabelSet), usize>,
    workers: Vec<WorkerUse>,
    /// By kind, resource and action: units held on workers that claim.
    held: Vec<i64>,
    /// By need.
    waits: Vec<NeedWaits>,
    /// The needs with waiting jobs.
    active: BTreeSet<u16>,
    /// By action of the waiting jobs, and by holder: nanoseconds.
    sums: Vec<Vec<f64>>,
    /// What was subtracted for jobs that wait.
    subtracted: BTreeMap<JobId, Vec<f64>>,
}

#[derive(Clone, Debug)]
struct WorkerUse {
    kind: usize,
    is_up: bool,
    is_ready: bool,
    /// The running rows by action and need.
    rows: BTreeMap<(ActionId, NeedId), i64>,
}

#[derive(Clone, Debug)]
struct NeedWaits {
    scarce: Option<ResourceId>,
    waiting: u64,
    since: Time,
    /// By holder: nanoseconds for which a job with this need would have waited up to `since`.
    lasted: Vec<f64>,
}

impl Holders {
    pub(super) fn new(system: &System) -> Holders {
        let mut kinds = BTreeMap::new();
        let mut kind = |capacity: &CapacityMap, labels| {
            let next = kinds.len();
            *kinds.entry((capacity.clone(), labels)).or_insert(next)
        };
        let there = system.there_at_start();
        let workers: Vec<WorkerUse> = system
            .workers
            .iter()
            .zip(there)
            .map(|(worker, is_ready)| {
                let kind = kind(&worker.capacity, worker.labels);
                WorkerUse { kind, is_up: true, is_ready, rows: BTreeMap::new() }
            })
            .collect();
        for change in &system.availability.capacity_changes {
            kind(&change.capacity, system.worker(change.worker).labels);
        }
        let (actions, resources) = (system.actions.len(), system.resources.len());
        let needs = system.needs.iter().enumerate();
        let waits = NeedWaits { scarce: None, waiting: 0, since: Time::ZERO, lasted: vec![0.0; actions] };
        Holders {
            needs: needs.map(|(index, need)| (need.clone(), system.runs_on(NeedId(index as u16)))).collect(),
            labels: system.workers.iter().map(|worker| worker.labels).collect(),
            held: vec![0; kinds.len() * resources * actions],
            waits: vec![waits; system.needs.len()],
            active: BTreeSet::new(),
            sums: vec![vec![0.0; actions]; actions],
            subtracted: BTreeMap::new(),
            actions,
            resources,
            kinds,
            workers,
        }
    }

    /// The reason of a need changes.
    pub(super) fn change(&mut self, now: Time, need: NeedId, reason: WaitReason) {
        self.settle(now, need);
        self.waits[usize::from(need)].scarce = match reason {
            WaitReason::Busy(resource) => Some(resource),
            _ => None,
        };
    }

    pub(super) fn due(&mut self, now: Time, job: WaitingJob, counts: bool) {
        self.settle(now, job.need);
        self.active.insert(job.need.0);
        let waits = &mut self.waits[usize::from(job.need)];
        waits.waiting += 1;
        if counts {
            let lasted = waits.lasted.clone();
            self.add(job.action, &lasted, -1.0);
            self.subtracted.insert(job.id, lasted);
        }
    }

    /// A job has waited until now, and is claimed or left open.
    pub(super) fn waited(&mut self, now: Time, job: WaitingJob) {
        self.stop_waiting(now, job);
        if self.subtracted.remove(&job.id).is_some() {
            let lasted = self.waits[usize::from(job.need)].lasted.clone();
            self.add(job.action, &lasted, 1.0);
        }
    }

    /// A job leaves unclaimed: it never counted in waits.
    pub(super) fn left(&mut self, now: Time, job: WaitingJob) {
        self.stop_waiting(now, job);
        if let Some(lasted) = self.subtracted.remove(&job.id) {
            self.add(job.action, &lasted, 1.0);
        }
    }

    fn stop_waiting(&mut self, now: Time, job: WaitingJob) {
        self.settle(now, job.need);
        let waiting = &mut self.waits[usize::from(job.need)].waiting;
        *waiting = waiting.saturating_sub(1);
        if *waiting == 0 {
            self.active.remove(&job.need.0);
        }
    }

    /// A job starts on a worker (`rows` 1), or ends there (-1).
    pub(super) fn run(&mut self, now: Time, job: WaitingJob, worker: WorkerId, rows: i64) {
        self.settle_all(now);
        let on = &mut self.workers[worker.0 as usize];
        let count = on.rows.entry((job.action, job.need)).or_insert(0);
        *count += rows;
        if *count == 0 {
            on.rows.remove(&(job.action, job.need));
        }
        if on.is_up && on.is_ready {
            let kind = on.kind;
            self.hold(kind, job.action, job.need, rows);
        }
    }

    /// Follows workers that go and come back.
    pub(super) fn observe(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::WorkerDown { worker, .. } => self.alter(now, worker, |on| on.is_up = false),
            Event::WorkerUp { worker } => self.alter(now, worker, |on| on.is_up = true),
            Event::WorkerReady { worker } => self.alter(now, worker, |on| on.is_ready = true),
            Event::WorkerOrdered { worker } | Event::WorkerDraining { worker } | Event::WorkerGone { worker } => {
                self.alter(now, worker, |on| on.is_ready = false);
            }
            Event::CapacityChanged { worker, capacity } => {
                let kind = self.kinds.get(&(capacity.clone(), self.labels[worker.0 as usize])).copied();
                self.alter(now, worker, |on| on.kind = kind.unwrap_or(on.kind));
            }
            _ => {}
        }
    }

    fn alter(&mut self, now: Time, worker: WorkerId, change: impl Fn(&mut WorkerUse)) {
        self.settle_all(now);
        for rows in [-1, 1] {
            let on = self.workers[worker.0 as usize].clone();
            if on.is_up && on.is_ready {
                on.rows.iter().for_each(|(&(action, need), count)| self.hold(on.kind, action, need, rows * count));
            }
            if rows < 0 {
                change(&mut self.workers[worker.0 as usize]);
            }
        }
    }

    fn hold(&mut self, kind: usize, action: ActionId, need: NeedId, rows: i64) {
        for resource in 0..self.resources {
            let place = (kind * self.resources + resource) * self.actions + usize::from(action.0);
            self.held[place] += rows * self.needs[usize::from(need)].0.0[resource];
        }
    }

    fn settle_all(&mut self, now: Time) {
        for need in self.active.clone() {
            self.settle(now, NeedId(need));
        }
    }

    /// Brings the times of a need up to date.
    fn settle(&mut self, now: Time, need: NeedId) {
        let waits = &mut self.waits[usize::from(need)];
        let elapsed = (now - waits.since).0 as f64;
        waits.since = now;
        let Some(scarce) = waits.scarce.filter(|_| waits.waiting > 0 && elapsed > 0.0) else { return };
        let (units, labels) = &self.needs[usize::from(need)];
        let mut held = vec![0; self.actions];
        for ((capacity, has), kind) in &self.kinds {
            if has.contains(*labels) && capacity.fits(units) {
                let first = (kind * self.resources + usize::from(scarce.0)) * self.actions;
                held.iter_mut().zip(&self.held[first..]).for_each(|(sum, held)| *sum += held);
            }
        }
        let all: i64 = held.iter().sum();
        if all > 0 {
            let shares = held.into_iter().map(|held| elapsed * held as f64 / all as f64);
            waits.lasted.iter_mut().zip(shares).for_each(|(lasted, share)| *lasted += share);
        }
    }

    fn add(&mut self, action: ActionId, lasted: &[f64], sign: f64) {
        self.sums[usize::from(action.0)].iter_mut().zip(lasted).for_each(|(sum, lasted)| *sum += sign * lasted);
    }

    /// Nanoseconds that the jobs of an action, or of all actions, waited for the units of each
    /// holder.
    pub(super) fn of(&self, action: Option<usize>) -> Vec<(ActionId, f64)> {
        let of = |holder: usize| match action {
            Some(action) => self.sums[action][holder],
            None => self.sums.iter().map(|sums| sums[holder]).sum(),
        };
        let holders = (0..self.actions).map(|holder| (ActionId(holder as u16), of(holder)));
        // Less than a nanosecond is left over from rounding.
        holders.filter(|(_, nanos)| *nanos >= 1.0).collect()
    }
}
