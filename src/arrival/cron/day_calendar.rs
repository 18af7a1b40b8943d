//! What the `cron` crate is asked, prepared once per schedule and shared: on which days it fires.
//!
//! The crate's schedules are canonical: lists of numbers, which it and the registry understand alike. Firings are asked of
//! it a day at a time; within a day `times` knows them, and is faster by an order of magnitude.

use chrono::{DateTime, Datelike, Utc};

use super::parse::{self, FieldSet, Fields};
use super::times_of_day::TimesOfDay;

/// The crate's number of the weekday that the dialect calls 0.
const SUNDAY_OF_THE_CRATE: u32 = 1;
/// The last year that the crate knows.
const LAST_YEAR: i32 = 2100;

/// The days and times of a schedule with fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DayCalendar {
    /// Each fires at midnight: none where a field has no values, two where day of month or day of week suffices.
    days: Vec<cron::Schedule>,
    times: TimesOfDay,
}

impl DayCalendar {
    /// The day rule of the dialect: where day of month or day of week carries the star mark both must match; otherwise
    /// either suffices. The crate knows only the former, hence two schedules for the latter.
    pub(super) fn new(fields: &Fields) -> DayCalendar {
        let Fields { day, weekday, .. } = *fields;
        let days = if day.star || weekday.star {
            vec![(day, weekday)]
        } else {
            vec![(day, FieldSet::all(&parse::WEEKDAY)), (FieldSet::all(&parse::DAY), weekday)]
        };
        let at_midnight = Fields { second: FieldSet::ZERO, minute: FieldSet::ZERO, hour: FieldSet::ZERO, ..*fields };
        let prepare = |(day, weekday)| canonical(&Fields { day, weekday, ..at_midnight });
        DayCalendar { days: days.into_iter().filter_map(prepare).collect(), times: TimesOfDay::new(fields) }
    }

    /// The times of a day with firings.
    pub(super) fn times(&self) -> &TimesOfDay {
        &self.times
    }

    /// Whether this midnight begins a day with firings.
    pub(super) fn includes(&self, midnight: DateTime<Utc>) -> bool {
        self.days.iter().any(|days| days.includes(midnight))
    }

    /// The first day with firings after this one, each by its midnight.
    pub(super) fn day_after(&self, midnight: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if midnight.year() > LAST_YEAR {
            return None;
        }
        self.days.iter().filter_map(|days| days.after(&midnight).next()).min()
    }
}

/// The crate's schedule that asks for all six fields; `None` if one of them has no values.
fn canonical(fields: &Fields) -> Option<cron::Schedule> {
    let Fields { second, minute, hour, day, month, weekday } = *fields;
    let lists =
        [second.list(0), minute.list(0), hour.list(0), day.list(0), month.list(0), weekday.list(SUNDAY_OF_THE_CRATE)];
    if lists.iter().any(String::is_empty) {
        return None;
    }
    Some(lists.join(" ").parse().expect("the crate reads lists of numbers in range"))
}
