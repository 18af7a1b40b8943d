//! Why a job waits at an instant.

use crate::capacity::ResourceId;

/// Why a job waits at an instant: the first reason that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitReason {
    /// No worker is there that could hold the job, however idle: it is out, shut down, outside its
    /// shift, draining, or its capacity has been lowered.
    NoWorker,
    /// A worker could, but too few workers are up for any claim.
    Quorum,
    /// All workers that could are still starting.
    Startup,
    /// Of this resource, the first that is scarce, fewer units are free than the job needs, in sum
    /// over all workers that could hold it.
    Busy(ResourceId),
    /// The units are free in sum, but on no single worker.
    Fragmented,
    /// It fits on a worker, and the policy reserves or blocks what is free there.
    HeldByPolicy,
    /// It fits on a worker that has not looked yet.
    ClaimDelay,
}

impl WaitReason {
    /// The number of reasons, for tables by [`WaitReason::index`].
    pub const COUNT: usize = 7;

    /// Their names in tables, by [`WaitReason::index`].
    pub const NAMES: [&str; WaitReason::COUNT] =
        ["no-worker", "quorum", "startup", "busy", "fragmented", "held-by-policy", "claim-delay"];

    /// The number of the reason, whatever the resource.
    #[inline]
    pub const fn index(self) -> usize {
        match self {
            WaitReason::NoWorker => 0,
            WaitReason::Quorum => 1,
            WaitReason::Startup => 2,
            WaitReason::Busy(_) => 3,
            WaitReason::Fragmented => 4,
            WaitReason::HeldByPolicy => 5,
            WaitReason::ClaimDelay => 6,
        }
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        WaitReason::NAMES[self.index()]
    }
}
