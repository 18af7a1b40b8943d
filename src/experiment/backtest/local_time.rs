//! Local days, hours and weekdays of the instants of a history.

use chrono::{DateTime, NaiveDate, NaiveTime};

use crate::model::time::{Epoch, NANOS, Time};
use crate::model::time_zone::TimeZone;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The clocks of a history's zone, for instants of a scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalHours {
    zone: TimeZone,
    epoch: Epoch,
}

impl LocalHours {
    pub(super) fn new(zone: TimeZone, epoch: Epoch) -> LocalHours {
        LocalHours { zone, epoch }
    }

    /// Local seconds since 1970.
    fn local(self, at: Time) -> i64 {
        let seconds = (self.epoch.nanos_since_1970() + i128::from(at.0)).div_euclid(i128::from(NANOS)) as i64;
        seconds + self.zone.offset_at(seconds)
    }

    /// The number of the local day, counted from 1970-01-01.
    pub(super) fn day(self, at: Time) -> i64 {
        self.local(at).div_euclid(DAY)
    }

    /// When a local day begins.
    pub(super) fn start_of(self, day: i64) -> Time {
        let midnight = self.zone.resolve(date(day).and_time(NaiveTime::MIN));
        self.epoch.time_of(midnight).unwrap_or(Time::NEVER)
    }

    /// The local hour, from 0.
    pub(super) fn hour(self, at: Time) -> usize {
        (self.local(at).rem_euclid(DAY) / HOUR) as usize
    }

    /// The local day of the week: 0 is Monday.
    pub(super) fn weekday(self, at: Time) -> usize {
        // 1970-01-01 was a Thursday.
        (self.day(at) + 3).rem_euclid(7) as usize
    }
}

/// The date of a day that is counted from 1970-01-01.
pub(super) fn date(day: i64) -> NaiveDate {
    DateTime::from_timestamp(day * DAY, 0).map(|at| at.date_naive()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_berlin() {
        // 2026-10-24T22:30:00Z is 00:30 on Sunday in Berlin; the clocks are put back at 01:00Z.
        let epoch = Epoch("2026-10-24T22:30:00Z".parse().unwrap());
        let hours = LocalHours::new("Europe/Berlin".parse().unwrap(), epoch);
        let at = |minutes: i64| Time(minutes * 60 * NANOS);
        let seen: Vec<(usize, usize)> =
            [0, 90, 149, 150, 210].map(|minutes| (hours.weekday(at(minutes)), hours.hour(at(minutes)))).into();
        assert_eq!(seen, [(6, 0), (6, 2), (6, 2), (6, 2), (6, 3)]);
        assert_eq!(date(hours.day(at(0))).to_string(), "2026-10-25");
        assert_eq!(hours.day(at(-31)), hours.day(at(0)) - 1);
        // The day has 25 hours.
        let day = hours.day(at(0));
        assert_eq!((hours.start_of(day), hours.start_of(day + 1)), (at(-30), at(25 * 60 - 30)));
    }
}
