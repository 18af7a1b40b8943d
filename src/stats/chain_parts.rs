//! What the responses of chains consist of: waits, service, the time between attempts, and the wait
//! of parents for their children.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Attempt, Execution, JobOrigin, System};
use crate::model::job::{Job, JobId};
use crate::model::time::Time;

use super::following::has_response;
use super::job_stats::{RowEnd, nanos};
use super::wait_parts::ResponseParts;

/// The parts of the responses of chains that are not single plain rows.
#[derive(Clone, Debug)]
pub(super) struct ChainParts {
    /// By action.
    sums: Vec<ResponseParts>,
    /// By the first job of a chain under way: the parts of its attempts that have ended.
    ended: BTreeMap<JobId, ResponseParts>,
    /// Rows that have started children.
    parents: BTreeSet<JobId>,
}

impl ChainParts {
    pub(super) fn new(system: &System) -> ChainParts {
        let sums = vec![ResponseParts::default(); system.actions.len()];
        ChainParts { sums, ended: BTreeMap::new(), parents: BTreeSet::new() }
    }

    #[inline(always)]
    pub(super) fn created(&mut self, origin: JobOrigin) {
        if let JobOrigin::Child(parent) = origin {
            self.parents.insert(parent);
        }
    }

    /// The parts of the responses of an action.
    pub(super) fn of(&self, action: usize) -> ResponseParts {
        self.sums[action]
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
