//! Local hours and days of a window: what clocks show at its instants, and for how long.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::model::time::{Epoch, NANOS, Time};
use crate::model::time_zone::TimeZone;

pub(super) const HOURS: usize = 24;
pub(super) const WEEKDAYS: usize = 7;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Sunday, from Monday on.
const SUNDAY: usize = 6;
/// 1970-01-01 in chrono's count of days from the common era.
const DAY_1970: i64 = 719_163;

/// The local clocks of a window, hour by hour.
#[derive(Debug)]
pub(super) struct Calendar {
    /// Where instant 0 lies: whole seconds since 1970, and the nanoseconds of its second.
    start: (i64, i64),
    /// When each offset from UTC begins, in seconds since 1970, and the offset in seconds.
    offsets: Vec<(i64, i64)>,
    /// The number of the first local hour of the window since 1970, and the seconds of the window
    /// in each hour from there on.
    first: i64,
    seconds: Vec<f64>,
    /// Local days since 1970 that count as Sundays.
    holidays: BTreeSet<i64>,
}

/// One local hour of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LocalHour {
    /// Days since 1970.
    pub(super) day: i64,
    /// From Monday on; a holiday is a Sunday.
    pub(super) weekday: usize,
    /// From 0 to 23.
    pub(super) hour: usize,
    /// How much of the window lies in it.
    pub(super) seconds: f64,
}

impl Calendar {
    /// The hours of a window by the clocks of a zone. `holidays` count as Sundays.
    pub(super) fn new(zone: TimeZone, epoch: Epoch, (from, to): (Time, Time), holidays: &[NaiveDate]) -> Calendar {
        let start = (epoch.0.timestamp(), i64::from(epoch.0.timestamp_subsec_nanos()));
        let mut calendar = Calendar {
            start,
            offsets: Vec::new(),
            first: 0,
            seconds: Vec::new(),
            holidays: holidays.iter().map(|date| i64::from(date.num_days_from_ce()) - DAY_1970).collect(),
        };
        let mut at = from;
        loop {
            let second = calendar.utc_seconds(at);
            calendar.offsets.push((second, zone.offset_at(second)));
            let until = zone.stretch(epoch, at).until;
            if until >= to || until <= at {
                break;
            }
            at = until;
        }
        calendar.first = calendar.hour_number(from);
        calendar.measure(from, to);
        calendar
    }

    /// Adds up how much of the window lies in each local hour.
    fn measure(&mut self, from: Time, to: Time) {
        let mut at = from;
        while at < to {
            let local = self.local_seconds(at);
            let second = self.utc_seconds(at);
            let next_offset = self.offsets.iter().map(|(begin, _)| *begin).find(|begin| *begin > second);
            let next = (second + HOUR - local.rem_euclid(HOUR)).min(next_offset.unwrap_or(i64::MAX));
            let end = self.instant(next).min(to).max(Time(at.0 + 1));
            let index = usize::try_from(local.div_euclid(HOUR) - self.first).unwrap_or(0);
            if self.seconds.len() <= index {
                self.seconds.resize(index + 1, 0.0);
            }
            self.seconds[index] += (end - at).as_secs_f64();
            at = end;
        }
    }

    /// Whole seconds since 1970.
    fn utc_seconds(&self, at: Time) -> i64 {
        let (seconds, nanos) = self.start;
        seconds.saturating_add(at.0.saturating_add(nanos).div_euclid(NANOS))
    }

    /// The instant of a whole second since 1970.
    fn instant(&self, second: i64) -> Time {
        Time(second.saturating_sub(self.start.0).saturating_mul(NANOS).saturating_sub(self.start.1))
    }

    /// The offset from UTC at an instant of the window.
    fn offset(&self, second: i64) -> i64 {
        let next = self.offsets.partition_point(|(begin, _)| *begin <= second);
        self.offsets.get(next.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// What the clocks show, in whole seconds since 1970.
    pub(super) fn local_seconds(&self, at: Time) -> i64 {
        let second = self.utc_seconds(at);
        second.saturating_add(self.offset(second))
    }

    /// The same in nanoseconds.
    pub(super) fn local_nanos(&self, at: Time) -> i64 {
        let fraction = at.0.saturating_add(self.start.1).rem_euclid(NANOS);
        self.local_seconds(at).saturating_mul(NANOS).saturating_add(fraction)
    }

    fn hour_number(&self, at: Time) -> i64 {
        self.local_seconds(at).div_euclid(HOUR)
    }

    /// From Monday on, the day of the week of local seconds since 1970; that of a holiday is
    /// Sunday.
    pub(super) fn weekday(&self, local_seconds: i64) -> usize {
        let day = local_seconds.div_euclid(DAY);
        if self.holidays.contains(&day) { SUNDAY } else { weekday_of(day) }
    }

    /// The same for clocks, which know no holidays.
    pub(super) fn weekday_by_clock(local_seconds: i64) -> usize {
        weekday_of(local_seconds.div_euclid(DAY))
    }

    /// Whether any listed holiday lies in the window.
    #[cfg(test)]
    pub(super) fn has_holidays(&self) -> bool {
        let days = self.first.div_euclid(24)..=(self.first + self.seconds.len() as i64).div_euclid(24);
        self.holidays.iter().any(|day| days.contains(day))
    }

    /// The number of instants in each hour, by index of [`hours`](Self::hours). All of them lie in
    /// the window.
    pub(super) fn counts(&self, times: &[Time]) -> Vec<u32> {
        let mut counts = vec![0; self.seconds.len()];
        for at in times {
            let index = usize::try_from(self.hour_number(*at) - self.first);
            if let Some(count) = index.ok().and_then(|index| counts.get_mut(index)) {
                *count += 1;
            }
        }
        counts
    }

    /// The hours in order.
    pub(super) fn hours(&self) -> impl Iterator<Item = LocalHour> + '_ {
        self.seconds.iter().enumerate().map(|(index, seconds)| {
            let number = self.first + index as i64;
            LocalHour {
                day: number.div_euclid(24),
                weekday: self.weekday(number.saturating_mul(HOUR)),
                hour: number.rem_euclid(24) as usize,
                seconds: *seconds,
            }
        })
    }

    /// The length of the window in days.
    pub(super) fn days(&self) -> f64 {
        self.seconds.iter().sum::<f64>() / DAY as f64
    }
}

/// From Monday on, the day of the week of a day since 1970, which was a Thursday.
fn weekday_of(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(text: &str) -> Epoch {
        Epoch(text.parse().unwrap())
    }

    #[test]
    fn hours_add_up_to_the_window() {
        let at = |hours: f64| Time((hours * 3.6e12) as i64);
        for (from, to) in [(-120.0, 0.0), (-120.3, -1.5), (-0.5, -0.3), (-49.001, -0.002), (0.0, 24.0)] {
            let window = (at(from), at(to));
            let calendar = Calendar::new(TimeZone::UTC, epoch("2017-02-17T05:17:00.5Z"), window, &[]);
            let sum: f64 = calendar.hours().map(|hour| hour.seconds).sum();
            assert!((sum - (to - from) * 3_600.0).abs() < 1e-3, "{from} {to}: {sum}");
            assert!(calendar.hours().all(|hour| hour.seconds <= 3_600.0), "{from} {to}");
        }
    }

    /// In Berlin, 2026-10-25 has 25 hours and 2026-03-29 has 23; the hour that comes twice has
    /// 7,200 seconds.
    #[test]
    fn clock_changes_lengthen_and_shorten_days() {
        let zone = "Europe/Berlin".parse().unwrap();
        for (start, hour, expected, length) in [
            ("2026-10-24T22:00:00Z", 2, 7_200.0, 25),
            ("2026-03-28T23:00:00Z", 2, 0.0, 23),
            ("2026-03-28T23:00:00Z", 3, 3_600.0, 23),
        ] {
            let window = (Time::ZERO, Time(length * HOUR * NANOS));
            let calendar = Calendar::new(zone, epoch(start), window, &[]);
            let seconds: f64 = calendar.hours().filter(|cell| cell.hour == hour).map(|cell| cell.seconds).sum();
            assert!((seconds - expected).abs() < 1e-6, "{start} {hour}: {seconds}");
            assert!(calendar.hours().all(|hour| hour.weekday == 6), "a Sunday");
            assert_eq!(calendar.hours().count(), 24);
        }
    }

    #[test]
    fn holidays_are_sundays() {
        let window = (Time::ZERO, Time(2 * DAY * NANOS));
        let christmas = "2026-12-25".parse().unwrap();
        let calendar = Calendar::new(TimeZone::UTC, epoch("2026-12-24T00:00:00Z"), window, &[christmas]);
        let days: Vec<usize> = calendar.hours().map(|hour| hour.weekday).collect();
        assert_eq!((days[0], days[23], days[24], days[47]), (3, 3, 6, 6));
        assert!(calendar.has_holidays());
        let counts = calendar.counts(&[Time(0), Time(25 * HOUR * NANOS), Time(25 * HOUR * NANOS + 5)]);
        assert_eq!((counts[0], counts[25], counts.iter().sum::<u32>()), (1, 2, 3));
    }
}
