//! `conservative-backfill`: every waiting job holds a reservation, made on arrival by the
//! estimates; other jobs may only fill the gaps.
//!
//! ```text
//! 4 scan: R runs on 3 of them, by its estimate until 10:00
//! waiting: A{scan 4, 30 min}  B{scan 1, 40 min}  C{scan 1, 90 min}
//! at 09:00   A is planned for 10:00 to 10:30; B fills the gap before it and goes;
//!            C is planned for 10:30, after A
//! R ends at 09:40, B at 09:30: A moves to 09:40, and C, which could not go before A, to 10:10
//! ```
//!
//! A reservation names a worker and an instant: the first instant from which the job fits for as
//! long as its estimate, next to the running jobs and all other reservations; of several workers,
//! the first. When a job ends before its estimate, or a job with a reservation leaves, the plan is
//! compressed: in order of age, each job gives up its reservation and takes the first one
//! available, which is never later (Mu'alem and Feitelson, IEEE TPDS 12(6), 2001). When workers
//! change, all reservations are made again in order of age. The same rules hold with several
//! workers and resources; where jobs are placed, the plan names the worker, and the placement is
//! not consulted. Under delayed claiming, a worker takes the oldest job that could run there now
//! next to the reservations of all others. Jobs then hardly ever start at the exact instant of
//! their reservation, so all reservations are made again when the instant of one has passed.
//!
//! **Wrong estimates.** A job that runs past its estimate is no longer in the plan. A job that
//! should start then and does not fit waits until it does. In the plan of all other jobs it counts
//! as starting now, so they may be late in turn: reservations are only as good as the estimates.
//!
//! A compression considers every waiting job, and walks along the plan for each. This is the only
//! policy whose decisions cost more the more jobs wait, because its definition involves all of
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::availability_profile::AvailabilityProfile;
use super::feasible::FeasibleNeeds;
use crate::engine::QueueKey;
use crate::engine::{
    Candidate, ClaimPolicy, Decision, EstimatedTime, PolicyKind, SchedulerEvent, SchedulingView, System, Target,
};
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::JobId;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// Backfilling with a reservation for every job.
#[derive(Debug)]
pub struct ConservativeBackfill {
    possible: FeasibleNeeds,
    needs: Box<[CapacityMap]>,
    /// By worker.
    speeds: Box<[f64]>,
    /// By worker; empty until the first decision after workers have changed.
    plans: Vec<AvailabilityProfile>,
    running: BTreeMap<JobId, Running>,
    /// Oldest first.
    waiting: BTreeMap<QueueKey<i128>, Waiting>,
    /// The reservations by their start.
    starts: BTreeSet<(Time, QueueKey<i128>)>,
    /// Jobs without a plan so far, oldest first.
    newcomers: BTreeSet<QueueKey<i128>>,
    /// Whether units are free that the plan treats as occupied.
    needs_compression: bool,
}

/// A running job.
#[derive(Clone, Copy, Debug)]
struct Running {
    worker: WorkerId,
    need: NeedId,
    /// Its estimated end.
    until: Time,
}

/// A waiting job.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    need: NeedId,
    lasts: EstimatedTime,
    place: Option<Place>,
}

impl Waiting {
    /// The planned duration on a worker of this speed: more than zero, even if the estimate is
    /// zero.
    fn lasts(&self, speed: f64) -> Span {
        self.lasts.at_speed(speed).max(Span(1))
    }
}

/// The worker and the start that a job is planned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    start: Time,
    worker: WorkerId,
}

impl Place {
    /// A place on this worker is better if it starts before the returned instant: of several
    /// workers with the same start, the first is taken.
    fn bound(self, worker: WorkerId) -> Time {
        if worker < self.worker { self.start + Span(1) } else { self.start }
    }
}

impl ConservativeBackfill {
    /// For the jobs of a system.
    pub fn new(system: &System) -> ConservativeBackfill {
        ConservativeBackfill {
            possible: FeasibleNeeds::of(system),
            needs: system.needs.clone().into(),
            speeds: system.workers.iter().map(|worker| worker.speed).collect(),
            plans: Vec::new(),
            running: BTreeMap::new(),
            waiting: BTreeMap::new(),
            starts: BTreeSet::new(),
            newcomers: BTreeSet::new(),
            needs_compression: false,
        }
    }

    /// Brings all plans up to date: from scratch, by compression, or by adding newcomers.
    fn update(&mut self, view: &SchedulingView<'_, i128>) {
        let is_late = self.starts.first().is_some_and(|(start, _)| *start < view.now);
        if self.plans.is_empty() || is_late && view.worker.is_some() {
            self.begin(view);
        }
        self.plans.iter_mut().for_each(|plan| plan.forget_before(view.now));
        self.put_off_late(view.now);
        if std::mem::take(&mut self.needs_compression) {
            let planned = self.waiting.keys().filter(|turn| !self.newcomers.contains(turn));
            for turn in planned.copied().collect::<Vec<_>>() {
                self.improve(view, turn);
            }
        }
        for turn in std::mem::take(&mut self.newcomers) {
            self.reserve(view, turn);
        }
    }

    /// Starts with plans that hold only the running jobs; all waiting jobs are newcomers.
    fn begin(&mut self, view: &SchedulingView<'_, i128>) {
        let workers = 0..view.system().workers.len() as u32;
        self.plans =
            workers.map(|worker| AvailabilityProfile::new(view.capacity(WorkerId(worker)), view.now)).collect();
        for Running { worker, need, until } in self.running.values() {
            self.plans[worker.0 as usize].occupy(view.now, *until, &self.needs[usize::from(*need)]);
        }
        self.starts.clear();
        for (turn, waiting) in &mut self.waiting {
            waiting.place = None;
            self.newcomers.insert(*turn);
        }
        self.needs_compression = false;
    }

    /// Jobs that should have started before now are planned for now.
    fn put_off_late(&mut self, now: Time) {
        let late: Vec<QueueKey<i128>> =
            self.starts.iter().take_while(|(start, _)| *start < now).map(|(_, turn)| *turn).collect();
        for turn in late {
            if let Some(place) = self.withdraw(turn) {
                self.enter(turn, Place { start: now, ..place });
            }
        }
    }

    /// Moves a job to the first place before its own, if there is one.
    fn improve(&mut self, view: &SchedulingView<'_, i128>, turn: QueueKey<i128>) {
        let Waiting { need, place, .. } = self.waiting[&turn];
        let Some(place) = place else { return self.reserve(view, turn) };
        let units = &self.needs[usize::from(need)];
        let plans = &mut self.plans;
        let may_improve =
            view.open_workers(need).any(|worker| plans[worker.0 as usize].may_have_gap(place.bound(worker), units));
        if may_improve {
            self.withdraw(turn);
            let better = self.first_place(view, turn, Some(place));
            self.enter(turn, better.unwrap_or(place));
        }
    }

    /// Plans a job that has no place.
    fn reserve(&mut self, view: &SchedulingView<'_, i128>, turn: QueueKey<i128>) {
        if let Some(place) = self.first_place(view, turn, None) {
            self.enter(turn, place);
        }
    }

    /// The first place for a job next to all others, if there is one before `before`.
    fn first_place(
        &self,
        view: &SchedulingView<'_, i128>,
        turn: QueueKey<i128>,
        before: Option<Place>,
    ) -> Option<Place> {
        let waiting = self.waiting[&turn];
        let units = &self.needs[usize::from(waiting.need)];
        let mut first = before;
        for worker in view.open_workers(waiting.need) {
            let bound = first.map(|first| first.bound(worker));
            let (plan, lasts) = (&self.plans[worker.0 as usize], waiting.lasts(self.speeds[worker.0 as usize]));
            if let Some(start) = plan.first_gap(view.now, bound, units, lasts) {
                first = Some(Place { start, worker });
            }
        }
        first
    }

    fn enter(&mut self, turn: QueueKey<i128>, place: Place) {
        let Some(waiting) = self.waiting.get_mut(&turn) else { return };
        waiting.place = Some(place);
        self.starts.insert((place.start, turn));
        let need = &self.needs[usize::from(waiting.need)];
        let worker = place.worker.0 as usize;
        self.plans[worker].occupy(place.start, place.start + waiting.lasts(self.speeds[worker]), need);
    }

    /// Withdraws the place of a job, if it has one.
    fn withdraw(&mut self, turn: QueueKey<i128>) -> Option<Place> {
        let waiting = self.waiting.get_mut(&turn)?;
        let place = waiting.place.take()?;
        self.starts.remove(&(place.start, turn));
        let need = &self.needs[usize::from(waiting.need)];
        let worker = place.worker.0 as usize;
        if let Some(plan) = self.plans.get_mut(worker) {
            plan.vacate(place.start, place.start + waiting.lasts(self.speeds[worker]), need);
        }
        Some(place)
    }

    /// The oldest job that should start by now and fits.
    fn due(&self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let due = self.starts.iter().take_while(|(start, _)| *start <= view.now).filter_map(|(_, turn)| {
            let Waiting { need, place, .. } = self.waiting[turn];
            let worker = place?.worker;
            view.fits_on(need, worker).then_some((*turn, need, worker))
        });
        due.min().map(|(turn, need, worker)| Decision { need, key: turn, target: Target::These(vec![worker]) })
    }

    /// The oldest job that can start now on the claiming worker, next to all others.
    fn first_for(&mut self, view: &SchedulingView<'_, i128>, worker: WorkerId) -> Option<Decision<i128>> {
        let fitting = self.waiting.iter().filter(|(_, waiting)| view.fits_on(waiting.need, worker));
        let fitting: Vec<QueueKey<i128>> = fitting.map(|(turn, _)| *turn).collect();
        fitting.into_iter().find_map(|turn| {
            let place = self.withdraw(turn);
            let (waiting, index) = (self.waiting[&turn], worker.0 as usize);
            let (need, lasts) = (waiting.need, waiting.lasts(self.speeds[index]));
            let (plan, units) = (&self.plans[index], &self.needs[usize::from(need)]);
            let fits = plan.first_gap(view.now, Some(view.now + Span(1)), units, lasts).is_some();
            if let Some(place) = place {
                self.enter(turn, place);
            }
            fits.then(|| Decision { need, key: turn, target: Target::These(vec![worker]) })
        })
    }

    fn leave(&mut self, turn: QueueKey<i128>) -> Option<Place> {
        let place = self.withdraw(turn);
        self.newcomers.remove(&turn);
        self.waiting.remove(&turn);
        place
    }

    fn start(&mut self, now: Time, candidate: &Candidate<'_>, worker: WorkerId) {
        let job = candidate.job;
        self.leave(QueueKey::of(0, job));
        let until = now + candidate.estimate_on(worker).max(Span(1));
        self.running.insert(job.id, Running { worker, need: job.need, until });
        if let Some(plan) = self.plans.get_mut(worker.0 as usize) {
            plan.occupy(now, until, candidate.need());
        }
    }

    fn end(&mut self, now: Time, job: JobId) {
        let Some(Running { worker, need, until }) = self.running.remove(&job) else { return };
        if until > now {
            self.needs_compression = true;
            if let Some(plan) = self.plans.get_mut(worker.0 as usize) {
                plan.vacate(now, until, &self.needs[usize::from(need)]);
            }
        }
    }
}

impl ClaimPolicy for ConservativeBackfill {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Reserving
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        self.update(view);
        match view.worker {
            None => self.due(view),
            Some(worker) => self.first_for(view, worker),
        }
    }

    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        match event {
            SchedulerEvent::Queued(candidate) if self.possible.contains(candidate.job.need) => {
                let turn = QueueKey::of(0, candidate.job);
                let waiting = Waiting { need: candidate.job.need, lasts: candidate.estimated(), place: None };
                self.waiting.insert(turn, waiting);
                self.newcomers.insert(turn);
            }
            SchedulerEvent::Queued(_) => {}
            SchedulerEvent::Started(candidate, worker) => self.start(now, candidate, *worker),
            SchedulerEvent::Left(candidate) => {
                self.needs_compression |= self.leave(QueueKey::of(0, candidate.job)).is_some();
            }
            SchedulerEvent::Ended(candidate, _) => self.end(now, candidate.job.id),
            SchedulerEvent::WorkersChanged => self.plans.clear(),
        }
    }

    fn next_start(&self, now: Time) -> Option<Time> {
        self.starts.iter().map(|(start, _)| *start).find(|start| *start > now)
    }

    fn explain(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let turn = QueueKey::of(0, job.job);
        let comes = if view.worker.is_none() { "its reservation has come" } else { "it fits beside all reservations" };
        match self.waiting.range(..turn).count() {
            0 => format!("{comes}, and it is the oldest of all that wait"),
            1 => format!("{comes}: it delays the reservation of the older job by nothing"),
            older => format!("{comes}: it delays the reservations of {older} older jobs by nothing"),
        }
    }

    fn explain_hold(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        let Place { start, worker } = self.waiting.get(&QueueKey::of(0, job.job))?.place?;
        let (wait, worker) = ((start - view.now).rounded(), &view.system().worker(worker).id);
        (start > view.now)
            .then(|| format!("its reservation is on {worker} in {wait}; before that it would delay those of others"))
    }
}
