//! The findings of an analysis; the report puts them into words.

use super::worker_types::ResourceLoad;
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// What limits a load.
#[derive(Clone, Debug, PartialEq)]
pub struct Bottleneck {
    /// The actions whose work has a price, with their need and their share of the load, the largest
    /// share first.
    pub jobs: Vec<(ActionId, NeedId, f64)>,
    /// The resource whose load is that of the whole system, if there is one: its units alone are
    /// the bottleneck. Claim delays, where they are part of the load, are part of its demand.
    pub resource: Option<ResourceLoad>,
    /// The capacities of the workers that have no room to spare, if others have.
    pub workers: Vec<CapacityMap>,
}

/// What becomes of the work that cannot be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Excess {
    /// The queue grows for ever.
    Grows {
        /// The number of further unfinished jobs per hour is at least this under any policy; 0 if
        /// only the growth is certain, not its rate in jobs.
        per_hour: f64,
    },
    /// Exactly as much work arrives as can be done, at random: what waits grows more and more
    /// slowly, but for ever.
    Balanced,
    /// Jobs are left over at the end of the run.
    Left {
        /// The number of unfinished jobs is at least this under any policy; 0 if only some are
        /// certain.
        jobs: f64,
    },
    /// Jobs may leave, and some must.
    Leaves {
        /// The minimum share of the work at the bottleneck.
        share: f64,
        /// Whether part of this work may still wait at the end of the run.
        is_within_run: bool,
    },
}

/// Workers that hold the same parents in a deadlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckWorkers {
    /// The workers.
    pub workers: Vec<WorkerId>,
    /// The rows that each of them runs, by action.
    pub parents: Vec<(ActionId, u64)>,
}

/// Something worth reporting about a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// More work arrives than any policy can do.
    Overload {
        /// Work as a share of what can be done.
        load: f64,
        /// What becomes of the rest.
        excess: Excess,
        /// What limits the load.
        bottleneck: Bottleneck,
        /// The mean claim delay in seconds, if it is part of the load.
        delay_s: Option<f64>,
    },
    /// More jobs arrive than workers can claim, one at a time.
    ClaimOverload {
        /// Claims as a share of those that can be made.
        load: f64,
        /// The mean claim delay in seconds.
        delay_s: f64,
        /// Whether the overload continues after the run.
        is_permanent: bool,
    },
    /// More work arrives than can be done, by an estimate that includes claim delays.
    LikelyOverload {
        /// Work with claim delays as a share of what can be done.
        load: f64,
        /// The mean claim delay in seconds.
        delay_s: f64,
        /// What limits the load.
        bottleneck: Bottleneck,
        /// Whether the overload continues after the run.
        is_permanent: bool,
    },
    /// Parents can hold everything that their children need; then no job ends any more.
    Deadlock {
        /// Who holds what.
        workers: Vec<StuckWorkers>,
        /// The actions of the parents that no other parent has started.
        roots: Vec<ActionId>,
        /// The children that then fit nowhere.
        children: Vec<ActionId>,
        /// The number of parents that it takes, without those that others of them have started.
        parents: f64,
        /// The mean number of rows of these actions that run, if children never wait.
        running: f64,
    },
    /// There are too many packings of parents to exclude a deadlock.
    DeadlockNotExcluded {
        /// The actions of the parents.
        actions: Vec<ActionId>,
    },
    /// A service time without a finite mean, so that averages are meaningless.
    InfiniteMean {
        /// Whose.
        action: ActionId,
    },
    /// Crons fire at the same instant, and their jobs cannot run at the same time.
    CronCollision {
        /// Whose.
        crons: Vec<ActionId>,
        /// The first time.
        first: Time,
        /// The number of times within the run.
        times: u64,
    },
    /// A cron fires again before its job is done, on average, and adds another job all the same.
    CronOverrun {
        /// Whose.
        cron: ActionId,
        /// The shortest time from one firing to the next.
        gap: Span,
        /// The mean run time of its jobs, in seconds.
        held_s: f64,
    },
    /// Jobs have priorities, and the policy does not read them.
    UnreadPriorities {
        /// The actions.
        actions: Vec<ActionId>,
    },
    /// Actions have estimates, which the policy does not read, and which stop no job.
    UnreadEstimates {
        /// The actions.
        actions: Vec<ActionId>,
    },
    /// A job takes longer, on average, than the measured part of the run.
    LongJobs {
        /// Whose.
        action: ActionId,
        /// The mean run time, in seconds.
        held_s: f64,
    },
    /// The queue takes long to forget its initial state, compared with the warm-up or with the
    /// measured part of the run.
    SlowRelaxation {
        /// Work as a share of what can be done, including claim delays.
        load: f64,
        /// The relaxation time of the queue, in seconds.
        relaxation_s: f64,
        /// Whether the warm-up is too short for it, rather than the measured part.
        warmup: bool,
    },
    /// A replication counts few jobs of an action that arrives at random.
    FewJobs {
        /// Whose.
        action: ActionId,
        /// Their mean number.
        jobs: f64,
    },
    /// More work arrives in the busiest hour than can be done. Not a fault, but a place to look.
    BusiestHour {
        /// The first time that hour begins.
        at: Time,
        /// Work of that hour as a share of what can be done.
        load: f64,
        /// What limits the load.
        bottleneck: Bottleneck,
    },
}

impl Finding {
    /// Whether a user should know it before starting the run. Other findings appear only on
    /// request.
    pub fn is_warning(&self) -> bool {
        !matches!(self, Finding::BusiestHour { .. } | Finding::DeadlockNotExcluded { .. })
    }

    /// The load, if more work arrives than can be done, or more than can be claimed.
    pub fn overload(&self) -> Option<f64> {
        match self {
            Finding::Overload { load, .. }
            | Finding::ClaimOverload { load, .. }
            | Finding::LikelyOverload { load, .. } => Some(*load),
            _ => None,
        }
    }

    /// Whether it says that nothing reads a key. Another policy may.
    pub fn is_unread(&self) -> bool {
        matches!(self, Finding::UnreadPriorities { .. } | Finding::UnreadEstimates { .. })
    }

    /// Whether a strict check fails because of it. A deadlock counts only if the parents that it
    /// takes are likely to run at the same time: their number is at most six standard deviations of
    /// a Poisson number above the mean.
    pub fn is_strict(&self) -> bool {
        match self {
            Finding::Deadlock { parents, running, .. } => *parents <= running + 6.0 * running.sqrt(),
            finding => finding.is_warning(),
        }
    }
}
