//! The expressions themselves.

use std::ops::Range;

use crate::model::time::Span;
use crate::stats::bound_test::Relation;
use crate::stats::{Direction, HoursOfWeek, Measure, Statistic};

/// One number of a replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// As it was written.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// How its values are summed up.
    pub aggregate: Aggregate,
    /// The action or resource; all jobs, or the only resource, if `None`.
    pub of: Option<SubjectName>,
    /// The hours of the week in which the jobs fall due, or over which an average is taken.
    pub window: Option<QuantityWindow>,
}

/// The part of the week that a quantity is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityWindow {
    /// These hours.
    Hours(HoursOfWeek),
    /// The hour of the day, on weekdays or at weekends, with the worst mean over replications.
    WorstHour,
}

impl QuantityWindow {
    /// The text in tables: `mon-fri 09:00..11:00`, `worst 1h`.
    pub fn text(self) -> String {
        match self {
            QuantityWindow::Hours(hours) => hours.to_string(),
            QuantityWindow::WorstHour => "worst 1h".to_owned(),
        }
    }
}

/// How a measure's values are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// A statistic that summaries have.
    Statistic(Statistic),
    /// The share of its values below a limit.
    Share {
        /// The limit.
        limit: Span,
        /// Whether the limit itself counts: `<=`.
        inclusive: bool,
    },
}

/// The name of an action or a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectName {
    /// The name.
    pub text: String,
    /// Which of the two it names, if the text states it: `queue_length(resource scan)`.
    pub kind: Option<NameKind>,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A class of jobs.
    Action,
    /// A resource that workers offer.
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

/// What a quantity is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A value, in the measure's unit.
    Value(f64),
    /// A difference to the baseline, in the measure's unit.
    Difference(f64),
    /// A difference to the baseline as a share of the baseline: `+5%` is 0.05.
    Relative(f64),
}

/// How narrow the interval of a quantity has to be.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionGoal {
    /// As it was written.
    pub text: String,
    /// What has to be known.
    pub quantity: Quantity,
    /// The largest half width of its interval: in the quantity's unit, or as a share of its value.
    pub margin: Margin,
}

/// A difference that does not matter, in either direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// As a share of the baseline's value.
    Relative(f64),
    /// A duration in seconds, for measures of time.
    Time(f64),
    /// A number, in the unit of all other measures.
    Number(f64),
}

impl Quantity {
    /// Which of two values is the better one, if either is.
    pub fn preference(&self) -> Option<Direction> {
        match self.aggregate {
            Aggregate::Statistic(statistic) => Direction::of(self.measure, statistic),
            // Shorter waits mean a larger share within any limit.
            Aggregate::Share { .. } => Direction::of(self.measure, Statistic::Mean).map(|_| Direction::HigherIsBetter),
        }
    }

    /// The least and the largest possible value.
    pub fn range(&self) -> (f64, f64) {
        match self.aggregate {
            Aggregate::Statistic(_) => self.measure.range(),
            Aggregate::Share { .. } => (0.0, 1.0),
        }
    }

    /// The unit of its values; `1` for a share or a ratio.
    pub fn unit(&self) -> &'static str {
        match self.aggregate {
            Aggregate::Statistic(_) => self.measure.unit(),
            Aggregate::Share { .. } => "1",
        }
    }

    /// Whether its values are shares, which people read as percentages.
    pub fn is_share(&self) -> bool {
        match self.aggregate {
            Aggregate::Statistic(_) => self.measure.is_share(),
            Aggregate::Share { .. } => true,
        }
    }

    /// The text in the column `statistic`.
    pub fn statistic(&self) -> String {
        match self.aggregate {
            Aggregate::Statistic(statistic) => statistic.name().to_owned(),
            Aggregate::Share { limit, inclusive } => format!("share {} {limit}", if inclusive { "<=" } else { "<" }),
        }
    }
}

impl Margin {
    /// The margin for values in that unit; `None` if only one of the two is a duration.
    pub fn in_unit(self, unit: &str) -> Option<Margin> {
        match self {
            Margin::Relative(_) => Some(self),
            Margin::Time(_) => (unit == "s").then_some(self),
            Margin::Number(_) => (unit != "s").then_some(self),
        }
    }
}
