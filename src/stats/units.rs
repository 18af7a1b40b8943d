//! Units laid out flat, once before a run: what each need takes, and what each worker offers.

use crate::engine::System;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::time::Span;
use crate::model::worker::WorkerId;

use super::figure::{Figure, Measure, OfAction, Statistic, Subject};

/// What one job takes: units of each resource that it needs at all.
pub(super) type Need = [(usize, u64)];

/// Needs without their zeros; offers and sums worker by worker, in each by resource ("pairs").
#[derive(Clone, Debug)]
pub(super) struct Units {
    needs: Vec<Box<Need>>,
    offered: Vec<i64>,
    resources: usize,
}

impl Units {
    pub(super) fn new(system: &System) -> Units {
        let sparse = |need: &CapacityMap| {
            let units = need.iter().map(|(resource, units)| (usize::from(resource.0), units as u64));
            units.filter(|&(_, units)| units != 0).collect()
        };
        let capacities = system.workers.iter().flat_map(|worker| worker.capacity.iter());
        Units {
            needs: system.needs.iter().map(sparse).collect(),
            offered: capacities.map(|(_, units)| units).collect(),
            resources: system.resources.len(),
        }
    }

    /// What a need takes.
    #[inline]
    pub(super) fn need(&self, need: NeedId) -> &Need {
        &self.needs[usize::from(need.0)]
    }

    /// What each need takes.
    pub(super) fn needs(&self) -> &[Box<Need>] {
        &self.needs
    }

    /// The number of resources.
    pub(super) fn resources(&self) -> usize {
        self.resources
    }

    /// The number of pairs of a worker and a resource.
    pub(super) fn pairs(&self) -> usize {
        self.offered.len()
    }

    /// A worker's first pair; its others follow, by resource.
    #[inline]
    pub(super) fn first_pair(&self, worker: WorkerId) -> usize {
        worker.0 as usize * self.resources
    }

    /// The worker and the resource of a pair.
    pub(super) fn names_of(&self, pair: usize) -> (WorkerId, ResourceId) {
        (WorkerId((pair / self.resources) as u32), ResourceId((pair % self.resources) as u16))
    }

    /// Units offered by a pair.
    pub(super) fn offered(&self, pair: usize) -> i64 {
        self.offered[pair]
    }

    /// The pairs of one resource, one for each worker.
    pub(super) fn pairs_of(&self, resource: usize) -> impl Iterator<Item = usize> {
        (resource..self.pairs()).step_by(self.resources)
    }

    /// The pairs whose worker offers the resource at all.
    pub(super) fn offering_pairs(&self) -> impl Iterator<Item = usize> {
        (0..self.pairs()).filter(|&pair| self.offered[pair] > 0)
    }

    /// Units of a resource offered by all workers.
    pub(super) fn offered_by_all(&self, resource: usize) -> i128 {
        self.pairs_of(resource).map(|pair| i128::from(self.offered[pair])).sum()
    }

    /// Utilization by resource, over all workers and then for each worker that offers it; from busy unit-nanoseconds by pair.
    pub(super) fn utilization(&self, busy: &[u128], window: Span) -> Vec<Figure> {
        let resources = (0..self.resources).map(|resource| {
            let busy = self.pairs_of(resource).map(|pair| busy[pair]).sum();
            utilization(ResourceId(resource as u16), None, share(busy, self.offered_by_all(resource), window))
        });
        let pairs = self.offering_pairs().map(|pair| {
            let (worker, resource) = self.names_of(pair);
            utilization(resource, Some(worker), share(busy[pair], i128::from(self.offered[pair]), window))
        });
        resources.chain(pairs).collect()
    }
}

/// Busy unit-nanoseconds over what `offered` units come to within the window; `None` where that is nothing.
fn share(busy: u128, offered: i128, window: Span) -> Option<f64> {
    let possible = offered * i128::from(window.0);
    (possible > 0).then(|| busy as f64 / possible as f64)
}

fn utilization(resource: ResourceId, worker: Option<WorkerId>, value: Option<f64>) -> Figure {
    let (measure, statistic) = (Measure::Utilization, Statistic::Mean);
    Figure { subject: Subject { action: OfAction::None, resource: Some(resource), worker, measure, statistic }, value }
}
