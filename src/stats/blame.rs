//! Why the jobs of a replication waited, and what the responses of their chains consist of.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{ActionModel, Attempt, Execution, JobOrigin, System, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Job, JobId};
use crate::model::time::{NANOS, Time};

use super::following::has_response;
use super::job_stats::{RowEnd, nanos};
use super::metric::JobScope;
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
    /// Bit by need: whether it has ever had another reason than `busy`.
    is_split: Vec<bool>,
    /// What was subtracted for jobs that wait and may leave unclaimed.
    subtracted: BTreeMap<JobId, WaitParts>,
    initial: u64,
    may_leave: bool,
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
            subtracted: BTreeMap::new(),
            initial: system.initial.len() as u64,
            may_leave: system.queue_limit.is_some() || !system.cancels.is_empty() || system.actions.iter().any(leaves),
        }
    }

    pub(super) fn change(&mut self, now: Time, need: NeedId, reason: WaitReason) {
        self.is_split[usize::from(need)] |= !matches!(reason, WaitReason::Busy(_));
        self.integrals.change(now, need, reason);
    }

    /// A job with a patience of its own is about to fall due.
    pub(super) fn expect_departures(&mut self) {
        self.may_leave = true;
    }

    /// A job that counts falls due.
    pub(super) fn due(&mut self, now: Time, job: &Job) {
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

    /// A job that counts is claimed, or has waited until now and is left open.
    #[inline]
    pub(super) fn waited(&mut self, now: Time, job: &Job) {
        if self.is_split[usize::from(job.need)] {
            let parts = self.parts(job, now);
            self.add(job.action, &parts, 1);
        }
        if self.may_leave {
            self.subtracted.remove(&job.id);
        }
    }

    /// A job that counts leaves unclaimed: it never counted as waiting.
    pub(super) fn left(&mut self, job: &Job) {
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

    /// A row ends; its chain `counts` or does not.
    pub(super) fn ended(&mut self, end: RowEnd<'_>, counts: bool) {
        let RowEnd { now, job, attempt, run, outcome, is_last } = end;
        let before = if attempt.number > 1 || !is_last { self.ended.remove(&attempt.first) } else { None };
        let is_parent = !self.parents.is_empty() && self.parents.remove(&job.id);
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

    pub(super) fn means(&self, action: JobScope) -> ActionBlame {
        let mut parts = self.parts;
        parts[BUSY] = 0;
        parts[BUSY] = self.wait.0 as i128 - parts.iter().sum::<i128>();
        debug_assert!(parts.iter().all(|part| *part >= 0), "a reason lasted for less than nothing: {parts:?}");
        let mean = |nanos: f64, count: u64| nanos / NANOS as f64 / count as f64;
        ActionBlame {
            action,
            holders_s: Vec::new(),
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
