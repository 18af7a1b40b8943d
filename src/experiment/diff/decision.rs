//! A decision in words and numbers: the claim, its reason, the other waiting jobs, and the free
//! units.

use std::collections::BTreeMap;

use super::divergence::{ClaimDecision, ClaimedJob, WaitingJob};
use super::event::SharedEvent;
use super::paired_run::Side;
use super::shared_ids::named;
use super::snapshot::Snapshot;
use crate::engine::{Candidate, ClaimPolicy, ClaimRule, PolicyKind, QueueKey};
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;

/// The number of waiting jobs that are shown.
const SHOWN: usize = 5;

/// The decision of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecisionContext<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) side: &'a Side<'a>,
    pub(super) at: Time,
    /// The log index of its claim, if the other run does not make the same one.
    pub(super) index: Option<usize>,
    /// The job that the other run claims, by its number in this run.
    pub(super) other: Option<JobId>,
    /// The shared number of the worker that claims in the other run.
    pub(super) other_worker: Option<u32>,
}

impl DecisionContext<'_> {
    fn claim(self) -> Option<(Job, u32)> {
        let entry = self.side.observer().recorder().log.get(self.index?)?;
        match (entry.event, entry.job) {
            (SharedEvent::Claimed { worker, .. }, Some(job)) => Some((job, worker)),
            _ => None,
        }
    }

    /// The whole decision, except the later claim.
    pub(super) fn decision(self) -> ClaimDecision {
        let (system, claim) = (&self.scenario.system, self.claim());
        let snapshot = Snapshot::before(self.side, self.index);
        let meant = claim.map(|(_, worker)| worker).or(self.other_worker);
        let meant = meant.and_then(|worker| self.side.observer().recorder().ids().worker(worker));
        let name = |worker: WorkerId| system.worker(worker).id.clone();
        let taken = claim.zip(meant).map(|((job, _), worker)| ClaimedJob {
            job: job.id,
            action: system.action(job.action).name.clone(),
            worker: name(worker),
        });
        ClaimDecision {
            policy: self.scenario.policy_label.clone(),
            why: match claim {
                Some((job, _)) => self.explain(job),
                None => self.explain_hold(&snapshot),
            },
            taken,
            waiting: snapshot.waiting.len(),
            queue_head: self.queue_head(&snapshot),
            worker: meant.map(|worker| (name(worker), snapshot.room(worker))),
            all: snapshot.rooms_of_all(),
            later: None,
        }
    }

    fn explain(self, job: Job) -> String {
        let (policy, view) = (self.side.policy(), self.side.view(None));
        let there = || self.side.active_rows().find(|candidate| candidate.job.id == job.id);
        match &policy.answer {
            Some(answer) => answer.clone(),
            None if policy.kind() == PolicyKind::PriorityOrder => there().map_or_else(
                || "the first in its order that fits".to_owned(),
                |candidate| policy.explain(&view, &candidate),
            ),
            None => "it has just fallen due, and no other waiting job fits".to_owned(),
        }
    }

    fn explain_hold(self, snapshot: &Snapshot<'_>) -> String {
        let meant = self.other.and_then(|other| snapshot.waiting.iter().find(|job| job.id == other));
        let Some(job) = meant else { return "the job does not wait here".to_owned() };
        if !snapshot.fits(job.need) {
            return "no worker has room for the job".to_owned();
        }
        let mut view = self.side.view(None);
        view.now = self.at;
        let held = view.find(job.id).and_then(|candidate| self.side.policy().explain_hold(&view, &candidate));
        match (held, &self.scenario.system.claim) {
            (Some(why), _) => why,
            (None, ClaimRule::Delayed { .. }) => {
                "no worker with room for the job has looked yet: claims are delayed".to_owned()
            }
            (None, ClaimRule::Instant { .. }) => "the job has not been offered yet".to_owned(),
        }
    }

    /// The first jobs in the policy's order, and the claimed ones.
    fn queue_head(self, snapshot: &Snapshot<'_>) -> Vec<WaitingJob> {
        let there: BTreeMap<JobId, Candidate<'_>> =
            self.side.active_rows().map(|candidate| (candidate.job.id, candidate)).collect();
        // A job that is no longer there has no known rank, and comes last.
        let turn = |job: &Job| {
            let rank = there.get(&job.id).map(|candidate| self.side.policy().rank(candidate));
            (rank.is_none(), QueueKey::of(rank.unwrap_or(0), job))
        };
        let mut waiting: Vec<&Job> = snapshot.waiting.iter().collect();
        waiting.sort_by_cached_key(|job| turn(job));
        let taken = self.claim().map(|(job, _)| job.id);
        let is_shown =
            |(index, job): &(usize, &Job)| *index < SHOWN || Some(job.id) == taken || Some(job.id) == self.other;
        let head = |(index, job): (usize, &Job)| WaitingJob {
            place: index + 1,
            job: job.id,
            action: self.scenario.system.action(job.action).name.clone(),
            needs: named(&self.scenario.system, self.scenario.system.need(job.need)),
            waited: self.at - job.scheduled_at,
            estimate: there.get(&job.id).map(Candidate::estimate),
            fits: snapshot.fits(job.need),
            is_taken: Some(job.id) == taken,
            is_taken_by_other: Some(job.id) == self.other,
        };
        waiting.into_iter().enumerate().filter(is_shown).map(head).collect()
    }
}
