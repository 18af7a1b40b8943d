//! The cron dialect of the registry (that of robfig/cron v1) and its firing times, in UTC.
//!
//! A schedule is never handed to the `cron` crate as it is written: the crate numbers weekdays from 1, always asks for day
//! of month *and* day of week, and refuses much that the registry accepts. [`parse`] reads the dialect into plain sets;
//! from those [`canonical`] writes what the crate and the registry understand alike, lists of numbers, and the crate says
//! when they fire.

mod descriptor;
mod firing;
mod parse;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use parse::{Fields, Set};

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
    Every(i64),
    /// Whenever one of these fires: none for a field without values, two where day of month or day of week suffices.
    Calendar(Vec<cron::Schedule>),
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
            None => Rule::Calendar(canonical(&parse::fields(text)?)),
        };
        Ok(Schedule { text: text.to_owned(), rule: Arc::new(rule) })
    }

    /// Its firing times strictly after `after`, without end unless none lies within five years of the one before: the
    /// search ends with the fifth calendar year after it, as the registry's does, and with the year 2100.
    pub fn firings(&self, after: DateTime<Utc>) -> Firings {
        Firings::after(Arc::clone(&self.rule), after)
    }

    /// Its firing times in a run that starts at `start`. A firing of the calendar exactly then happens; that of an
    /// `@every d` comes `d` after it.
    pub fn firings_from(&self, start: DateTime<Utc>) -> Firings {
        Firings::from(Arc::clone(&self.rule), start)
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

/// The crate's schedules that together fire when the fields say so.
///
/// The day rule of the dialect: where day of month or day of week carries the star mark both must match; otherwise either
/// suffices. The crate knows only the former, hence two schedules for the latter.
fn canonical(fields: &Fields) -> Vec<cron::Schedule> {
    let Fields { day, weekday, .. } = *fields;
    let days = if day.star || weekday.star {
        vec![(day, weekday)]
    } else {
        vec![(day, Set::all(&parse::WEEKDAY)), (Set::all(&parse::DAY), weekday)]
    };
    days.into_iter().filter_map(|(day, weekday)| prepare(&Fields { day, weekday, ..*fields })).collect()
}

/// The crate's schedule that asks for all six fields; `None` if one of them has no value.
fn prepare(fields: &Fields) -> Option<cron::Schedule> {
    let Fields { second, minute, hour, day, month, weekday } = *fields;
    let lists =
        [second.list(0), minute.list(0), hour.list(0), day.list(0), month.list(0), weekday.list(SUNDAY_OF_THE_CRATE)];
    if lists.iter().any(String::is_empty) {
        return None;
    }
    Some(lists.join(" ").parse().expect("the crate reads lists of numbers in range"))
}

/// The crate's number of the weekday that the dialect calls 0.
const SUNDAY_OF_THE_CRATE: u32 = 1;
