//! Time series: busy and offered units, and queue lengths, averaged over each time bucket.

use crate::engine::Execution;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

use super::capacity_layout::{CapacityLayout, SparseNeed};
use super::offered_capacity::OfferedCapacity;
use super::time_buckets::TimeBuckets;

/// Averages by time bucket, from instant 0 to the horizon. The last bucket may be shorter.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The length of a bucket.
    pub bucket: Span,
    /// The end of the last bucket.
    pub horizon: Time,
    /// Rows due and waiting, with any need.
    pub queue_length: Vec<f64>,
    /// One for each resource; then one for each pair of worker and resource, unless there are too
    /// many workers.
    pub lines: Vec<ResourceSeries>,
}

/// The time series of one resource, over all workers or on one.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceSeries {
    /// CapacityLayout of this resource.
    pub resource: ResourceId,
    /// On this worker; on all if `None`.
    pub worker: Option<WorkerId>,
    /// CapacityLayout in use.
    pub busy: Vec<f64>,
    /// CapacityLayout offered by living workers.
    pub offered: Vec<f64>,
    /// Waiting rows that need the resource; empty for a single worker.
    pub queue_length: Vec<f64>,
}

impl Series {
    /// The start of bucket `index`.
    pub fn start_of(&self, index: usize) -> Time {
        Time(self.bucket.0.saturating_mul(index as i64))
    }
}

/// The most pairs of worker and resource for which workers have series of their own.
const MOST_PAIRS: usize = 64;

/// Fills a series while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct SeriesBuilder {
    /// Lines: waiting rows by need; busy units by pair, or by resource if workers share lines. Each
    /// need has a line of its own, so a wait adds to one line, not to one for each resource and one
    /// for all.
    buckets: TimeBuckets,
    horizon: Time,
    /// The first line of busy units.
    busy: usize,
    /// The distance from the lines of a worker to those of the next; 0 where all workers share
    /// lines.
    stride: usize,
}

impl SeriesBuilder {
    pub(super) fn new(horizon: Time, layout: &CapacityLayout) -> SeriesBuilder {
        let (needs, resources, pairs) = (layout.needs().len(), layout.resources(), layout.pairs());
        let has_pairs = pairs <= MOST_PAIRS;
        SeriesBuilder {
            buckets: TimeBuckets::new(horizon, needs + if has_pairs { pairs } else { resources }),
            horizon,
            busy: needs,
            stride: if has_pairs { resources } else { 0 },
        }
    }

    /// Moves on to `now`; returns the beginning and the end of the current bucket.
    pub(super) fn advance(&mut self, now: Time) -> (Time, Time) {
        self.buckets.advance(now)
    }

    /// Adds the nanoseconds that rows with this need waited within the current bucket.
    pub(super) fn add_current_wait(&mut self, need: NeedId, nanos: u128) {
        self.buckets.add_to_current(usize::from(need.0), nanos);
    }

    /// Adds the unit-nanoseconds that rows used on this worker within the current bucket.
    pub(super) fn add_current_use(&mut self, worker: WorkerId, resource: usize, unit_nanos: u128) {
        let line = self.busy_line(worker, resource);
        self.buckets.add_to_current(line, unit_nanos);
    }

    /// A row waited from `from` (or the start) until `until`.
    pub(super) fn waited(&mut self, need: NeedId, from: Time, until: Time) {
        self.buckets.add(usize::from(need.0), 1, from, until);
    }

    /// A row occupied its worker until `until`.
    pub(super) fn ran(&mut self, need: &SparseNeed, run: Execution, until: Time) {
        for &(resource, units) in need {
            self.buckets.add(self.busy_line(run.worker, resource), units, run.busy_since, until);
        }
    }

    #[inline]
    fn busy_line(&self, worker: WorkerId, resource: usize) -> usize {
        self.busy + worker.0 as usize * self.stride + resource
    }

    /// The distance from the lines of a worker to those of the next; 0 where all workers share
    /// lines.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The series, once all rows have been added.
    pub(super) fn finish(self, layout: &CapacityLayout, offered: &OfferedCapacity) -> Series {
        let of_resources = (0..layout.resources()).map(|resource| self.of_resource(resource, layout, offered));
        let of_pairs =
            layout.offering_pairs().filter(|_| self.stride > 0).map(|pair| self.of_pair(pair, layout, offered));
        Series {
            bucket: self.buckets.length(),
            horizon: self.horizon,
            queue_length: rounded(self.buckets.averages_of(0..self.busy)),
            lines: of_resources.chain(of_pairs).collect(),
        }
    }

    /// The series of a resource over all workers.
    fn of_resource(&self, resource: usize, layout: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let lines = if self.stride > 0 { layout.pairs_of(resource).collect() } else { vec![resource] };
        let needs = layout.needs().iter().enumerate();
        let takers = needs.filter(|(_, need)| need.iter().any(|&(taken, _)| taken == resource));
        ResourceSeries {
            resource: ResourceId(resource as u16),
            worker: None,
            busy: rounded(self.buckets.averages_of(lines.iter().map(|line| self.busy + line))),
            offered: rounded(offered.averages(lines)),
            queue_length: rounded(self.buckets.averages_of(takers.map(|(need, _)| need))),
        }
    }

    /// The series of one resource on one worker.
    fn of_pair(&self, pair: usize, layout: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let (worker, resource) = layout.names_of(pair);
        ResourceSeries {
            resource,
            worker: Some(worker),
            busy: rounded(self.buckets.averages_of([self.busy + pair])),
            offered: rounded(offered.averages([pair])),
            queue_length: Vec::new(),
        }
    }
}

/// Rounds to nine decimals. Series are drawn and summed up; rounded, they are the same whether they
/// were just measured or are read back from the files of a run.
fn rounded(averages: Vec<f64>) -> Vec<f64> {
    averages.into_iter().map(|average| (average * 1e9).round() / 1e9).collect()
}
