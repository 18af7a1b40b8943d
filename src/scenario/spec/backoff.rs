//! `backoff`: how long the next attempt waits after a failed one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::engine;
use crate::model::time::Span;
use crate::spanned::Spanned;

/// A backoff that grows faster than this reaches any bound in two attempts.
const MAX_FACTOR: f64 = 1e6;

/// Time from the end of a failed attempt to the `scheduledAt` of the next.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) enum Backoff {
    /// The same after every attempt.
    #[serde(rename = "$bare")]
    Constant(Span),
    /// Growing from attempt to attempt, or partly random.
    #[serde(rename = "$else")]
    Growing(Growth),
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::Constant(Span::ZERO)
    }
}

/// A backoff that grows, or is partly random.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growth {
    /// The backoff after the first attempt.
    #[schemars(required)]
    pub(crate) first: Option<Spanned<Span>>,
    /// The factor from one backoff to the next: 2 doubles it each time. Default: 1.
    pub(crate) factor: Option<Spanned<f64>>,
    /// The longest backoff. Without it, there is no bound.
    pub(crate) cap: Option<Spanned<Span>>,
    /// The random share of each backoff: 1 draws it uniformly from 0 on, 0 not at all. Default: 0.
    pub(crate) jitter: Option<Spanned<f64>>,
}

impl Backoff {
    /// The backoff as the engine takes it; a harmless one and diagnostics, if its parameters are
    /// wrong.
    pub(super) fn lower(backoff: &Spanned<Backoff>, context: &mut Context) -> engine::Backoff {
        let Growth { first, factor, cap, jitter } = match &backoff.value {
            Backoff::Constant(duration) => return engine::Backoff::constant(*duration),
            Backoff::Growing(growth) => growth,
        };
        context.require_keys("a backoff", backoff.span, &[("first", first.is_none(), "first = \"10s\"")]);
        engine::Backoff {
            first: first.as_ref().map_or(Span::ZERO, |first| first.value),
            factor: context.number_between("factor", factor.as_ref(), 1.0, MAX_FACTOR).unwrap_or(1.0),
            cap: context.positive("cap", cap.as_ref()),
            jitter: context.number_between("jitter", jitter.as_ref(), 0.0, 1.0).unwrap_or(0.0),
        }
    }
}
