//! `estimate`: how long a job is thought to run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{At, Distribution, Number};
use crate::model::time::Span;

/// How long an attempt is thought to run, for claim policies that ask.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Estimate {
    /// As long as it would run if nothing stopped it.
    #[default]
    Exact,
    /// So many times as long: a number, or a distribution of numbers.
    Factor(At<Distribution<Number>>),
    /// So long, whatever it is: a duration, or a distribution of durations.
    #[serde(rename = "$else")]
    Time(Distribution<Span>),
}
