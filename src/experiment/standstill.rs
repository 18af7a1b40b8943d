//! Replications that come to a standstill: from some instant on only parents run, each waits for
//! its children, and these fit nowhere.
//!
//! Runs do not look for it. Where the analysis finds that a deadlock is possible, the replications
//! whose queue has not been empty since its longest length are repeated and watched up to the
//! horizon.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::engine::{Event, JobOrigin, Observer};
use crate::feasibility::{Finding, analyze};
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::replication::Replication;
use crate::scenario::Scenario;
use crate::stats::{Measure, ReplicationStats};

/// A replication that came to a standstill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standstill {
    /// Its number, from 0.
    pub replication: u32,
    /// The instant of the last claim.
    pub since: Time,
}

/// The replications of a scenario that came to a standstill, in order.
pub fn standstills(scenario: &Scenario, outcomes: &[ReplicationStats]) -> Vec<Standstill> {
    let is_deadlock =
        |finding: &Finding| matches!(finding, Finding::Deadlock { .. } | Finding::DeadlockNotExcluded { .. });
    let still_waits = |outcome: &ReplicationStats| {
        outcome.metrics.iter().any(|metric| metric.metric.measure == Measure::DrainS && metric.known().is_none())
    };
    let suspects: Vec<u32> = (0..).zip(outcomes).filter(|(_, outcome)| still_waits(outcome)).map(|(n, _)| n).collect();
    let has_parents = scenario.system.actions.iter().any(|action| action.spawns.is_some());
    if !has_parents || suspects.is_empty() || !analyze(scenario).findings.iter().any(is_deadlock) {
        return Vec::new();
    }
    let watch = |replication: u32| {
        let mut watch = Watch::default();
        let horizon = scenario.system.window.horizon;
        Replication::new(scenario, u64::from(replication)).observe_until(horizon, &mut watch);
        let since = watch.since.filter(|_| watch.is_stuck(horizon))?;
        Some(Standstill { replication, since })
    };
    suspects.into_par_iter().filter_map(watch).collect()
}

/// The rows at an instant.
#[derive(Default)]
struct Watch {
    /// The last claim.
    since: Option<Time>,
    /// Rows that are not due yet, and rows that wait.
    not_due: usize,
    waiting: usize,
    /// Running rows and the ends of their own service times.
    running: BTreeMap<JobId, Time>,
    /// Rows that have started children.
    parents: BTreeSet<JobId>,
}

impl Watch {
    /// Whether only parents run that wait for children.
    fn is_stuck(&self, now: Time) -> bool {
        let waits = |(job, over): (&JobId, &Time)| self.parents.contains(job) && *over < now;
        self.waiting > 0 && self.not_due == 0 && !self.running.is_empty() && self.running.iter().all(waits)
    }
}

impl Observer for Watch {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Created { origin, .. } => {
                self.not_due += 1;
                if let JobOrigin::Child(parent) = origin {
                    self.parents.insert(parent);
                }
            }
            Event::Due { .. } => {
                self.not_due = self.not_due.saturating_sub(1);
                self.waiting += 1;
            }
            Event::Claimed { job, .. } => {
                self.since = Some(now);
                self.waiting = self.waiting.saturating_sub(1);
                self.running.insert(job.id, now + job.service);
            }
            Event::Ended { job, .. } => {
                self.running.remove(&job.id);
                self.parents.remove(&job.id);
            }
            Event::Left { .. } => self.waiting = self.waiting.saturating_sub(1),
            _ => {}
        }
    }
}
