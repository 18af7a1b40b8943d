//! Hours of the week: the windows in which people ask for waits, such as 09:00..11:00 on weekdays.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::time::{NANOS, Time};
use crate::model::time_zone::{LocalClock, Stretch};
use crate::model::week::{DAY, DAYS};

/// Minutes of a week.
const WEEK: usize = 7 * DAY as usize;
const MINUTE: i64 = 60 * NANOS;

/// A part of each week: from one time of day to another, on some days. The end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HoursOfWeek {
    /// From Monday on, whether it begins on that day.
    pub days: [bool; 7],
    /// The minute of the day at which it begins.
    pub from: u16,
    /// The minute of the day at which it ends; on the next day, unless it is later than `from`.
    pub until: u16,
}

impl HoursOfWeek {
    /// Whole days.
    pub fn days(days: [bool; 7]) -> HoursOfWeek {
        HoursOfWeek { days, from: 0, until: DAY }
    }

    /// An hour of the day, from 0 to 23.
    pub fn hour(days: [bool; 7], hour: u16) -> HoursOfWeek {
        HoursOfWeek { days, from: hour * 60, until: hour * 60 + 60 }
    }

    fn length(self) -> u16 {
        if self.until > self.from { self.until - self.from } else { DAY - self.from + self.until }
    }
}

impl fmt::Display for HoursOfWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let days = day_range(self.days);
        match (days.as_str(), self.from, self.until) {
            (_, 0, DAY) => f.write_str(if days.is_empty() { "mon-sun" } else { &days }),
            ("", from, until) => write!(f, "{}..{}", time(from), time(until)),
            (_, from, until) => write!(f, "{days} {}..{}", time(from), time(until)),
        }
    }
}

/// A day or a range of days, as windows name them; empty for all days.
fn day_range(days: [bool; 7]) -> String {
    if days == [true; 7] {
        return String::new();
    }
    // The first day of the range is one whose eve is not part of it.
    let first = (0..7).find(|day| days[*day] && !days[(day + 6) % 7]).unwrap_or(0);
    let count = (0..7).take_while(|step| days[(first + step) % 7]).count();
    let last = (first + count.max(1) - 1) % 7;
    if first == last { DAYS[first].to_owned() } else { format!("{}-{}", DAYS[first], DAYS[last]) }
}

/// The instants that a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeWindow {
    /// Some hours of each week.
    Hours(HoursOfWeek),
    /// A part of the run; its end is not part of it.
    Interval {
        /// Its beginning.
        from: Time,
        /// Its end.
        until: Time,
    },
}

impl fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeWindow::Hours(hours) => hours.fmt(f),
            TimeWindow::Interval { from, until } => {
                write!(f, "{}..{}", (*from - Time::ZERO).rounded(), (*until - Time::ZERO).rounded())
            }
        }
    }
}

/// A window on the clock of a run.
#[derive(Clone, Debug)]
pub(super) enum WindowMask {
    Hours(HoursMask),
    Interval(Time, Time),
}

impl WindowMask {
    pub(super) fn new(window: TimeWindow, clock: &Arc<LocalClock>) -> WindowMask {
        match window {
            TimeWindow::Hours(hours) => WindowMask::Hours(HoursMask::new(hours, clock)),
            TimeWindow::Interval { from, until } => WindowMask::Interval(from, until),
        }
    }

    /// Whether an instant lies within.
    pub(super) fn contains(&self, at: Time) -> bool {
        match self {
            WindowMask::Hours(mask) => mask.contains(at),
            WindowMask::Interval(from, until) => *from <= at && at < *until,
        }
    }

    /// The nanoseconds within, from one instant to a later one.
    pub(super) fn overlap(&self, from: Time, to: Time) -> u64 {
        match self {
            WindowMask::Hours(mask) => mask.overlap(from, to),
            WindowMask::Interval(start, end) => (to.min(*end).0 - from.max(*start).0).max(0) as u64,
        }
    }
}

/// Hours of the week on the local clock of a run: whether an instant lies within, and how much of
/// an interval does.
#[derive(Clone, Debug)]
pub(super) struct HoursMask {
    clock: Arc<LocalClock>,
    /// By minute of the week: the minutes within before it; one more for the whole week.
    before: Box<[u32]>,
}

impl HoursMask {
    pub(super) fn new(hours: HoursOfWeek, clock: &Arc<LocalClock>) -> HoursMask {
        let mut within = [false; WEEK];
        for (day, _) in hours.days.iter().enumerate().filter(|(_, is_part)| **is_part) {
            let from = day * DAY as usize + usize::from(hours.from);
            (from..from + usize::from(hours.length())).for_each(|minute| within[minute % WEEK] = true);
        }
        let sums = within.iter().scan(0, |sum, is_within| {
            *sum += u32::from(*is_within);
            Some(*sum)
        });
        HoursMask { clock: Arc::clone(clock), before: std::iter::once(0).chain(sums).collect() }
    }

    /// Whether an instant lies within.
    pub(super) fn contains(&self, at: Time) -> bool {
        let local = at.0.saturating_add(self.clock.stretch(at).week_offset);
        let minute = local.div_euclid(MINUTE).rem_euclid(WEEK as i64) as usize;
        self.before[minute + 1] > self.before[minute]
    }

    /// The nanoseconds within, from one instant to a later one.
    pub(super) fn overlap(&self, from: Time, to: Time) -> u64 {
        let (mut at, mut within) = (from, 0);
        while at < to {
            let Stretch { week_offset, until, .. } = self.clock.stretch(at);
            let end = until.min(to);
            within += self.before(end, week_offset) - self.before(at, week_offset);
            at = end;
        }
        within as u64
    }

    fn before(&self, at: Time, week_offset: i64) -> i128 {
        let since = i128::from(at.0) + i128::from(week_offset);
        let (minutes, rest) = (since.div_euclid(i128::from(MINUTE)), since.rem_euclid(i128::from(MINUTE)));
        let (weeks, minute) = (minutes.div_euclid(WEEK as i128), minutes.rem_euclid(WEEK as i128) as usize);
        let whole = weeks * i128::from(self.before[WEEK]) + i128::from(self.before[minute]);
        let is_within = self.before[minute + 1] > self.before[minute];
        whole * i128::from(MINUTE) + if is_within { rest } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Epoch;
    use crate::model::time_zone::TimeZone;
    const MON_FRI: [bool; 7] = [true, true, true, true, true, false, false];

    #[test]
    fn windows_read_as_they_are_written() {
        let text = |days, from, until| HoursOfWeek { days, from, until }.to_string();
        assert_eq!(text([true; 7], 540, 660), "09:00..11:00");
        assert_eq!(text(MON_FRI, 480, 1080), "mon-fri 08:00..18:00");
        assert_eq!(text([false, false, false, false, false, true, true], 0, 1440), "sat-sun");
        assert_eq!(text([true, false, false, false, false, true, true], 0, 1440), "sat-mon");
        assert_eq!(text([false, true, false, false, false, false, false], 0, 1440), "tue");
    }

    #[test]
    fn the_end_is_not_part_and_midnight_is_passed() {
        // 2017-02-17 was a Friday.
        let epoch = Epoch("2017-02-17T00:30:00Z".parse().unwrap());
        let clock = Arc::new(LocalClock::new(TimeZone::UTC, epoch, Time::NEVER));
        let at = |hours: i64, minutes: i64| Time((hours * 60 + minutes - 30) * MINUTE);
        let morning = HoursMask::new(HoursOfWeek { days: MON_FRI, from: 540, until: 660 }, &clock);
        assert!(!morning.contains(Time(at(9, 0).0 - 1)) && morning.contains(at(9, 0)));
        assert!(morning.contains(Time(at(11, 0).0 - 1)) && !morning.contains(at(11, 0)));
        assert!(!morning.contains(at(24 + 10, 0)), "Saturday");
        assert!(morning.contains(at(3 * 24 + 10, 0)), "Monday");
        let night = HoursMask::new(
            HoursOfWeek { days: [false, false, false, false, true, false, false], from: 1320, until: 120 },
            &clock,
        );
        assert!(night.contains(at(23, 0)) && night.contains(at(25, 59)) && !night.contains(at(26, 0)));
        assert!(!night.contains(at(1, 0)), "that is the night of Thursday");
        // From Friday 10:30 to Monday 09:15: half an hour and a quarter of an hour.
        assert_eq!(morning.overlap(at(10, 30), at(3 * 24 + 9, 15)), 45 * MINUTE as u64);
        assert_eq!(morning.overlap(at(12, 0), at(12 + 3 * 7 * 24, 0)), 3 * 5 * 2 * 60 * MINUTE as u64);
    }
}
