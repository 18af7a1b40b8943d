//! The model-driven half of a backtest: the scenario with its own arrivals and service times, and
//! whether the days of the history look like its days.

use chrono::NaiveDate;
use claimsim_history::{JobHistory, Outcome};
use rayon::prelude::*;

use super::local_time::{LocalHours, date};
use super::replay::{ReplayError, extent};
use crate::engine::{Event, Observer};
use crate::model::job::JobOutcome;
use crate::model::math;
use crate::model::time::{NANOS, Span, Time};
use crate::replication::{Progress, Replication};
use crate::scenario::{Scenario, WarmUpRule};

/// The quantities of a day: mean and p95 of the waits of jobs that fall due on it, and the most
/// jobs that wait at an instant.
pub const DAY_MEASURES: [&str; 3] = ["mean wait", "p95 wait", "longest queue"];
/// The share of predictive intervals that cover a day of a right model.
pub const PREDICTED: f64 = 0.9;
/// The first day is left out if there are this many, because a history rarely begins with an empty
/// system, and a simulation does.
const FEWEST_DAYS_TO_DROP: usize = 3;

/// The days of a history among those of a scenario.
#[derive(Clone, Debug)]
pub struct ModelDriven {
    /// The number of replications.
    pub replications: u32,
    /// The days, in order.
    pub days: Vec<DayForecast>,
    /// The share of the days' quantities inside their predictive intervals.
    pub inside: f64,
    /// The p-value of "the history is one of the model's", exact for any dependence between days.
    pub p: f64,
    /// See `p`, after the correction for several tests.
    pub adjusted_p: f64,
}

/// A day of a history, or all of it if it has no whole day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayForecast {
    /// The local date.
    pub date: NaiveDate,
    /// The number of jobs that fell due on it.
    pub jobs: usize,
    /// By quantity of [`DAY_MEASURES`].
    pub forecasts: [Forecast; 3],
}

/// A quantity of a day: seconds for waits, jobs for a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// In the history.
    pub observed: f64,
    /// The median over replications.
    pub median: f64,
    /// The predictive interval of 90 %: quantiles of the replications.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// The share of replications below the observed value; of equal ones a half.
    pub pit: f64,
}

impl Forecast {
    /// Whether the interval contains the observed value.
    pub fn is_inside(&self) -> bool {
        self.low <= self.observed && self.observed <= self.high
    }
}

/// A job: when it falls due, and how long it waits.
type WaitingJob = (Time, Span);

/// The days from one local day to another.
struct Days {
    first: i64,
    /// When each of them begins, and the end of the last.
    starts: Vec<Time>,
    until: Time,
}

/// Simulates the scenario over the time of the history and compares the days from `from` on.
pub(super) fn forecast(
    scenario: &Scenario,
    history: &JobHistory,
    from: Time,
    replications: u32,
    progress: &dyn Progress,
) -> Result<ModelDriven, ReplayError> {
    let (begin, until) = extent(scenario, history)?;
    let hours = LocalHours::new(history.time_zone, scenario.epoch);
    let days = days(hours, begin.max(from), until);
    let mut scenario = Scenario { warm_up: WarmUpRule::Fixed, ..scenario.clone() };
    scenario.system.window.horizon = until.max(Time(1));
    scenario.system.window.warmup = Time::ZERO;
    scenario.system.window.cooldown = Span::ZERO;
    let shift = begin - history.from();
    let records = history.records.iter().filter(|record| record.outcome != Outcome::Rejected);
    let observed: Vec<WaitingJob> = records
        .map(|record| {
            let left = record.started.or(record.finished).unwrap_or(history.until);
            (record.created + shift, left - record.created)
        })
        .collect();
    let one = |index: u32| {
        let mut waits = Waits { until, due: Vec::new(), ended: Vec::new() };
        Replication::new(&scenario, u64::from(index)).observe(progress, &mut waits);
        days.figures(&waits.finish())
    };
    let mut all = vec![days.figures(&observed)];
    let simulated: Vec<Vec<[f64; 3]>> = (0..replications).into_par_iter().map(one).collect();
    all.extend(simulated);
    let counts = days.counts(&observed);
    let forecasts: Vec<DayForecast> = (0..days.count())
        .map(|day| DayForecast {
            date: date(days.first + day as i64),
            jobs: counts[day],
            forecasts: std::array::from_fn(|measure| of_day(&all, day, measure)),
        })
        .collect();
    let each = || forecasts.iter().flat_map(|day| &day.forecasts);
    let inside = each().filter(|forecast| forecast.is_inside()).count() as f64 / each().count().max(1) as f64;
    let p = p_value(&all);
    Ok(ModelDriven { replications, days: forecasts, inside, p, adjusted_p: p })
}

/// The whole local days of a history, without the first of several; all of it if there is none.
fn days(hours: LocalHours, begin: Time, until: Time) -> Days {
    let is_midnight = |at: Time| hours.day(at) != hours.day(Time(at.0 - 1));
    let mut first = hours.day(begin) + i64::from(!is_midnight(begin));
    let end = hours.day(until);
    if end - first >= FEWEST_DAYS_TO_DROP as i64 && is_midnight(begin) {
        first += 1;
    }
    if end <= first {
        return Days { first: hours.day(begin), starts: vec![begin, Time::NEVER], until };
    }
    Days { first, starts: (first..=end).map(|day| hours.start_of(day)).collect(), until }
}

impl Days {
    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The day of an instant, if it is one of these.
    fn of(&self, at: Time) -> Option<usize> {
        let begun = self.starts.partition_point(|start| *start <= at);
        begun.checked_sub(1).filter(|day| *day < self.count())
    }

    fn counts(&self, jobs: &[WaitingJob]) -> Vec<usize> {
        let mut counts = vec![0; self.count()];
        jobs.iter().filter_map(|(due, _)| self.of(*due)).for_each(|day| counts[day] += 1);
        counts
    }

    /// The quantities of each day; waits count up to the end of the history.
    fn figures(&self, jobs: &[WaitingJob]) -> Vec<[f64; 3]> {
        let mut waits: Vec<Vec<i64>> = vec![Vec::new(); self.count()];
        let mut changes: Vec<(Time, i64)> = Vec::with_capacity(2 * jobs.len());
        for (due, wait) in jobs {
            let wait = (*wait).min(self.until - *due);
            if let Some(day) = self.of(*due) {
                waits[day].push(wait.0);
            }
            if wait > Span::ZERO {
                changes.extend([(*due, 1), (*due + wait, -1)]);
            }
        }
        // At one instant, jobs leave the queue before others join it.
        changes.sort_unstable();
        let mut longest = vec![0; self.count()];
        let (mut queue, mut last) = (0_i64, None);
        for (at, change) in changes {
            let day = self.of(at);
            if let Some(day) = day {
                if last != Some(day) {
                    // A queue that is still there at midnight counts on the new day, and on days
                    // without a change.
                    let from = last.map_or(day, |last: usize| last + 1);
                    longest[from.min(day)..=day].iter_mut().for_each(|most| *most = queue.max(*most));
                }
                longest[day] = longest[day].max(queue + change);
                last = Some(day);
            }
            queue += change;
        }
        let figures = |(mut waits, queue): (Vec<i64>, i64)| {
            waits.sort_unstable();
            let sum: i128 = waits.iter().map(|wait| i128::from(*wait)).sum();
            let mean = sum as f64 / waits.len().max(1) as f64 / NANOS as f64;
            let rank = (0.95 * waits.len() as f64).ceil() as usize;
            let p95 = waits.get(rank.max(1) - 1).map_or(0.0, |wait| *wait as f64 / NANOS as f64);
            [mean, p95, queue as f64]
        };
        waits.into_iter().zip(longest).map(figures).collect()
    }
}

/// The forecast of a quantity of a day; the first of all is the history.
fn of_day(all: &[Vec<[f64; 3]>], day: usize, measure: usize) -> Forecast {
    let observed = all[0][day][measure];
    let mut simulated: Vec<f64> = all[1..].iter().map(|days| days[day][measure]).collect();
    simulated.sort_unstable_by(f64::total_cmp);
    let n = simulated.len();
    let below = simulated.partition_point(|value| *value < observed);
    let equal = simulated.partition_point(|value| *value <= observed) - below;
    // The order statistics that the next draw lies between with the wanted probability.
    let tail = ((1.0 - PREDICTED) / 2.0 * (n + 1) as f64).floor() as usize;
    let at = |rank: usize| simulated[rank.clamp(1, n) - 1];
    Forecast {
        observed,
        median: f64::midpoint(at(n.div_ceil(2)), at(n / 2 + 1)),
        low: at(tail),
        high: at(n + 1 - tail),
        pit: (below as f64 + 0.5 * equal as f64) / n as f64,
    }
}

/// The p-value of "the history is drawn from the same distribution as the replications".
///
/// Each history, the observed one and those of the replications, gets the ranks of its days among
/// all histories, as logistic scores. Two statistics are the distance of the mean score of waits
/// from 0, which finds waits that are too long or too short throughout, and the mean square of all
/// scores, which finds days that are unlike those of the model. Under the hypothesis the histories
/// are exchangeable, so the rank of the observed statistic among all of them is an exact p-value
/// (Barnard, 1963). The smaller of the two p-values is a statistic again, and its rank the result.
fn p_value(all: &[Vec<[f64; 3]>]) -> f64 {
    let (histories, days) = (all.len(), all[0].len());
    let mut sums = vec![(0.0, 0.0); histories];
    let mut column: Vec<(f64, usize)> = Vec::with_capacity(histories);
    for day in 0..days {
        for measure in 0..DAY_MEASURES.len() {
            column.clear();
            column.extend(all.iter().enumerate().map(|(history, days)| (days[day][measure], history)));
            column.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let mut from = 0;
            for equal in column.chunk_by(|a, b| a.0 == b.0) {
                // The middle rank of equal values, as a share.
                let share = (from as f64 + equal.len() as f64 / 2.0) / histories as f64;
                let score = math::ln(share / (1.0 - share));
                for (_, history) in equal {
                    let (direction, spread) = &mut sums[*history];
                    *direction += if measure == 0 { score } else { 0.0 };
                    *spread += score * score;
                }
                from += equal.len();
            }
        }
    }
    let of = |values: Vec<f64>| -> Vec<f64> {
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let at_least = |value: f64| histories - sorted.partition_point(|other| *other < value - 1e-9 * value.abs());
        values.iter().map(|value| at_least(*value) as f64 / histories as f64).collect()
    };
    let direction = of(sums.iter().map(|(direction, _)| direction.abs()).collect());
    let spread = of(sums.iter().map(|(_, spread)| *spread).collect());
    let least: Vec<f64> = direction.iter().zip(&spread).map(|(a, b)| a.min(*b)).collect();
    least.iter().filter(|other| **other <= least[0]).count() as f64 / histories as f64
}

/// Observes the waits of all jobs of a replication.
#[derive(Debug)]
struct Waits {
    until: Time,
    /// By job: when it fell due, if it waits.
    due: Vec<Option<Time>>,
    ended: Vec<WaitingJob>,
}

impl Waits {
    /// All jobs; those that still wait have waited up to the end.
    fn finish(mut self) -> Vec<WaitingJob> {
        let until = self.until;
        self.ended.extend(self.due.into_iter().flatten().map(|due| (due, until - due)));
        self.ended
    }
}

impl Observer for Waits {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, .. } => {
                let number = job.id.0 as usize;
                if self.due.len() <= number {
                    self.due.resize(number + 1, None);
                }
                self.due[number] = Some(job.scheduled_at);
            }
            Event::Claimed { job, .. } | Event::Left { job, .. } => {
                let due = self.due.get_mut(job.id.0 as usize).and_then(Option::take);
                // As of the history, jobs that are turned away do not count.
                let is_rejected = matches!(event, Event::Left { outcome: JobOutcome::Rejected, .. });
                if let Some(due) = due.filter(|_| !is_rejected) {
                    self.ended.push((due, now - due));
                }
            }
            _ => {}
        }
    }
}
