//! How many rows of each action wait and run: for crons that make no job while others are there, and kept only where one does.

use crate::model::action::ActionId;

/// The numbers of waiting and running rows.
#[derive(Debug)]
pub(super) struct Census(Vec<Present>);

/// Of one action.
#[derive(Clone, Copy, Debug, Default)]
struct Present {
    waiting: i64,
    running: i64,
}

impl Census {
    /// Nobody is there yet; keeps no numbers if nobody ever asks for them.
    pub(super) fn new(actions: usize, is_asked: bool) -> Census {
        Census(vec![Present::default(); if is_asked { actions } else { 0 }])
    }

    /// So many more rows of an action wait and run.
    #[inline(always)]
    pub(super) fn change(&mut self, action: ActionId, waiting: i64, running: i64) {
        if let Some(present) = self.0.get_mut(usize::from(action.0)) {
            present.waiting += waiting;
            present.running += running;
        }
    }

    /// Whether a row of an action waits.
    pub(super) fn anybody_waits(&self, action: ActionId) -> bool {
        self.0[usize::from(action.0)].waiting > 0
    }

    /// Whether a row of an action waits or runs.
    pub(super) fn is_anybody_there(&self, action: ActionId) -> bool {
        let Present { waiting, running } = self.0[usize::from(action.0)];
        waiting + running > 0
    }
}
