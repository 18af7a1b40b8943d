//! What workers offer over time: their capacity while they are not out.
//!
//! It changes rarely, so it is integrated change by change; in most runs the only one is the end.

use crate::engine::System;
use crate::model::capacity::CapacityMap;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use super::capacity_layout::CapacityLayout;
use super::time_buckets::TimeBuckets;

/// OfferedCapacity units, integrated over the window and by time bucket.
#[derive(Clone, Debug)]
pub(super) struct OfferedCapacityBuilder {
    warmup: Time,
    horizon: Time,
    resources: usize,
    /// By pair of worker and resource: what the worker's capacity map says.
    capacity: Vec<i64>,
    /// By worker: whether it is out.
    is_out: Vec<bool>,
    /// By worker: up to when it has been integrated.
    until: Vec<Time>,
    /// By pair: unit-nanoseconds offered within the window.
    offered: Vec<u128>,
    buckets: TimeBuckets,
    /// From a worker's lines to the next worker's; 0 where all workers share theirs.
    stride: usize,
}

impl OfferedCapacityBuilder {
    /// All workers offer what they have, from the start; `stride` says whether the lines of workers are told apart.
    pub(super) fn new(system: &System, units: &CapacityLayout, stride: usize) -> OfferedCapacityBuilder {
        let (workers, lines) = (system.workers.len(), if stride > 0 { units.pairs() } else { units.resources() });
        OfferedCapacityBuilder {
            warmup: system.window.warmup,
            horizon: system.window.horizon,
            resources: units.resources(),
            capacity: (0..units.pairs()).map(|pair| units.offered(pair)).collect(),
            is_out: vec![false; workers],
            until: vec![Time::ZERO; workers],
            offered: vec![0; units.pairs()],
            buckets: TimeBuckets::new(system.window.horizon, lines),
            stride,
        }
    }

    /// A worker goes out, or comes back.
    pub(super) fn set_out(&mut self, now: Time, worker: WorkerId, is_out: bool) {
        self.integrate(now, worker.0 as usize);
        self.is_out[worker.0 as usize] = is_out;
    }

    /// A worker's capacity changes.
    pub(super) fn set_capacity(&mut self, now: Time, worker: WorkerId, capacity: &CapacityMap) {
        let worker = worker.0 as usize;
        self.integrate(now, worker);
        self.capacity[worker * self.resources..][..self.resources].copy_from_slice(&capacity.0);
    }

    /// What a pair offers now.
    pub(super) fn now(&self, pair: usize) -> i64 {
        if self.is_out[pair / self.resources] { 0 } else { self.capacity[pair] }
    }

    fn integrate(&mut self, now: Time, worker: usize) {
        let from = std::mem::replace(&mut self.until[worker], now);
        for resource in 0..self.resources {
            let pair = worker * self.resources + resource;
            let units = self.now(pair).unsigned_abs();
            let nanos = (now.0 - from.max(self.warmup).0).max(0).unsigned_abs();
            self.offered[pair] += u128::from(units) * u128::from(nanos);
            self.buckets.add(worker * self.stride + resource, units, from, now);
        }
    }

    /// Everything up to the horizon.
    pub(super) fn finish(mut self) -> OfferedCapacity {
        for worker in 0..self.until.len() {
            self.integrate(self.horizon, worker);
        }
        OfferedCapacity { by_pair: self.offered, buckets: self.buckets }
    }
}

/// What was offered in a whole run.
#[derive(Clone, Debug)]
pub(super) struct OfferedCapacity {
    /// By pair: unit-nanoseconds within the window.
    pub(super) by_pair: Vec<u128>,
    buckets: TimeBuckets,
}

impl OfferedCapacity {
    /// Averages by time bucket of the sum of several lines: pairs where workers are told apart, resources where not.
    pub(super) fn averages(&self, lines: impl IntoIterator<Item = usize>) -> Vec<f64> {
        self.buckets.averages_of(lines)
    }
}
