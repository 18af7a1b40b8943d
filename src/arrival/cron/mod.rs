//! The cron dialect of the registry (that of robfig/cron v1) and its firing times, in UTC.
//!
//! A schedule is never handed to the `cron` crate as it is written: the crate numbers weekdays from 1, always asks for day
//! of month *and* day of week, and refuses much that the registry accepts. `parse` reads the dialect into plain sets; from
//! those `calendar` writes what the crate and the registry understand alike, lists of numbers, and the crate says on which
//! days they fire; at which `times` of a day, the sets say by themselves.

mod day_calendar;
mod descriptor;
mod firing;
mod parse;
mod times_of_day;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use day_calendar::DayCalendar;

pub use firing::{CronProcess, Firings};
pub use parse::ScheduleError;

/// A parsed schedule; clones share what has been prepared for the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    rule: Arc<Rule>,
}

/// When a schedule fires.
#[derive(Debug, PartialEq, Eq)]
enum Rule {
    /// So many whole seconds after the last firing, at least one; not aligned to the clock.
    Every {
        /// From one firing to the next.
        period: TimeDelta,
        /// One of the firings; where it is not known, they count from when somebody asks.
        phase: Option<DateTime<Utc>>,
    },
    /// On these days at these times.
    DayCalendar(DayCalendar),
}

impl Schedule {
    /// Reads a schedule: six fields (second, minute, hour, day of month, month, day of week), five of them (every day of
    /// the week), or a descriptor (`@daily`, `@every 90m`, …).
    ///
    /// # Errors
    /// Names the field and the item that are wrong, and what would be right.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        let rule = match text.strip_prefix('@') {
            Some(_) => descriptor::parse(text)?,
            None => Rule::DayCalendar(DayCalendar::new(&parse::fields(text)?)),
        };
        Ok(Schedule { text: text.to_owned(), rule: Arc::new(rule) })
    }

    /// The same schedule in step with a firing of it: `@every` counts from there, and not from when somebody asks.
    #[must_use]
    pub fn in_step_with(self, firing: DateTime<Utc>) -> Schedule {
        let Rule::Every { period, .. } = *self.rule else { return self };
        let rule = Rule::Every { period, phase: Some(firing.trunc_subsecs(0)) };
        Schedule { rule: Arc::new(rule), ..self }
    }

    /// Its firing times strictly after `after`, without end unless none lies within five years of the one before: the
    /// search ends with the fifth calendar year after it, as the registry's does, and with the year 2100.
    pub fn firings(&self, after: DateTime<Utc>) -> Firings {
        Firings::after(Arc::clone(&self.rule), after)
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;
    fn from_str(text: &str) -> Result<Schedule, ScheduleError> {
        Schedule::parse(text)
    }
}

impl fmt::Display for Schedule {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
