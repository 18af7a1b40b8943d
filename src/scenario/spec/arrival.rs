//! Arrival processes as scenarios write them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::{Distribution, Number};
use crate::arrival::swf::{Processors, RunTime, SplitBy};
use crate::model::time::Span;
use crate::model::unit::Rate;
use crate::spanned::Spanned;

/// When jobs arrive: a table with the name of a process and its parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Arrival {
    /// A Poisson process: independent arrivals at a constant rate.
    Poisson {
        /// Arrivals per unit of time, such as `"12/min"`.
        rate: Spanned<Rate>,
        /// Number of jobs per arrival. Default: 1.
        batch: Option<Spanned<Distribution<Number>>>,
    },
    /// A renewal process: independent times between arrivals, from any distribution.
    Renewal {
        /// The time between two arrivals, and from the start to the first arrival.
        between: Spanned<Distribution<Span>>,
        /// Number of jobs per arrival. Default: 1.
        batch: Option<Spanned<Distribution<Number>>>,
    },
    /// A Poisson process whose rate follows the hour of the day and, optionally, the day of the
    /// week (UTC).
    Profile(Box<Profile>),
    /// The arrivals of a CSV file.
    Trace {
        /// The file, plain or gzip, relative to the scenario file. Columns: `at_s` and, optionally,
        /// `action`, `service_s`, `estimate_s`, `priority`, `deadline_s` and `need.RESOURCE`.
        file: Spanned<String>,
    },
    /// The jobs of a log in the Standard Workload Format.
    Swf(Box<Swf>),
    /// A fixed population of customers: each submits its next job a think time after its last job
    /// has ended.
    Closed {
        /// Number of customers.
        population: Spanned<u32>,
        /// The time from the end of a customer's job to its next job.
        think: Spanned<Distribution<Span>>,
    },
}

/// Arrival rates by hour of the day; a day of the week may have its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// 24 rates: from 00:00 to 01:00 UTC, from 01:00 to 02:00, and so on.
    pub(crate) rates: Spanned<Vec<Spanned<Rate>>>,
    /// 24 rates for Mondays, instead of `rates`.
    pub(crate) monday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Tuesdays, instead of `rates`.
    pub(crate) tuesday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Wednesdays, instead of `rates`.
    pub(crate) wednesday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Thursdays, instead of `rates`.
    pub(crate) thursday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Fridays, instead of `rates`.
    pub(crate) friday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Saturdays, instead of `rates`.
    pub(crate) saturday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// 24 rates for Sundays, instead of `rates`.
    pub(crate) sunday: Option<Spanned<Vec<Spanned<Rate>>>>,
    /// Number of jobs per arrival. Default: 1.
    pub(crate) batch: Option<Spanned<Distribution<Number>>>,
}

/// Jobs of a log in the Standard Workload Format, as in the Parallel Workloads Archive: submit
/// time, run time, processors, and the requested time as the estimate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Swf {
    /// The file, plain or gzip, relative to the scenario file.
    pub(crate) file: Spanned<String>,
    /// The resource whose units are the processors of the log.
    #[schemars(example = &"proc")]
    pub(crate) resource: Spanned<String>,
    /// The column with the number of processors of a job; where it is unknown, the other column is
    /// used.
    #[serde(default)]
    pub(crate) processors: Processors,
    /// The column with the run time of a job.
    #[serde(default)]
    pub(crate) run: RunTime,
    /// Creates an action for each user, group, queue or executable, such as `X.user-3`. Without it,
    /// all jobs have the action `X`.
    pub(crate) split: Option<SplitBy>,
    /// Takes only the first jobs of the log, up to this number. Without it, all jobs are taken.
    pub(crate) first: Option<u64>,
}
