//! Workers: groups become single ones with ids of their own.

use std::collections::BTreeMap;

use super::{Build, Needs, Units};
use crate::diagnostic::Complaint;
use crate::model::capacity::MOST_UNITS;
use crate::model::worker::Worker;
use crate::source::Place;
use crate::spec::{At, Capacity, Spec, Worker as Group};

/// The most workers of a scenario: far beyond any registry, far from what memory holds.
const MOST_WORKERS: usize = 1_000_000;

/// A worker, while not all resources are known yet.
#[derive(Debug)]
pub(super) struct DraftWorker {
    pub(super) id: String,
    pub(super) offers: Units,
    /// Where the scenario says so.
    pub(super) place: Place,
}

impl DraftWorker {
    pub(super) fn finish(self, needs: &Needs) -> Worker {
        Worker { id: self.id, capacity: needs.dense(&self.offers) }
    }

    /// Of how many resources it offers less than so many units.
    pub(super) fn lacks(&self, units: &Units) -> usize {
        lacks(&self.offers, units)
    }
}

/// Of how many resources an offer has less than so many units.
pub(super) fn lacks(offers: &Units, units: &Units) -> usize {
    let offers = |resource| offers.get(resource).copied().unwrap_or(0);
    units.iter().filter(|(resource, units)| **units > offers(resource)).count()
}

impl Build<'_> {
    /// Makes the workers of all groups.
    pub(super) fn workers(&mut self, spec: &Spec) {
        for (name, group) in spec.worker.iter() {
            self.readable("a group of workers", name);
            for id in group.ids.iter().flat_map(|ids| &ids.value) {
                self.readable("a worker", id);
            }
            let offers = self.offers(&group.capacity, spec);
            if group.capacity.0.is_empty() && self.holes.is_empty() {
                let complaint = Complaint::warning(name.place, format!("worker `{}` offers nothing", name.value));
                self.complain(complaint.help("write what it offers, such as capacity = { scan = 1 }"));
            }
            let first = self.workers.len();
            for (id, place) in self.ids(name, group) {
                self.workers.push(DraftWorker { id, offers: offers.clone(), place });
            }
            self.groups.insert(name.value.clone(), first..self.workers.len());
        }
        self.unique_ids();
    }

    /// The ids of a group's workers, with the place that gives them.
    fn ids(&mut self, name: &At<String>, group: &Group) -> Vec<(String, Place)> {
        let Some(ids) = &group.ids else {
            let count = group.count.as_ref().map_or(1, |count| count.value) as usize;
            let place = group.count.as_ref().map_or(name.place, |count| count.place);
            self.sensible_count(count, place);
            let count = if self.workers.len() + count > MOST_WORKERS { 0 } else { count };
            return (0..count).map(|index| (format!("{}-{index}", name.value), name.place)).collect();
        };
        if let Some(count) = group.count.as_ref().filter(|count| count.value as usize != ids.value.len()) {
            let title = format!("`count` is {}, but there are {} ids", count.value, ids.value.len());
            let complaint = Complaint::error(count.place, title).context(ids.place, "the ids are listed here");
            self.complain(complaint.help("leave `count` out, or list as many ids"));
        } else if !self.holes.any(ids.place) {
            self.sensible_count(ids.value.len(), ids.place);
        }
        ids.value.iter().map(|id| (id.value.clone(), id.place)).collect()
    }

    fn sensible_count(&mut self, count: usize, place: Place) {
        if count == 0 {
            self.complain(
                Complaint::error(place, "a group has at least one worker").help("leave the group out to have none"),
            );
        } else if self.workers.len() + count > MOST_WORKERS {
            self.complain(Complaint::error(place, format!("a scenario has at most {MOST_WORKERS} workers")));
        }
    }

    /// Complains about ids that several workers have.
    pub(super) fn unique_ids(&mut self) {
        let mut first: BTreeMap<&str, Place> = BTreeMap::new();
        let mut complaints = Vec::new();
        for worker in &self.workers {
            if let Some(place) = first.get(worker.id.as_str()) {
                let complaint = Complaint::error(worker.place, format!("two workers have the id `{}`", worker.id));
                complaints.push(complaint.context(*place, "the other one").help("give each worker an id of its own"));
            }
            first.entry(&worker.id).or_insert(worker.place);
        }
        self.complaints.extend(complaints);
    }

    /// A capacity map of the scenario; units below zero or beyond all bounds are complained about.
    pub(super) fn units(&mut self, capacity: &Capacity) -> Units {
        for (resource, units) in capacity.iter() {
            self.readable("a resource", resource);
            if !(0..=MOST_UNITS).contains(&units.value) {
                let title = format!("the units of `{}` cannot be {}", resource.value, units.value);
                self.complain(
                    Complaint::error(units.place, title).help(format!("write a whole number from 0 to {MOST_UNITS}")),
                );
            }
        }
        self.needs.units(capacity.iter().map(|(resource, units)| (resource.value.as_str(), units.value)))
    }
}
