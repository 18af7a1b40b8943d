//! Names of resources -> ids, and capacity maps -> needs; equal maps share an id.

use std::collections::BTreeMap;

use crate::model::capacity::{CapacityMap, NeedId, ResourceId};

/// Units by resource, without zeros: a capacity map before all resources are known.
pub(super) type Units = BTreeMap<ResourceId, i64>;

/// The resources and needs of a scenario, in the order of first mention.
#[derive(Debug, Default)]
pub(super) struct Needs {
    resources: Vec<String>,
    /// The number of each resource.
    numbers: BTreeMap<String, usize>,
    distinct: Vec<Units>,
    by_units: BTreeMap<Units, NeedId>,
}

impl Needs {
    /// The resource of that name; a new name becomes a new resource.
    pub(super) fn resource(&mut self, name: &str) -> ResourceId {
        if let Some(index) = self.numbers.get(name) {
            return ResourceId(*index as u16);
        }
        let index = self.resources.len();
        self.resources.push(name.to_owned());
        self.numbers.insert(name.to_owned(), index);
        ResourceId(index as u16)
    }

    /// The units by resource of a map by name.
    pub(super) fn units<'a>(&mut self, map: impl IntoIterator<Item = (&'a str, i64)>) -> Units {
        let units = map.into_iter().map(|(name, units)| (self.resource(name), units));
        units.filter(|(_, units)| *units != 0).collect()
    }

    /// The need of these units.
    pub(super) fn need(&mut self, units: &Units) -> NeedId {
        if let Some(id) = self.by_units.get(units) {
            return *id;
        }
        let id = NeedId(self.distinct.len() as u16);
        self.distinct.push(units.clone());
        self.by_units.insert(units.clone(), id);
        id
    }

    /// The units of a need.
    pub(super) fn get(&self, need: NeedId) -> &Units {
        &self.distinct[usize::from(need.0)]
    }

    /// The names of the resources.
    pub(super) fn names(&self) -> &[String] {
        &self.resources
    }

    /// The numbers of distinct needs and of resources.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.distinct.len(), self.resources.len())
    }

    /// Whether there are more resources or needs than ids.
    pub(super) fn is_too_many(&self) -> bool {
        let most = usize::from(u16::MAX) + 1;
        self.resources.len() > most || self.distinct.len() > most
    }

    /// The map as the engine takes it: dense, over all resources.
    pub(super) fn dense(&self, units: &Units) -> CapacityMap {
        let mut map = CapacityMap::zero(self.resources.len());
        for (resource, units) in units {
            map.0[usize::from(resource.0)] = *units;
        }
        map
    }

    /// All needs as the engine takes them.
    pub(super) fn all_dense(&self) -> Vec<CapacityMap> {
        self.distinct.iter().map(|units| self.dense(units)).collect()
    }

    /// The units in words: `scan 2, memory 8`.
    pub(super) fn in_words(&self, units: &Units) -> String {
        if units.is_empty() {
            return "nothing".to_owned();
        }
        let words =
            units.iter().map(|(resource, units)| format!("{} {units}", self.resources[usize::from(resource.0)]));
        words.collect::<Vec<_>>().join(", ")
    }
}
