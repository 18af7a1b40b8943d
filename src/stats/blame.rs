//! Why the jobs of a replication waited, and what the responses of their chains consist of.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{ActionModel, Attempt, Execution, JobOrigin, System, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Job, JobId};
use crate::model::time::{NANOS, Time};

use super::following::has_response;
use super::holders::Holders;
use super::job_stats::{RowEnd, nanos};
use super::metric::JobScope;
use super::time_buckets::TimeBuckets;
use super::wait_reasons::{ReasonIntegrals, ReasonTimes};

/// The parts of a wait: the reasons of the engine, and the time before the start.
pub const WAIT_PARTS: [&str; WaitReason::COUNT + 1] = {
    let mut names = [BEFORE_START; WaitReason::COUNT + 1];
    let mut index = 0;
    while index < WaitReason::COUNT {
        names[index] = WaitReason::NAMES[index];
        index += 1;
    }
    names
};

/// A job of a document may have waited before the run started; no one knows why.
const BEFORE_START: &str = "before-start";

/// The parts of a response.
pub const RESPONSE_PARTS: [&str; 4] = ["wait", "service", "backoff", "children"];

/// Why the jobs of one action, or of all, waited.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionBlame {
    /// The jobs.
    pub action: JobScope,
    /// The mean wait in seconds, split by [`WAIT_PARTS`]; `None` without a wait.
    pub wait_s: Option<[f64; WAIT_PARTS.len()]>,
    /// The part of `busy` by the action that holds the scarce units, in seconds of the mean wait;
    /// empty unless it was asked for.
    pub holders_s: Vec<(ActionId, f64)>,
    /// The mean response in seconds, split by [`RESPONSE_PARTS`]; `None` without a response.
    pub response_s: Option<[f64; RESPONSE_PARTS.len()]>,
}

/// How many jobs wait for a reason over time, in the buckets of the [series](super::series::Series).
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonCourse {
    /// The reason, by its index in [`WAIT_PARTS`].
    pub part: usize,
    /// Averages, bucket by bucket.
    pub jobs: Vec<f64>,
}

/// Nanoseconds by part of a wait.
pub(super) type WaitParts = [i128; WAIT_PARTS.len()];

const BUSY: usize = WaitReason::Busy(ResourceId(0)).index();

/// Adds up why jobs waited. Every job that counts is added twice: the integrals of its need are
/// subtracted when it falls due and added when it is claimed. The reason `busy` is what remains of
/// the waits, so a replication that knows no other reason costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Blame {
    /// By action. What `busy` has here is not used.
    sums: Vec<WaitParts>,
    integrals: ReasonIntegrals,
    /// By need: whether it has ever had another reason than `busy`.
    is_split: Vec<bool>,
    /// By need: whether jobs have to be reported when they fall due and when they are claimed.
    watched: Vec<bool>,
    /// What was subtracted for jobs that wait and may leave unclaimed.
    subtracted: BTreeMap<JobId, WaitParts>,
    /// Row-nanoseconds by reason over time.
    buckets: TimeBuckets,
    /// By need that is split: its waiting jobs, and up to when they are in the buckets.
    waiting: Vec<(u64, Time)>,
    initial: u64,
    may_leave: bool,
    horizon: Time,
    /// Who holds the units that jobs lack, if that was asked for.
    pub(super) holders: Option<Box<Holders>>,
}

impl Blame {
    pub(super) fn new(system: &System) -> Blame {
        let leaves = |action: &ActionModel| action.patience.is_some() || action.cancel_rate.as_per_second() > 0.0;
        let mut integrals = ReasonIntegrals::new(system.needs.len());
        for need in 0..system.needs.len() {
            integrals.change(Time::ZERO, NeedId(need as u16), WaitReason::Busy(ResourceId(0)));
        }
        Blame {
            sums: vec![[0; WAIT_PARTS.len()]; system.actions.len()],
            integrals,
            is_split: vec![false; system.needs.len()],
            watched: vec![false; system.needs.len()],
            subtracted: BTreeMap::new(),
            buckets: TimeBuckets::new(system.window.horizon, WaitReason::COUNT),
            waiting: vec![(0, Time::ZERO); system.needs.len()],
            horizon: system.window.horizon,
            holders: None,
            initial: system.initial.len() as u64,
            may_leave: system.queue_limit.is_some() || !system.cancels.is_empty() || system.actions.iter().any(leaves),
        }
    }

    /// The jobs with this need, of which so many wait, wait for this reason from now on.
    pub(super) fn change(&mut self, now: Time, need: NeedId, reason: WaitReason, waiting: usize) {
        self.settle(now, need);
        self.holders.iter_mut().for_each(|holders| holders.change(now, need, reason));
        let index = usize::from(need);
        if !self.is_split[index] {
            self.waiting[index] = (waiting as u64, now);
        }
        self.is_split[index] |= !matches!(reason, WaitReason::Busy(_));
        self.watched[index] |= self.is_split[index] || self.may_leave;
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
    pub(super) fn course(&mut self, horizon: Time) -> Vec<ReasonCourse> {
        (0..self.waiting.len()).for_each(|need| self.settle(horizon, NeedId(need as u16)));
        let course = |part| ReasonCourse { part, jobs: self.buckets.averages_of([part]) };
        let parts = (0..WaitReason::COUNT).map(course);
        parts.filter(|course| course.jobs.iter().any(|jobs| *jobs > 0.0)).collect()
    }

    /// A job has come to wait, or has ceased to.
    fn count(&mut self, now: Time, job: &Job, has_come: bool) {
        if self.is_split[usize::from(job.need)] {
            self.settle(now, job.need);
            let waiting = &mut self.waiting[usize::from(job.need)].0;
            *waiting = if has_come { *waiting + 1 } else { waiting.saturating_sub(1) };
        }
    }

    /// Whether jobs with this need have to be reported when they fall due and when they are claimed.
    #[inline(always)]
    pub(super) fn watches(&self, job: &Job) -> bool {
        self.watched[usize::from(job.need)]
    }

    /// A job that falls due late is about to.
    pub(super) fn expect_late(&mut self, job: &Job) {
        self.watched[usize::from(job.need)] = true;
    }

    /// A job with a patience of its own is about to fall due.
    pub(super) fn expect_departures(&mut self) {
        self.may_leave = true;
        self.watched.fill(true);
    }

    /// From now on, also who holds the units that jobs lack.
    pub(super) fn split_by(&mut self, holders: Holders) {
        self.holders = Some(Box::new(holders));
        self.watched.fill(true);
    }

    /// A job falls due that counts, or does not.
    pub(super) fn due(&mut self, now: Time, job: &Job, counts: bool) {
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
        parts[part] -= i128::from(late);
        self.add(job.action, &parts, -1);
        if self.may_leave {
            self.subtracted.insert(job.id, parts);
        }
    }

    /// A job is claimed, or has waited until now and is left open.
    #[inline]
    pub(super) fn waited(&mut self, now: Time, job: &Job, counts: bool) {
        self.count(now, job, false);
        self.holders.iter_mut().for_each(|holders| holders.waited(now, job));
        if !counts {
            return;
        }
        if self.is_split[usize::from(job.need)] {
            let parts = self.parts(job, now);
            self.add(job.action, &parts, 1);
        }
        if self.may_leave {
            self.subtracted.remove(&job.id);
        }
    }

    /// A job leaves unclaimed: it never counted in waits.
    pub(super) fn left(&mut self, now: Time, job: &Job) {
        self.count(now, job, false);
        self.holders.iter_mut().for_each(|holders| holders.left(now, job));
        if let Some(parts) = self.subtracted.remove(&job.id) {
            self.add(job.action, &parts, 1);
        }
    }

    fn parts(&self, job: &Job, now: Time) -> WaitParts {
        let times: ReasonTimes = self.integrals.up_to(job.need, now);
        let mut parts = [0; WAIT_PARTS.len()];
        parts.iter_mut().zip(times).for_each(|(part, time)| *part = i128::from(time));
        parts
    }

    fn add(&mut self, action: ActionId, parts: &WaitParts, sign: i128) {
        self.sums[usize::from(action.0)].iter_mut().zip(parts).for_each(|(sum, part)| *sum += sign * part);
    }
}

/// The parts of the responses of chains that are not single plain rows.
#[derive(Clone, Debug)]
pub(super) struct ChainParts {
    /// By action.
    pub(super) sums: Vec<ResponseParts>,
    /// By the first job of a chain under way: the parts of its attempts that have ended.
    ended: BTreeMap<JobId, ResponseParts>,
    /// Rows that have started children.
    parents: BTreeSet<JobId>,
}

/// Nanoseconds by part of a response.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ResponseParts {
    pub(super) wait: u128,
    pub(super) service: u128,
    pub(super) backoff: u128,
    pub(super) children: u128,
}

impl ResponseParts {
    pub(super) fn merge(&mut self, other: ResponseParts) {
        self.wait += other.wait;
        self.service += other.service;
        self.backoff += other.backoff;
        self.children += other.children;
    }

    /// The rest of a response was spent between attempts.
    fn with_backoff(self, response: u64) -> ResponseParts {
        let known = self.wait + self.service + self.children;
        ResponseParts { backoff: u128::from(response).saturating_sub(known), ..self }
    }

    fn nanos(self) -> [u128; RESPONSE_PARTS.len()] {
        [self.wait, self.service, self.backoff, self.children]
    }
}

impl ChainParts {
    pub(super) fn new(system: &System) -> ChainParts {
        let sums = vec![ResponseParts::default(); system.actions.len()];
        ChainParts { sums, ended: BTreeMap::new(), parents: BTreeSet::new() }
    }

    pub(super) fn created(&mut self, origin: JobOrigin) {
        if let JobOrigin::Child(parent) = origin {
            self.parents.insert(parent);
        }
    }

    /// Whether a row has started children.
    pub(super) fn is_parent(&self, job: &Job) -> bool {
        !self.parents.is_empty() && self.parents.contains(&job.id)
    }

    /// A row ends; its chain `counts` or does not.
    pub(super) fn ended(&mut self, end: RowEnd<'_>, counts: bool) {
        let RowEnd { now, job, attempt, run, outcome, is_last } = end;
        let before = if attempt.number > 1 || !is_last { self.ended.remove(&attempt.first) } else { None };
        let is_parent = self.is_parent(job) && self.parents.remove(&job.id);
        if !counts || is_last && !has_response(outcome) {
            return;
        }
        let mut parts = before.unwrap_or_default();
        parts.merge(attempt_parts(now, job, Some(run), is_parent));
        if is_last {
            self.sums[usize::from(job.action.0)].merge(parts.with_backoff(nanos(attempt.since, now)));
        } else {
            self.ended.insert(attempt.first, parts);
        }
    }

    /// A chain has not ended when following ends. A row that is not due yet has waited for nothing.
    pub(super) fn left_open(&mut self, end: Time, job: &Job, attempt: Attempt, run: Option<Execution>) {
        let mut parts = self.ended.get(&attempt.first).copied().unwrap_or_default();
        parts.merge(attempt_parts(end, job, run, self.parents.contains(&job.id)));
        self.sums[usize::from(job.action.0)].merge(parts.with_backoff(nanos(attempt.since, end)));
    }
}

/// The parts of one attempt up to an instant. A parent whose service is over waits for children.
fn attempt_parts(now: Time, job: &Job, run: Option<Execution>, is_parent: bool) -> ResponseParts {
    let claimed_at = run.map_or(now, |run| run.claimed_at);
    let ran = nanos(claimed_at, now);
    let service = if is_parent { ran.min(job.service.0.max(0).unsigned_abs()) } else { ran };
    ResponseParts {
        wait: nanos(job.scheduled_at, claimed_at).into(),
        service: service.into(),
        backoff: 0,
        children: (ran - service).into(),
    }
}

/// The sums of one action.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlameSums {
    /// The sum of all waits, in nanoseconds, and their number.
    pub(super) wait: (u128, u64),
    pub(super) parts: WaitParts,
    pub(super) responses: u64,
    pub(super) response: ResponseParts,
}

impl BlameSums {
    pub(super) fn merge(&mut self, other: &BlameSums) {
        self.wait.0 += other.wait.0;
        self.wait.1 += other.wait.1;
        self.parts.iter_mut().zip(other.parts).for_each(|(mine, theirs)| *mine += theirs);
        self.responses += other.responses;
        self.response.merge(other.response);
    }

    pub(super) fn means(&self, action: JobScope, holders: Vec<(ActionId, f64)>) -> ActionBlame {
        let mut parts = self.parts;
        parts[BUSY] = 0;
        parts[BUSY] = self.wait.0 as i128 - parts.iter().sum::<i128>();
        debug_assert!(parts.iter().all(|part| *part >= 0), "a reason lasted for less than nothing: {parts:?}");
        let mean = |nanos: f64, count: u64| nanos / NANOS as f64 / count as f64;
        ActionBlame {
            action,
            holders_s: holders.into_iter().map(|(holder, nanos)| (holder, mean(nanos, self.wait.1))).collect(),
            wait_s: (self.wait.1 > 0).then(|| parts.map(|part| mean(part as f64, self.wait.1))),
            response_s: (self.responses > 0)
                .then(|| self.response.nanos().map(|part| mean(part as f64, self.responses))),
        }
    }
}

impl Blame {
    /// The sums of an action by part; what `busy` has is to be ignored.
    pub(super) fn of(&self, action: usize) -> WaitParts {
        self.sums[action]
    }
}
