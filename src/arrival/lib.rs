//! Arrival processes: an [`ArrivalModel`] in the scenario, and an [`AnyProcess`] in a replication.
//!
//! A model is the stateless description in the scenario, shared by all replications; a process is
//! the walk of one replication through it. Both are enums, so the hottest question of a
//! replication, "when does the next job arrive?", is answered by static dispatch.

use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_random as random;

mod batch;
mod closed;
pub mod cron;
mod job_list;
mod profile;
mod renewal;
pub mod swf;
pub mod trace;

use std::sync::Arc;

use crate::engine::{Arrival, ArrivalProcess, ArrivalStart, JobOverrides, MisfireRule, Overlap};
use crate::model::action::ActionId;
use crate::model::catalogue::CatalogueEntry;
use crate::model::time::Time;
use crate::model::unit::Rate;
use crate::random::dist::Distribution;

pub use closed::Closed;
pub use cron::CronProcess;
pub use job_list::{JobList, ListedJob};
pub use profile::{HOURS, HourlyRates, NonhomogeneousPoisson, WEEKDAYS};
pub use renewal::Renewal;

/// A source of jobs as the scenario describes it, without state.
#[derive(Clone, Debug)]
pub enum ArrivalModel {
    /// Independent random arrivals at a constant rate: times between arrivals are exponential.
    Poisson {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// Arrivals per second; no job arrives at rate 0.
        rate: Rate,
        /// Jobs per arrival, rounded to the nearest whole number; one if `None`.
        batch: Option<Distribution>,
    },
    /// Independent times between arrivals from any distribution.
    Renewal {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// Seconds between arrivals, and from the start to the first.
        between: Distribution,
        /// Jobs per arrival, rounded to the nearest whole number; one if `None`.
        batch: Option<Distribution>,
    },
    /// Random arrivals at a rate that follows the local hour of the day and day of the week.
    Profile {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// Arrivals per second, hour by hour.
        rates: Arc<HourlyRates>,
        /// Jobs per arrival, rounded to the nearest whole number; one if `None`.
        batch: Option<Distribution>,
    },
    /// Jobs known in advance, in order of time, none before the start: trace files, logs and single
    /// jobs. See [`ArrivalModel::listed`].
    Listed(Arc<[ListedJob]>),
    /// A fixed population of customers, each away for a think time after its job has ended.
    Closed {
        /// The class of the jobs.
        action: ActionId,
        /// The action's name, which keys the random streams.
        name: String,
        /// The number of customers.
        population: u32,
        /// The think time in seconds.
        think: Distribution,
    },
    /// The firings of a cron.
    Cron {
        /// The class of the jobs.
        action: ActionId,
        /// The schedule of firings.
        schedule: cron::Schedule,
        /// The effect of a firing while earlier jobs are still there.
        overlap: Overlap,
        /// The treatment of firings while no worker is alive.
        missed: MisfireRule,
        /// The fields of the cron that it copies to its jobs.
        overrides: JobOverrides,
    },
}

impl ArrivalModel {
    /// A source of jobs known in advance, in any order; simultaneous ones keep their order.
    pub fn listed(mut jobs: Vec<ListedJob>) -> ArrivalModel {
        jobs.sort_by_key(ListedJob::at);
        ArrivalModel::Listed(jobs.into())
    }

    /// Whether some of its jobs are of an action.
    pub fn makes(&self, of: ActionId) -> bool {
        match self {
            ArrivalModel::Poisson { action, .. }
            | ArrivalModel::Renewal { action, .. }
            | ArrivalModel::Profile { action, .. }
            | ArrivalModel::Closed { action, .. }
            | ArrivalModel::Cron { action, .. } => *action == of,
            ArrivalModel::Listed(jobs) => jobs.iter().any(|job| job.arrival.action == of),
        }
    }

    /// Whether its jobs arrive at random times at a rate that the scenario gives, constant or by
    /// hour.
    pub fn is_random(&self) -> bool {
        matches!(self, ArrivalModel::Poisson { .. } | ArrivalModel::Renewal { .. } | ArrivalModel::Profile { .. })
    }

    /// Whether its jobs come from the firings of a cron.
    pub fn is_cron(&self) -> bool {
        matches!(self, ArrivalModel::Cron { .. })
    }

    /// Checks that time advances from one arrival to the next, without which a run would not end.
    /// (A closed source may have think times of zero: there the service takes time.)
    ///
    /// # Errors
    /// If arrivals come more often than once a nanosecond, the unit of simulated time.
    pub fn check(&self) -> Result<(), ArrivalModelError> {
        match self {
            ArrivalModel::Poisson { rate, .. } if rate.as_per_second() > MOST_PER_SECOND => {
                Err(ArrivalModelError::TooFast)
            }
            ArrivalModel::Profile { rates, .. } if rates.highest() > MOST_PER_SECOND => Err(ArrivalModelError::TooFast),
            ArrivalModel::Renewal { between, .. } if between.mean() < 1.0 / MOST_PER_SECOND => {
                Err(ArrivalModelError::StandsStill)
            }
            _ => Ok(()),
        }
    }

    /// Begins a replication.
    pub fn start(&self, start: ArrivalStart) -> AnyProcess {
        match self {
            ArrivalModel::Poisson { action, name, rate, batch } => {
                AnyProcess::Renewal(Renewal::poisson(*action, name, *rate, batch.clone(), start))
            }
            ArrivalModel::Renewal { action, name, between, batch } => {
                AnyProcess::Renewal(Renewal::new(*action, name, between.clone(), batch.clone(), start))
            }
            ArrivalModel::Profile { action, name, rates, batch } => {
                AnyProcess::Profile(NonhomogeneousPoisson::new(*action, name, Arc::clone(rates), batch.clone(), start))
            }
            ArrivalModel::Listed(jobs) => AnyProcess::Listed(JobList::new(Arc::clone(jobs))),
            ArrivalModel::Closed { action, name, population, think } => {
                AnyProcess::Closed(Closed::new(*action, name, *population, think.clone(), start))
            }
            ArrivalModel::Cron { action, schedule, overlap, missed, overrides } => {
                AnyProcess::Cron(CronProcess::new(*action, schedule, *overlap, *missed, *overrides, start))
            }
        }
    }
}

/// One arrival per nanosecond.
const MOST_PER_SECOND: f64 = 1e9;

/// The reason why a source would keep a run from ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArrivalModelError {
    /// A rate above one arrival per nanosecond.
    #[error("arrivals come more than 10^9 times a second, faster than the clock's nanoseconds; write a lower rate")]
    TooFast,
    /// Times between arrivals that round to zero.
    #[error("no time passes between arrivals, so that the clock would stand still; write a mean of 1ns or more")]
    StandsStill,
}

/// A source in one replication.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "the one that most jobs come from is not to be looked for behind an address"
)]
pub enum AnyProcess {
    /// Of [`ArrivalModel::Poisson`] and [`ArrivalModel::Renewal`].
    Renewal(Renewal),
    /// Of [`ArrivalModel::Profile`].
    Profile(NonhomogeneousPoisson),
    /// Of [`ArrivalModel::Listed`].
    Listed(JobList),
    /// Of [`ArrivalModel::Closed`].
    Closed(Closed),
    /// Of [`ArrivalModel::Cron`].
    Cron(CronProcess),
}

impl AnyProcess {
    #[cold]
    fn next_of_any(&mut self) -> Option<Arrival> {
        match self {
            AnyProcess::Renewal(process) => process.next(),
            AnyProcess::Profile(process) => process.next(),
            AnyProcess::Listed(process) => process.next(),
            AnyProcess::Closed(process) => process.next(),
            AnyProcess::Cron(process) => process.next(),
        }
    }
}

impl ArrivalProcess for AnyProcess {
    #[inline(always)]
    fn next(&mut self) -> Option<Arrival> {
        // The process of most jobs, without a call.
        if let AnyProcess::Renewal(process) = self { process.next() } else { self.next_of_any() }
    }

    #[inline]
    fn overrides(&self) -> Option<&JobOverrides> {
        match self {
            AnyProcess::Listed(process) => process.overrides(),
            AnyProcess::Cron(process) => process.overrides(),
            _ => None,
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, AnyProcess::Renewal(_) | AnyProcess::Profile(_))
    }

    #[inline]
    fn is_cron(&self) -> bool {
        matches!(self, AnyProcess::Cron(_))
    }

    #[inline]
    fn overlap(&self) -> Overlap {
        match self {
            AnyProcess::Cron(process) => process.overlap(),
            _ => Overlap::Enqueue,
        }
    }

    fn missed(&self) -> MisfireRule {
        match self {
            AnyProcess::Cron(process) => process.missed(),
            _ => MisfireRule::Skip,
        }
    }

    fn population(&self) -> u32 {
        match self {
            AnyProcess::Closed(process) => process.population(),
            _ => 0,
        }
    }

    #[inline]
    fn cycle(&mut self, customer: u32, cycle: u32, from: Time) -> Option<Arrival> {
        match self {
            AnyProcess::Closed(process) => process.cycle(customer, cycle, from),
            _ => None,
        }
    }
}

/// All processes that the `arrival` of an action may name. Single jobs (`[[job]]`) and crons
/// (`[cron.ACTION]`) are written elsewhere.
pub const CATALOGUE: &[CatalogueEntry] = &[
    CatalogueEntry {
        name: "poisson",
        summary: "At random, independent of each other, at a constant rate.",
        parameters: &["rate", "batch?"],
    },
    CatalogueEntry {
        name: "renewal",
        summary: "Independent times between arrivals, from any distribution.",
        parameters: &["between", "batch?"],
    },
    CatalogueEntry {
        name: "profile",
        summary: "At random, at a rate that follows the hour of the day and, if wanted, the day of the week.",
        parameters: &["rates", "time_zone?", "batch?"],
    },
    CatalogueEntry {
        name: "trace",
        summary: "As a CSV file lists them, compressed with gzip or not.",
        parameters: &["file", "columns?", "first?", "shift?", "time_scale?"],
    },
    CatalogueEntry {
        name: "swf",
        summary: "As a log in the Standard Workload Format lists them, compressed with gzip or not.",
        parameters: &["file", "resource", "processors?", "run?", "split?", "first?", "shift?", "time_scale?"],
    },
    CatalogueEntry {
        name: "closed",
        summary: "A fixed population of customers, each back a think time after its job has ended.",
        parameters: &["population", "think"],
    },
];
