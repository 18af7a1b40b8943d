//! Shares of waits, responses or service times within a limit of one's own, beside the scenario's one target.

use super::action_stats::ActionStats;
use super::metric::{JobScope, Measure};
use super::tally::Tally;
use crate::model::time::Span;

/// The share of an action's values that lie within a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareWithin {
    /// Whose jobs.
    pub action: JobScope,
    /// Of waits, responses or service times; there is no share of anything else.
    pub measure: Measure,
    /// The limit.
    pub limit: Span,
    /// Whether the limit itself lies within.
    pub inclusive: bool,
}

impl ShareWithin {
    /// Reads it from the accounts of all jobs and of the actions; `None` where there is no value.
    pub(super) fn of(&self, all: &ActionStats, actions: &[ActionStats]) -> Option<f64> {
        let account = match self.action {
            JobScope::One(action) => actions.get(usize::from(action.0))?,
            JobScope::All | JobScope::None => all,
        };
        let below = self.limit.0.max(0).unsigned_abs() + u64::from(self.inclusive);
        tally(account, self.measure)?.share_below(below)
    }
}

fn tally(account: &ActionStats, measure: Measure) -> Option<&Tally> {
    match measure {
        Measure::WaitS => Some(&account.wait),
        Measure::ResponseS => Some(&account.response),
        Measure::ServiceS => Some(&account.service),
        _ => None,
    }
}
