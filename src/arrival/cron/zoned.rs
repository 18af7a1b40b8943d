//! Firings in a zone with clock changes: the algorithm of robfig/cron v3, `SpecSchedule.Next`
//! (<https://github.com/robfig/cron/blob/v3.0.1/spec.go>), step by step.
//!
//! It looks for a month, a day, an hour, a minute and a second, each time by adding one until the
//! field matches, and starts again where a larger field changes. Hours are added as elapsed time,
//! days and months on the calendar. So a time that clocks skip does not fire, and one that they
//! show twice fires twice. After a change by half an hour the search enters the following hours at
//! half past, so that full hours do not fire on the rest of that day.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

use super::parse::{Fields, SEARCHED_YEARS};
use crate::model::time_zone::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// The fields of a schedule, read by the clocks of a zone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ZonedFields {
    pub(super) fields: Fields,
    pub(super) zone: TimeZone,
}

/// Where the search is: an instant, in seconds since 1970, and what the clocks show then.
#[derive(Clone, Copy)]
struct Clock {
    at: i64,
    offset: i64,
    local: NaiveDateTime,
}

impl ZonedFields {
    /// The first firing strictly after an instant.
    pub(super) fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut clock = self.clock(after.timestamp() + 1)?;
        let last_year = clock.local.year() + SEARCHED_YEARS;
        // Whether a field has been advanced: the smaller ones then begin at 0.
        let mut added = false;
        while clock.local.year() <= last_year {
            match self.search(clock, &mut added)? {
                Found::Firing(at) => return DateTime::from_timestamp(at, 0),
                Found::LargerField(at) => clock = at,
            }
        }
        None
    }

    /// Advances each field until it matches, or until a larger one has to be looked at again.
    fn search(&self, mut clock: Clock, added: &mut bool) -> Option<Found> {
        let Fields { second, minute, hour, month, .. } = self.fields;
        while !month.contains(clock.local.month()) {
            if !std::mem::replace(added, true) {
                clock = self.date(clock.local.date().with_day(1)?.and_time(NaiveTime::MIN))?;
            }
            clock = self.date(clock.local.date().add_month()?.and_time(clock.local.time()))?;
            if clock.local.month() == 1 {
                return Some(Found::LargerField(clock));
            }
        }
        while !self.fields.includes_day(clock.local.date()) {
            if !std::mem::replace(added, true) {
                clock = self.date(clock.local.date().and_time(NaiveTime::MIN))?;
            }
            clock = self.date(clock.local.date().succ_opt()?.and_time(clock.local.time()))?;
            // Where clocks skip midnight, it is 1 o'clock or 23 o'clock now.
            let hours = i64::from(clock.local.hour());
            if hours != 0 {
                clock = self.clock(clock.at + HOUR * if hours > 12 { 24 - hours } else { -hours })?;
            }
            if clock.local.day() == 1 {
                return Some(Found::LargerField(clock));
            }
        }
        while !hour.contains(clock.local.hour()) {
            if !std::mem::replace(added, true) {
                clock = self.date(clock.local.date().and_hms_opt(clock.local.hour(), 0, 0)?)?;
            }
            clock = self.clock(clock.at + HOUR)?;
            if clock.local.hour() == 0 {
                return Some(Found::LargerField(clock));
            }
        }
        while !minute.contains(clock.local.minute()) {
            if !std::mem::replace(added, true) {
                clock = self.clock(clock.at - clock.at.rem_euclid(MINUTE))?;
            }
            let next = minute.from(clock.local.minute() + 1).unwrap_or(60);
            clock = self.advance(clock, MINUTE, i64::from(next - clock.local.minute()))?;
            if clock.local.minute() == 0 {
                return Some(Found::LargerField(clock));
            }
        }
        while !second.contains(clock.local.second()) {
            *added = true;
            let next = second.from(clock.local.second() + 1).unwrap_or(60);
            clock = self.advance(clock, 1, i64::from(next - clock.local.second()))?;
            if clock.local.second() == 0 {
                return Some(Found::LargerField(clock));
            }
        }
        Some(Found::Firing(clock.at))
    }

    /// Adds a unit as often as that, or only once if clocks are changed meanwhile.
    fn advance(&self, clock: Clock, unit: i64, times: i64) -> Option<Clock> {
        let far = self.clock(clock.at + unit * times)?;
        if far.offset == clock.offset { Some(far) } else { self.clock(clock.at + unit) }
    }

    fn clock(&self, at: i64) -> Option<Clock> {
        let offset = self.zone.offset_at(at);
        Some(Clock { at, offset, local: DateTime::from_timestamp(at.checked_add(offset)?, 0)?.naive_utc() })
    }

    /// The instant of a local time, as `time.Date` of Go chooses it: with the offset in force at
    /// that time of UTC, or if another one is in force at the result, with that one.
    fn date(&self, local: NaiveDateTime) -> Option<Clock> {
        let seconds = local.and_utc().timestamp();
        let offset = self.zone.offset_at(seconds - self.zone.offset_at(seconds));
        self.clock(seconds - offset)
    }
}

/// The result of one pass through the fields.
enum Found {
    Firing(i64),
    /// A larger field changed: all have to match again from here on.
    LargerField(Clock),
}

/// Months as `AddDate` of Go counts them.
trait AddMonth: Sized {
    /// The same day of the next month; days that it does not have run into the month after.
    fn add_month(self) -> Option<Self>;
}

impl AddMonth for NaiveDate {
    fn add_month(self) -> Option<NaiveDate> {
        let (year, month) = if self.month() == 12 { (self.year() + 1, 1) } else { (self.year(), self.month() + 1) };
        NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_signed(TimeDelta::days(i64::from(self.day()) - 1))
    }
}
