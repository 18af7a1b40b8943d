//! `backoff`: how long the next attempt waits after a failed one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::model::time::Span;
use crate::source::SourceSpan;
use crate::spanned::Spanned;

/// A backoff that grows faster than this reaches any bound in two attempts.
const MAX_FACTOR: f64 = 1e6;

/// The highest power of a polynomial backoff: 2 to it is a million.
const MAX_POWER: f64 = 20.0;

/// Time from the end of a failed attempt to the `scheduledAt` of the next.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) enum Backoff {
    /// The same after every attempt.
    #[serde(rename = "$bare")]
    Constant(Span),
    /// One after the other; the last after all further attempts.
    #[serde(rename = "$list")]
    Listed(Vec<Span>),
    /// Growing from attempt to attempt, or partly random.
    #[serde(rename = "$else")]
    Growing(Box<Growth>),
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::Constant(Span::ZERO)
    }
}

/// A backoff that grows, or is partly random. It has either `first` or `polynomial`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growth {
    /// The backoff after the first attempt.
    pub(crate) first: Option<Spanned<Span>>,
    /// The factor from one backoff to the next: 2 doubles it each time. Default: 1.
    pub(crate) factor: Option<Spanned<f64>>,
    /// A power of the number of earlier failures, as in Sidekiq, instead of `first` and `factor`.
    pub(crate) polynomial: Option<Spanned<Polynomial>>,
    /// The longest backoff. Without it, there is no bound.
    pub(crate) cap: Option<Spanned<Span>>,
    /// The random share of each backoff: 1 draws it uniformly from 0 on, 0 not at all. Default: 0.
    pub(crate) jitter: Option<Spanned<f64>>,
}

/// A backoff that grows by a power of the number of earlier failures.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Polynomial {
    /// The exponent, from 0 to 20.
    #[schemars(required)]
    pub(crate) power: Option<Spanned<f64>>,
    /// The duration that is multiplied: by 0 after the first attempt, by 1 after the second, by 2
    /// to the power of `power` after the third. Default: 1s.
    pub(crate) unit: Option<Spanned<Span>>,
    /// Added to each. Default: 0s.
    pub(crate) offset: Option<Spanned<Span>>,
}

impl Backoff {
    /// The backoff as the engine takes it; a harmless one and diagnostics, if its parameters are
    /// wrong.
    pub(super) fn lower(backoff: &Spanned<Backoff>, context: &mut Context) -> engine::Backoff {
        match &backoff.value {
            Backoff::Constant(duration) => engine::Backoff::constant(*duration),
            Backoff::Listed(spans) if spans.is_empty() => {
                let diagnostic = Diagnostic::error(backoff.span, "`backoff` is an empty list");
                context.report(diagnostic.help("write durations, such as [\"10s\", \"1m\"], or leave the key out"));
                engine::Backoff::constant(Span::ZERO)
            }
            Backoff::Listed(spans) => {
                let growth = engine::BackoffGrowth::Listed(spans.clone().into());
                engine::Backoff { growth, cap: None, jitter: 0.0 }
            }
            Backoff::Growing(growth) => growth.lower(backoff.span, context),
        }
    }
}

impl Growth {
    fn lower(&self, table: SourceSpan, context: &mut Context) -> engine::Backoff {
        let Growth { first, factor, polynomial, cap, jitter } = self;
        let growth = if let Some(polynomial) = polynomial {
            let beside = [("first", first.as_ref().map(|it| it.span)), ("factor", factor.as_ref().map(|it| it.span))];
            for (key, span) in beside {
                if let Some(span) = span {
                    let diagnostic = Diagnostic::error(span, format!("`{key}` and `polynomial` exclude each other"));
                    context.report(diagnostic.help("a backoff has either `first` and `factor`, or `polynomial`"));
                }
            }
            polynomial.value.lower(polynomial.span, context)
        } else {
            context.require_keys("a backoff", table, &[("first", first.is_none(), "first = \"10s\"")]);
            let factor = context.number_between("factor", factor.as_ref(), 1.0, MAX_FACTOR).unwrap_or(1.0);
            engine::BackoffGrowth::Geometric { first: first.as_ref().map_or(Span::ZERO, |first| first.value), factor }
        };
        engine::Backoff {
            growth,
            cap: context.positive("cap", cap.as_ref()),
            jitter: context.number_between("jitter", jitter.as_ref(), 0.0, 1.0).unwrap_or(0.0),
        }
    }
}

impl Polynomial {
    fn lower(&self, table: SourceSpan, context: &mut Context) -> engine::BackoffGrowth {
        let Polynomial { power, unit, offset } = self;
        context.require_keys("a polynomial backoff", table, &[("power", power.is_none(), "power = 4")]);
        engine::BackoffGrowth::Polynomial {
            power: context.number_between("power", power.as_ref(), 0.0, MAX_POWER).unwrap_or(0.0),
            unit: context.positive("unit", unit.as_ref()).unwrap_or(Span::secs(1)),
            offset: offset.as_ref().map_or(Span::ZERO, |offset| offset.value),
        }
    }
}
