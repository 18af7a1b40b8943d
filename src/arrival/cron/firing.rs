//! Firing times, from the `cron` crate; and a cron as an arrival process.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveTime, SubsecRound, TimeDelta, Timelike, Utc};

use super::day_calendar::DayCalendar;
use super::parse::SEARCHED_YEARS;
use super::{Rule, Schedule};
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart, JobOverrides, MisfireRule, Overlap};
use crate::model::action::ActionId;
use crate::model::time::Epoch;

/// The firing times of a schedule, in order, each computed on demand: in some nanoseconds within a
/// day, and in a fraction of a microsecond for the first of a day.
#[derive(Clone, Debug)]
pub struct Firings {
    rule: Arc<Rule>,
    /// The last firing, or the instant to begin after.
    last: DateTime<Utc>,
    /// The midnight of the day that `last` lies in.
    day: DateTime<Utc>,
    /// The time of that day's next firing, in seconds, if it has one.
    time: Option<u32>,
}

impl Firings {
    /// Firings strictly after `after`.
    pub(super) fn after(rule: Arc<Rule>, after: DateTime<Utc>) -> Firings {
        let day = after.date_naive().and_time(NaiveTime::MIN).and_utc();
        let time = match &*rule {
            Rule::DayCalendar(calendar) if calendar.includes(day) => {
                calendar.times().after(after.num_seconds_from_midnight())
            }
            Rule::DayCalendar(_) | Rule::Every { .. } | Rule::Zoned(_) => None,
        };
        Firings { rule, last: after, day, time }
    }
}

impl Iterator for Firings {
    type Item = DateTime<Utc>;

    #[inline]
    fn next(&mut self) -> Option<DateTime<Utc>> {
        self.last = match &*self.rule {
            Rule::Every { period, phase } => every(*period, *phase, self.last)?,
            Rule::Zoned(fields) => fields.next(self.last)?,
            Rule::DayCalendar(calendar) => {
                let time = if let Some(time) = self.time {
                    time
                } else {
                    self.day = next_day(calendar, self.day, self.last)?;
                    calendar.times().first()?
                };
                self.time = calendar.times().after(time);
                self.day + TimeDelta::seconds(time.into())
            }
        };
        Some(self.last)
    }
}

/// The firing after `last` of a schedule that fires at intervals of whole seconds.
fn every(period: TimeDelta, phase: Option<DateTime<Utc>>, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let last = last.trunc_subsecs(0);
    let since = phase.map_or(0, |firing| (last - firing).num_seconds().rem_euclid(period.num_seconds()));
    last.checked_add_signed(period - TimeDelta::seconds(since))
}

/// The next day with firings, if there is one within the searched years.
fn next_day(calendar: &DayCalendar, day: DateTime<Utc>, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let next = calendar.day_after(day)?;
    let last_year = (last + TimeDelta::seconds(1)).year() + SEARCHED_YEARS;
    (next.year() <= last_year).then_some(next)
}

/// A cron in one replication: each firing makes one job at its nominal time, if the overlap rule
/// lets it.
#[derive(Debug)]
pub struct CronProcess {
    action: ActionId,
    overlap: Overlap,
    missed: MisfireRule,
    overrides: JobOverrides,
    epoch: Epoch,
    firings: Firings,
}

impl CronProcess {
    /// Firings strictly after the start, as the registry computes them.
    pub fn new(
        action: ActionId,
        schedule: &Schedule,
        overlap: Overlap,
        missed: MisfireRule,
        overrides: JobOverrides,
        start: ArrivalStart,
    ) -> CronProcess {
        CronProcess { action, overlap, missed, overrides, epoch: start.epoch, firings: schedule.firings(start.epoch.0) }
    }
}

impl ArrivalProcess for CronProcess {
    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let at = self.epoch.time_of(self.firings.next()?)?;
        Some(Arrival::single(at, self.action))
    }

    fn overrides(&self) -> Option<&JobOverrides> {
        Some(&self.overrides)
    }

    fn is_cron(&self) -> bool {
        true
    }

    fn overlap(&self) -> Overlap {
        self.overlap
    }

    fn missed(&self) -> MisfireRule {
        self.missed
    }
}
