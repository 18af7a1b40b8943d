//! The question "when does the next job come?", as a trait that every arrival process answers.

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

    /// What the jobs of the arrival that was returned last bring along, if anything.
    fn overrides(&self) -> Option<&JobOverrides> {
        None
    }

    /// Whether it is no cron and its jobs never bring anything along, nor is any of them skipped: then they cost less.
    fn is_plain(&self) -> bool {
        false
    }

    /// Whether its events are cron firings, which come before other arrivals of the same instant.
    fn is_cron(&self) -> bool {
        false
    }

    /// What happens to an arrival whose action is still waiting or active.
    fn overlap(&self) -> Overlap {
        Overlap::Enqueue
    }

    /// What becomes of firings while no worker is alive.
    fn missed(&self) -> MisfireRule {
        MisfireRule::Skip
    }

    /// The number of customers of a closed source; they are asked for one by one with [`ArrivalProcess::cycle`].
    fn population(&self) -> u32 {
        0
    }

    /// When customer `customer`, who has been away since `from`, comes with its job number `cycle` (from 0).
    fn cycle(&mut self, customer: u32, cycle: u32, from: Time) -> Option<Arrival> {
        let _ = (customer, cycle, from);
        None
    }
}

/// What a process needs to begin a replication.
#[derive(Clone, Copy, Debug)]
pub struct ArrivalStart<'a> {
    /// The replication's random streams.
    pub streams: &'a Streams,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
}

/// So many jobs of an action at one instant; small, as it is copied for every job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: Time,
    /// Of which class.
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

/// What a job brings along instead of its action's values; each `None` falls back to the action.
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
}

/// What a cron's firing does while earlier jobs of its action are still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// Makes a job all the same.
    #[default]
    Enqueue,
    /// Makes none while one waits.
    SkipIfWaiting,
    /// Makes none while one waits or runs.
    SkipIfActive,
}

/// What becomes of a cron's firings while no worker is alive.
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
