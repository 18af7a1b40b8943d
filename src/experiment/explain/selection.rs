//! Which jobs are explained: the first pass over a replication finds them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Attempt, Event, Observer};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobId};
use crate::model::time::{Span, Time};

/// The jobs that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one with this number.
    Job(JobId),
    /// Those with the longest waits.
    Longest {
        /// At most this many.
        count: usize,
        /// Of this class; of all if `None`.
        action: Option<ActionId>,
    },
}

/// A job that is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) waited: Span,
    /// Among equal waits the older job comes first.
    pub(super) job: Reverse<JobId>,
    pub(super) first: JobId,
}

/// Observes the waits of a replication as `jobs.csv` lists them.
#[derive(Debug)]
pub(super) struct Selector {
    wanted: Wanted,
    /// Only jobs that wait at this instant.
    at: Option<Time>,
    horizon: Time,
    waiting: BTreeMap<JobId, (Time, ActionId, JobId)>,
    longest: BTreeSet<Found>,
    /// The wait of the job that is asked for: from when it fell due.
    pub(super) seen: Option<(Time, Time)>,
    is_past_horizon: bool,
    /// The number of rows that fell due by the horizon or were created by then.
    pub(super) rows: u64,
    last: Time,
}

impl Selector {
    pub(super) fn new(wanted: Wanted, at: Option<Time>, horizon: Time) -> Selector {
        Selector {
            wanted,
            at,
            horizon,
            waiting: BTreeMap::new(),
            longest: BTreeSet::new(),
            seen: None,
            is_past_horizon: false,
            rows: 0,
            last: Time::ZERO,
        }
    }

    /// The end of the replication as far as it was followed.
    pub(super) fn until(&self) -> Time {
        self.last.max(self.horizon)
    }

    /// The jobs, the longest wait first. Those that still wait have waited until the end.
    pub(super) fn found(&mut self) -> Vec<Found> {
        let until = self.until();
        for (job, (scheduled_at, action, first)) in std::mem::take(&mut self.waiting) {
            self.add(until, (job, action, first, scheduled_at));
        }
        self.longest.iter().rev().copied().collect()
    }

    fn due(&mut self, job: &Job, attempt: Attempt) {
        self.waiting.insert(job.id, (job.scheduled_at, job.action, attempt.first));
    }

    fn waited(&mut self, now: Time, job: &Job) {
        if let Some((scheduled_at, action, first)) = self.waiting.remove(&job.id) {
            self.add(now, (job.id, action, first, scheduled_at));
        }
    }

    fn add(&mut self, until: Time, (job, action, first, scheduled_at): (JobId, ActionId, JobId, Time)) {
        let count = match self.wanted {
            Wanted::Job(wanted) if wanted == job => {
                self.seen = Some((scheduled_at, until));
                1
            }
            Wanted::Longest { count, action: of } if of.is_none_or(|of| of == action) => count,
            _ => return,
        };
        if self.at.is_some_and(|at| at < scheduled_at || at >= until) {
            return;
        }
        self.longest.insert(Found { waited: until - scheduled_at, job: Reverse(job), first });
        if self.longest.len() > count {
            self.longest.pop_first();
        }
    }
}

impl Observer for Selector {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::HorizonPassed { .. } => self.is_past_horizon = true,
            // Reported for the end of the cooldown, even if following ended before.
            Event::LeftOpen { .. } => return,
            Event::Created { .. } if !self.is_past_horizon => self.rows += 1,
            Event::Due { job, attempt } if !self.is_past_horizon => self.due(job, attempt),
            Event::Claimed { job, .. } | Event::Left { job, .. } => self.waited(now, job),
            _ => {}
        }
        self.last = self.last.max(now);
    }
}
