//! Workers: the job runners, one in each replica of the registry.

use serde::{Deserialize, Serialize};

use super::capacity::CapacityMap;

/// A worker, by its index in the scenario's list of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkerId(pub u32);

/// A job runner: its id as documents and tables show it, and its capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// The replica's id in API documents (`000000000000`), or `group-index`.
    pub id: String,
    /// The bound, key by key, of the sum of the needs of the jobs that it runs.
    pub capacity: CapacityMap,
}
