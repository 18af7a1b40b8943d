//! The days with firings, from the `cron` crate; prepared once per schedule and shared.
//!
//! The schedules given to the crate are canonical: lists of numbers, which it and the registry read
//! in the same way. The crate finds the days; within a day `times_of_day` finds the firings, an
//! order of magnitude faster. The crate knows the years 1970 to 2100; beyond them, each day is
//! tested.

use std::iter;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::parse::{self, FieldSet, Fields};
use super::times_of_day::TimesOfDay;

/// The number in the crate of weekday 0 of the dialect.
const SUNDAY_OF_THE_CRATE: u32 = 1;
/// The years that the crate supports.
const YEARS_OF_THE_CRATE: RangeInclusive<i32> = 1970..=2100;
/// The most days between two firings that count: those of five calendar years after a year.
const SEARCHED_DAYS: usize = 6 * 366;

/// The days and times of a schedule with fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DayCalendar {
    /// Each fires at midnight. There is none if a field has no values, and there are two if the day
    /// of month or the day of week is sufficient.
    days: Vec<cron::Schedule>,
    fields: Fields,
    times: TimesOfDay,
}

impl DayCalendar {
    /// The day rule of the dialect: if day of month or day of week has the star mark, both must
    /// match; otherwise one is sufficient. The crate supports only the former, so the latter takes
    /// two schedules.
    pub(super) fn new(fields: &Fields) -> DayCalendar {
        let Fields { day, weekday, .. } = *fields;
        let days = if day.star || weekday.star {
            vec![(day, weekday)]
        } else {
            vec![(day, FieldSet::all(&parse::WEEKDAY)), (FieldSet::all(&parse::DAY), weekday)]
        };
        let at_midnight = Fields { second: FieldSet::ZERO, minute: FieldSet::ZERO, hour: FieldSet::ZERO, ..*fields };
        let prepare = |(day, weekday)| canonical(&Fields { day, weekday, ..at_midnight });
        let days = days.into_iter().filter_map(prepare).collect();
        DayCalendar { days, fields: *fields, times: TimesOfDay::new(fields) }
    }

    /// The times of a day with firings.
    pub(super) fn times(&self) -> &TimesOfDay {
        &self.times
    }

    /// Whether this midnight begins a day with firings.
    pub(super) fn includes(&self, midnight: DateTime<Utc>) -> bool {
        if YEARS_OF_THE_CRATE.contains(&midnight.year()) {
            return self.days.iter().any(|days| days.includes(midnight));
        }
        self.has(midnight)
    }

    /// The first day with firings after this one, each by its midnight.
    pub(super) fn day_after(&self, midnight: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let first = || self.days.iter().filter_map(|days| days.after(&midnight).next()).min();
        let found = YEARS_OF_THE_CRATE.contains(&midnight.year()).then(first).flatten();
        found.or_else(|| self.search(midnight))
    }

    /// The first day with firings after this one, one day after the other: beyond the years of the
    /// crate.
    fn search(&self, midnight: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let dates = iter::successors(midnight.date_naive().succ_opt(), NaiveDate::succ_opt);
        let mut days = dates.take(SEARCHED_DAYS).map(|date| date.and_time(NaiveTime::MIN).and_utc());
        days.find(|midnight| self.has(*midnight))
    }

    /// The day rule itself.
    fn has(&self, midnight: DateTime<Utc>) -> bool {
        // A field without values leaves no time or no month.
        self.fields.includes_day(midnight.date_naive())
            && self.fields.month.contains(midnight.month())
            && !self.days.is_empty()
    }
}

/// The schedule of the crate with all six fields; `None` if one of them has no values.
fn canonical(fields: &Fields) -> Option<cron::Schedule> {
    let Fields { second, minute, hour, day, month, weekday } = *fields;
    let lists =
        [second.list(0), minute.list(0), hour.list(0), day.list(0), month.list(0), weekday.list(SUNDAY_OF_THE_CRATE)];
    if lists.iter().any(String::is_empty) {
        return None;
    }
    Some(lists.join(" ").parse().expect("the crate reads lists of numbers in range"))
}
