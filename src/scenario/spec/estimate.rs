//! `estimate`: the run time that policies expect of a job.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distribution::{Distribution, Number};
use crate::context::Context;
use crate::engine;
use crate::model::time::Span;
use crate::spanned::Spanned;

/// The run time that claim policies with look-ahead expect of an attempt.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Estimate {
    /// The real run time, if nothing stopped the attempt.
    #[default]
    Exact,
    /// A multiple of the real run time: a number, or a distribution of numbers.
    Factor(Spanned<Distribution<Number>>),
    /// Independent of the real run time: a duration, or a distribution of durations.
    #[serde(rename = "$else")]
    Time(Distribution<Span>),
}

impl Estimate {
    /// The estimate as the engine takes it; the exact run time and diagnostics, if its parameters
    /// are wrong.
    pub(super) fn lower(estimate: &Spanned<Estimate>, context: &mut Context) -> engine::RuntimeEstimate {
        match &estimate.value {
            Estimate::Exact => Some(engine::RuntimeEstimate::Exact),
            Estimate::Factor(factor) => {
                context.distribution(factor.span, &factor.value).map(engine::RuntimeEstimate::Factor)
            }
            Estimate::Time(time) => context.distribution(estimate.span, time).map(engine::RuntimeEstimate::Time),
        }
        .unwrap_or_default()
    }
}
