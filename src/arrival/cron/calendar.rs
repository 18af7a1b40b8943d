//! What the `cron` crate is asked, prepared once per schedule and shared: on which days, and at which times of a day.
//!
//! The crate's schedules are canonical: lists of numbers, which it and the registry understand alike. Firings are asked of
//! it a day at a time; the times of day are the same on every day and are asked of it once.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::parse::{self, Fields, Set};

/// The crate's number of the weekday that the dialect calls 0.
const SUNDAY_OF_THE_CRATE: u32 = 1;
/// The last year that the crate knows.
const LAST_YEAR: i32 = 2100;
const DAY: TimeDelta = TimeDelta::days(1);

/// The days and times of a schedule with fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Each fires at midnight: none where a field has no values, two where day of month or day of week suffices.
    days: Vec<cron::Schedule>,
    /// Firings of a day, from midnight on.
    times: Vec<TimeDelta>,
}

impl Calendar {
    /// The day rule of the dialect: where day of month or day of week carries the star mark both must match; otherwise
    /// either suffices. The crate knows only the former, hence two schedules for the latter.
    pub(super) fn new(fields: &Fields) -> Calendar {
        let Fields { day, weekday, .. } = *fields;
        let days = if day.star || weekday.star {
            vec![(day, weekday)]
        } else {
            vec![(day, Set::all(&parse::WEEKDAY)), (Set::all(&parse::DAY), weekday)]
        };
        let at_midnight = Fields { second: Set::ZERO, minute: Set::ZERO, hour: Set::ZERO, ..*fields };
        let prepare = |(day, weekday)| canonical(&Fields { day, weekday, ..at_midnight });
        Calendar { days: days.into_iter().filter_map(prepare).collect(), times: times_of_day(fields) }
    }

    /// The times of day, in order.
    pub(super) fn times(&self) -> &[TimeDelta] {
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

/// The firings of the second day of 1970 under the same times and no rule for days.
fn times_of_day(fields: &Fields) -> Vec<TimeDelta> {
    let (day, month, weekday) = (Set::all(&parse::DAY), Set::all(&parse::MONTH), Set::all(&parse::WEEKDAY));
    let Some(daily) = canonical(&Fields { day, month, weekday, ..*fields }) else { return Vec::new() };
    let midnight = DateTime::UNIX_EPOCH + DAY;
    let before = midnight - TimeDelta::nanoseconds(1);
    daily.after(&before).map(|at| at - midnight).take_while(|time| *time < DAY).collect()
}
