//! Arrival processes as scenarios write them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Distribution, Number};
use crate::arrival::swf::{Processors, RunTime, SplitBy};
use crate::model::time::Span;
use crate::model::unit::Rate;

/// When jobs come: a table with the name of a process and its parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Arrival {
    /// At random, independent of each other, at a constant rate.
    Poisson {
        /// Arrivals per time, such as `"12/min"`.
        rate: At<Rate>,
        /// Jobs per arrival; 1 if left out.
        batch: Option<At<Distribution<Number>>>,
    },
    /// Independent times between arrivals from any distribution.
    Renewal {
        /// The time between two arrivals, and from the start to the first.
        between: At<Distribution<Span>>,
        /// Jobs per arrival; 1 if left out.
        batch: Option<At<Distribution<Number>>>,
    },
    /// At random at a rate that follows the hour of the day and, if wanted, the day of the week (UTC).
    Profile(Box<Profile>),
    /// As a CSV file lists them.
    Trace {
        /// The file, relative to the scenario file, gzip or not. Columns: `at_s` and, as wanted, `action`, `service_s`,
        /// `estimate_s`, `priority`, `deadline_s` and `need.RESOURCE`.
        file: At<String>,
    },
    /// As a log in the Standard Workload Format lists them.
    Swf(Box<Swf>),
    /// A fixed population of customers: each comes back a think time after its job has ended.
    Closed {
        /// How many customers.
        population: At<u32>,
        /// How long a customer stays away.
        think: At<Distribution<Span>>,
    },
}

/// Arrival rates by hour of the day, and by day of the week where a day has its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// 24 rates: of the hour from 00:00 UTC, the hour from 01:00, and so on.
    pub(crate) rates: At<Vec<At<Rate>>>,
    /// 24 rates for Mondays instead.
    pub(crate) monday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Tuesdays instead.
    pub(crate) tuesday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Wednesdays instead.
    pub(crate) wednesday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Thursdays instead.
    pub(crate) thursday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Fridays instead.
    pub(crate) friday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Saturdays instead.
    pub(crate) saturday: Option<At<Vec<At<Rate>>>>,
    /// 24 rates for Sundays instead.
    pub(crate) sunday: Option<At<Vec<At<Rate>>>>,
    /// Jobs per arrival; 1 if left out.
    pub(crate) batch: Option<At<Distribution<Number>>>,
}

/// Jobs from a log in the Standard Workload Format, the format of the Parallel Workloads Archive: submit time, run time, processors,
/// and the requested time as their estimate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Swf {
    /// The file, relative to the scenario file, gzip or not.
    pub(crate) file: At<String>,
    /// The resource that its processors are units of.
    #[schemars(example = &"proc")]
    pub(crate) resource: At<String>,
    /// Which column says how many processors a job needs; the other one does where that is unknown.
    #[serde(default)]
    pub(crate) processors: Processors,
    /// Which column says how long a job runs.
    #[serde(default)]
    pub(crate) run: RunTime,
    /// Makes an action for each user, group, queue or executable, named such as `X.user-3`; all jobs are of the action `X` itself, if left out.
    pub(crate) split: Option<SplitBy>,
    /// Only the first so many jobs. All, if left out.
    pub(crate) first: Option<u64>,
}
