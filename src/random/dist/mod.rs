//! Distributions of non-negative numbers: service times, times between arrivals, batch sizes,
//! delays.
//!
//! Each distribution takes parameter-free base variates from the stream and scales them, so a sweep
//! over a mean under one seed compares the same random numbers. A new distribution is a file and a
//! row of [`distributions!`](crate::distributions); scenario keys, schema and lists follow.

mod constant;
mod empirical;
mod erlang;
mod exponential;
mod gamma;
mod hyperexponential;
mod lognormal;
mod parameter;
mod pareto;
#[cfg(test)]
mod reference;
mod rounding;
mod uniform;
mod weibull;

pub use constant::Constant;
pub use empirical::Empirical;
pub use erlang::Erlang;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use hyperexponential::Hyperexponential;
pub use lognormal::Lognormal;
pub use parameter::ParameterError;
pub use pareto::Pareto;
pub use rounding::{MOST_CHANGE, change_of_mean, least_mean};
pub use uniform::Uniform;
pub use weibull::Weibull;

use super::stream::Stream;
use crate::model::catalogue::CatalogueEntry;

/// Declares every distribution once: summary, type, scenario key and parameters.
///
/// The rows go to the macro `$callback`: here it makes [`Distribution`], in the scenario crate the
/// keys, the schema and the constructor calls. The scenario crate defines the types of parameters:
/// a `Value` is a duration or a plain number, like the samples. A `"?"` marks an optional
/// parameter. The parameters go to `new` in order, unless the row names another function of the
/// scenario crate.
#[macro_export]
macro_rules! distributions {
    ($callback:ident) => {
        $callback! {
            /// Always the same value; a bare value means this.
            Constant = "constant" (value: Value<Q>);
            /// Every value from `low` up to, but not including, `high` with equal probability.
            Uniform = "uniform" {
                /// The smallest value.
                low: Value<Q>,
                /// The bound above all values.
                high: Value<Q>,
            };
            /// Times between independent events, without memory.
            Exponential = "exponential" {
                /// The mean.
                mean: Value<Q>,
            };
            /// The sum of `shape` exponential phases; less variable than one phase.
            Erlang = "erlang" {
                /// The number of phases, 1 or more.
                shape: Whole,
                /// The mean.
                mean: Value<Q>,
            };
            /// Erlang for any shape: the coefficient of variation is 1 / sqrt(shape).
            Gamma = "gamma" {
                /// The shape, above 0.
                shape: Real,
                /// The mean.
                mean: Value<Q>,
            };
            /// One of several exponentials, each with probability `p`; more variable than one
            /// exponential.
            Hyperexponential = "hyperexponential" {
                /// The exponentials; their probabilities sum up to 1.
                phases: Phases<Q>,
            } by hyperexponential;
            /// The exponential of a normal, by its own mean and coefficient of variation.
            Lognormal = "lognormal" {
                /// The mean.
                mean: Value<Q>,
                /// The coefficient of variation: standard deviation over mean.
                cv: Real,
            };
            /// Lifetimes; heavier than exponential for shapes below 1, lighter above.
            Weibull = "weibull" {
                /// The shape, above 0.
                shape: Real,
                /// The mean.
                mean: Value<Q>,
            };
            /// Power tail `(low / x)^shape`, cut off at `high` if that is given.
            Pareto = "pareto" {
                /// The power of the tail, above 0; up to 1 the mean is infinite unless `high` is
                /// given.
                shape: Real,
                /// The smallest value.
                low: Value<Q>,
                /// The largest value; without it, there is no bound.
                high "?": Option<Value<Q>>,
            };
            /// One of the given values, all with equal probability. Either `values` or `file`.
            Empirical = "empirical" {
                /// The values.
                values "?": Option<Values<Q>>,
                /// A file with one value per line (durations in seconds), relative to the scenario
                /// file; a header is skipped.
                file "?": Option<FileName>,
            } by empirical;
        }
    };
}

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $variant:ident = $name:literal
        $(($only:ident: $only_type:ty))? $({ $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?
        $(by $function:ident)?;)+) => {
        /// A distribution of non-negative numbers; of seconds for durations.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Distribution {
            $($(#[doc = $summary])+ $variant($variant),)+
        }

        /// All distributions, in the order of lists.
        pub const CATALOGUE: &[CatalogueEntry] = &[
            $(CatalogueEntry {
                name: $name,
                parameters: &[$(stringify!($only))? $($(concat!(stringify!($key) $(, $optional)?)),+)?],
                summary: concat!($($summary),+).trim_ascii(),
            },)+
        ];

        impl Distribution {
            /// Draws one number, finite and not negative: a number beyond the range of `f64`
            /// becomes its maximum.
            #[inline(always)]
            pub fn sample(&self, stream: &mut Stream) -> f64 {
                // The distribution of most jobs, without a call.
                if let Distribution::Exponential(it) = self { it.sample(stream).min(f64::MAX) } else { self.sample_any(stream) }
            }

            fn sample_any(&self, stream: &mut Stream) -> f64 {
                match self { $(Distribution::$variant(it) => it.sample(stream),)+ }.min(f64::MAX)
            }

            /// The mean, which may be infinite.
            pub fn mean(&self) -> f64 {
                match self { $(Distribution::$variant(it) => it.mean(),)+ }
            }

            /// The variance, which may be infinite.
            pub fn variance(&self) -> f64 {
                match self { $(Distribution::$variant(it) => it.variance(),)+ }
            }

            /// `P(X > x)`, to many digits in the tail as well.
            #[inline]
            pub fn survival(&self, x: f64) -> f64 {
                match self { $(Distribution::$variant(it) => it.survival(x),)+ }
            }

            /// The scenario key.
            pub fn name(&self) -> &'static str {
                match self { $(Distribution::$variant(_) => $name,)+ }
            }
        }

        $(impl From<$variant> for Distribution {
            fn from(it: $variant) -> Distribution {
                Distribution::$variant(it)
            }
        })+

        /// The references for the tests over the whole catalogue.
        #[cfg(test)]
        fn references() -> Vec<reference::Checked> {
            [$(reference::checked::<$variant>($name),)+].concat()
        }

        /// Any distribution of the catalogue, with any parameters that it accepts.
        #[cfg(test)]
        fn any() -> impl proptest::strategy::Strategy<Value = Distribution> {
            use proptest::strategy::Strategy;
            proptest::prop_oneof![$(<$variant as reference::Reference>::any().prop_map(Distribution::from),)+]
        }
    };
}

distributions!(define);
