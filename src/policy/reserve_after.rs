//! `reserve-after`: first-fit, until a job has waited longer than the patience; then capacity is
//! put aside for it.
//!
//! ```text
//! patience 10 min, free: scan 1      waiting: A{scan 2, for 12 min}  B{scan 1, for 1 min}
//! the free unit is put aside for A, and so is the next: B waits, although it fits
//! ```
//!
//! No estimates are needed. For each overdue job, oldest first, its need is put aside on a worker:
//! of the workers that could hold it beside everything already put aside, the one that lacks the
//! smallest share of it now. The first job without such a worker ends the list. A job may start on
//! a worker if it leaves, of each resource that it needs, the units put aside there for older jobs.
//! Reservations are made again in each decision, so they move to the worker that has room first.
//! Their number is bounded by the capacity of the workers. The cost of a decision grows with this
//! number and with the numbers of workers and needs, not with the number of waiting jobs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, btree_map};

use super::feasible::FeasibleNeeds;
use crate::engine::QueueKey;
use crate::engine::{
    Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView, Shares, System, Target,
};
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// First-fit with reservations for overdue jobs.
#[derive(Clone, Debug)]
pub struct ReserveAfter {
    patience: Span,
    possible: FeasibleNeeds,
    shares: Shares,
    /// The waiting jobs that may need a reservation, oldest first.
    waiting: BTreeMap<QueueKey<i128>, NeedId>,
}

/// The capacity put aside for a job.
#[derive(Clone, Copy, Debug)]
struct Reservation {
    turn: QueueKey<i128>,
    need: NeedId,
    worker: WorkerId,
}

impl ReserveAfter {
    /// For the jobs of a system.
    pub fn new(system: &System, patience: Span) -> ReserveAfter {
        let shares = Shares::of(system.capacities());
        ReserveAfter { patience, possible: FeasibleNeeds::of(system), shares, waiting: BTreeMap::new() }
    }

    /// The reservations now, for the oldest job first.
    fn reservations<'a>(&'a self, view: &'a SchedulingView<'a, i128>) -> Reservations<'a> {
        Reservations {
            policy: self,
            view,
            overdue: Some(self.waiting.iter()),
            aside: Reserved::nothing(view),
            candidates: BTreeMap::new(),
            reserved: vec![0; view.system().workers.len()],
        }
    }

    /// The share of its capacity that a worker lacks for a need.
    fn lacking(&self, view: &SchedulingView<'_, i128>, worker: WorkerId, need: &CapacityMap, aside: &[i64]) -> i128 {
        let capacity = &view.capacity(worker).0;
        let lacks =
            view.free(worker).zip(aside).zip(&need.0).map(|((free, aside), need)| (need - (free - aside)).max(0));
        lacks.zip(capacity).map(|(lacks, &capacity)| i128::from(lacks) * self.shares.unit(capacity)).sum()
    }
}

/// Finds one reservation after another: as many as a decision needs.
struct Reservations<'a> {
    policy: &'a ReserveAfter,
    view: &'a SchedulingView<'a, i128>,
    /// The waiting jobs that follow; none after the first job without a worker.
    overdue: Option<btree_map::Iter<'a, QueueKey<i128>, NeedId>>,
    aside: Reserved,
    candidates: BTreeMap<NeedId, BinaryHeap<Reverse<WorkerCandidate>>>,
    /// The number of reservations on each worker.
    reserved: Vec<u32>,
}

/// A worker that could hold a need, in the order in which workers are preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct WorkerCandidate {
    /// What it lacked when it had `reserved` reservations. More reservations leave it lacking more,
    /// so the least of an outdated entry is no more than the least of all.
    lacks: i128,
    place: usize,
    worker: WorkerId,
    reserved: u32,
}

impl Reservations<'_> {
    /// The worker that lacks the least of a need, of the workers that could hold it beside the
    /// units already put aside.
    fn best_worker(&mut self, need: NeedId) -> Option<WorkerId> {
        let Reservations { policy, view, aside, candidates, reserved, .. } = self;
        let units = view.system().need(need);
        let candidate = |place, worker: WorkerId| {
            let on = aside.on(worker);
            let lacks = || policy.lacking(view, worker, units, on);
            let reserved = reserved[worker.0 as usize];
            fits(&view.capacity(worker).0, on, units)
                .then(|| Reverse(WorkerCandidate { lacks: lacks(), place, worker, reserved }))
        };
        let all =
            || view.open_workers(need).enumerate().filter_map(|(place, worker)| candidate(place, worker)).collect();
        let queue = candidates.entry(need).or_insert_with(all);
        while let Some(Reverse(first)) = queue.pop() {
            if first.reserved == reserved[first.worker.0 as usize] {
                // It is outdated as soon as the reservation is made.
                queue.push(Reverse(first));
                return Some(first.worker);
            }
            queue.extend(candidate(first.place, first.worker));
        }
        None
    }
}

impl Iterator for Reservations<'_> {
    type Item = Reservation;

    fn next(&mut self) -> Option<Reservation> {
        let (view, patience) = (self.view, self.policy.patience);
        let next = self.overdue.as_mut()?.next().filter(|(turn, _)| view.now - turn.scheduled_at > patience);
        let reservation = next.and_then(|(&turn, &need)| {
            let worker = self.best_worker(need)?;
            Some(Reservation { turn, need, worker })
        });
        match &reservation {
            None => self.overdue = None,
            Some(reservation) => {
                self.aside.put(view, reservation);
                self.reserved[reservation.worker.0 as usize] += 1;
            }
        }
        reservation
    }
}

/// The units put aside on each worker by the reservations added so far.
struct Reserved {
    /// By worker and resource.
    units: Vec<i64>,
    resources: usize,
}

impl Reserved {
    fn nothing(view: &SchedulingView<'_, i128>) -> Reserved {
        let (workers, resources) = (view.system().workers.len(), view.system().resources.len());
        Reserved { units: vec![0; workers * resources], resources }
    }

    /// Counts a reservation.
    fn put(&mut self, view: &SchedulingView<'_, i128>, reservation: &Reservation) {
        let aside = &mut self.units[reservation.worker.0 as usize * self.resources..];
        aside.iter_mut().zip(&view.system().need(reservation.need).0).for_each(|(aside, need)| *aside += need);
    }

    /// The units put aside on a worker, by resource.
    fn on(&self, worker: WorkerId) -> &[i64] {
        &self.units[worker.0 as usize * self.resources..][..self.resources]
    }
}

/// Whether these units hold a need beside the units put aside.
fn fits(units: &[i64], aside: &[i64], need: &CapacityMap) -> bool {
    units.iter().zip(aside).zip(&need.0).all(|((units, aside), &need)| need == 0 || need <= units - aside)
}

impl ClaimPolicy for ReserveAfter {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Reserving
    }

    /// Only the oldest job of each need has to be considered: what holds it back holds back the
    /// others.
    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let has_room = |need: &NeedId| view.with_room(*need).next().is_some();
        let mut heads: Vec<(QueueKey<i128>, NeedId)> =
            view.needs().filter(has_room).filter_map(|need| Some((view.waiting.head(need.into())?, need))).collect();
        if heads.is_empty() {
            return None;
        }
        let mut older = self.reservations(view).peekable();
        if older.peek().is_none() {
            return view.first();
        }
        heads.sort_unstable();
        // Both are in order of age, so the units put aside for older jobs only grow.
        let mut aside = Reserved::nothing(view);
        heads.into_iter().find_map(|(turn, need)| {
            while let Some(reservation) = older.next_if(|reservation| reservation.turn < turn) {
                aside.put(view, &reservation);
            }
            let may = |worker: &WorkerId| {
                let free: Vec<i64> = view.free(*worker).collect();
                fits(&free, aside.on(*worker), view.system().need(need))
            };
            let workers: Vec<WorkerId> = view.with_room(need).filter(may).collect();
            (!workers.is_empty()).then_some(Decision { need, key: turn, target: Target::These(workers) })
        })
    }

    fn on_event(&mut self, _: Time, event: &SchedulerEvent<'_>) {
        match event {
            SchedulerEvent::Queued(candidate) => {
                let (job, needs_something) = (candidate.job, candidate.need().0.iter().any(|&units| units > 0));
                if needs_something && self.possible.contains(job.need) {
                    self.waiting.insert(QueueKey::of(0, job), job.need);
                }
            }
            SchedulerEvent::Started(candidate, _) | SchedulerEvent::Left(candidate) => {
                self.waiting.remove(&QueueKey::of(0, candidate.job));
            }
            SchedulerEvent::Ended(..) | SchedulerEvent::WorkersChanged => {}
        }
    }

    fn explain(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let older =
            self.reservations(view).take_while(|reservation| reservation.turn < QueueKey::of(0, job.job)).count();
        match older {
            0 if view.now - job.job.scheduled_at > self.patience => {
                "the oldest that fits, and it is overdue".to_owned()
            }
            0 => "the oldest that fits, and nothing is put aside for older ones".to_owned(),
            1 => "the oldest that leaves untouched what is put aside for an older job".to_owned(),
            _ => format!("the oldest that leaves untouched what is put aside for {older} older jobs"),
        }
    }

    fn explain_hold(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        let first = self.reservations(view).find(|reservation| view.fits_on(job.job.need, reservation.worker))?;
        let Reservation { turn, worker, .. } = first;
        let (waited, worker) = ((view.now - turn.scheduled_at).rounded(), &view.system().worker(worker).id);
        (turn.id != job.job.id)
            .then(|| format!("what is free on {worker} is put aside for job {}, which has waited {waited}", turn.id.0))
    }
}
