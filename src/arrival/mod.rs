//! The catalogue of arrival processes: each is a [`Source`] in the scenario and an `ArrivalProcess` in a replication.

pub mod cron;

use std::sync::Arc;

use crate::engine::{Arrival, Given, Overlap};
use crate::model::action::ActionId;
use crate::random::dist::Distribution;

/// A source of jobs as the scenario describes it, without state; each replication starts it afresh.
#[derive(Clone, Debug)]
pub enum Source {
    /// Independent times between arrivals; exponential ones make a Poisson process.
    Renewal {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// Seconds between arrivals.
        between: Distribution,
        /// Jobs per arrival, rounded to the nearest whole number; one if `None`.
        batch: Option<Distribution>,
    },
    /// Known arrivals in order of time: trace files and single jobs.
    Listed(Arc<[Arrival]>),
    /// A fixed population of customers, each away for a think time after its job has ended.
    Closed {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// How many customers.
        population: u32,
        /// Seconds away.
        think: Distribution,
    },
    /// A cron's firings.
    Cron {
        /// The class of the jobs.
        action: ActionId,
        /// When.
        schedule: cron::Schedule,
        /// What a firing does while earlier jobs are still there.
        overlap: Overlap,
        /// The cron's fields that it copies to its jobs.
        given: Given,
    },
}
