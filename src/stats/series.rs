//! Time series: busy and offered units, and queue lengths, averaged over each time bucket.

use crate::engine::Execution;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

use super::capacity_layout::{CapacityLayout, SparseNeed};
use super::offered_capacity::OfferedCapacity;
use super::time_buckets::{TimeBuckets, fine_length, nice_length};

/// Averages by time bucket, from instant 0 to the horizon. The last bucket may be shorter.
#[derive(Clone, Debug, Default, PartialEq)]
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

/// Queue lengths over time, fine enough that a peak shows: averages over buckets much shorter than
/// those of a [`Series`], rounded to thousandths.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueCourse {
    /// The length of a bucket.
    pub bucket: Span,
    /// Rows due and waiting: with any need, then those that need each resource, of the first ones.
    pub lines: Vec<Vec<f32>>,
}

impl QueueCourse {
    /// The most lines: as many as a chart shows.
    pub const MOST_LINES: usize = 16;
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
    /// Waiting rows by kind of need. Each kind has a line of its own, so a wait adds to one line,
    /// not to one for each resource and one for all.
    waits: TimeBuckets,
    /// The number of these buckets that make one of a series.
    together: usize,
    /// Busy units by pair, or by resource if workers share lines.
    busy: TimeBuckets,
    horizon: Time,
    /// By kind of need: the resources of which it takes units.
    kinds: Vec<Vec<usize>>,
    /// By need: its kind.
    kind_of: Vec<usize>,
    /// The distance from the lines of a worker to those of the next; 0 where all workers share
    /// lines.
    stride: usize,
}

impl SeriesBuilder {
    pub(super) fn new(horizon: Time, layout: &CapacityLayout) -> SeriesBuilder {
        let (resources, pairs) = (layout.resources(), layout.pairs());
        let taken = |need: &SparseNeed| -> Vec<usize> { need.iter().map(|&(resource, _)| resource).collect() };
        let mut kinds: Vec<Vec<usize>> = layout.needs().iter().map(|need| taken(need)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kind = |need: &SparseNeed| kinds.binary_search(&taken(need)).expect("every need has a kind");
        let kind_of = layout.needs().iter().map(|need| kind(need)).collect();
        let has_pairs = pairs <= MOST_PAIRS;
        SeriesBuilder {
            waits: TimeBuckets::new(horizon, kinds.len()),
            together: 1,
            busy: TimeBuckets::new(horizon, if has_pairs { pairs } else { resources }),
            horizon,
            kinds,
            kind_of,
            stride: if has_pairs { resources } else { 0 },
        }
    }

    /// Also keeps the [`QueueCourse`]; to be called before anything is added.
    pub(super) fn refine_queue(&mut self) {
        let (length, together) = fine_length(nice_length(self.horizon), self.horizon);
        self.waits = TimeBuckets::of_length(length, self.horizon, self.kinds.len());
        self.together = together;
    }

    /// Moves on to `now`; returns the beginning and the end of the current bucket of waits, which
    /// lies in one bucket of busy units.
    pub(super) fn advance(&mut self, now: Time) -> (Time, Time) {
        self.busy.advance(now);
        self.waits.advance(now)
    }

    /// The end of the current bucket of busy units.
    pub(super) fn end_of_use(&self) -> Time {
        self.busy.end()
    }

    /// Adds the nanoseconds that rows with this need waited within the current bucket.
    pub(super) fn add_current_wait(&mut self, need: NeedId, nanos: u128) {
        self.waits.add_to_current(self.kind_of[usize::from(need.0)], nanos);
    }

    /// Adds the unit-nanoseconds that rows used on this worker within the current bucket.
    pub(super) fn add_current_use(&mut self, worker: WorkerId, resource: usize, unit_nanos: u128) {
        let line = self.busy_line(worker, resource);
        self.busy.add_to_current(line, unit_nanos);
    }

    /// A row waited from `from` (or the start) until `until`.
    pub(super) fn waited(&mut self, need: NeedId, from: Time, until: Time) {
        self.waits.add(self.kind_of[usize::from(need.0)], 1, from, until);
    }

    /// A row occupied its worker until `until`.
    pub(super) fn ran(&mut self, need: &SparseNeed, run: Execution, until: Time) {
        for &(resource, units) in need {
            self.busy.add(self.busy_line(run.worker, resource), units, run.busy_since, until);
        }
    }

    #[inline]
    fn busy_line(&self, worker: WorkerId, resource: usize) -> usize {
        worker.0 as usize * self.stride + resource
    }

    /// The distance from the lines of a worker to those of the next; 0 where all workers share
    /// lines.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The course of the queue, once all rows have been added, if it was kept.
    pub(super) fn queue_course(&self, layout: &CapacityLayout) -> Option<QueueCourse> {
        let needed = (0..layout.resources()).map(|resource| self.kinds_of(resource));
        let lines = std::iter::once((0..self.kinds.len()).collect()).chain(needed).take(QueueCourse::MOST_LINES);
        let thousandths = |average: f64| ((average * 1e3).round() / 1e3) as f32;
        let course = |kinds: Vec<usize>| self.waits.averages_of(kinds).into_iter().map(thousandths).collect();
        let bucket = self.waits.length();
        (self.together > 1).then(|| QueueCourse { bucket, lines: lines.map(course).collect() })
    }

    /// The kinds of needs that take units of a resource.
    fn kinds_of(&self, resource: usize) -> Vec<usize> {
        (0..self.kinds.len()).filter(|kind| self.kinds[*kind].contains(&resource)).collect()
    }

    /// The series, once all rows have been added.
    pub(super) fn finish(self, layout: &CapacityLayout, offered: &OfferedCapacity) -> Series {
        let of_resources = (0..layout.resources()).map(|resource| self.of_resource(resource, layout, offered));
        let of_pairs =
            layout.offering_pairs().filter(|_| self.stride > 0).map(|pair| self.of_pair(pair, layout, offered));
        Series {
            bucket: self.busy.length(),
            horizon: self.horizon,
            queue_length: rounded(self.waits.averages_over(self.together, 0..self.kinds.len())),
            lines: of_resources.chain(of_pairs).collect(),
        }
    }

    /// The series of a resource over all workers.
    fn of_resource(&self, resource: usize, layout: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let lines = if self.stride > 0 { layout.pairs_of(resource).collect() } else { vec![resource] };
        ResourceSeries {
            resource: ResourceId(resource as u16),
            worker: None,
            busy: rounded(self.busy.averages_of(lines.iter().copied())),
            offered: rounded(offered.averages(lines)),
            queue_length: rounded(self.waits.averages_over(self.together, self.kinds_of(resource))),
        }
    }

    /// The series of one resource on one worker.
    fn of_pair(&self, pair: usize, layout: &CapacityLayout, offered: &OfferedCapacity) -> ResourceSeries {
        let (worker, resource) = layout.names_of(pair);
        ResourceSeries {
            resource,
            worker: Some(worker),
            busy: rounded(self.busy.averages_of([pair])),
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
