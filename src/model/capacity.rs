//! Capacity maps: the units of each resource that a worker offers or a job needs.
//!
//! The API names resources by text. Inside the simulator a map is a dense vector by [`ResourceId`],
//! so two maps are compared in a short loop over numbers. A key that a worker lacks counts as 0.

use std::ops::Index;

use serde::{Deserialize, Serialize};

/// A resource (a key of capacity maps, such as `scan`), by its index in the scenario's list of
/// resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceId(pub u16);

/// A distinct need vector ("shape"), by its index in the scenario's list of needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedId(pub u16);

impl From<NeedId> for usize {
    fn from(need: NeedId) -> usize {
        usize::from(need.0)
    }
}

/// Units per resource, dense by [`ResourceId`]. Units are opaque whole numbers (slots, processors,
/// bytes).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CapacityMap(pub Box<[i64]>);

/// The most units of one resource that a map may hold: far beyond bytes of memory, far from
/// overflow of a sum.
pub const MOST_UNITS: i64 = 1 << 50;

impl CapacityMap {
    /// A map of `resources` zeros.
    pub fn zero(resources: usize) -> CapacityMap {
        CapacityMap(vec![0; resources].into())
    }

    /// Whether a job with this need fits into this free capacity.
    pub fn fits(&self, need: &CapacityMap) -> bool {
        self.0.iter().zip(&need.0).all(|(free, need)| need <= free || *need == 0)
    }

    /// Units by resource, in order of [`ResourceId`].
    pub fn iter(&self) -> impl Iterator<Item = (ResourceId, i64)> + '_ {
        self.0.iter().enumerate().map(|(index, &units)| (ResourceId(index as u16), units))
    }
}

impl Index<ResourceId> for CapacityMap {
    type Output = i64;
    fn index(&self, resource: ResourceId) -> &i64 {
        &self.0[usize::from(resource.0)]
    }
}
