//! Needs and offers of a system in flat arrays, laid out once before a run.

use crate::engine::System;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::worker::WorkerId;

use super::censored::CensoredValue;
use super::metric::{Metric, MetricValue};

/// The units of each resource that a job needs, without resources that it does not need.
pub(super) type SparseNeed = [(usize, u64)];

/// Needs without their zeros; offers and sums worker by worker, and by resource in each ("pairs").
#[derive(Clone, Debug)]
pub(super) struct CapacityLayout {
    needs: Vec<Box<SparseNeed>>,
    offered: Vec<i64>,
    /// By pair: whether the worker ever offers the resource.
    offers: Vec<bool>,
    resources: usize,
}

impl CapacityLayout {
    pub(super) fn new(system: &System) -> CapacityLayout {
        let sparse = |need: &CapacityMap| {
            let units = need.iter().map(|(resource, units)| (usize::from(resource.0), units as u64));
            units.filter(|&(_, units)| units != 0).collect()
        };
        let resources = system.resources.len();
        let offered: Vec<i64> = system.workers.iter().flat_map(|worker| &worker.capacity.0).copied().collect();
        let mut offers: Vec<bool> = offered.iter().map(|&units| units > 0).collect();
        for change in &system.availability.capacity_changes {
            let pairs = &mut offers[change.worker.0 as usize * resources..];
            pairs.iter_mut().zip(&change.capacity.0).for_each(|(offers, &units)| *offers |= units > 0);
        }
        CapacityLayout { needs: system.needs.iter().map(sparse).collect(), offered, offers, resources }
    }

    /// The units of a need.
    #[inline]
    pub(super) fn need(&self, need: NeedId) -> &SparseNeed {
        &self.needs[usize::from(need.0)]
    }

    /// The units of each need.
    pub(super) fn needs(&self) -> &[Box<SparseNeed>] {
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

    /// The first pair of a worker; its others follow, by resource.
    #[inline]
    pub(super) fn first_pair(&self, worker: WorkerId) -> usize {
        worker.0 as usize * self.resources
    }

    /// The worker and the resource of a pair.
    pub(super) fn names_of(&self, pair: usize) -> (WorkerId, ResourceId) {
        (WorkerId((pair / self.resources) as u32), ResourceId((pair % self.resources) as u16))
    }

    /// The units that a pair offers at the start.
    pub(super) fn offered(&self, pair: usize) -> i64 {
        self.offered[pair]
    }

    /// The pairs of one resource, one for each worker.
    pub(super) fn pairs_of(&self, resource: usize) -> impl Iterator<Item = usize> {
        (resource..self.pairs()).step_by(self.resources)
    }

    /// The pairs whose worker ever offers the resource.
    pub(super) fn offering_pairs(&self) -> impl Iterator<Item = usize> {
        (0..self.pairs()).filter(|&pair| self.offers[pair])
    }

    /// Utilization by resource, over all workers and then for each worker that offers it; from
    /// unit-nanoseconds by pair.
    pub(super) fn utilization(&self, busy: &[u128], offered: &[u128]) -> Vec<MetricValue> {
        let resources = (0..self.resources).map(|resource| {
            let sum = |of_pairs: &[u128]| self.pairs_of(resource).map(|pair| of_pairs[pair]).sum();
            let metric = Metric::utilization(ResourceId(resource as u16), None);
            MetricValue { metric, value: share(sum(busy), sum(offered)).map(CensoredValue::exact) }
        });
        let pairs = self.offering_pairs().map(|pair| {
            let (worker, resource) = self.names_of(pair);
            let metric = Metric::utilization(resource, Some(worker));
            MetricValue { metric, value: share(busy[pair], offered[pair]).map(CensoredValue::exact) }
        });
        resources.chain(pairs).collect()
    }
}

/// Busy over offered unit-nanoseconds; `None` where nothing was offered.
fn share(busy: u128, offered: u128) -> Option<f64> {
    (offered > 0).then(|| busy as f64 / offered as f64)
}
