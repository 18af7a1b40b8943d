//! Occupancy over time: rows take a place in the queue while they wait, and units of a worker while
//! they run.
//!
//! Both are kept twice: as integrals over the window, and as sums by time bucket. Nearly all rows
//! lie within the window and within the current bucket. They are added to the sums of the current
//! bucket, which go into both when the bucket ends; only the other rows have to be split.

use crate::engine::{Execution, System};
use crate::model::capacity::NeedId;
use crate::model::job::Job;
use crate::model::time::Time;

use super::capacity_layout::{CapacityLayout, SparseNeed};
use super::metric::MetricValue;
use super::offered_capacity::OfferedCapacityBuilder;
use super::series::{QueueCourse, Series, SeriesBuilder};

/// Units in use and queue lengths, filled while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct Occupancy {
    warmup: Time,
    layout: CapacityLayout,
    /// Unit-nanoseconds in use within the window, by pair of worker and resource.
    busy: Vec<u128>,
    series: SeriesBuilder,
    offered: OfferedCapacityBuilder,
    /// Unit-nanoseconds of the rows within the window and the current bucket, by pair of worker and
    /// resource; moved to `busy` and `series` when the bucket ends.
    current_busy: Vec<u128>,
    /// By need.
    current_waits: Vec<CurrentWaits>,
    /// The beginning and the end of the current bucket of waits.
    bucket: (Time, Time),
}

/// The waits of the rows with one need in the current bucket.
#[derive(Clone, Debug)]
struct CurrentWaits {
    need: Box<SparseNeed>,
    /// Row-nanoseconds.
    waiting: u128,
}

impl Occupancy {
    pub(super) fn new(system: &System) -> Occupancy {
        let layout = CapacityLayout::new(system);
        let mut series = SeriesBuilder::new(system.window.horizon, &layout);
        let offered = OfferedCapacityBuilder::new(system, &layout, series.stride());
        let waits = layout.needs().iter().map(|need| CurrentWaits { need: need.clone(), waiting: 0 }).collect();
        let (warmup, busy) = (system.window.warmup, vec![0; layout.pairs()]);
        let (current_busy, bucket) = (busy.clone(), series.advance(Time::ZERO));
        Occupancy { warmup, layout, busy, series, offered, current_busy, current_waits: waits, bucket }
    }

    /// Also keeps the course of the queue; to be called before anything is added.
    pub(super) fn refine_queue(&mut self) {
        self.series.refine_queue();
        self.bucket = self.series.advance(Time::ZERO);
    }

    /// The layout of needs and offers.
    pub(super) fn layout(&self) -> &CapacityLayout {
        &self.layout
    }

    /// The capacity that workers offer over time.
    pub(super) fn offered_mut(&mut self) -> &mut OfferedCapacityBuilder {
        &mut self.offered
    }

    /// The capacity offered in the hours of the week that were asked for.
    pub(super) fn offered_within(&mut self) -> Vec<Vec<u128>> {
        self.offered.within()
    }

    /// The units that a pair offers now.
    pub(super) fn offered(&self, pair: usize) -> i64 {
        self.offered.now(pair)
    }

    /// Unit-nanoseconds in use within the window, by pair.
    pub(super) fn busy(&self) -> &[u128] {
        &self.busy
    }

    /// Moves on to `now`.
    #[inline(always)]
    pub(super) fn advance(&mut self, now: Time) {
        if now > self.bucket.1 {
            self.enter_bucket(now);
        }
    }

    #[cold]
    fn enter_bucket(&mut self, now: Time) {
        self.settle_waits();
        if now > self.series.end_of_use() {
            self.settle_use();
        }
        self.bucket = self.series.advance(now);
    }

    /// Moves the sums of the current buckets to the totals; must be called before anything is read.
    fn settle(&mut self) {
        self.settle_waits();
        self.settle_use();
    }

    fn settle_waits(&mut self) {
        for (need, waits) in self.current_waits.iter_mut().enumerate() {
            self.series.add_current_wait(NeedId(need as u16), std::mem::take(&mut waits.waiting));
        }
    }

    fn settle_use(&mut self) {
        for (pair, (current, busy)) in self.current_busy.iter_mut().zip(&mut self.busy).enumerate() {
            let (worker, resource) = self.layout.names_of(pair);
            let current = std::mem::take(current);
            *busy += current;
            self.series.add_current_use(worker, usize::from(resource.0), current);
        }
    }

    /// The horizon has passed: nothing is added any more.
    pub(super) fn close(&mut self) {
        self.settle();
        self.bucket.1 = Time::NEVER;
    }

    /// The part of an interval that lies within the window, in nanoseconds.
    fn in_window(&self, from: Time, to: Time) -> u64 {
        // Neither is negative, so the difference fits.
        (to.0 - from.max(self.warmup).0).max(0) as u64
    }

    /// Adds an ended row within the window that waited and ran for these numbers of nanoseconds.
    #[inline(always)]
    pub(super) fn add_row(&mut self, now: Time, job: &Job, run: Execution, wait: u64, service: u64) {
        if job.scheduled_at < self.bucket.0 {
            self.waited(job, run.claimed_at);
            return self.ran(job, run, now);
        }
        let waits = &mut self.current_waits[usize::from(job.need.0)];
        waits.waiting += u128::from(wait);
        let first = self.layout.first_pair(run.worker);
        for &(resource, units) in &waits.need {
            self.current_busy[first + resource] += u128::from(units) * u128::from(service);
        }
    }

    /// Any row waited until `until`.
    #[inline(never)]
    pub(super) fn waited(&mut self, job: &Job, until: Time) {
        self.series.waited(job.need, job.scheduled_at, until);
    }

    /// Any row occupied its worker until `until`; no row does while its worker is down.
    #[inline(never)]
    pub(super) fn ran(&mut self, job: &Job, run: Execution, until: Time) {
        let ran = self.in_window(run.busy_since, until);
        let first = self.layout.first_pair(run.worker);
        let need = self.layout.need(job.need);
        for &(resource, units) in need {
            self.busy[first + resource] += u128::from(units) * u128::from(ran);
        }
        self.series.ran(need, run, until);
    }

    /// Utilization over the window, the series, and the course of the queue if it was kept, once
    /// all rows have been added.
    pub(super) fn finish(self) -> (Vec<MetricValue>, Series, Option<QueueCourse>) {
        let offered = self.offered.finish();
        let (utilization, course) =
            (self.layout.utilization(&self.busy, &offered.by_pair), self.series.queue_course(&self.layout));
        (utilization, self.series.finish(&self.layout, &offered), course)
    }
}
