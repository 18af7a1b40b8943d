//! How long jobs wait for each reason.
//!
//! All jobs with the same need wait for the same reason at the same time. So the time that a job
//! waited for a reason is the difference of two values of a running integral of its need: when it
//! was claimed, and when it fell due. The differences are whole nanoseconds and sum to the wait.

use crate::engine::{Event, WaitReason};
use crate::model::capacity::NeedId;
use crate::model::time::Time;

/// Nanoseconds by reason, by [`WaitReason::index`].
pub type ReasonTimes = [i64; WaitReason::COUNT];

/// By need, how long each reason has lasted.
#[derive(Clone, Debug)]
pub struct ReasonIntegrals {
    needs: Vec<NeedReasons>,
}

#[derive(Clone, Copy, Debug)]
struct NeedReasons {
    reason: WaitReason,
    since: Time,
    /// Up to `since`.
    lasted: ReasonTimes,
}

impl ReasonIntegrals {
    /// For this number of needs, from instant 0. The engine reports the reasons of all needs then.
    pub fn new(needs: usize) -> ReasonIntegrals {
        let start = NeedReasons { reason: WaitReason::ClaimDelay, since: Time::ZERO, lasted: [0; WaitReason::COUNT] };
        ReasonIntegrals { needs: vec![start; needs] }
    }

    /// Follows the reports of the engine; ignores all other events.
    pub fn observe(&mut self, now: Time, event: &Event<'_>) {
        if let Event::WaitReason { need, reason } = *event {
            self.change(now, need, reason);
        }
    }

    /// From now on jobs with this need wait for this reason.
    pub fn change(&mut self, now: Time, need: NeedId, reason: WaitReason) {
        let of = &mut self.needs[usize::from(need)];
        *of = NeedReasons { reason, since: now, lasted: of.up_to(now) };
    }

    /// Why jobs with this need wait now.
    pub fn reason(&self, need: NeedId) -> WaitReason {
        self.needs[usize::from(need)].reason
    }

    /// How long each reason has lasted for this need up to now.
    #[inline]
    pub fn up_to(&self, need: NeedId, now: Time) -> ReasonTimes {
        self.needs[usize::from(need)].up_to(now)
    }
}

impl NeedReasons {
    #[inline]
    fn up_to(&self, now: Time) -> ReasonTimes {
        let mut lasted = self.lasted;
        lasted[self.reason.index()] += (now - self.since).0;
        lasted
    }
}
