//! Expressions about what is measured, as the command line writes them: `p95(wait, scan)`, `mean(wait) <= +5%`, `±10s`.
//!
//! A [`Quantity`] is one number of a replication, a [`Condition`] a bound that it has to keep, a [`Margin`] a difference that
//! does not matter, a [`Precision`] how well it has to be known. They name actions and resources by words; [`Quantity::target`] finds these in a scenario.
//!
//! ```text
//! quantity   MEASURE | MEASURE(NAME) | STATISTIC(MEASURE) | STATISTIC(MEASURE, NAME) | share(MEASURE < DURATION, NAME)
//! condition  quantity <= BOUND | quantity >= BOUND
//! bound      5m, 0.8, 80%: the quantity itself    +5%, +10s, -0.02: its difference to the baseline
//! margin     ±5%, ±10s (also +-5%, or without a sign)
//! precision  quantity ±5%, quantity ±10s
//! ```

mod cursor;
mod fault;
mod number;
mod parse;
mod target;

pub use fault::Fault;
pub use target::Target;

use std::ops::Range;
use std::str::FromStr;

use crate::model::time::Span;
use crate::stats::Direction;
use crate::stats::{Measure, Statistic};

/// One number of a replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// As it was written.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// What of it.
    pub part: Part,
    /// Of what; of all jobs, or the only resource, if `None`.
    pub of: Option<Name>,
}

/// What of a measure's values is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A statistic that summaries have.
    Statistic(Statistic),
    /// The share of its values below a limit.
    Share {
        /// The limit.
        limit: Span,
        /// Whether the limit itself is within: `<=`.
        inclusive: bool,
    },
}

/// The name of an action or a resource, and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Which of the two is meant, if it was said: `queue_length(resource scan)`.
    pub kind: Option<Kind>,
    /// Its bytes in the text.
    pub place: Range<usize>,
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A class of jobs.
    Action,
    /// What workers offer.
    Resource,
}

/// A bound that a quantity has to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    /// What is bounded.
    pub quantity: Quantity,
    /// From which side.
    pub relation: Relation,
    /// By what.
    pub bound: Bound,
}

/// On which side of a bound a quantity has to lie. Simulated means never tell `<` from `<=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<=`, and `<`.
    AtMost,
    /// `>=`, and `>`.
    AtLeast,
}

/// What a quantity is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A value, in the measure's unit.
    Value(f64),
    /// So much more or less than the baseline's, in the measure's unit.
    Difference(f64),
    /// So much more or less than the baseline's, as a share of that: `+5%` is 0.05.
    Relative(f64),
}

/// How narrow the interval of a quantity has to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// As it was written.
    pub text: String,
    /// What has to be known.
    pub quantity: Quantity,
    /// Half the width of its interval, at most: in the quantity's unit, or as a share of its value.
    pub margin: Margin,
}

/// A difference that does not matter, in either direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// As a share of the baseline's value.
    Relative(f64),
    /// A length of time, for measures of time.
    Time(f64),
    /// A number, in the unit of measures of anything else.
    Number(f64),
}

impl Quantity {
    /// Which of two values is the better one, if either is.
    pub fn preference(&self) -> Option<Direction> {
        match self.part {
            Part::Statistic(statistic) => Direction::of(self.measure, statistic),
            // To wait less is to have a larger share within any limit.
            Part::Share { .. } => Direction::of(self.measure, Statistic::Mean).map(|_| Direction::HigherIsBetter),
        }
    }

    /// The unit of its values; `1` for a share or a ratio.
    pub fn unit(&self) -> &'static str {
        match self.part {
            Part::Statistic(_) => self.measure.unit(),
            Part::Share { .. } => "1",
        }
    }

    /// What stands in the column `statistic`.
    pub fn statistic(&self) -> String {
        match self.part {
            Part::Statistic(statistic) => statistic.name().to_owned(),
            Part::Share { limit, inclusive } => format!("share {} {limit}", if inclusive { "<=" } else { "<" }),
        }
    }
}

impl Margin {
    /// The margin for values in that unit; `None` if it is a length of time and they are not, or the other way round.
    pub fn in_unit(self, unit: &str) -> Option<Margin> {
        match self {
            Margin::Relative(_) => Some(self),
            Margin::Time(_) => (unit == "s").then_some(self),
            Margin::Number(_) => (unit != "s").then_some(self),
        }
    }
}

impl FromStr for Quantity {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Quantity, Fault> {
        parse::quantity(text)
    }
}

impl FromStr for Condition {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Condition, Fault> {
        parse::condition(text)
    }
}

impl FromStr for Precision {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Precision, Fault> {
        parse::precision(text)
    }
}

impl FromStr for Margin {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Margin, Fault> {
        parse::margin(text)
    }
}

#[cfg(test)]
mod tests;
