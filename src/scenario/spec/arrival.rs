//! Arrival processes as scenarios write them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::distribution::{Distribution, Number};
use crate::arrival::swf::{Processors, RunTime, SplitBy};
use crate::arrival::trace::Shift;
use crate::model::time::Span;
use crate::model::time_zone::TimeZone;
use crate::model::unit::Rate;
use crate::spanned::{Named, Spanned};

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
    /// week.
    Profile(Box<Profile>),
    /// The arrivals of a CSV file.
    Trace(Box<Trace>),
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
    /// 24 rates: from 00:00 to 01:00, from 01:00 to 02:00, and so on.
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
    /// The zone of its hours and days, instead of that of the scenario.
    pub(crate) time_zone: Option<TimeZone>,
    /// Number of jobs per arrival. Default: 1.
    pub(crate) batch: Option<Spanned<Distribution<Number>>>,
}

/// The arrivals of a CSV file, plain or gzip, with commas, semicolons or tabs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trace {
    /// The file, relative to the scenario file. Columns: `at_s` (seconds from `start`) or `at`
    /// (calendar times in UTC or with an offset) and, optionally, `action`, `service_s`,
    /// `estimate_s`, `priority`, `deadline_s` and `need.RESOURCE`.
    pub(crate) file: Spanned<String>,
    /// The file's name of each column that is used; all other columns are ignored.
    #[schemars(example = serde_json::json!({ "at_s": "submitted", "service_s": "runtime" }))]
    pub(crate) columns: Option<Spanned<ColumnNames>>,
    /// Takes only the first jobs of the file, up to this number. Without it, all jobs are taken.
    pub(crate) first: Option<u64>,
    /// Where the first job comes: `"first"`, at `start`, and the others as long after it as in the
    /// file.
    #[serde(default)]
    pub(crate) shift: Shift,
    /// Factor of the gaps between the jobs, and of the one from `start` to the first job. Service
    /// times stay.
    #[schemars(example = 0.5)]
    pub(crate) time_scale: Option<Spanned<f64>>,
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
    /// Where the first job comes: `"first"`, at `start`, and the others as long after it as in the
    /// log.
    #[serde(default)]
    pub(crate) shift: Shift,
    /// Factor of the gaps between the jobs, and of the one from `start` to the first job. Run times
    /// stay.
    #[schemars(example = 0.5)]
    pub(crate) time_scale: Option<Spanned<f64>>,
}

/// The columns of a trace file: our name of each, and the file's.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnNames(pub(crate) Vec<(Spanned<String>, String)>);

impl<'de> Deserialize<'de> for ColumnNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ColumnNames, D::Error> {
        let mut names = Vec::new();
        for (column, name) in Named::<ColumnName>::deserialize(deserializer)?.0 {
            match name {
                ColumnName::Text(name) => names.push((column, name)),
                // An unquoted `need.scan` is a table in a table.
                ColumnName::Table(table) => names.extend(table.0.into_iter().map(|(resource, name)| {
                    let value = format!("{}.{}", column.value, resource.value);
                    (Spanned { span: resource.span, value }, name)
                })),
            }
        }
        Ok(ColumnNames(names))
    }
}

impl JsonSchema for ColumnNames {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ColumnNames".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Named::<String>::json_schema(generator)
    }
}

/// The file's name of a column, or those of several with the same beginning.
enum ColumnName {
    Text(String),
    Table(Named<String>),
}

impl<'de> Deserialize<'de> for ColumnName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ColumnName, D::Error> {
        deserializer.deserialize_any(ColumnNameVisitor)
    }
}

struct ColumnNameVisitor;

impl<'de> Visitor<'de> for ColumnNameVisitor {
    type Value = ColumnName;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a column in the file, in quotes")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<ColumnName, E> {
        Ok(ColumnName::Text(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ColumnName, A::Error> {
        Named::deserialize(MapAccessDeserializer::new(map)).map(ColumnName::Table)
    }
}
