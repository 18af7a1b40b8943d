//! `random`: at each decision, any of the waiting jobs that fit with equal probability (service in
//! random order).
//!
//! ```text
//! free: scan 1                 waiting: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit; B and C go next with probability 1/2 each, whichever is older
//! ```
//!
//! A decision counts the waiting jobs of each need that fits: with few needs, its cost hardly grows
//! with the number of jobs.

use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, Target};
use claimsim_random::stream::{Purpose, Stream, Streams};

/// Service in random order.
#[derive(Clone, Debug)]
pub struct Random {
    stream: Stream,
}

impl Random {
    /// Uses a stream of its own, so jobs and placements are the same as under any other policy.
    pub fn new(streams: &Streams) -> Random {
        Random { stream: streams.stream(Purpose::Policy, "") }
    }
}

impl ClaimPolicy for Random {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let count = |need| view.waiting.count_of(usize::from(need)) as u64;
        let all: u64 = view.needs().map(count).sum();
        let mut left = if all > 1 { self.stream.below(all) } else { 0 };
        for need in view.needs() {
            if left < count(need) {
                let turn = view.waiting.nth(need.into(), left as usize)?;
                return Some(Decision { need, key: turn, target: Target::Any });
            }
            left -= count(need);
        }
        None
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "drawn by lot from those that fit".to_owned()
    }
}
