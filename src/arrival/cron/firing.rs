//! Firing times, from the `cron` crate; and a cron as an arrival process.

use std::sync::Arc;

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};

use super::{Rule, Schedule};
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart, Given, Overlap};
use crate::model::action::ActionId;
use crate::model::time::Epoch;

/// The last year that the crate knows.
const LAST_YEAR: i32 = 2100;
/// A schedule without a firing up to the end of so many calendar years from now never fires.
const SEARCHED_YEARS: i32 = 5;

/// Firing times of a schedule, in order, each computed when it is asked for (in about 0.2 µs).
#[derive(Clone, Debug)]
pub struct Firings {
    rule: Arc<Rule>,
    /// The last firing, or the instant to begin after.
    last: DateTime<Utc>,
}

impl Firings {
    /// Firings strictly after `after`.
    pub(super) fn after(rule: Arc<Rule>, after: DateTime<Utc>) -> Firings {
        Firings { rule, last: after }
    }

    /// Firings of a run that starts at `start`.
    pub(super) fn from(rule: Arc<Rule>, start: DateTime<Utc>) -> Firings {
        let last = match *rule {
            Rule::Every(_) => start,
            // "Strictly after the nanosecond before" includes the start itself.
            Rule::Calendar(_) => start.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(start),
        };
        Firings { rule, last }
    }
}

impl Iterator for Firings {
    type Item = DateTime<Utc>;

    fn next(&mut self) -> Option<DateTime<Utc>> {
        let next = match &*self.rule {
            Rule::Every(seconds) => self.last.trunc_subsecs(0).checked_add_signed(TimeDelta::try_seconds(*seconds)?)?,
            Rule::Calendar(schedules) => first_after(schedules, self.last)?,
        };
        self.last = next;
        Some(next)
    }
}

/// The first firing of any of the schedules strictly after `after`, if it comes within the years searched.
fn first_after(schedules: &[cron::Schedule], after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if after.year() > LAST_YEAR {
        return None;
    }
    let last_year = (after + TimeDelta::seconds(1)).year() + SEARCHED_YEARS;
    let next = schedules.iter().filter_map(|schedule| schedule.after(&after).next()).min()?;
    (next.year() <= last_year).then_some(next)
}

/// A cron in one replication: each firing makes one job at its nominal time, if the overlap rule lets it.
#[derive(Debug)]
pub struct CronProcess {
    action: ActionId,
    overlap: Overlap,
    given: Given,
    epoch: Epoch,
    firings: Firings,
}

impl CronProcess {
    /// Firings from the start on; see [`Schedule::firings_from`].
    pub fn new(
        action: ActionId,
        schedule: &Schedule,
        overlap: Overlap,
        given: Given,
        start: ArrivalStart,
    ) -> CronProcess {
        CronProcess { action, overlap, given, epoch: start.epoch, firings: schedule.firings_from(start.epoch.0) }
    }
}

impl ArrivalProcess for CronProcess {
    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let at = self.epoch.time_of(self.firings.next()?)?;
        Some(Arrival { given: self.given, ..Arrival::single(at, self.action) })
    }

    fn is_cron(&self) -> bool {
        true
    }

    fn overlap(&self) -> Overlap {
        self.overlap
    }
}
