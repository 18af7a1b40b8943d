//! One numbering for two systems: actions, workers and capacities are the same if their names and
//! units are, whatever their order.

use std::collections::BTreeMap;

use crate::engine::System;
use crate::model::capacity::CapacityMap;
use crate::model::worker::WorkerId;

/// Units of named resources, in order of the names, without zeros.
pub type NamedUnits = Vec<(String, i64)>;

/// The shared numbers of one system's actions, workers and capacities.
#[derive(Clone, Debug)]
pub(super) struct SharedIds {
    /// By `ActionId`.
    pub(super) actions: Vec<u32>,
    /// By `WorkerId`.
    pub(super) workers: Vec<u32>,
    /// By `NeedId`.
    pub(super) needs: Vec<u32>,
    /// The capacities to which workers change.
    changes: Vec<(CapacityMap, u32)>,
}

impl SharedIds {
    /// The shared numbers of two systems.
    pub(super) fn of(systems: [&System; 2]) -> [SharedIds; 2] {
        let (mut actions, mut workers, mut units) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        systems.map(|system| {
            let changes = system.availability.capacity_changes.iter().map(|change| &change.capacity);
            SharedIds {
                actions: system.actions.iter().map(|action| number(&mut actions, action.name.clone())).collect(),
                workers: system.workers.iter().map(|worker| number(&mut workers, worker.id.clone())).collect(),
                needs: system.needs.iter().map(|need| number(&mut units, named(system, need))).collect(),
                changes: changes.map(|to| (to.clone(), number(&mut units, named(system, to)))).collect(),
            }
        })
    }

    /// The worker with that number, if this system has it.
    pub(super) fn worker(&self, number: u32) -> Option<WorkerId> {
        self.workers.iter().position(|worker| *worker == number).map(|index| WorkerId(index as u32))
    }

    /// The number of the capacity to which a worker changes.
    pub(super) fn change(&self, to: &CapacityMap) -> u32 {
        self.changes.iter().find(|(capacity, _)| capacity == to).map_or(0, |(_, number)| *number)
    }
}

/// The number of a key: the next one, if it has no number yet.
fn number<K: Ord>(numbers: &mut BTreeMap<K, u32>, key: K) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(key).or_insert(next)
}

/// A capacity by the names of its resources.
pub(super) fn named(system: &System, map: &CapacityMap) -> NamedUnits {
    let mut units: NamedUnits =
        system.resources.iter().cloned().zip(map.0.iter().copied()).filter(|(_, units)| *units != 0).collect();
    units.sort_unstable();
    units
}
