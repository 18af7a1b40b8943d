//! Shares of waits, responses or service times within a limit of one's own, beside the scenario's one target.

use super::account::Account;
use super::figure::{Measure, OfAction};
use super::tally::Tally;
use crate::model::time::Span;

/// The share of an action's values that lie within a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Whose jobs.
    pub action: OfAction,
    /// Of waits, responses or service times; there is no share of anything else.
    pub measure: Measure,
    /// The limit.
    pub limit: Span,
    /// Whether the limit itself lies within.
    pub inclusive: bool,
}

impl Share {
    /// Reads it from the accounts of all jobs and of the actions; `None` where there is no value.
    pub(super) fn of(&self, all: &Account, actions: &[Account]) -> Option<f64> {
        let account = match self.action {
            OfAction::One(action) => actions.get(usize::from(action.0))?,
            OfAction::All | OfAction::None => all,
        };
        let below = self.limit.0.max(0).unsigned_abs() + u64::from(self.inclusive);
        tally(account, self.measure)?.share_below(below)
    }
}

fn tally(account: &Account, measure: Measure) -> Option<&Tally> {
    match measure {
        Measure::WaitS => Some(&account.wait),
        Measure::ResponseS => Some(&account.response),
        Measure::ServiceS => Some(&account.service),
        _ => None,
    }
}
