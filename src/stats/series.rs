//! Series by time bucket: busy and offered units, and queue lengths, each averaged over its bucket.

use crate::engine::Run;
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
    /// Rows due and waiting, whatever they need.
    pub queue_length: Vec<f64>,
    /// One for each resource, then one for each (worker, resource) where workers are few enough to be told apart.
    pub lines: Vec<ResourceSeries>,
}

/// The series of one resource, over all workers or on one.
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
    /// Rows waiting that need the resource; empty on a single worker's line.
    pub queue_length: Vec<f64>,
}

impl Series {
    /// The start of bucket `index`.
    pub fn start_of(&self, index: usize) -> Time {
        Time(self.bucket.0.saturating_mul(index as i64))
    }
}

/// Workers are told apart where (worker, resource) pairs are no more than this.
const MOST_PAIRS: usize = 64;

/// Fills a series while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct SeriesBuilder {
    /// Lines: waiting rows by need; busy units by pair if told apart, by resource otherwise. A need has a line of its own, so
    /// that a wait adds to one line, and not to one for each resource and one for all.
    buckets: TimeBuckets,
    horizon: Time,
    /// The first line of busy units.
    busy: usize,
    /// From a worker's lines to the next worker's; 0 where all workers share theirs.
    stride: usize,
}

impl SeriesBuilder {
    pub(super) fn new(horizon: Time, units: &CapacityLayout) -> SeriesBuilder {
        let (needs, resources, pairs) = (units.needs().len(), units.resources(), units.pairs());
        let told_apart = pairs <= MOST_PAIRS;
        SeriesBuilder {
            buckets: TimeBuckets::new(horizon, needs + if told_apart { pairs } else { resources }),
            horizon,
            busy: needs,
            stride: if told_apart { resources } else { 0 },
        }
    }

    /// It is `now`. Gives where the current bucket begins and ends.
    pub(super) fn advance(&mut self, now: Time) -> (Time, Time) {
        self.buckets.advance(now)
    }

    /// Rows with this need waited for so many nanoseconds of the current bucket.
    pub(super) fn waited_of_late(&mut self, need: NeedId, nanos: u128) {
        self.buckets.add_to_current(usize::from(need.0), nanos);
    }

    /// Rows on this worker took so many unit-nanoseconds of a resource in the current bucket.
    pub(super) fn took_of_late(&mut self, worker: WorkerId, resource: usize, unit_nanos: u128) {
        let line = self.busy_line(worker, resource);
        self.buckets.add_to_current(line, unit_nanos);
    }

    /// A row waited from `from` (or the start) until `until`.
    pub(super) fn waited(&mut self, need: NeedId, from: Time, until: Time) {
        self.buckets.add(usize::from(need.0), 1, from, until);
    }

    /// A row was in use of its worker until `until`.
    pub(super) fn ran(&mut self, need: &SparseNeed, run: Run, until: Time) {
        for &(resource, units) in need {
            self.buckets.add(self.busy_line(run.worker, resource), units, run.busy_since, until);
        }
    }

    #[inline]
    fn busy_line(&self, worker: WorkerId, resource: usize) -> usize {
        self.busy + worker.0 as usize * self.stride + resource
    }

    /// From a worker's lines to the next worker's; 0 where all workers share theirs.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The series, once all rows have been told.
    pub(super) fn finish(self, units: &CapacityLayout, offered: &OfferedCapacity) -> Series {
        let of_resources = (0..units.resources()).map(|resource| self.of_resource(resource, units, offered));
        let of_pairs =
            units.offering_pairs().filter(|_| self.stride > 0).map(|pair| self.of_pair(pair, units, offered));
        Series {
            bucket: self.buckets.length(),
            horizon: self.horizon,
            queue_length: rounded(self.buckets.averages_of(0..self.busy)),
            lines: of_resources.chain(of_pairs).collect(),
        }
    }

    /// The line of a resource over all workers.
    fn of_resource(&self, resource: usize, units: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let lines = if self.stride > 0 { units.pairs_of(resource).collect() } else { vec![resource] };
        let needs = units.needs().iter().enumerate();
        let takers = needs.filter(|(_, need)| need.iter().any(|&(taken, _)| taken == resource));
        ResourceSeries {
            resource: ResourceId(resource as u16),
            worker: None,
            busy: rounded(self.buckets.averages_of(lines.iter().map(|line| self.busy + line))),
            offered: rounded(offered.averages(lines)),
            queue_length: rounded(self.buckets.averages_of(takers.map(|(need, _)| need))),
        }
    }

    /// The line of one resource on one worker.
    fn of_pair(&self, pair: usize, units: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let (worker, resource) = units.names_of(pair);
        ResourceSeries {
            resource,
            worker: Some(worker),
            busy: rounded(self.buckets.averages_of([self.busy + pair])),
            offered: rounded(offered.averages([pair])),
            queue_length: Vec::new(),
        }
    }
}

/// With nine decimals: series are for drawing and adding up, and so they are the same whether they were just measured or are read back from a run's
/// files.
fn rounded(averages: Vec<f64>) -> Vec<f64> {
    averages.into_iter().map(|average| (average * 1e9).round() / 1e9).collect()
}
