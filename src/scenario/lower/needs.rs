//! Names of resources -> ids, and capacity maps with the labels asked for -> needs; equal ones
//! share an id.

use std::collections::BTreeMap;

use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::worker::LabelSet;

/// Units by resource, without zeros: a capacity map before all resources are known.
pub(super) type Units = BTreeMap<ResourceId, i64>;

/// The resources and needs of a scenario, in the order of first mention.
#[derive(Debug, Default)]
pub(super) struct Needs {
    resources: Vec<String>,
    /// The number of each resource.
    numbers: BTreeMap<String, usize>,
    distinct: Vec<(Units, LabelSet)>,
    by_units: BTreeMap<(Units, LabelSet), NeedId>,
    /// The number of each label that an action asks for, by name and value.
    labels: BTreeMap<(String, String), u32>,
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

    /// The need of these units on a worker with these labels.
    pub(super) fn need(&mut self, units: Units, labels: LabelSet) -> NeedId {
        let key = (units, labels);
        if let Some(id) = self.by_units.get(&key) {
            return *id;
        }
        let id = NeedId(self.distinct.len() as u16);
        self.distinct.push(key.clone());
        self.by_units.insert(key, id);
        id
    }

    /// The set of these labels, which an action asks for.
    pub(super) fn ask_for<'a>(&mut self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> LabelSet {
        let mut set = LabelSet::default();
        for (name, value) in labels {
            let next = self.labels.len() as u32;
            let number = *self.labels.entry((name.to_owned(), value.to_owned())).or_insert(next);
            set.0 |= 1_u64.checked_shl(number).unwrap_or(0);
        }
        set
    }

    /// Which of these labels any action asks for.
    pub(super) fn known_labels<'a>(&self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> LabelSet {
        let number = |(name, value): (&str, &str)| self.labels.get(&(name.to_owned(), value.to_owned()));
        LabelSet(
            labels.into_iter().filter_map(number).fold(0, |set, number| set | 1_u64.checked_shl(*number).unwrap_or(0)),
        )
    }

    /// The number of labels that actions ask for.
    pub(super) fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// The labels that a need asks for.
    pub(super) fn runs_on(&self, need: NeedId) -> LabelSet {
        self.distinct[usize::from(need.0)].1
    }

    /// By need: the labels that it asks for; empty if none does.
    pub(super) fn all_runs_on(&self) -> Vec<LabelSet> {
        if self.labels.is_empty() { Vec::new() } else { self.distinct.iter().map(|(_, labels)| *labels).collect() }
    }

    /// A set of labels in words: `os linux, gpu a100`.
    pub(super) fn labels_in_words(&self, set: LabelSet) -> String {
        let is_asked = |number: u32| set.contains(LabelSet(1_u64.checked_shl(number).unwrap_or(0)));
        let words = self.labels.iter().filter(|(_, number)| is_asked(**number));
        words.map(|((name, value), _)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
    }

    /// The units of a need.
    pub(super) fn get(&self, need: NeedId) -> &Units {
        &self.distinct[usize::from(need.0)].0
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
        self.distinct.iter().map(|(units, _)| self.dense(units)).collect()
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
