//! Actions: the job classes of the registry (`scan_check_single`, `gc`, …).

/// An action, by its place in the scenario's list of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u16);
