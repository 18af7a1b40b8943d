//! The parts of waits and of responses, as summed for one action or for all jobs.

use crate::engine::WaitReason;
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Job, JobId};
use crate::model::time::{NANOS, Time};

use super::metric::JobScope;

/// The parts of a wait: the reasons of the engine, and the time before the start.
pub const WAIT_PARTS: [&str; WaitReason::COUNT + 1] = {
    let mut names = [BEFORE_START; WaitReason::COUNT + 1];
    let mut index = 0;
    while index < WaitReason::COUNT {
        names[index] = WaitReason::NAMES[index];
        index += 1;
    }
    names
};

/// A job of a document may have waited before the run started; no one knows why.
const BEFORE_START: &str = "before-start";

/// The parts of a response.
pub const RESPONSE_PARTS: [&str; 4] = ["wait", "service", "backoff", "children"];

/// Why the jobs of one action, or of all, waited.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionBlame {
    /// The jobs.
    pub action: JobScope,
    /// The mean wait in seconds, split by [`WAIT_PARTS`]; `None` without a wait.
    pub wait_s: Option<[f64; WAIT_PARTS.len()]>,
    /// The part of `busy` by the action that holds the scarce units, in seconds of the mean wait;
    /// empty unless it was asked for.
    pub holders_s: Vec<(ActionId, f64)>,
    /// The mean response in seconds, split by [`RESPONSE_PARTS`]; `None` without a response.
    pub response_s: Option<[f64; RESPONSE_PARTS.len()]>,
}

/// How many jobs wait for a reason over time, in the buckets of the
/// [series](super::series::Series).
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonCourse {
    /// The reason, by its index in [`WAIT_PARTS`].
    pub part: usize,
    /// Averages, bucket by bucket.
    pub jobs: Vec<f64>,
}

/// What blame has to know of a job. The address of the whole job must not leave the event loop:
/// every event would build it in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitingJob {
    pub(super) id: JobId,
    pub(super) scheduled_at: Time,
    pub(super) action: ActionId,
    pub(super) need: NeedId,
}

impl WaitingJob {
    #[inline(always)]
    pub(super) fn of(job: &Job) -> WaitingJob {
        WaitingJob { id: job.id, scheduled_at: job.scheduled_at, action: job.action, need: job.need }
    }
}

/// Nanoseconds by part of a wait.
pub(super) type WaitParts = [i128; WAIT_PARTS.len()];

pub(super) const BUSY: usize = WaitReason::Busy(ResourceId(0)).index();

/// Nanoseconds by part of a response.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ResponseParts {
    pub(super) wait: u128,
    pub(super) service: u128,
    pub(super) backoff: u128,
    pub(super) children: u128,
}

impl ResponseParts {
    pub(super) fn merge(&mut self, other: ResponseParts) {
        self.wait += other.wait;
        self.service += other.service;
        self.backoff += other.backoff;
        self.children += other.children;
    }

    /// The rest of a response was spent between attempts.
    pub(super) fn with_backoff(self, response: u64) -> ResponseParts {
        let known = self.wait + self.service + self.children;
        ResponseParts { backoff: u128::from(response).saturating_sub(known), ..self }
    }

    fn nanos(self) -> [u128; RESPONSE_PARTS.len()] {
        [self.wait, self.service, self.backoff, self.children]
    }
}

/// The sums of one action.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlameSums {
    /// The sum of all waits, in nanoseconds, and their number.
    pub(super) wait: (u128, u64),
    pub(super) parts: WaitParts,
    pub(super) responses: u64,
    pub(super) response: ResponseParts,
}

impl BlameSums {
    pub(super) fn merge(&mut self, other: &BlameSums) {
        self.wait.0 += other.wait.0;
        self.wait.1 += other.wait.1;
        self.parts.iter_mut().zip(other.parts).for_each(|(mine, theirs)| *mine += theirs);
        self.responses += other.responses;
        self.response.merge(other.response);
    }

    pub(super) fn means(&self, action: JobScope, holders: Vec<(ActionId, f64)>) -> ActionBlame {
        let mut parts = self.parts;
        parts[BUSY] = 0;
        parts[BUSY] = self.wait.0 as i128 - parts.iter().sum::<i128>();
        debug_assert!(parts.iter().all(|part| *part >= 0), "a reason lasted for less than nothing: {parts:?}");
        let mean = |nanos: f64, count: u64| nanos / NANOS as f64 / count as f64;
        ActionBlame {
            action,
            holders_s: holders.into_iter().map(|(holder, nanos)| (holder, mean(nanos, self.wait.1))).collect(),
            wait_s: (self.wait.1 > 0).then(|| parts.map(|part| mean(part as f64, self.wait.1))),
            response_s: (self.responses > 0)
                .then(|| self.response.nanos().map(|part| mean(part as f64, self.responses))),
        }
    }
}
