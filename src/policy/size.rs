//! How large a job is, to policies that order by the capacity needed: its share of everything that workers offer.

use crate::engine::{Shares, System, share};
use crate::model::capacity::NeedId;

/// By need: the share of what all workers offer together at the start, summed over resources; exact, in units of its own.
#[derive(Clone, Debug)]
pub(super) struct Sizes(Box<[i128]>);

impl Sizes {
    pub(super) fn of(system: &System) -> Sizes {
        let total = system.total();
        let weights = Shares::of(std::iter::once(&total)).units(&total);
        Sizes(system.needs.iter().map(|need| share(&need.0, &weights)).collect())
    }

    pub(super) fn get(&self, need: NeedId) -> i128 {
        self.0[usize::from(need)]
    }
}
