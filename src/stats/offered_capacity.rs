//! The capacity that workers offer over time: their capacity while they are there and up.
//!
//! It changes rarely, so it is integrated change by change; in most runs the only one is the end.

use crate::engine::System;
use crate::model::capacity::CapacityMap;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use super::capacity_layout::CapacityLayout;
use super::hours_of_week::WindowMask;
use super::time_buckets::TimeBuckets;

/// Offered units, integrated over the window and by time bucket.
#[derive(Clone, Debug)]
pub(super) struct OfferedCapacityBuilder {
    warmup: Time,
    horizon: Time,
    resources: usize,
    /// By pair of worker and resource: the units in the capacity map of the worker.
    capacity: Vec<i64>,
    /// By worker: whether it is down.
    is_down: Vec<bool>,
    /// By worker: whether its place has it.
    is_there: Vec<bool>,
    /// By worker: the instant up to which it has been integrated.
    until: Vec<Time>,
    /// By pair: unit-nanoseconds offered within the window.
    offered: Vec<u128>,
    /// Some hours of the week, and by these and by resource the unit-nanoseconds offered in them.
    masks: Vec<WindowMask>,
    within: Vec<Vec<u128>>,
    buckets: TimeBuckets,
    /// The distance from the lines of a worker to those of the next; 0 where all workers share
    /// lines.
    stride: usize,
}

impl OfferedCapacityBuilder {
    /// All workers that are there at the start offer their capacity from then on; `stride` is 0 if
    /// workers share lines.
    pub(super) fn new(system: &System, layout: &CapacityLayout, stride: usize) -> OfferedCapacityBuilder {
        let (workers, lines) = (system.workers.len(), if stride > 0 { layout.pairs() } else { layout.resources() });
        OfferedCapacityBuilder {
            warmup: system.window.warmup,
            horizon: system.window.horizon,
            resources: layout.resources(),
            capacity: (0..layout.pairs()).map(|pair| layout.offered(pair)).collect(),
            is_down: vec![false; workers],
            is_there: system.there_at_start(),
            until: vec![Time::ZERO; workers],
            offered: vec![0; layout.pairs()],
            masks: Vec::new(),
            within: Vec::new(),
            buckets: TimeBuckets::new(system.window.horizon, lines),
            stride,
        }
    }

    /// Also integrates over these hours of the week.
    pub(super) fn also_within(&mut self, masks: Vec<WindowMask>) {
        self.within = vec![vec![0; self.resources]; masks.len()];
        self.masks = masks;
    }

    /// The capacity offered in those hours up to the horizon, by resource.
    pub(super) fn within(&mut self) -> Vec<Vec<u128>> {
        for worker in 0..self.until.len() {
            self.integrate(self.horizon, worker);
        }
        std::mem::take(&mut self.within)
    }

    /// A worker goes down, or comes up.
    pub(super) fn set_down(&mut self, now: Time, worker: WorkerId, is_down: bool) {
        self.integrate(now, worker.0 as usize);
        self.is_down[worker.0 as usize] = is_down;
    }

    /// A place gets a worker, or its worker goes.
    pub(super) fn set_there(&mut self, now: Time, worker: WorkerId, is_there: bool) {
        self.integrate(now, worker.0 as usize);
        self.is_there[worker.0 as usize] = is_there;
    }

    /// The capacity of a worker changes.
    pub(super) fn set_capacity(&mut self, now: Time, worker: WorkerId, capacity: &CapacityMap) {
        let worker = worker.0 as usize;
        self.integrate(now, worker);
        self.capacity[worker * self.resources..][..self.resources].copy_from_slice(&capacity.0);
    }

    /// The units that a pair offers now.
    pub(super) fn now(&self, pair: usize) -> i64 {
        let worker = pair / self.resources;
        if self.is_down[worker] || !self.is_there[worker] { 0 } else { self.capacity[pair] }
    }

    fn integrate(&mut self, now: Time, worker: usize) {
        let from = std::mem::replace(&mut self.until[worker], now);
        for resource in 0..self.resources {
            let pair = worker * self.resources + resource;
            let units = self.now(pair).unsigned_abs();
            let nanos = (now.0 - from.max(self.warmup).0).max(0).unsigned_abs();
            self.offered[pair] += u128::from(units) * u128::from(nanos);
            self.buckets.add(worker * self.stride + resource, units, from, now);
            for (mask, within) in self.masks.iter().zip(&mut self.within) {
                within[resource] += u128::from(units) * u128::from(mask.overlap(from.max(self.warmup), now));
            }
        }
    }

    /// The capacity offered up to the horizon.
    pub(super) fn finish(mut self) -> OfferedCapacity {
        for worker in 0..self.until.len() {
            self.integrate(self.horizon, worker);
        }
        OfferedCapacity { by_pair: self.offered, buckets: self.buckets }
    }
}

/// The capacity offered in a whole run.
#[derive(Clone, Debug)]
pub(super) struct OfferedCapacity {
    /// By pair: unit-nanoseconds within the window.
    pub(super) by_pair: Vec<u128>,
    buckets: TimeBuckets,
}

impl OfferedCapacity {
    /// Averages by time bucket of the sum of several lines. A line is a pair, or a resource where
    /// workers share lines.
    pub(super) fn averages(&self, lines: impl IntoIterator<Item = usize>) -> Vec<f64> {
        self.buckets.averages_of(lines)
    }
}
