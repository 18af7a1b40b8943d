//! Why the jobs of a replication waited.

use std::collections::BTreeMap;

use crate::engine::{ActionModel, Event, System, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use super::holders::Holders;
use super::job_stats::nanos;
use super::time_buckets::TimeBuckets;
use super::wait_parts::{BUSY, ReasonCourse, WAIT_PARTS, WaitParts, WaitingJob};
use super::wait_reasons::{ReasonIntegrals, ReasonTimes};

/// Nanoseconds by part of a wait, of one need or one job.
type PartTimes = [i64; WAIT_PARTS.len()];

/// Splits waits by reason, from the first wait on that is not all `busy`: a run whose jobs wait for
/// nothing but units costs nothing more.
#[derive(Clone, Debug)]
pub(super) struct Blame {
    /// Bit `n % 64`: have jobs with need `n` to be reported when they fall due and when they are
    /// claimed?
    watched: u64,
    split: Option<Box<WaitSplit>>,
    /// To start with.
    unsplit: Box<WaitSplit>,
}

impl Blame {
    pub(super) fn new(system: &System) -> Blame {
        Blame { watched: 0, split: None, unsplit: Box::new(WaitSplit::new(system)) }
    }

    /// Also finds who holds the units that jobs lack.
    pub(super) fn with_holders(mut self, system: &System) -> Blame {
        self.watched = u64::MAX;
        self.start().holders = Some(Box::new(Holders::new(system)));
        self
    }

    #[cold]
    fn start(&mut self) -> &mut WaitSplit {
        self.split.get_or_insert_with(|| self.unsplit.clone())
    }

    /// Whether the job has to be reported when it falls due and when it is claimed. Further ones
    /// may be.
    #[inline(always)]
    pub(super) fn watches(&self, job: &Job) -> bool {
        self.watched >> (job.need.0 % 64) & 1 == 1
    }

    #[cold]
    #[inline(never)]
    fn watch(&mut self, need: NeedId) {
        self.watched |= 1 << (need.0 % 64);
    }

    /// A row is created.
    #[inline(always)]
    pub(super) fn created(&mut self, now: Time, job: &Job, has_patience: bool) {
        if job.scheduled_at < now {
            self.watch(job.need);
        }
        if has_patience {
            self.expect_departures();
        }
    }

    /// Jobs may leave unclaimed from now on, as one has a patience of its own.
    #[cold]
    fn expect_departures(&mut self) {
        self.watched = u64::MAX;
        self.start().may_leave = true;
    }

    /// From now on jobs with this need, of which `waiting` wait now, wait for this reason.
    pub(super) fn change(&mut self, now: Time, need: NeedId, reason: WaitReason, waiting: usize) {
        if self.split.is_none() && matches!(reason, WaitReason::Busy(_)) {
            return;
        }
        let split = self.start();
        split.change(now, need, reason, waiting);
        if split.is_split[usize::from(need)] || split.may_leave {
            self.watch(need);
        }
    }

    /// A row falls due that counts, or does not.
    pub(super) fn due(&mut self, now: Time, job: WaitingJob, counts: bool) {
        self.start().due(now, job, counts);
    }

    /// A row is claimed.
    pub(super) fn claimed(&mut self, now: Time, job: WaitingJob, worker: WorkerId, counts: bool) {
        self.waited(now, job, counts);
        self.holders_mut().for_each(|holders| holders.run(now, job, worker, 1));
    }

    /// A row is claimed, or has waited until now and is left open.
    pub(super) fn waited(&mut self, now: Time, job: WaitingJob, counts: bool) {
        self.split.iter_mut().for_each(|split| split.waited(now, job, counts));
    }

    /// A row ends on a worker.
    pub(super) fn ended(&mut self, now: Time, job: WaitingJob, worker: WorkerId) {
        self.holders_mut().for_each(|holders| holders.run(now, job, worker, -1));
    }

    /// A row leaves unclaimed.
    pub(super) fn left(&mut self, now: Time, job: WaitingJob) {
        self.split.iter_mut().for_each(|split| split.left(now, job));
    }

    /// A worker goes, comes back or changes.
    pub(super) fn worker_changes(&mut self, now: Time, event: &Event<'_>) {
        self.holders_mut().for_each(|holders| holders.observe(now, event));
    }

    fn holders_mut(&mut self) -> impl Iterator<Item = &mut Holders> {
        self.split.iter_mut().filter_map(|split| split.holders.as_deref_mut())
    }

    /// The parts of the queue over time, up to the horizon.
    pub(super) fn course(&mut self, horizon: Time) -> Vec<ReasonCourse> {
        self.split.as_mut().map(|split| split.course(horizon)).unwrap_or_default()
    }

    /// The sums of an action by part. What `busy` has is without meaning.
    pub(super) fn of(&self, action: usize) -> WaitParts {
        self.split.as_ref().unwrap_or(&self.unsplit).sums[action]
    }

    /// Who held the units that the jobs of an action, or all jobs, lacked, if that was asked for.
    pub(super) fn holders_of(&self, action: Option<usize>) -> Vec<(ActionId, f64)> {
        let holders = self.split.iter().find_map(|split| split.holders.as_ref());
        holders.map(|holders| holders.of(action)).unwrap_or_default()
    }
}

/// Adds up why jobs waited. Every job that counts is added twice: the integrals of its need are
/// subtracted when it falls due and added when it is claimed. The reason `busy` is what remains of
/// the waits, so a replication that knows no other reason costs nothing.
#[derive(Clone, Debug)]
struct WaitSplit {
    /// By action. What `busy` has here is not used.
    sums: Vec<WaitParts>,
    integrals: ReasonIntegrals,
    /// By need: whether it has ever had another reason than `busy`.
    is_split: Vec<bool>,
    /// What was subtracted for jobs that wait and may leave unclaimed.
    subtracted: BTreeMap<JobId, PartTimes>,
    /// Row-nanoseconds by reason over time.
    buckets: TimeBuckets,
    /// By need that is split: its waiting jobs, and up to when they are in the buckets.
    waiting: Vec<(u64, Time)>,
    initial: u64,
    may_leave: bool,
    horizon: Time,
    /// Who holds the units that jobs lack, if that was asked for.
    holders: Option<Box<Holders>>,
}

impl WaitSplit {
    fn new(system: &System) -> WaitSplit {
        let leaves = |action: &ActionModel| action.patience.is_some() || action.cancel_rate.as_per_second() > 0.0;
        let mut integrals = ReasonIntegrals::new(system.needs.len());
        for need in 0..system.needs.len() {
            integrals.change(Time::ZERO, NeedId(need as u16), WaitReason::Busy(ResourceId(0)));
        }
        WaitSplit {
            sums: vec![[0; WAIT_PARTS.len()]; system.actions.len()],
            integrals,
            is_split: vec![false; system.needs.len()],
            subtracted: BTreeMap::new(),
            buckets: TimeBuckets::new(system.window.horizon, WaitReason::COUNT),
            waiting: vec![(0, Time::ZERO); system.needs.len()],
            horizon: system.window.horizon,
            holders: None,
            initial: system.initial.len() as u64,
            may_leave: system.queue_limit.is_some() || !system.cancels.is_empty() || system.actions.iter().any(leaves),
        }
    }

    /// From now on jobs with this need, of which `waiting` wait now, wait for this reason.
    fn change(&mut self, now: Time, need: NeedId, reason: WaitReason, waiting: usize) {
        self.settle(now, need);
        self.holders.iter_mut().for_each(|holders| holders.change(now, need, reason));
        let index = usize::from(need);
        if !self.is_split[index] {
            self.waiting[index] = (waiting as u64, now);
        }
        self.is_split[index] |= !matches!(reason, WaitReason::Busy(_));
        self.integrals.change(now, need, reason);
    }

    /// Adds the jobs with this need to the buckets up to now.
    fn settle(&mut self, now: Time, need: NeedId) {
        let (waiting, since) = self.waiting[usize::from(need)];
        let reason = self.integrals.reason(need).index();
        if waiting > 0 && self.is_split[usize::from(need)] && reason != BUSY {
            self.buckets.add(reason, waiting, since, now.min(self.horizon));
        }
        self.waiting[usize::from(need)].1 = now;
    }

    /// The parts of the queue over time, up to the horizon.
    fn course(&mut self, horizon: Time) -> Vec<ReasonCourse> {
        (0..self.waiting.len()).for_each(|need| self.settle(horizon, NeedId(need as u16)));
        let course = |part| ReasonCourse { part, jobs: self.buckets.averages_of([part]) };
        let parts = (0..WaitReason::COUNT).map(course);
        parts.filter(|course| course.jobs.iter().any(|jobs| *jobs > 0.0)).collect()
    }

    /// A job has come to wait, or has ceased to.
    fn count(&mut self, now: Time, job: WaitingJob, has_come: bool) {
        if self.is_split[usize::from(job.need)] {
            self.settle(now, job.need);
            let waiting = &mut self.waiting[usize::from(job.need)].0;
            *waiting = if has_come { *waiting + 1 } else { waiting.saturating_sub(1) };
        }
    }

    /// A job falls due that counts, or does not.
    fn due(&mut self, now: Time, job: WaitingJob, counts: bool) {
        self.count(now, job, true);
        self.holders.iter_mut().for_each(|holders| holders.due(now, job, counts));
        if !counts {
            return;
        }
        let late = nanos(job.scheduled_at, now);
        if !self.is_split[usize::from(job.need)] && late == 0 && !self.may_leave {
            return;
        }
        let mut parts = self.parts(job, now);
        // Before it fell due, no worker was there to fire its cron; or the run had not started.
        let part = if job.id.0 < self.initial { WaitReason::COUNT } else { WaitReason::NoWorker.index() };
        parts[part] -= late as i64;
        self.sums_of(job).zip(parts).for_each(|(sum, part)| *sum -= i128::from(part));
        if self.may_leave {
            self.subtracted.insert(job.id, parts);
        }
    }

    /// A job is claimed, or has waited until now and is left open.
    #[inline]
    fn waited(&mut self, now: Time, job: WaitingJob, counts: bool) {
        self.count(now, job, false);
        self.holders.iter_mut().for_each(|holders| holders.waited(now, job));
        if !counts {
            return;
        }
        if self.is_split[usize::from(job.need)] {
            let parts = self.parts(job, now);
            self.sums_of(job).zip(parts).for_each(|(sum, part)| *sum += i128::from(part));
        }
        if self.may_leave {
            self.subtracted.remove(&job.id);
        }
    }

    /// A job leaves unclaimed: it never counted in waits.
    fn left(&mut self, now: Time, job: WaitingJob) {
        self.count(now, job, false);
        self.holders.iter_mut().for_each(|holders| holders.left(now, job));
        if let Some(parts) = self.subtracted.remove(&job.id) {
            self.sums_of(job).zip(parts).for_each(|(sum, part)| *sum += i128::from(part));
        }
    }

    /// How long each part has lasted for the need of a job up to now.
    #[inline]
    fn parts(&self, job: WaitingJob, now: Time) -> PartTimes {
        let times: ReasonTimes = self.integrals.up_to(job.need, now);
        let mut parts = [0; WAIT_PARTS.len()];
        parts[..times.len()].copy_from_slice(&times);
        parts
    }

    fn sums_of(&mut self, job: WaitingJob) -> impl Iterator<Item = &mut i128> {
        self.sums[usize::from(job.action.0)].iter_mut()
    }
}
