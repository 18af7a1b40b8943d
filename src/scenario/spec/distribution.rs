//! Distributions as scenarios write them, of durations or of plain numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::time::Span;
use crate::spanned::Spanned;

/// What a distribution is of: durations, with a unit, or plain numbers.
pub(crate) trait Quantity: Copy {
    /// What a line of a file of values is.
    const IN_FILES: &'static str;

    /// The value of a text with a unit; `None` if it is not one.
    fn from_text(_text: &str) -> Option<f64> {
        None
    }

    /// Whether values are rounded to whole nanoseconds.
    const IS_TIME: bool;

    /// The value that is drawn: seconds, for durations.
    fn value(self) -> f64;
}

impl Quantity for Span {
    const IS_TIME: bool = true;

    const IN_FILES: &'static str = "number of seconds, or one with a unit such as 250ms,";

    fn from_text(text: &str) -> Option<f64> {
        text.parse().ok().map(Span::as_secs_f64)
    }

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
    const IS_TIME: bool = false;

    const IN_FILES: &'static str = "number";

    fn value(self) -> f64 {
        self.0
    }
}

type Value<Q> = Spanned<Q>;
type Real = Spanned<f64>;
type Whole = Spanned<u32>;
type Phases<Q> = Spanned<Vec<Phase<Q>>>;
type Values<Q> = Spanned<Vec<Spanned<Q>>>;
type FileName = Spanned<String>;

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $variant:ident = $name:literal
        $(($only:ident: $only_type:ty))? $({ $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?
        $(by $function:ident)?;)+) => {
        /// A distribution: a table with its name and parameters, or a bare value, which is a
        /// constant.
        #[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        #[schemars(rename = "DistributionOf{Q}")]
        pub(crate) enum Distribution<Q> {
            /// Always the same value.
            #[serde(rename = "$bare")]
            Bare(Q),
            $($(#[doc = $summary])+ $variant $(($only_type))? $({
                $($(#[doc = $doc])+ $key: $type,)+
            })?,)+
        }
    };
}

claimsim_random::distributions!(define);

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
