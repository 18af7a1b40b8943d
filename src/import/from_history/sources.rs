//! Where the jobs of a class come from: random arrivals, regular ones, and retries.

use chrono::NaiveDate;

use super::classes::Classes;
use super::estimates::{ArrivalFigures, CronFigures, HourFigures, Interval, TestFigures};
use crate::arrival_process::ArrivalEstimate;
use crate::calendar::{Calendar, HOURS, WEEKDAYS};
use crate::history::JobHistory;
use crate::interval;
use crate::model::time::Time;
use crate::regular::{self, RegularSource};

/// The sources of a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// Random arrivals; `None` without any in the window.
    pub(super) process: Option<ArrivalEstimate>,
    /// Regular arrivals.
    pub(super) cron: Option<RegularSource>,
    /// Another regular source, which is counted among the random arrivals.
    pub(super) further: Option<RegularSource>,
}

/// The sources of each class.
pub(super) fn sources(
    history: &JobHistory,
    classes: &Classes,
    window: Option<(Time, Time)>,
    holidays: &[NaiveDate],
) -> Vec<Source> {
    let mut times: Vec<Vec<Time>> = vec![Vec::new(); classes.all.len()];
    for (record, class) in history.records.iter().zip(&classes.of) {
        if !record.is_retry() {
            times[*class as usize].push(record.created);
        }
    }
    let calendar = window.map(|window| Calendar::new(history.time_zone, history.epoch, window, holidays));
    times.into_iter().map(|times| source(history, window, calendar.as_ref(), times)).collect()
}

fn source(
    history: &JobHistory,
    window: Option<(Time, Time)>,
    calendar: Option<&Calendar>,
    mut times: Vec<Time>,
) -> Source {
    times.sort_unstable();
    let mut source = Source::default();
    let Some(((from, to), calendar)) = window.zip(calendar) else { return source };
    times.retain(|at| from < *at && *at < to);
    if let Some((cron, rest)) = regular::split(&times, calendar, history.time_zone, (from, to), history.resolution) {
        source.cron = Some(cron);
        // A second cron stays among the random arrivals: an action has one.
        source.further = regular::split(&rest, calendar, history.time_zone, (from, to), history.resolution)
            .map(|(further, _)| further);
        times = rest;
    }
    source.process = ArrivalEstimate::of(times, (to - from).as_secs_f64(), calendar, history.resolution);
    source
}

impl RegularSource {
    /// The same as plain data.
    pub(super) fn figures(&self) -> CronFigures {
        CronFigures {
            schedule: self.schedule.clone(),
            firings: self.firings,
            missing: self.missing,
            delay_s: self.delay,
        }
    }
}

impl ArrivalEstimate {
    /// The same as plain data.
    pub(super) fn figures(&self) -> ArrivalFigures {
        let weekly = &self.weekly;
        let dispersion = weekly.dispersion.unwrap_or(1.0);
        let hour = |(weekday, hour): (usize, usize)| {
            let (observed, hours) = (weekly.counts[weekday][hour], weekly.seconds[weekday][hour] / 3_600.0);
            let (low, high) = interval::dispersed_interval(observed as usize, dispersion);
            HourFigures {
                weekday,
                hour,
                observed,
                hours,
                fitted_per_h: weekly.rates[weekday][hour] * 3_600.0,
                observed_per_h: (hours > 0.0).then(|| Interval::of(observed / hours, (low / hours, high / hours))),
            }
        };
        let cells = (0..WEEKDAYS).flat_map(|weekday| (0..HOURS).map(move |hour| (weekday, hour)));
        let tests = weekly.tests.iter().map(|test| TestFigures {
            question: test.question,
            f: test.statistic,
            p: test.chance,
            rejected: test.is_rejected,
        });
        ArrivalFigures {
            jobs: self.jobs,
            batches: self.times,
            rate_per_s: Interval::of(self.rate, self.interval),
            batch_mean: self.jobs as f64 / self.times as f64,
            pattern: match (weekly.hours.is_some(), weekly.is_pooled()) {
                (false, true) => "constant",
                (true, true) => "by-hour",
                (false, false) => "by-day",
                (true, false) => "by-hour-and-day",
            },
            day_classes: weekly.days.name(),
            dispersion_of_days: weekly.dispersion,
            dispersion_of_hours: weekly.hourly_dispersion,
            tests: tests.collect(),
            hours: cells.map(hour).collect(),
        }
    }
}
