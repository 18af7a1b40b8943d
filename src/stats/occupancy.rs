//! What rows occupy over time: a place in the queue while they wait, units of a worker while they run.
//!
//! Kept twice, as integrals over the window and as sums by time bucket. A row that lies within the window and within the current
//! bucket, as nearly all do, is added to what is of late, which goes into both when the bucket ends; only the others have to be
//! cut.

use crate::engine::{Run, System};
use crate::model::capacity::NeedId;
use crate::model::job::Job;
use crate::model::time::Time;

use super::capacity_layout::{CapacityLayout, SparseNeed};
use super::metric::MetricValue;
use super::offered_capacity::OfferedCapacityBuilder;
use super::series::{Series, SeriesBuilder};

/// CapacityLayout in use and queue lengths, filled while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct Occupancy {
    warmup: Time,
    units: CapacityLayout,
    /// Unit-nanoseconds in use within the window, by pair of worker and resource.
    busy: Vec<u128>,
    series: SeriesBuilder,
    offers: OfferedCapacityBuilder,
    /// What rows that lie within the window and within the current bucket have occupied; it goes where it belongs when the bucket
    /// ends. Unit-nanoseconds in use, by pair of worker and resource.
    late_busy: Vec<u128>,
    /// By need.
    late: Vec<LateNeed>,
    /// When the current bucket begins and ends.
    current: (Time, Time),
}

/// A need, and how long rows have waited for it of late.
#[derive(Clone, Debug)]
struct LateNeed {
    takes: Box<SparseNeed>,
    /// Row-nanoseconds.
    waiting: u128,
}

impl Occupancy {
    pub(super) fn new(system: &System) -> Occupancy {
        let units = CapacityLayout::new(system);
        let mut series = SeriesBuilder::new(system.window.horizon, &units);
        let offers = OfferedCapacityBuilder::new(system, &units, series.stride());
        let late = units.needs().iter().map(|takes| LateNeed { takes: takes.clone(), waiting: 0 }).collect();
        let (warmup, busy) = (system.window.warmup, vec![0; units.pairs()]);
        let (late_busy, current) = (busy.clone(), series.advance(Time::ZERO));
        Occupancy { warmup, units, busy, series, offers, late_busy, late, current }
    }

    /// What needs take and workers offer.
    pub(super) fn units(&self) -> &CapacityLayout {
        &self.units
    }

    /// What workers offer over time.
    pub(super) fn offers(&mut self) -> &mut OfferedCapacityBuilder {
        &mut self.offers
    }

    /// What a pair offers now.
    pub(super) fn offered(&self, pair: usize) -> i64 {
        self.offers.now(pair)
    }

    /// Unit-nanoseconds in use within the window, by pair.
    pub(super) fn busy(&self) -> &[u128] {
        &self.busy
    }

    /// It is `now`.
    #[inline(always)]
    pub(super) fn advance(&mut self, now: Time) {
        if now > self.current.1 {
            self.settle();
            self.current = self.series.advance(now);
        }
    }

    /// Puts what is of late where it belongs; nothing is to be read before.
    #[cold]
    pub(super) fn settle(&mut self) {
        for (need, late) in self.late.iter_mut().enumerate() {
            self.series.waited_of_late(NeedId(need as u16), std::mem::take(&mut late.waiting));
        }
        for (pair, (late, busy)) in self.late_busy.iter_mut().zip(&mut self.busy).enumerate() {
            let (worker, resource) = self.units.names_of(pair);
            let late = std::mem::take(late);
            *busy += late;
            self.series.took_of_late(worker, usize::from(resource.0), late);
        }
    }

    /// The part of an interval that lies within the window, in nanoseconds.
    pub(super) fn in_window(&self, from: Time, to: Time) -> u64 {
        // Neither is negative, so that the difference fits.
        (to.0 - from.max(self.warmup).0).max(0) as u64
    }

    /// A row has ended that lies within the window, after so many nanoseconds of waiting and of running.
    #[inline(always)]
    pub(super) fn whole(&mut self, now: Time, job: &Job, run: Run, wait: u64, service: u64) {
        if job.scheduled_at < self.current.0 {
            self.waited(job, run.claimed_at);
            return self.ran(job, run, now);
        }
        let need = &mut self.late[usize::from(job.need.0)];
        need.waiting += u128::from(wait);
        let first = self.units.first_pair(run.worker);
        for &(resource, units) in &need.takes {
            self.late_busy[first + resource] += u128::from(units) * u128::from(service);
        }
    }

    /// Any row waited until `until`.
    #[inline(never)]
    pub(super) fn waited(&mut self, job: &Job, until: Time) {
        self.series.waited(job.need, job.scheduled_at, until);
    }

    /// Any row was in use of its worker until `until`; none is while its worker is out.
    #[inline(never)]
    pub(super) fn ran(&mut self, job: &Job, run: Run, until: Time) {
        let ran = self.in_window(run.busy_since, until);
        let first = self.units.first_pair(run.worker);
        let need = self.units.need(job.need);
        for &(resource, units) in need {
            self.busy[first + resource] += u128::from(units) * u128::from(ran);
        }
        self.series.ran(need, run, until);
    }

    /// Utilization over the window, and the series, once all rows have been told.
    pub(super) fn finish(self) -> (Vec<MetricValue>, Series) {
        let offered = self.offers.finish();
        (self.units.utilization(&self.busy, &offered.by_pair), self.series.finish(&self.units, &offered))
    }
}
