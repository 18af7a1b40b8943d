//! Distributions as scenarios write them, of durations or of plain numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::time::Span;
use crate::spanned::Spanned;

/// What a distribution is of: durations, with a unit, or plain numbers.
pub(crate) trait Quantity: Copy {
    /// The value that is drawn: seconds, for durations.
    fn value(self) -> f64;
}

impl Quantity for Span {
    fn value(self) -> f64 {
        self.as_secs_f64()
    }
}

/// A plain number, such as the size of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Number(f64);

impl Quantity for Number {
    fn value(self) -> f64 {
        self.0
    }
}

/// A distribution: a table with its name and parameters, or a bare value, which is a constant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "DistributionOf{Q}")]
pub(crate) enum Distribution<Q> {
    /// Always the same value.
    #[serde(rename = "$bare")]
    Bare(Q),
    /// Always the same value.
    Constant(Spanned<Q>),
    /// Every value from `low` up to, but not, `high` alike.
    Uniform {
        /// The smallest value.
        low: Spanned<Q>,
        /// The bound above all values.
        high: Spanned<Q>,
    },
    /// Times between independent events, without memory.
    Exponential {
        /// The mean.
        mean: Spanned<Q>,
    },
    /// The sum of `shape` exponential phases; less variable than one.
    Erlang {
        /// The number of phases, 1 or more.
        shape: Spanned<u32>,
        /// The mean.
        mean: Spanned<Q>,
    },
    /// Erlang for any shape: the coefficient of variation is 1 / sqrt(shape).
    Gamma {
        /// The shape, above 0.
        shape: Spanned<f64>,
        /// The mean.
        mean: Spanned<Q>,
    },
    /// One of several exponentials, each with probability `p`; more variable than one.
    Hyperexponential {
        /// The exponentials; their probabilities sum up to 1.
        phases: Spanned<Vec<Phase<Q>>>,
    },
    /// The exponential of a normal, by its own mean and coefficient of variation.
    Lognormal {
        /// The mean.
        mean: Spanned<Q>,
        /// The coefficient of variation: standard deviation over mean.
        cv: Spanned<f64>,
    },
    /// Lifetimes; heavier than exponential for shapes below 1, lighter above.
    Weibull {
        /// The shape, above 0.
        shape: Spanned<f64>,
        /// The mean.
        mean: Spanned<Q>,
    },
    /// A power tail from `low` on: `(low / x)^shape`.
    Pareto {
        /// The power of the tail, above 0; up to 1 the mean is infinite unless `high` is given.
        shape: Spanned<f64>,
        /// The smallest value.
        low: Spanned<Q>,
        /// The largest value; no bound if left out.
        high: Option<Spanned<Q>>,
    },
    /// One of the given values, each as likely as any other. Either `values` or `file`.
    Empirical {
        /// The values.
        values: Option<Spanned<Vec<Spanned<Q>>>>,
        /// A file with one value a line (durations in seconds), relative to the scenario file; a
        /// header is skipped.
        file: Option<Spanned<String>>,
    },
}

/// One exponential of several.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PhaseOf{Q}")]
pub(crate) struct Phase<Q> {
    /// Its probability.
    pub(crate) p: Spanned<f64>,
    /// Its mean.
    pub(crate) mean: Spanned<Q>,
}
