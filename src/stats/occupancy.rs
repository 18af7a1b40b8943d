//! What rows occupy over time: a place in the queue while they wait, units of a worker while they run.
//!
//! Kept twice, as integrals over the window and as sums by time bucket. A row that lies within the window and within one
//! bucket, as nearly all do, adds the same number to both; only the others have to be cut.

use crate::engine::{Run, System};
use crate::model::job::Job;
use crate::model::time::Time;
use crate::model::worker::WorkerId;

use super::figure::Figure;
use super::offers::Offers;
use super::series::{Series, SeriesBuilder};
use super::units::Units;

/// Units in use and queue lengths, filled while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct Occupancy {
    warmup: Time,
    units: Units,
    /// Unit-nanoseconds in use within the window, by pair of worker and resource.
    busy: Vec<u128>,
    series: SeriesBuilder,
    offers: Offers,
}

impl Occupancy {
    pub(super) fn new(system: &System) -> Occupancy {
        let units = Units::new(system);
        let series = SeriesBuilder::new(system.window.horizon, &units);
        let offers = Offers::new(system, &units, series.stride());
        Occupancy { warmup: system.window.warmup, busy: vec![0; units.pairs()], series, offers, units }
    }

    /// What needs take and workers offer.
    pub(super) fn units(&self) -> &Units {
        &self.units
    }

    /// What workers offer over time.
    pub(super) fn offers(&mut self) -> &mut Offers {
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

    /// It is `now`. Gives the instant since when rows lie within the window and within the current bucket.
    #[inline]
    pub(super) fn advance(&mut self, now: Time) -> Time {
        self.series.advance(now).max(self.warmup)
    }

    /// The part of an interval that lies within the window, in nanoseconds.
    pub(super) fn in_window(&self, from: Time, to: Time) -> u64 {
        // Neither is negative, so that the difference fits.
        (to.0 - from.max(self.warmup).0).max(0) as u64
    }

    /// A row ended on this worker that lies within the window and within the current bucket, after so many nanoseconds of
    /// waiting and of running.
    #[inline]
    pub(super) fn whole(&mut self, job: &Job, worker: WorkerId, wait: u64, service: u64) {
        self.series.waited_of_late(job.need, wait);
        let first = self.units.first_pair(worker);
        for &(resource, units) in self.units.need(job.need) {
            let taken = u128::from(units) * u128::from(service);
            self.busy[first + resource] += taken;
            self.series.took_of_late(worker, resource, taken);
        }
    }

    /// Any row waited so long.
    pub(super) fn waited(&mut self, job: &Job, since: Time, until: Time) {
        self.series.waited(job.need, since, until);
    }

    /// Any row was in use of its worker until `until`; none is while its worker is out.
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
    pub(super) fn finish(self) -> (Vec<Figure>, Series) {
        let offered = self.offers.finish();
        (self.units.utilization(&self.busy, &offered.by_pair), self.series.finish(&self.units, &offered))
    }
}
