//! What there is to say about a scenario before it is run; its words are the report's.

use super::ResourceLoad;
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::time::{Span, Time};

/// What a load hangs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Bottleneck {
    /// The actions whose work has a price, with their share of the load and what they need; the largest share first.
    pub jobs: Vec<(ActionId, NeedId, f64)>,
    /// The resource that is as loaded as all together, if one is: its units alone are the bottleneck. Claim delays, where they
    /// are part of the load, are part of what is asked for.
    pub resource: Option<ResourceLoad>,
    /// What workers offer that have no room to spare, if others have.
    pub workers: Vec<CapacityMap>,
}

/// What becomes of work that is more than can be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Excess {
    /// It goes on like this for ever: so many more jobs wait after each hour.
    Grows {
        /// Jobs an hour, at least.
        per_hour: f64,
    },
    /// Within the run so many jobs are left over.
    Left {
        /// Jobs at the end, at least.
        jobs: f64,
    },
    /// Jobs may leave, and so many of them must.
    Leaves {
        /// The share of the work at the bottleneck, at least.
        share: f64,
    },
}

/// One thing worth being told.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// More work comes than any policy can do.
    Overload {
        /// Work as a share of what can be done.
        load: f64,
        /// What becomes of the rest.
        excess: Excess,
        /// What it hangs on.
        bottleneck: Bottleneck,
        /// The mean claim delay in seconds, if it is part of the load.
        delay_s: Option<f64>,
    },
    /// More jobs come than workers can claim, one at a time.
    ClaimOverload {
        /// Claims as a share of what can be made.
        load: f64,
        /// The mean claim delay in seconds.
        delay_s: f64,
        /// Whether it goes on like this after the run.
        is_permanent: bool,
    },
    /// What comes is about more than can be done, if the claim delays are reckoned in.
    LikelyOverload {
        /// Work with claim delays as a share of what can be done.
        load: f64,
        /// The mean claim delay in seconds.
        delay_s: f64,
        /// What it hangs on.
        bottleneck: Bottleneck,
        /// Whether it goes on like this after the run.
        is_permanent: bool,
    },
    /// A service time without a finite mean: no average says anything.
    InfiniteMean {
        /// Whose.
        action: ActionId,
    },
    /// Crons fire at one instant, and their jobs cannot run beside each other.
    CronCollision {
        /// Whose.
        crons: Vec<ActionId>,
        /// The first time.
        first: Time,
        /// How often within the run.
        times: u64,
    },
    /// A cron fires again before its job is done, on average, and makes another all the same.
    CronOverrun {
        /// Whose.
        cron: ActionId,
        /// The shortest time from one firing to the next.
        gap: Span,
        /// How long a job of it runs on average, in seconds.
        held_s: f64,
    },
    /// A job takes longer, on average, than what is measured of the run.
    LongJobs {
        /// Whose.
        action: ActionId,
        /// How long it runs on average, in seconds.
        held_s: f64,
    },
    /// The queue takes long to forget how it began, seen from the warm-up or from the measured part of the run.
    SlowRelaxation {
        /// Work as a share of what can be done, claim delays included.
        load: f64,
        /// The relaxation time of the queue, in seconds.
        relaxation_s: f64,
        /// Whether the warm-up is too short for it, rather than the measured part.
        warmup: bool,
    },
    /// Few jobs of an action that comes at random are counted in a replication.
    FewJobs {
        /// Whose.
        action: ActionId,
        /// How many, on average.
        jobs: f64,
    },
    /// In its busiest hour more comes than can be done; not a fault, but where to look.
    BusiestHour {
        /// When it begins, first.
        at: Time,
        /// Work of that hour as a share of what can be done.
        load: f64,
        /// What it hangs on.
        bottleneck: Bottleneck,
    },
}

impl Finding {
    /// Whether a person should know it before the run is started; the others are for those who look.
    pub fn is_warning(&self) -> bool {
        !matches!(self, Finding::BusiestHour { .. })
    }
}
