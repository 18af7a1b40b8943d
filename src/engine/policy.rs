//! The question "which waiting job goes next?", as a trait that every claim policy answers.
//!
//! Most policies are an order of the waiting jobs, of which the first that fits goes next: they only [rank](ClaimPolicy::rank) them. Others
//! [choose](ClaimPolicy::choose) each time, by what else waits and runs, and some of those hold jobs back that would fit.

use std::fmt::Debug;

use super::life::Life;
use super::pool::Pool;
use super::queue::{JobQueue, QueueKey};
use super::system::{ActionModel, System};
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::job::{Job, JobId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// What waiting jobs are ranked by; smaller goes first.
pub trait Rank: Copy + Ord + Debug {}

impl<R: Copy + Ord + Debug> Rank for R {}

/// A claim policy.
pub trait ClaimPolicy: Debug {
    /// What waiting jobs are ranked by: `()` if only their age counts.
    type Rank: Rank;

    /// The rank of a job, fixed when it falls due: smaller goes first, and of equals the older, by `(scheduledAt, id)`.
    fn rank(&self, job: &Candidate<'_>) -> Self::Rank;

    /// How the next job is found.
    fn kind(&self) -> PolicyKind {
        PolicyKind::PriorityOrder
    }

    /// The job that goes next, if any may now. Asked only of policies that do not merely rank.
    fn choose(&mut self, look: &SchedulingView<'_, Self::Rank>) -> Option<Decision<Self::Rank>> {
        look.first()
    }

    /// Something has happened that a policy which chooses may have to know. Told only to policies that do not merely rank.
    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        let _ = (now, event);
    }

    /// The first instant after now at which a job that is held back may go although nothing happens until then. Asked after each decision to
    /// let nobody go.
    fn next_start(&self, now: Time) -> Option<Time> {
        let _ = now;
        None
    }

    /// Why the job that it has just chosen goes now, in a few words, for people who compare runs. The state of things is still that of
    /// the choice; of policies that merely rank it may be asked at any time, and they look at nothing but the job.
    fn explain(&self, look: &SchedulingView<'_, Self::Rank>, job: &Candidate<'_>) -> String {
        let _ = (look, job);
        "the first in its order that fits".to_owned()
    }

    /// Why a waiting job, which would fit, is held back, in a few words; `None` if the policy does not hold it back. The state of things is that
    /// of its last choice.
    fn explain_hold(&self, look: &SchedulingView<'_, Self::Rank>, job: &Candidate<'_>) -> Option<String> {
        let _ = (look, job);
        None
    }
}

/// How a policy finds the next job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// The first by rank that fits goes, always. One that does not fit blocks nobody.
    PriorityOrder,
    /// It chooses among those that fit, and never leaves all of them waiting.
    Selecting,
    /// It may leave a job waiting although that would fit.
    Reserving,
}

/// A job as a policy may look at it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The row itself.
    pub job: &'a Job,
    system: &'a System,
    life: &'a Life,
}

impl<'a> Candidate<'a> {
    #[inline(always)]
    pub(super) fn new(job: &'a Job, system: &'a System, life: &'a Life) -> Candidate<'a> {
        Candidate { job, system, life }
    }

    /// Its class.
    pub fn action(&self) -> &'a ActionModel {
        self.system.action(self.job.action)
    }

    /// What it needs.
    pub fn need(&self) -> &'a CapacityMap {
        self.system.need(self.job.need)
    }

    /// How long the attempt is thought to run: its own estimate, or what its class makes of its service time.
    pub fn estimate(&self) -> Span {
        self.life.estimate(self.system, self.job)
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

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub enum SchedulerEvent<'a> {
    /// A job has fallen due and waits.
    Queued(Candidate<'a>),
    /// A job has left unclaimed.
    Left(Candidate<'a>),
    /// A job runs from now on; it need not have waited.
    Started(Candidate<'a>, WorkerId),
    /// A running job has ended, in whatever way.
    Ended(Candidate<'a>, WorkerId),
    /// Workers went out or came back, or offer more or less than before.
    WorkersChanged,
}

/// The state of things when a job is to go next.
#[derive(Clone, Copy, Debug)]
pub struct SchedulingView<'a, R> {
    /// Now.
    pub now: Time,
    /// The jobs that wait.
    pub waiting: &'a JobQueue<R>,
    /// The worker that looks for a job, under delayed claiming; `None` where jobs are placed.
    pub worker: Option<WorkerId>,
    system: &'a System,
    life: &'a Life,
    pool: &'a Pool,
    capacities: &'a [&'a CapacityMap],
}

impl<'a, R: Rank> SchedulingView<'a, R> {
    pub(super) fn new(
        now: Time,
        waiting: &'a JobQueue<R>,
        worker: Option<WorkerId>,
        (system, life): (&'a System, &'a Life),
        pool: &'a Pool,
        capacities: &'a [&'a CapacityMap],
    ) -> SchedulingView<'a, R> {
        SchedulingView { now, waiting, worker, system, life, pool, capacities }
    }

    /// The system under simulation.
    pub fn system(&self) -> &'a System {
        self.system
    }

    /// A job that waits, by its number; for explanations, as it looks through all of them.
    pub fn find(&self, job: JobId) -> Option<Candidate<'a>> {
        let job = self.waiting.iter().find(|waiting| waiting.id == job)?;
        Some(Candidate::new(job, self.system, self.life))
    }

    /// The first job by rank that fits.
    pub fn first(&self) -> Option<Decision<R>> {
        let heads = self.needs().filter_map(|need| Some((self.waiting.head(need.into())?, need)));
        heads.min_by_key(|(key, _)| *key).map(|(key, need)| Decision { need, key, target: Target::Any })
    }

    /// The needs with which jobs wait that fit: on the worker that looks, or else on any.
    pub fn needs(&self) -> impl Iterator<Item = NeedId> + '_ {
        let room = match self.worker {
            Some(worker) => self.pool.fitting(worker.0 as usize),
            None => self.pool.mask(),
        };
        let words = self.waiting.mask().iter().zip(room).map(|(waiting, room)| waiting & room);
        super::bits::all_ones_of(words).map(|need| NeedId(need as u16))
    }

    /// All workers that claim, by index.
    pub fn open_workers(&self) -> impl Iterator<Item = WorkerId> + '_ {
        (0..self.capacities.len() as u32).map(WorkerId).filter(|worker| self.pool.is_open(*worker))
    }

    /// The workers that a decision is about and on which a job with this need fits, by index.
    pub fn with_room(&self, need: NeedId) -> impl Iterator<Item = WorkerId> + '_ {
        let is_meant = move |worker: &WorkerId| self.worker.is_none_or(|only| only == *worker);
        self.pool.with_room(need.into()).iter().map(|worker| WorkerId(worker as u32)).filter(is_meant)
    }

    /// Whether a job with this need fits: on the worker that looks, or else on any.
    pub fn fits(&self, need: NeedId) -> bool {
        match self.worker {
            Some(worker) => self.fits_on(need, worker),
            None => !self.pool.with_room(need.into()).is_empty(),
        }
    }

    /// Whether a job with this need fits on a worker, which claims.
    pub fn fits_on(&self, need: NeedId, worker: WorkerId) -> bool {
        self.pool.with_room(need.into()).contains(worker.0 as usize)
    }

    /// Units free on a worker, by resource.
    pub fn free(&self, worker: WorkerId) -> impl Iterator<Item = i64> + '_ {
        self.pool.free(worker.0 as usize)
    }

    /// What a worker offers now, if it claims.
    pub fn capacity(&self, worker: WorkerId) -> &'a CapacityMap {
        self.capacities[worker.0 as usize]
    }
}

/// The job that goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<R> {
    /// What it needs.
    pub need: NeedId,
    /// Its place among the waiting jobs.
    pub key: QueueKey<R>,
    /// Where it may go.
    pub target: Target,
}

/// Where a job may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To any worker that it fits on: the placement picks one.
    Any,
    /// To one of these, by index, on all of which it fits: the placement picks one.
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
