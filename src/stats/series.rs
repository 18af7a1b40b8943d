//! Series by time bucket: busy and offered units, and queue lengths, each averaged over its bucket.

use crate::engine::{Run, System};
use crate::model::capacity::ResourceId;
use crate::model::job::Job;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

use super::bucket::Buckets;
use super::observer::Needs;

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
    pub lines: Vec<Line>,
}

/// The series of one resource, over all workers or on one.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Units of this resource.
    pub resource: ResourceId,
    /// On this worker; on all if `None`.
    pub worker: Option<WorkerId>,
    /// Units in use.
    pub busy: Vec<f64>,
    /// Units offered by living workers.
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
    /// Lines: all waiting rows; waiting rows by resource; busy units by resource, worker by worker if told apart.
    buckets: Buckets,
    horizon: Time,
    needs: Needs,
    resources: usize,
    /// From a worker's busy lines to the next worker's; 0 where all workers share theirs.
    stride: usize,
    /// Units offered, worker by worker and in each by resource.
    offered: Vec<i64>,
}

impl SeriesBuilder {
    pub(super) fn new(system: &System) -> SeriesBuilder {
        let capacities = system.workers.iter().flat_map(|worker| worker.capacity.iter());
        let offered: Vec<i64> = capacities.map(|(_, units)| units).collect();
        let resources = system.resources.len();
        let told_apart = offered.len() <= MOST_PAIRS;
        let busy = if told_apart { offered.len() } else { resources };
        SeriesBuilder {
            buckets: Buckets::new(system.window.horizon, 1 + resources + busy),
            horizon: system.window.horizon,
            needs: Needs::new(system),
            resources,
            stride: if told_apart { resources } else { 0 },
            offered,
        }
    }

    /// A row waited from its `scheduled_at` (or the start) until `until`.
    #[inline]
    pub(super) fn waited(&mut self, job: &Job, until: Time) {
        self.buckets.add(0, job.scheduled_at, until, 1);
        for &(resource, _) in self.needs.of(job.need) {
            self.buckets.add(1 + resource, job.scheduled_at, until, 1);
        }
    }

    /// A row ran until `until`.
    #[inline]
    pub(super) fn ran(&mut self, job: &Job, run: Run, until: Time) {
        let worker = 1 + self.resources + run.worker.0 as usize * self.stride;
        for &(resource, units) in self.needs.of(job.need) {
            self.buckets.add(worker + resource, run.claimed_at, until, units);
        }
    }

    /// The series, once all rows have been told.
    pub(super) fn finish(self) -> Series {
        let of_resources = (0..self.resources).map(|resource| self.resource(resource));
        let pairs = if self.stride > 0 { self.offered.len() } else { 0 };
        let of_workers = (0..pairs).filter(|&pair| self.offered[pair] > 0).map(|pair| self.pair(pair));
        Series {
            bucket: self.buckets.length(),
            horizon: self.horizon,
            queue_length: self.averages(0),
            lines: of_resources.chain(of_workers).collect(),
        }
    }

    /// The line of a resource over all workers.
    fn resource(&self, resource: usize) -> Line {
        let mut busy = vec![0; self.buckets.count()];
        let lines = if self.stride > 0 { self.offered.len() } else { self.resources };
        for line in (resource..lines).step_by(self.resources) {
            let sums = self.buckets.sums(1 + self.resources + line);
            busy.iter_mut().zip(sums).for_each(|(busy, sum)| *busy += sum);
        }
        let offered = self.offered.iter().skip(resource).step_by(self.resources);
        Line {
            resource: ResourceId(resource as u16),
            worker: None,
            busy: self.buckets.averages(&busy),
            offered: self.constant(offered.map(|&units| i128::from(units)).sum()),
            queue_length: self.averages(1 + resource),
        }
    }

    /// The line of one resource on one worker.
    fn pair(&self, pair: usize) -> Line {
        Line {
            resource: ResourceId((pair % self.resources) as u16),
            worker: Some(WorkerId((pair / self.resources) as u32)),
            busy: self.averages(1 + self.resources + pair),
            offered: self.constant(i128::from(self.offered[pair])),
            queue_length: Vec::new(),
        }
    }

    fn averages(&self, line: usize) -> Vec<f64> {
        self.buckets.averages(&self.buckets.sums(line))
    }

    fn constant(&self, units: i128) -> Vec<f64> {
        vec![units as f64; self.buckets.count()]
    }
}
