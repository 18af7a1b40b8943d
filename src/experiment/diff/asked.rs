//! A claim policy that is asked why, at the moment at which it lets a certain job go; in all else it is the policy itself.

use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView};
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::policy::AnyPolicy;

/// A policy and the question put to it.
#[derive(Debug)]
pub(super) struct Asked {
    policy: AnyPolicy,
    about: Option<JobId>,
    /// What it has said, if it has been asked.
    pub(super) answer: Option<String>,
}

impl Asked {
    /// Why does that job go, if any is meant?
    pub(super) fn new(policy: AnyPolicy, about: Option<JobId>) -> Asked {
        Asked { policy, about, answer: None }
    }
}

impl ClaimPolicy for Asked {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        self.policy.rank(job)
    }

    fn kind(&self) -> PolicyKind {
        self.policy.kind()
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let pick = self.policy.choose(view)?;
        if self.about == Some(pick.key.id) {
            self.answer = view.find(pick.key.id).map(|job| self.policy.explain(view, &job));
        }
        Some(pick)
    }

    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        self.policy.on_event(now, event);
    }

    fn next_start(&self, now: Time) -> Option<Time> {
        self.policy.next_start(now)
    }

    fn explain(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        self.policy.explain(view, job)
    }

    fn explain_hold(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        self.policy.explain_hold(view, job)
    }
}
