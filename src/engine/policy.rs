//! The trait of claim policies: which waiting job goes next?
//!
//! Most policies only [rank](ClaimPolicy::rank) the waiting jobs, and the first job in that order
//! that fits goes next. Others [choose](ClaimPolicy::choose) each time, by what else waits and
//! runs. Some of these reserve: they hold jobs back that would fit.

use std::fmt::Debug;

use crate::jobs::lifecycle::Lifecycle;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::{Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::order::{QueueKey, Rank};
use crate::queue::JobQueue;
use crate::resources::pool::Pool;
use crate::system::{ActionModel, System};

/// A claim policy.
pub trait ClaimPolicy: Debug {
    /// The rank of waiting jobs: `()` if only their age counts.
    type Rank: Rank;

    /// The rank of a job, fixed when it falls due. Smaller goes first; among equals the older, by
    /// `(scheduledAt, id)`.
    fn rank(&self, job: &Candidate<'_>) -> Self::Rank;

    /// How the next job is found.
    fn kind(&self) -> PolicyKind {
        PolicyKind::PriorityOrder
    }

    /// The job that goes next, if any may now. Called only for policies that select or reserve.
    fn choose(&mut self, look: &SchedulingView<'_, Self::Rank>) -> Option<Decision<Self::Rank>> {
        look.first()
    }

    /// An event that the policy may have to know. Called only for policies that select or reserve.
    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        let _ = (now, event);
    }

    /// The first instant after now at which a job that is held back may go although nothing happens
    /// until then. Called whenever the policy has chosen no job.
    fn next_start(&self, now: Time) -> Option<Time> {
        let _ = now;
        None
    }

    /// Why the job that it has just chosen goes now, in a few words, for users who compare runs.
    /// The view is still that of the choice. For a priority order it may be called at any time, and
    /// depends only on the job.
    fn explain(&self, look: &SchedulingView<'_, Self::Rank>, job: &Candidate<'_>) -> String {
        let _ = (look, job);
        "the first in its order that fits".to_owned()
    }

    /// Why a waiting job that would fit is held back, in a few words; `None` if the policy does not
    /// hold it back. The view is that of its last choice.
    fn explain_hold(&self, look: &SchedulingView<'_, Self::Rank>, job: &Candidate<'_>) -> Option<String> {
        let _ = (look, job);
        None
    }
}

/// How a policy finds the next job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// The first job by rank that fits goes, always. A job that does not fit blocks no other.
    PriorityOrder,
    /// It chooses among the jobs that fit, and never leaves all of them waiting.
    Selecting,
    /// It may leave a job waiting that would fit.
    Reserving,
}

/// A job as a policy sees it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The row itself.
    pub job: &'a Job,
    system: &'a System,
    life: &'a Lifecycle,
}

impl<'a> Candidate<'a> {
    #[inline(always)]
    pub(crate) fn new(job: &'a Job, system: &'a System, life: &'a Lifecycle) -> Candidate<'a> {
        Candidate { job, system, life }
    }

    /// Its class.
    pub fn action(&self) -> &'a ActionModel {
        self.system.action(self.job.action)
    }

    /// Its need vector.
    pub fn need(&self) -> &'a CapacityMap {
        self.system.need(self.job.need)
    }

    /// The estimated service time of the attempt at the usual speed: its own estimate, or that of
    /// its class.
    pub fn estimate(&self) -> Span {
        self.life.estimate(self.system, self.job)
    }

    /// The estimated service time of the attempt, as it depends on the worker.
    pub fn estimated(&self) -> EstimatedTime {
        let does_scale = self.life.estimate_scales(self.system, self.job);
        EstimatedTime { at_usual_speed: self.estimate(), does_scale }
    }

    /// The estimated service time of the attempt on a worker.
    pub fn estimate_on(&self, worker: WorkerId) -> Span {
        self.estimated().at_speed(self.system.worker(worker).speed)
    }

    /// Its priority; larger is more urgent.
    pub fn priority(&self) -> i64 {
        self.life.overrides(self.job).priority.unwrap_or(self.action().priority)
    }

    /// The run time after which it is asked to stop, if any.
    pub fn deadline(&self) -> Option<Span> {
        self.life.overrides(self.job).deadline.or(self.action().deadline)
    }
}

/// An estimated service time that may depend on the speed of the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatedTime {
    /// At the usual speed.
    pub at_usual_speed: Span,
    /// Whether a faster worker takes less time by the estimate.
    pub does_scale: bool,
}

impl EstimatedTime {
    /// On a worker of this speed.
    pub fn at_speed(self, speed: f64) -> Span {
        if self.does_scale { self.at_usual_speed.at_speed(speed) } else { self.at_usual_speed }
    }
}

/// An event that a policy may have to know.
#[derive(Clone, Copy, Debug)]
pub enum SchedulerEvent<'a> {
    /// A job has fallen due and waits.
    Queued(Candidate<'a>),
    /// A job has left unclaimed.
    Left(Candidate<'a>),
    /// A job runs from now on; it need not have waited.
    Started(Candidate<'a>, WorkerId),
    /// A running job has ended, with any outcome.
    Ended(Candidate<'a>, WorkerId),
    /// Workers have gone down or come back, or have changed their capacity.
    WorkersChanged,
}

/// The state of the simulation when a policy chooses.
#[derive(Clone, Copy, Debug)]
pub struct SchedulingView<'a, R> {
    /// Now.
    pub now: Time,
    /// The waiting jobs.
    pub waiting: &'a JobQueue<R>,
    /// The worker that looks for a job, under delayed claiming; `None` where jobs are placed.
    pub worker: Option<WorkerId>,
    system: &'a System,
    life: &'a Lifecycle,
    pool: &'a Pool,
    capacities: &'a [&'a CapacityMap],
}

impl<'a, R: Rank> SchedulingView<'a, R> {
    pub(crate) fn new(
        now: Time,
        waiting: &'a JobQueue<R>,
        worker: Option<WorkerId>,
        (system, life): (&'a System, &'a Lifecycle),
        pool: &'a Pool,
        capacities: &'a [&'a CapacityMap],
    ) -> SchedulingView<'a, R> {
        SchedulingView { now, waiting, worker, system, life, pool, capacities }
    }

    /// The system under simulation.
    pub fn system(&self) -> &'a System {
        self.system
    }

    /// A waiting job by its number. It searches all of them, so it is for explanations only.
    pub fn find(&self, job: JobId) -> Option<Candidate<'a>> {
        let job = self.waiting.iter().find(|waiting| waiting.id == job)?;
        Some(Candidate::new(job, self.system, self.life))
    }

    /// The first job by rank that fits.
    pub fn first(&self) -> Option<Decision<R>> {
        let heads = self.needs().filter_map(|need| Some((self.waiting.head(need.into())?, need)));
        heads.min_by_key(|(key, _)| *key).map(|(key, need)| Decision { need, key, target: Target::Any })
    }

    /// The needs of the waiting jobs that fit: on the worker that looks, or else on any.
    pub fn needs(&self) -> impl Iterator<Item = NeedId> + '_ {
        let worker = self.worker.map(|worker| worker.0 as usize);
        self.pool.fitting_of(self.waiting.mask(), worker).map(|need| NeedId(need as u16))
    }

    /// Whether a worker claims.
    pub fn is_open(&self, worker: WorkerId) -> bool {
        self.pool.is_open(worker)
    }

    /// All workers that claim and have the labels that a job with this need asks for, by index.
    pub fn open_workers(&self, need: NeedId) -> impl Iterator<Item = WorkerId> + '_ {
        let is_open = move |worker: &WorkerId| self.pool.is_open(*worker) && self.system.has_labels(*worker, need);
        (0..self.capacities.len() as u32).map(WorkerId).filter(is_open)
    }

    /// The workers that the decision is about and that a job with this need fits on, by index.
    pub fn with_room(&self, need: NeedId) -> impl Iterator<Item = WorkerId> + '_ {
        let is_meant = move |worker: &WorkerId| self.worker.is_none_or(|only| only == *worker);
        self.pool.workers_for(need.into()).map(|worker| WorkerId(worker as u32)).filter(is_meant)
    }

    /// Whether a job with this need fits: on the worker that looks, or else on any.
    pub fn fits(&self, need: NeedId) -> bool {
        match self.worker {
            Some(worker) => self.fits_on(need, worker),
            None => self.pool.has_room(need.into()),
        }
    }

    /// Whether a job with this need fits on a worker that claims.
    pub fn fits_on(&self, need: NeedId, worker: WorkerId) -> bool {
        self.pool.fits_open(worker.0 as usize, need.into())
    }

    /// Free units of a worker, by resource.
    pub fn free(&self, worker: WorkerId) -> impl Iterator<Item = i64> + '_ {
        self.pool.free(worker.0 as usize)
    }

    /// The capacity of a worker, which it offers if it claims.
    pub fn capacity(&self, worker: WorkerId) -> &'a CapacityMap {
        self.capacities[worker.0 as usize]
    }
}

/// The job that goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<R> {
    /// What it needs.
    pub need: NeedId,
    /// Its key among the waiting jobs.
    pub key: QueueKey<R>,
    /// Where it may go.
    pub target: Target,
}

/// The workers that may get a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Any worker that it fits on: the placement chooses one.
    Any,
    /// One of these, by index; it fits on all of them, and the placement chooses one.
    These(Vec<WorkerId>),
}

impl<P: ClaimPolicy + ?Sized> ClaimPolicy for Box<P> {
    type Rank = P::Rank;

    fn rank(&self, job: &Candidate<'_>) -> P::Rank {
        (**self).rank(job)
    }

    fn kind(&self) -> PolicyKind {
        (**self).kind()
    }

    fn choose(&mut self, look: &SchedulingView<'_, P::Rank>) -> Option<Decision<P::Rank>> {
        (**self).choose(look)
    }

    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        (**self).on_event(now, event);
    }

    fn next_start(&self, now: Time) -> Option<Time> {
        (**self).next_start(now)
    }

    fn explain(&self, look: &SchedulingView<'_, P::Rank>, job: &Candidate<'_>) -> String {
        (**self).explain(look, job)
    }

    fn explain_hold(&self, look: &SchedulingView<'_, P::Rank>, job: &Candidate<'_>) -> Option<String> {
        (**self).explain_hold(look, job)
    }
}
