//! The verdict on an action, and the difference that does not matter.

use crate::model::time::Span;

/// The error level of a backtest: a right model is rejected at most this often.
pub const LEVEL: f64 = 0.05;

/// Whether a model explains the waits of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BacktestVerdict {
    /// The 95 % interval of the mean difference lies within the tolerance.
    Explains,
    /// It is not shown either way.
    Undecided,
    /// Equal means are rejected, and the interval does not lie within the tolerance.
    DoesNot,
}

impl BacktestVerdict {
    /// The word in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            BacktestVerdict::Explains => "explains",
            BacktestVerdict::Undecided => "undecided",
            BacktestVerdict::DoesNot => "does not",
        }
    }
}

/// A difference of mean waits that does not matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// This share of the observed mean wait, but at least a second.
    Share(f64),
    /// This long.
    Time(Span),
}

impl Tolerance {
    /// The tolerance in seconds for an observed mean wait in seconds.
    pub(super) fn seconds(self, observed: f64) -> f64 {
        match self {
            Tolerance::Share(share) => (share * observed).max(1.0),
            Tolerance::Time(time) => time.as_secs_f64(),
        }
    }
}
