//! Actions: the job classes of the registry (`scan_check_single`, `gc`, …).

use serde::{Deserialize, Serialize};

/// An action, by its index in the scenario's list of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActionId(pub u16);
