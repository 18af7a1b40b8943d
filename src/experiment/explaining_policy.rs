//! A claim policy that also explains why it chooses a certain job, when it does so.

use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView};
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::policy::AnyPolicy;

/// A policy, and the job whose choice it explains.
#[derive(Debug)]
pub(crate) struct ExplainingPolicy {
    policy: AnyPolicy,
    about: Option<JobId>,
    /// The explanation, once it has chosen the job.
    pub(crate) answer: Option<String>,
}

impl ExplainingPolicy {
    /// Explains the choice of `about`, if given.
    pub(crate) fn new(policy: AnyPolicy, about: Option<JobId>) -> ExplainingPolicy {
        ExplainingPolicy { policy, about, answer: None }
    }
}

impl ClaimPolicy for ExplainingPolicy {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        self.policy.rank(job)
    }

    fn kind(&self) -> PolicyKind {
        self.policy.kind()
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let decision = self.policy.choose(view)?;
        if self.about == Some(decision.key.id) {
            self.answer = view.find(decision.key.id).map(|job| self.policy.explain(view, &job));
        }
        Some(decision)
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
