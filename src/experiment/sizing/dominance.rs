//! Which setting has more than another: in the keys that supply workers and what they offer, all else being equal.

use super::Design;

/// Whether one setting has no more of anything than another, and nothing else is different.
pub(super) fn is_within(one: &Design, other: &Design, supply_axes: &[bool]) -> bool {
    let mut steps = one.steps.iter().zip(&other.steps).zip(supply);
    steps.all(|((one, other), is_supply)| if *is_supply { one <= other } else { one == other })
}
