//! The attempts of a chain, and the children of one of its rows.

use std::collections::{BTreeMap, BTreeSet};

use super::story::{AttemptStory, ChainSplit, ChildStory};
use crate::engine::{Event, JobOrigin};
use crate::model::job::JobId;
use crate::model::time::{Span, Time};

/// Follows a chain.
#[derive(Debug)]
pub(super) struct Chain {
    /// The row whose children are followed.
    job: JobId,
    first: JobId,
    parent: Option<JobId>,
    pub(super) attempts: Vec<AttemptStory>,
    /// The rows of the chain that have started children.
    parents: BTreeSet<JobId>,
    /// By the first row of each.
    pub(super) children: BTreeMap<JobId, ChildStory>,
    /// The rows of the children that have fallen due: the first row of their chain.
    rows: BTreeMap<JobId, JobId>,
    ended_at: Option<Time>,
}

impl Chain {
    pub(super) fn new(job: JobId, first: JobId) -> Chain {
        Chain {
            job,
            first,
            parent: None,
            attempts: Vec::new(),
            parents: BTreeSet::new(),
            children: BTreeMap::new(),
            rows: BTreeMap::new(),
            ended_at: None,
        }
    }

    pub(super) fn first(&self) -> JobId {
        self.first
    }

    pub(super) fn parent(&self) -> Option<JobId> {
        self.parent
    }

    /// Whether the chain and all children have ended.
    pub(super) fn is_over(&self) -> bool {
        self.ended_at.is_some() && self.children.values().all(|child| child.ended.is_some())
    }

    fn attempt(&mut self, job: JobId) -> Option<&mut AttemptStory> {
        self.attempts.iter_mut().find(|attempt| attempt.job == job)
    }

    fn child(&mut self, row: JobId) -> Option<&mut ChildStory> {
        let first = self.rows.get(&row)?;
        self.children.get_mut(first)
    }

    pub(super) fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Created { job, origin: JobOrigin::Child(parent), .. } => {
                if job.id == self.first {
                    self.parent = Some(parent);
                }
                if self.attempts.iter().any(|attempt| attempt.job == parent) {
                    self.parents.insert(parent);
                }
                if parent == self.job {
                    let child = ChildStory {
                        job: job.id,
                        action: job.action,
                        attempts: 0,
                        due_at: now,
                        claimed_at: None,
                        ended: None,
                    };
                    self.children.insert(job.id, child);
                }
            }
            Event::Due { job, attempt } if attempt.first == self.first => self.attempts.push(AttemptStory {
                job: job.id,
                attempt: attempt.number,
                scheduled_at: job.scheduled_at,
                claimed: None,
                service: job.service,
                ended: None,
            }),
            Event::Due { job, attempt } => {
                if let Some(child) = self.children.get_mut(&attempt.first) {
                    child.attempts = attempt.number;
                    if attempt.number == 1 {
                        child.due_at = now;
                    }
                    self.rows.insert(job.id, attempt.first);
                }
            }
            Event::Claimed { job, worker } => {
                if let Some(attempt) = self.attempt(job.id) {
                    (attempt.claimed, attempt.service) = (Some((now, worker)), job.service);
                } else if let Some(child) = self.child(job.id) {
                    child.claimed_at.get_or_insert(now);
                }
            }
            Event::Ended { job, outcome, is_last, .. } => {
                if let Some(attempt) = self.attempt(job.id) {
                    attempt.ended = Some((now, outcome));
                    self.ended_at = is_last.then_some(now);
                } else if let Some(child) = self.child(job.id).filter(|_| is_last) {
                    child.ended = Some((now, outcome));
                }
            }
            Event::Left { job, outcome, .. } => {
                if let Some(attempt) = self.attempt(job.id) {
                    (attempt.ended, self.ended_at) = (Some((now, outcome)), Some(now));
                } else if let Some(child) = self.child(job.id) {
                    child.ended = Some((now, outcome));
                }
            }
            _ => {}
        }
    }

    /// The parts of the time from the first `scheduledAt` to the end of the chain, or to `until`.
    pub(super) fn split(&self, until: Time) -> ChainSplit {
        let mut split = ChainSplit { is_over: self.ended_at.is_some(), ..ChainSplit::default() };
        for attempt in &self.attempts {
            let ended = attempt.ended.map_or(until, |(at, _)| at);
            let claimed = attempt.claimed.map_or(ended, |(at, _)| at);
            let ran = ended - claimed;
            let service = if self.parents.contains(&attempt.job) { ran.min(attempt.service) } else { ran };
            split.wait = split.wait + (claimed - attempt.scheduled_at);
            split.service = split.service + service;
            split.children = split.children + Span(ran.0 - service.0);
        }
        let since = self.attempts.first().map_or(until, |attempt| attempt.scheduled_at);
        let whole = self.ended_at.unwrap_or(until) - since;
        split.backoff = Span(whole.0 - split.wait.0 - split.service.0 - split.children.0);
        split
    }
}
