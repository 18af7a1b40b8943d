//! The times of day at which a schedule fires: the same on every day, so no calendar is needed.
//!
//! The times are not listed: a day of `* * * * * *` has 86,400 of them, and a scenario may have a
//! thousand such crons.

use super::parse::{FieldSet, Fields};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

/// Times of day, in whole seconds from midnight: every combination of an hour, a minute and a
/// second of the sets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TimesOfDay {
    hours: FieldSet,
    minutes: FieldSet,
    seconds: FieldSet,
}

impl TimesOfDay {
    pub(super) fn new(fields: &Fields) -> TimesOfDay {
        TimesOfDay { hours: fields.hour, minutes: fields.minute, seconds: fields.second }
    }

    /// The first time of the day; `None` if a set is empty.
    pub(super) fn first(&self) -> Option<u32> {
        self.first_of_hour(self.hours.from(0)?)
    }

    /// The first time of the day after `time`.
    #[inline]
    pub(super) fn after(&self, time: u32) -> Option<u32> {
        let (hour, minute, second) = (time / HOUR, time % HOUR / MINUTE, time % MINUTE);
        let rest_of_minute = || Some(hour * HOUR + minute * MINUTE + self.seconds.from(second + 1)?);
        let rest_of_hour = || Some(hour * HOUR + self.first_of_minute(self.minutes.from(minute + 1)?)?);
        let rest_of_day = || self.first_of_hour(self.hours.from(hour + 1)?);
        let this_hour = self.hours.contains(hour);
        let in_minute = if this_hour && self.minutes.contains(minute) { rest_of_minute() } else { None };
        let in_hour = || if this_hour { rest_of_hour() } else { None };
        in_minute.or_else(in_hour).or_else(rest_of_day)
    }

    fn first_of_hour(&self, hour: u32) -> Option<u32> {
        Some(hour * HOUR + self.first_of_minute(self.minutes.from(0)?)?)
    }

    /// From the beginning of its hour.
    fn first_of_minute(&self, minute: u32) -> Option<u32> {
        Some(minute * MINUTE + self.seconds.from(0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Compares with the plain definition, on schedules with full, sparse, single and empty sets.
    #[test]
    fn the_next_time_is_the_next_second_whose_parts_are_in_the_sets() {
        for text in [
            "* * * * * *",
            "0 * * * * *",
            "59 59 23 * * *",
            "0 0 0 * * *",
            "7,30 */13 1,2,22 * * *",
            "*/20 58,59 */5 * * *",
            "15 0 * * * *",
            ", * * * * *",
            "0 , * * * *",
            "0 0 , * * *",
        ] {
            let fields = parse::fields(text).unwrap();
            let times = TimesOfDay::new(&fields);
            let parts =
                |time: u32| [(fields.hour, time / 3600), (fields.minute, time / 60 % 60), (fields.second, time % 60)];
            let fires = |time| parts(time).iter().all(|(set, value)| set.bits >> value & 1 == 1);
            let mut next = None;
            for time in (0..24 * HOUR).rev() {
                assert_eq!(times.after(time), next, "`{text}` after {time} s");
                if fires(time) {
                    next = Some(time);
                }
            }
            assert_eq!(times.first(), next, "`{text}`");
        }
    }
}
