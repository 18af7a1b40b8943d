//! The trait of arrival processes: when does the next job come?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::{Epoch, Span, Time};
use crate::random::stream::Streams;

/// A source of jobs in one replication.
pub trait ArrivalProcess {
    /// The next arrival, at an instant not before the one returned last; `None` when no more come.
    fn next(&mut self) -> Option<Arrival>;

    /// The values that the jobs of the arrival returned last bring along, if any.
    fn overrides(&self) -> Option<&JobOverrides> {
        None
    }

    /// Whether it is no cron and its jobs never bring values along; then no job is skipped, and
    /// they cost less.
    fn is_plain(&self) -> bool {
        false
    }

    /// Whether its events are cron firings, which come before other arrivals of the same instant.
    fn is_cron(&self) -> bool {
        false
    }

    /// The rule for arrivals while earlier jobs of their action are active.
    fn overlap(&self) -> Overlap {
        Overlap::Enqueue
    }

    /// The rule for firings while no worker is alive.
    fn missed(&self) -> MisfireRule {
        MisfireRule::Skip
    }

    /// The number of customers of a closed source; [`ArrivalProcess::cycle`] gives their jobs one
    /// by one.
    fn population(&self) -> u32 {
        0
    }

    /// When customer `customer`, who has been away since `from`, comes with its job number `cycle`
    /// (from 0).
    fn cycle(&mut self, customer: u32, cycle: u32, from: Time) -> Option<Arrival> {
        let _ = (customer, cycle, from);
        None
    }
}

/// The inputs that a process needs to begin a replication.
#[derive(Clone, Copy, Debug)]
pub struct ArrivalStart<'a> {
    /// The replication's random streams.
    pub streams: &'a Streams,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
}

/// A number of jobs of an action at one instant; small, as it is copied for every job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: Time,
    /// Their class.
    pub action: ActionId,
    /// How many (a batch); may be 0.
    pub count: u64,
}

impl Arrival {
    /// One job.
    pub fn single(at: Time, action: ActionId) -> Arrival {
        Arrival { at, action, count: 1 }
    }
}

/// The values that a job has instead of those of its action; each `None` falls back to the
/// action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobOverrides {
    /// Its need vector.
    pub need: Option<NeedId>,
    /// Its service time.
    pub service: Option<Span>,
    /// Its estimated service time.
    pub estimate: Option<Span>,
    /// Its priority.
    pub priority: Option<i64>,
    /// Its deadline.
    pub deadline: Option<Span>,
    /// Its stop timeout.
    pub stop_timeout: Option<Span>,
    /// Further attempts after a failed one.
    pub retries: Option<u32>,
    /// How long it waits before it gives up.
    pub patience: Option<Span>,
}

/// The rule for a cron's firing while earlier jobs of its action are active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It makes a job anyway.
    #[default]
    Enqueue,
    /// It makes none while one waits.
    SkipIfWaiting,
    /// It makes none while one waits or runs.
    SkipIfActive,
}

/// The rule for a cron's firings while no worker is alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "rule for missed firings")]
#[schemars(rename = "Missed")]
pub enum MisfireRule {
    /// They make no jobs.
    #[default]
    Skip,
    /// The last of them is made up for when a worker comes back.
    Once,
    /// All of them are made up for when a worker comes back.
    All,
}
