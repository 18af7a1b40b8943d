//! A claim policy that also explains why it chooses a certain job, when it does so.

use crate::engine::{Candidate, ClaimPolicy, Look, Manner, News, Pick};
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::policy::AnyPolicy;

/// A policy, and the job whose choice it explains.
#[derive(Debug)]
pub(super) struct ExplainingPolicy {
    policy: AnyPolicy,
    about: Option<JobId>,
    /// The explanation, once it has chosen the job.
    pub(super) answer: Option<String>,
}

impl ExplainingPolicy {
    /// Explains the choice of `about`, if given.
    pub(super) fn new(policy: AnyPolicy, about: Option<JobId>) -> ExplainingPolicy {
        ExplainingPolicy { policy, about, answer: None }
    }
}

impl ClaimPolicy for ExplainingPolicy {
    type Rank = i128;

    fn rank(&self, job: &Candidate<'_>) -> i128 {
        self.policy.rank(job)
    }

    fn manner(&self) -> Manner {
        self.policy.manner()
    }

    fn choose(&mut self, look: &Look<'_, i128>) -> Option<Pick<i128>> {
        let pick = self.policy.choose(look)?;
        if self.about == Some(pick.turn.id) {
            self.answer = look.find(pick.turn.id).map(|job| self.policy.why(look, &job));
        }
        Some(pick)
    }

    fn notice(&mut self, now: Time, news: &News<'_>) {
        self.policy.notice(now, news);
    }

    fn next_start(&self, now: Time) -> Option<Time> {
        self.policy.next_start(now)
    }

    fn why(&self, look: &Look<'_, i128>, job: &Candidate<'_>) -> String {
        self.policy.why(look, job)
    }

    fn why_not(&self, look: &Look<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        self.policy.why_not(look, job)
    }
}
