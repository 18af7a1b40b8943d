//! The workers of the scenario: groups of equal capacity.

use super::classes::{Classes, SLOT};
use super::pool::{Needs, Pool, Units};
use crate::history::JobHistory;
use crate::model::capacity::MOST_UNITS;
use crate::names::readable;

/// More workers than these are counted, and not named.
const MOST_NAMES: usize = 50;
/// The group of workers for jobs that never ran.
pub(super) const UNSEEN: &str = "unseen";

/// A group of equal workers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) count: usize,
    /// Their ids, unless they are many or unknown.
    pub(super) ids: Vec<String>,
    pub(super) capacity: Units,
}

/// All groups, largest capacity first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Workers {
    pub(super) groups: Vec<Group>,
    /// Names of the resources in the scenario.
    pub(super) resources: Vec<String>,
}

impl Workers {
    /// The workers that explain what ran at once.
    pub(super) fn new(history: &JobHistory, classes: &Classes, needs: &Needs, pool: &Pool) -> Workers {
        let resources = if needs.told { classes.resource_names.clone() } else { vec![SLOT.to_owned()] };
        let mut groups = match pool {
            _ if pool.most_running == 0 => Vec::new(),
            _ if pool.named => named(history, pool),
            _ => anonymous(needs, pool),
        };
        if !groups.is_empty() {
            add_unseen(&mut groups, classes, needs);
            clear_ambiguous_ids(&mut groups);
        }
        Workers { groups, resources }
    }

    /// Whether each worker runs one row at a time, so that the number of rows is that of busy
    /// workers.
    pub(super) fn is_uniform(&self, needs: &Needs) -> bool {
        let mut kinds = needs.units.iter().filter(|units| units.iter().any(|units| *units > 0));
        let first = kinds.next();
        let same = kinds.all(|units| Some(units) == first);
        same && first.is_some_and(|first| self.groups.iter().all(|group| group.capacity == *first))
    }

    /// All workers as one group.
    pub(super) fn pooled(self) -> Workers {
        let count = self.groups.iter().map(|group| group.count).sum();
        let capacity = self.groups.first().map_or_else(Vec::new, |group| group.capacity.clone());
        let group = Group { name: "worker".to_owned(), count, ids: Vec::new(), capacity };
        Workers { groups: vec![group], ..self }
    }

    /// A capacity or a need with the names of its resources, without zeros.
    pub(super) fn units(&self, units: &[u64]) -> Vec<(String, u64)> {
        let most = MOST_UNITS.unsigned_abs();
        let named = self.resources.iter().cloned().zip(units.iter().map(|units| *units.min(&most)));
        named.filter(|(_, units)| *units > 0).collect()
    }
}

/// Leaves out all ids if some workers have none, or if two have the same one: ids are distinct.
fn clear_ambiguous_ids(groups: &mut [Group]) {
    let mut ids: Vec<&String> = groups.iter().flat_map(|group| &group.ids).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    let workers: usize = groups.iter().filter(|group| group.name != UNSEEN).map(|group| group.count).sum();
    if ids.len() < all || all < workers {
        for group in groups {
            group.ids.clear();
        }
    }
}

/// Adds a worker for jobs that no worker has run, because none that was seen has room for them.
fn add_unseen(groups: &mut Vec<Group>, classes: &Classes, needs: &Needs) {
    let fits = |group: &Group, need: &Units| need.iter().zip(&group.capacity).all(|(need, offer)| need <= offer);
    let mut unseen: Units = vec![0; needs.resources];
    for class in &classes.all {
        let need = &needs.units[class.need];
        if !groups.iter().any(|group| fits(group, need)) {
            unseen.iter_mut().zip(need).for_each(|(most, need)| *most = (*most).max(*need));
        }
    }
    if unseen.iter().any(|units| *units > 0) {
        groups.push(Group { name: UNSEEN.to_owned(), count: 1, ids: Vec::new(), capacity: unseen });
    }
}

/// Groups of named workers with the same capacity.
fn named(history: &JobHistory, pool: &Pool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (worker, capacity) in pool.most.iter().enumerate() {
        if pool.runs[worker] == 0 {
            continue;
        }
        let id = readable(&history.workers[worker]);
        match groups.iter_mut().find(|group| group.capacity == *capacity) {
            Some(group) => group.ids.push(id),
            None => groups.push(Group { name: String::new(), count: 0, ids: vec![id], capacity: capacity.clone() }),
        }
    }
    groups.sort_by(|a, b| b.capacity.cmp(&a.capacity));
    for (index, group) in groups.iter_mut().enumerate() {
        group.name = if index == 0 { "worker".to_owned() } else { format!("worker-{}", index + 1) };
        group.count = group.ids.len();
        group.ids.sort_unstable();
        group.ids.dedup();
        if group.ids.len() > MOST_NAMES || group.ids.len() < group.count {
            group.ids.clear();
        }
    }
    groups
}

/// One group without names: as many workers as jobs ran at once, if all need the same; otherwise
/// one worker with all units.
fn anonymous(needs: &Needs, pool: &Pool) -> Vec<Group> {
    let mut kinds = needs.units.iter().filter(|units| units.iter().any(|units| *units > 0));
    let first = kinds.next().cloned();
    let same = first.filter(|first| kinds.all(|units| units == first));
    let of = |units: &Units| {
        units.iter().zip(&pool.most_units).filter(|(unit, _)| **unit > 0).map(|(unit, most)| most / unit).min()
    };
    let workers = if pool.ephemeral { Some(pool.most_active as u64) } else { same.as_ref().and_then(of) };
    let group = match (same, workers) {
        (Some(capacity), Some(count)) if count > 0 => {
            Group { name: "worker".to_owned(), count: count as usize, ids: Vec::new(), capacity }
        }
        _ => Group { name: "pool".to_owned(), count: 1, ids: Vec::new(), capacity: pool.most_units.clone() },
    };
    vec![group]
}
