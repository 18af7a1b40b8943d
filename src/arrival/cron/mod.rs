//! The cron dialect of the registry (that of robfig/cron v1) and its firing times, in UTC or in
//! another time zone.
//!
//! A schedule is never given to the `cron` crate as it is written: the crate numbers weekdays from
//! 1, always requires day of month *and* day of week, and refuses much that the registry accepts.
//! `parse` reads the dialect into plain sets. From these, `day_calendar` writes lists of numbers,
//! which the crate and the registry read in the same way, and the crate finds the days with
//! firings. `times_of_day` finds the times within a day from the sets alone. In a zone with clock
//! changes, `zoned` searches as robfig/cron v3 does.

mod day_calendar;
mod descriptor;
mod firing;
mod parse;
mod times_of_day;
mod zoned;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use day_calendar::DayCalendar;
use descriptor::Descriptor;
use zoned::ZonedFields;

use crate::model::time_zone::TimeZone;

pub use firing::{CronProcess, Firings};
pub use parse::ScheduleError;

/// A parsed schedule; clones share the schedules prepared for the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Without a time zone before it.
    text: String,
    zone: TimeZone,
    rule: Arc<Rule>,
}

/// The rule of a schedule.
#[derive(Debug, PartialEq, Eq)]
enum Rule {
    /// At intervals of whole seconds, at least one; not aligned to the clock.
    Every {
        /// From one firing to the next.
        period: TimeDelta,
        /// One of the firings; if unknown, intervals count from the instant of the query.
        phase: Option<DateTime<Utc>>,
    },
    /// On these days at these times, in UTC.
    DayCalendar(DayCalendar),
    /// At these local times of another zone.
    Zoned(ZonedFields),
}

impl Schedule {
    /// Reads a schedule of the registry, in UTC: six fields (second, minute, hour, day of month,
    /// month, day of week), five of them (every day of the week), or a descriptor (`@daily`, …).
    ///
    /// # Errors
    /// Names the wrong field and item, and the fix.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        match parse::zone_prefix(text) {
            Some((_, name, rest)) => Err(parse::no_time_zones(name, rest)),
            None => Schedule::read(text, TimeZone::UTC),
        }
    }

    /// Reads a schedule that may begin with a time zone, `CRON_TZ=Europe/Berlin` or `TZ=…`, as
    /// robfig/cron v3 reads it; without one, its times are those of `zone`.
    ///
    /// # Errors
    /// Names the wrong field and item, and the fix.
    pub fn parse_in(text: &str, zone: TimeZone) -> Result<Schedule, ScheduleError> {
        let (own, rest) = parse::zone(text)?;
        Schedule::read(rest, own.unwrap_or(zone))
    }

    /// The time zone that a schedule begins with, if it does.
    ///
    /// # Errors
    /// If it names no time zone.
    pub fn zone_of(text: &str) -> Result<Option<TimeZone>, ScheduleError> {
        parse::zone(text).map(|(zone, _)| zone)
    }

    fn read(text: &str, zone: TimeZone) -> Result<Schedule, ScheduleError> {
        let days = |text: &str| {
            parse::fields(text).map(|fields| {
                if zone.is_utc() {
                    Rule::DayCalendar(DayCalendar::new(&fields))
                } else {
                    Rule::Zoned(ZonedFields { fields, zone })
                }
            })
        };
        let rule = match text.strip_prefix('@').map(|_| descriptor::parse(text)).transpose()? {
            Some(Descriptor::Every(period)) => Rule::Every { period, phase: None },
            Some(Descriptor::Fields(fields)) => days(fields)?,
            None => days(text)?,
        };
        // Intervals are the same in all zones.
        let zone = if matches!(rule, Rule::Every { .. }) { TimeZone::UTC } else { zone };
        Ok(Schedule { text: text.to_owned(), zone, rule: Arc::new(rule) })
    }

    /// The zone of its times of day.
    pub fn zone(&self) -> TimeZone {
        self.zone
    }

    /// What a schedule of five fields means, and how a crontab line with the same text is written;
    /// `None` for any other schedule. `start` is where the firings that it shows begin.
    pub fn five_field_note(&self, start: DateTime<Utc>) -> Option<String> {
        let crontab = parse::crontab(&self.text)?;
        let mut firings = self.firings(start).take(2).map(|at| self.zone.rfc3339(at));
        let firings: Vec<String> = firings.by_ref().collect();
        let text = &self.text;
        let fires = match firings.as_slice() {
            [] => "it never fires".to_owned(),
            [only] => format!("it fires at {only}"),
            [first, second, ..] => format!("it fires at {first}, then at {second}"),
        };
        Some(format!("`{text}` has five fields, which begin with the second: {fires}; {crontab}"))
    }

    /// The same schedule aligned to one of its firings: `@every` counts from there, not from the
    /// instant of the query.
    #[must_use]
    pub fn in_step_with(self, firing: DateTime<Utc>) -> Schedule {
        let Rule::Every { period, .. } = *self.rule else { return self };
        let rule = Rule::Every { period, phase: Some(firing.trunc_subsecs(0)) };
        Schedule { rule: Arc::new(rule), ..self }
    }

    /// Its firing times strictly after `after`, without end unless there is none within five years
    /// of the one before: like the registry's, the search ends with the fifth calendar year after
    /// it.
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
    /// The text of the schedule, after its time zone if that is not UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.zone.is_utc() {
            write!(f, "CRON_TZ={} ", self.zone)?;
        }
        f.write_str(&self.text)
    }
}
