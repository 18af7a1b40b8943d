//! Workers: the job runners, one in each replica of the registry.

use serde::{Deserialize, Serialize};

use super::capacity::CapacityMap;

/// A worker, by its index in the scenario's list of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkerId(pub u32);

/// A job runner: its id as documents and tables show it, and its capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// The replica's id in API documents (`000000000000`), or `group-index`.
    pub id: String,
    /// The bound, key by key, of the sum of the needs of the jobs that it runs.
    pub capacity: CapacityMap,
    /// The service time of a job is divided by it.
    pub speed: f64,
    /// What jobs may ask of it.
    pub labels: LabelSet,
}

impl Worker {
    /// A worker of speed 1 without labels.
    pub fn new(id: String, capacity: CapacityMap) -> Worker {
        Worker { id, capacity, speed: 1.0, labels: LabelSet::default() }
    }
}

/// A set of the labels that any job of a scenario asks for, bit by bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSet(pub u64);

impl LabelSet {
    /// The most labels that the jobs of a scenario may ask for.
    pub const MOST: usize = 64;

    /// Whether all labels of the other set are in this one.
    pub fn contains(self, other: LabelSet) -> bool {
        other.0 & !self.0 == 0
    }
}
