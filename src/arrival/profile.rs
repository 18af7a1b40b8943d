//! Arrivals at a rate that follows the calendar: a non-homogeneous Poisson process, by inversion.
//!
//! Arrival number n comes when the cumulative rate reaches the sum of n standard exponentials
//! (Çinlar, Introduction to Stochastic Processes, 1975, section 4.7). The rate is constant within
//! an hour, so the inverse is exact, and one exponential is used per arrival at any rates: sweeps
//! over rates are paired.

use std::sync::Arc;

use super::batch::Batches;
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart};
use crate::model::action::ActionId;
use crate::model::time::{Epoch, NANOS, Span, Time};
use crate::model::time_zone::{Stretch, TimeZone};
use crate::model::unit::Rate;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream};

/// Hours in a day.
pub const HOURS: usize = 24;
/// Days in a week.
pub const WEEKDAYS: usize = 7;
const HOUR: i64 = 3_600 * NANOS;
const WEEK: i64 = HOUR * (HOURS * WEEKDAYS) as i64;
/// The number of weeks in simulated time.
const MOST_WEEKS: f64 = (i64::MAX / WEEK) as f64;

/// Arrival rates, hour by hour of a local week that begins on Monday at 00:00.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyRates {
    /// Arrivals per second.
    per_second: [f64; HOURS * WEEKDAYS],
    /// Expected arrivals in a week without clock changes.
    weekly: f64,
    zone: TimeZone,
}

impl HourlyRates {
    /// The same rates every day, from the hour that begins at 00:00 on.
    pub fn daily(hours: [Rate; HOURS]) -> HourlyRates {
        HourlyRates::weekly([hours; WEEKDAYS])
    }

    /// Rates for each day of the week, Monday first, in UTC.
    pub fn weekly(days: [[Rate; HOURS]; WEEKDAYS]) -> HourlyRates {
        let per_second = std::array::from_fn(|hour| days[hour / HOURS][hour % HOURS].as_per_second());
        HourlyRates { per_second, weekly: per_second.iter().map(|rate| rate * 3_600.0).sum(), zone: TimeZone::UTC }
    }

    /// The same rates by the clocks of a zone. A clock change takes an hour's arrivals away, or
    /// brings them twice.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> HourlyRates {
        HourlyRates { zone, ..self }
    }

    /// The zone whose clocks its hours are of.
    pub fn zone(&self) -> TimeZone {
        self.zone
    }

    /// The period of the rates: a day, or a week if days differ; `None` if all hours are the same.
    pub fn round(&self) -> Option<Span> {
        let first_day = &self.per_second[..HOURS];
        if self.per_second.chunks(HOURS).any(|day| day != first_day) {
            return Some(Span(WEEK));
        }
        first_day.iter().any(|rate| *rate != first_day[0]).then_some(Span(HOUR * HOURS as i64))
    }

    /// The highest of the rates, in arrivals per second.
    pub fn highest(&self) -> f64 {
        self.per_second.iter().copied().fold(0.0, f64::max)
    }

    /// Expected arrivals between two instants, of a run whose instant 0 lies at `epoch`.
    pub fn expected(&self, epoch: Epoch, from: Time, to: Time) -> f64 {
        let (mut arrivals, mut at) = (0.0, from);
        while at < to {
            let Stretch { week_offset, until, .. } = self.zone.stretch(epoch, at);
            let end = until.min(to);
            arrivals += self.expected_by(week_offset, at, end);
            at = end;
        }
        arrivals
    }

    /// Expected arrivals between two instants without a clock change in between.
    fn expected_by(&self, week_offset: i64, from: Time, to: Time) -> f64 {
        let weeks = (to - from).0.max(0) / WEEK;
        let (mut arrivals, mut at) = (weeks as f64 * self.weekly, from.0 + weeks * WEEK);
        while at < to.0 {
            let of_week = (at % WEEK + week_offset).rem_euclid(WEEK);
            let length = (HOUR - of_week % HOUR).min(to.0 - at);
            arrivals += self.per_second[(of_week / HOUR) as usize] * Span(length).as_secs_f64();
            at += length;
        }
        arrivals
    }
}

/// A non-homogeneous Poisson process from the start of the run.
#[derive(Debug)]
pub struct NonhomogeneousPoisson {
    action: ActionId,
    rates: Arc<HourlyRates>,
    stream: Stream,
    batches: Batches,
    /// The last arrival, or the start.
    last: Time,
    epoch: Epoch,
    /// The current stretch without clock changes.
    stretch: Stretch,
}

impl NonhomogeneousPoisson {
    /// Arrivals at `rates`, from the start on.
    pub fn new(
        action: ActionId,
        name: &str,
        rates: Arc<HourlyRates>,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> NonhomogeneousPoisson {
        let stream = start.streams.stream(Purpose::Arrival, name);
        let batches = Batches::new(batch, name, start.streams);
        let (last, epoch) = (Time::ZERO, start.epoch);
        let stretch = rates.zone.stretch(epoch, last);
        NonhomogeneousPoisson { action, rates, stream, batches, last, epoch, stretch }
    }

    /// The instant at which the cumulative rate has grown by `mass` since the last arrival; `None`
    /// if it lies beyond the end of time.
    #[inline]
    fn advance(&mut self, mass: f64) -> Option<Time> {
        let at = self.advance_by(mass);
        if self.stretch.until == Time::NEVER || at.is_some_and(|at| at < self.stretch.until) {
            return at;
        }
        self.advance_beyond(mass)
    }

    /// The same if clocks may be changed before it.
    #[cold]
    fn advance_beyond(&mut self, mut mass: f64) -> Option<Time> {
        loop {
            let Stretch { week_offset, until, .. } = self.stretch;
            if until == Time::NEVER || self.rates.weekly == 0.0 {
                return self.advance_by(mass);
            }
            if let Some(at) = self.advance_by(mass).filter(|at| *at < until) {
                return Some(at);
            }
            mass = (mass - self.rates.expected_by(week_offset, self.last, until)).max(0.0);
            self.last = until;
            self.stretch = self.rates.zone.stretch(self.epoch, until);
        }
    }

    /// The same if no clocks are changed. Whole weeks are skipped at once; the rest is little more
    /// than a week, so the walk is short.
    fn advance_by(&self, mass: f64) -> Option<Time> {
        let weekly = self.rates.weekly;
        let weeks = (mass / weekly).floor();
        if weekly == 0.0 || weeks > MOST_WEEKS {
            return None;
        }
        let mut rest = mass - weeks * weekly;
        let mut at = self.last.0.checked_add(weeks as i64 * WEEK)?;
        let of_week = (self.last.0 % WEEK + self.stretch.week_offset) % WEEK;
        let (mut hour, mut left) = ((of_week / HOUR) as usize, HOUR - of_week % HOUR);
        loop {
            let rate = self.rates.per_second[hour];
            let available = rate * Span(left).as_secs_f64();
            if rest < available {
                return at.checked_add(Span::from_secs_f64(rest / rate).0.min(left)).map(Time);
            }
            rest -= available;
            at = at.checked_add(left)?;
            (hour, left) = ((hour + 1) % (HOURS * WEEKDAYS), HOUR);
        }
    }
}

impl ArrivalProcess for NonhomogeneousPoisson {
    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let mass = self.stream.exponential();
        self.last = self.advance(mass)?;
        Some(Arrival { count: self.batches.next(), ..Arrival::single(self.last, self.action) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that starts on a Sunday at 23:30 UTC, with a different rate in each hour.
    #[test]
    fn expected_arrivals_are_rates_by_the_part_of_each_hour() {
        let rate = |per_hour: usize| Rate::per_second(per_hour as f64 / 3_600.0).unwrap();
        let rates = HourlyRates::weekly(std::array::from_fn(|day| std::array::from_fn(|hour| rate(100 * day + hour))));
        let epoch = Epoch("2017-02-19T23:30:00Z".parse().unwrap());
        let expected = |from: i64, to: i64| rates.expected(epoch, Time(from * HOUR / 4), Time(to * HOUR / 4));
        // Half an hour of Sunday's last, Monday's first, and a quarter of its second.
        for (from, to, arrivals) in [(0, 2, 311.5), (0, 7, 311.5 + 0.25), (1, 3, 155.75), (5, 5, 0.0), (6, 10, 1.0)] {
            assert!((expected(from, to) - arrivals).abs() < 1e-9, "{from} to {to}: {}", expected(from, to));
        }
        let week: f64 = (0..7).map(|day| f64::from(24 * 100 * day + 23 * 12)).sum();
        assert!((expected(3, 3 + 4 * 168 * 50) - 50.0 * week).abs() < 1e-6);
    }
}
