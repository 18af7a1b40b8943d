//! Everything that is found out about a history.

use chrono::NaiveDate;

use super::availability::{self, Shift};
use super::classes::Classes;
use super::dependence;
use super::estimates::ServiceFigures;
use super::outcomes::{self, Outcomes};
use super::pool::{Needs, Pool};
use super::queueing::{self, Queueing};
use super::service::Runs;
use super::sources::{self, Source};
use super::timeline;
use super::workers::Workers;
use crate::calendar::Calendar;
use crate::history::{JobHistory, Outcome};
use crate::model::time::{Span, Time};

/// What a history does not tell about its scenario.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// The scenario's name.
    pub name: String,
    /// The files that the history was read from, for the first comment.
    pub sources: Vec<String>,
    /// Use the run times themselves, whatever distribution fits.
    pub empirical: bool,
    /// Local days that count as Sundays.
    pub holidays: Vec<NaiveDate>,
}

/// Rows within a shorter time do not tell how often jobs arrive.
const MIN_LENGTH: Span = Span::secs(60);

/// Everything that is found out about a history.
pub(super) struct Findings<'a> {
    pub(super) history: &'a JobHistory,
    pub(super) options: &'a HistoryOptions,
    /// The time in which arrivals are counted.
    pub(super) window: Option<(Time, Time)>,
    pub(super) classes: Classes,
    pub(super) needs: Needs,
    pub(super) sources: Vec<Source>,
    pub(super) outcomes: Vec<Outcomes>,
    pub(super) services: Vec<Option<ServiceFigures>>,
    pub(super) pool: Pool,
    pub(super) queueing: Queueing,
    pub(super) workers: Workers,
    /// When how many workers are there, if that follows the hour of the week.
    pub(super) shifts: Option<Vec<Shift>>,
    /// The bounds of the claim delay in seconds, if there is one.
    pub(super) delay: Option<(f64, f64)>,
}

/// The time in which the history is complete: from the first end of a record on, since histories
/// that are cut by creation lack what ran at their start, and histories that are cut by the end
/// lack what was created long before. Both ends are excluded.
fn window(history: &JobHistory) -> Option<(Time, Time)> {
    let first_end = history.records.iter().filter_map(|record| record.finished).min();
    let from = first_end.map_or(history.from(), |end| end.max(history.from())).max(after_gap(history));
    let to = history.until;
    (!history.records.is_empty() && from + MIN_LENGTH <= to).then_some((from, to))
}

/// The begin of the history after a gap that is longer than all the rest, if nearly all records
/// come after it: single rows with a wrong or a very old time would otherwise dilute all rates.
fn after_gap(history: &JobHistory) -> Time {
    let pairs = history.records.windows(2).enumerate();
    let longest = pairs.max_by_key(|(_, pair)| (pair[1].created - pair[0].created).0);
    let Some((before, pair)) = longest else { return history.from() };
    let gap = pair[1].created - pair[0].created;
    let rest = (history.until - history.from()).0 - gap.0;
    let is_outlier = gap.0 > rest && before < history.records.len() / 10;
    if is_outlier { pair[1].created } else { history.from() }
}

impl<'a> Findings<'a> {
    pub(super) fn new(history: &'a JobHistory, options: &'a HistoryOptions) -> Findings<'a> {
        let window = window(history);
        let classes = Classes::new(history);
        let needs = Needs::new(history);
        let sources = sources::sources(history, &classes, window, &options.holidays);
        let outcomes = outcomes::outcomes(history, &classes);
        let mut runs: Vec<Runs> = vec![Runs::default(); classes.all.len()];
        for (record, class) in history.records.iter().zip(&classes.of) {
            runs[*class as usize].add(record, history);
        }
        let estimate = |runs: Runs| runs.estimate(history.resolution, options.empirical);
        let mut services: Vec<Option<ServiceFigures>> = runs.into_iter().map(estimate).collect();
        for (service, dependence) in services.iter_mut().zip(dependence::dependences(history, &classes)) {
            if let Some(service) = service {
                service.dependence = dependence;
            }
        }
        let events = timeline::events(history);
        let pool = Pool::new(history, &needs, &events);
        let queueing = queueing::observe(history, &needs, &pool, &events);
        let workers = Workers::new(history, &classes, &needs, &pool);
        let mean = services.iter().flatten().map(|service| service.mean_s.value).fold(f64::INFINITY, f64::min);
        let delay = queueing
            .claim_delay(history.resolution)
            .filter(|(_, high)| *high > (2.0 * history.resolution.as_secs_f64()).max(0.02).max(0.002 * mean.min(1e9)));
        let brief =
            Span::from_secs_f64(delay.map_or(1.0, |(_, high)| 2.0 * high).max(2.0 * history.resolution.as_secs_f64()));
        let shifts = window.filter(|_| workers.is_uniform(&needs)).and_then(|window| {
            let calendar = Calendar::new(history.time_zone, history.epoch, window, &[]);
            availability::shifts(history, &calendar, &events, brief)
        });
        let workers = if shifts.is_some() { workers.pooled() } else { workers };
        Findings {
            history,
            options,
            window,
            classes,
            needs,
            sources,
            outcomes,
            services,
            pool,
            queueing,
            workers,
            shifts,
            delay,
        }
    }

    /// Seconds in which arrivals are counted.
    pub(super) fn length(&self) -> f64 {
        self.window.map_or(0.0, |(from, to)| (to - from).as_secs_f64())
    }

    /// The policy that explains which job went next.
    pub(super) fn policy(&self) -> &'static str {
        let Queueing { choices, oldest, newest, highest, choices_between_needs, overtaking, .. } = self.queueing;
        let share = |part: usize| part as f64 / choices.max(1) as f64;
        if choices < 20 || share(oldest) >= 0.95 {
            let strict = choices_between_needs >= 100 && overtaking * 200 < choices_between_needs;
            return if strict { "strict-fifo" } else { "first-fit" };
        }
        if share(highest) > share(oldest).max(share(newest)) && share(highest) >= 0.7 {
            return "priority";
        }
        if share(oldest) < 0.5 && share(newest) < 0.7 { "random" } else { "first-fit" }
    }

    /// Arrivals, firings and retries of a class per second, times its mean run time.
    pub(super) fn offered_load(&self, class: usize) -> f64 {
        let length = self.length();
        let Some(service) = self.services[class].as_ref().filter(|_| length > 0.0) else { return 0.0 };
        self.classes.all[class].records as f64 / length * service.mean_s.value
    }

    /// The number of records with an outcome.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.history.records.iter().filter(|record| record.outcome == outcome).count()
    }
}
