//! The number of waiting and running rows of each action: for crons that make no job while others
//! are active. Kept only where a cron has such a rule.

use crate::model::action::ActionId;

/// The numbers of waiting and running rows.
#[derive(Debug)]
pub(crate) struct ActiveCounts(Vec<Counts>);

/// Of one action.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    waiting: i64,
    running: i64,
}

impl ActiveCounts {
    /// No row is active yet. Keeps no numbers unless they are `needed`.
    pub(crate) fn new(actions: usize, needed: bool) -> ActiveCounts {
        ActiveCounts(vec![Counts::default(); if needed { actions } else { 0 }])
    }

    /// The numbers of waiting and running rows of an action change by these.
    #[inline(always)]
    pub(crate) fn change(&mut self, action: ActionId, waiting: i64, running: i64) {
        if let Some(counts) = self.0.get_mut(usize::from(action.0)) {
            counts.waiting += waiting;
            counts.running += running;
        }
    }

    /// Whether a row of an action waits.
    pub(crate) fn is_waiting(&self, action: ActionId) -> bool {
        self.0[usize::from(action.0)].waiting > 0
    }

    /// Whether a row of an action waits or runs.
    pub(crate) fn is_active(&self, action: ActionId) -> bool {
        let Counts { waiting, running } = self.0[usize::from(action.0)];
        waiting + running > 0
    }
}
