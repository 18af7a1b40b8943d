//! The catalogue of distributions of non-negative numbers: service times, times between arrivals, batch sizes, delays.
//!
//! Each takes parameter-free base variates from the stream and scales them, so that under one seed a sweep over a mean
//! compares the same luck. To add one: its file, and a row in the catalogue below; the compiler asks for the rest.

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
pub use uniform::Uniform;
pub use weibull::Weibull;

use super::stream::Stream;

/// A distribution as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The scenario key.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// The keys of the parameters, in order; a `?` marks one that may be left out.
    pub parameters: &'static [&'static str],
}

/// One row a distribution: its doc comment is the summary, then variant and type, scenario key, and parameters.
macro_rules! catalogue {
    ($(#[doc = $summary:literal] $variant:ident = $name:literal $parameters:expr;)+) => {
        /// A distribution of non-negative numbers (seconds, where it is one of durations).
        #[derive(Clone, Debug, PartialEq)]
        pub enum Distribution {
            $(#[doc = $summary] $variant($variant),)+
        }

        /// All distributions, in the order in which they are listed.
        pub const CATALOGUE: &[Entry] = &[
            $(Entry { name: $name, summary: $summary.trim_ascii(), parameters: &$parameters },)+
        ];

        impl Distribution {
            /// Draws one number: not negative and finite (what is beyond all `f64` becomes the largest of them).
            #[inline(always)]
            pub fn sample(&self, stream: &mut Stream) -> f64 {
                // The one that most jobs are drawn from, without a call.
                if let Distribution::Exponential(it) = self { it.sample(stream).min(f64::MAX) } else { self.sample_any(stream) }
            }

            fn sample_any(&self, stream: &mut Stream) -> f64 {
                match self { $(Distribution::$variant(it) => it.sample(stream),)+ }.min(f64::MAX)
            }

            /// The mean; it may be infinite.
            pub fn mean(&self) -> f64 {
                match self { $(Distribution::$variant(it) => it.mean(),)+ }
            }

            /// The variance; it may be infinite.
            pub fn variance(&self) -> f64 {
                match self { $(Distribution::$variant(it) => it.variance(),)+ }
            }

            /// `P(X > x)`, also of the tail to many digits.
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

        /// What the tests over the whole catalogue go by.
        #[cfg(test)]
        fn references() -> Vec<reference::Checked> {
            [$(reference::checked::<$variant>($name),)+].concat()
        }

        /// Any distribution of the catalogue, with any parameters it accepts.
        #[cfg(test)]
        fn any() -> impl proptest::strategy::Strategy<Value = Distribution> {
            use proptest::strategy::Strategy;
            proptest::prop_oneof![$(<$variant as reference::Reference>::any().prop_map(Distribution::from),)+]
        }
    };
}

catalogue! {
    /// Always the same value; a bare value in the scenario means this.
    Constant = "constant" ["value"];
    /// Every value from `low` up to, but not, `high` alike.
    Uniform = "uniform" ["low", "high"];
    /// Times between independent events, without memory.
    Exponential = "exponential" ["mean"];
    /// The sum of `shape` exponential phases; less variable than one.
    Erlang = "erlang" ["shape", "mean"];
    /// Erlang for any shape: coefficient of variation 1 / sqrt(shape).
    Gamma = "gamma" ["shape", "mean"];
    /// One of several exponentials, each with probability `p`; more variable than one.
    Hyperexponential = "hyperexponential" ["phases"];
    /// The exponential of a normal, by its own mean and coefficient of variation.
    Lognormal = "lognormal" ["mean", "cv"];
    /// Lifetimes; heavier than exponential for shapes below 1, lighter above.
    Weibull = "weibull" ["shape", "mean"];
    /// Power tail `(low / x)^shape`, cut off at `high` if that is given.
    Pareto = "pareto" ["shape", "low", "high?"];
    /// One of the given values, each as likely as any other.
    Empirical = "empirical" ["values"];
}
