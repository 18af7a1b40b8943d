//! Charts by weekday and hour: waiting jobs, and the firings of crons on the load.

use std::collections::BTreeMap;

use crate::RunContext;
use crate::arrival::ArrivalModel;
use crate::experiment::Results;
use crate::format;
use crate::model::capacity::ResourceId;
use crate::model::time::{NANOS, Span, Time};
use crate::model::time_zone::LocalClock;
use crate::plot::heat_map::{self, Cell, HeatMap};
use crate::stats::ReplicationStats;

const HOUR: i64 = 3_600 * NANOS;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const CELLS: usize = 7 * 24;
/// At most this number of firings is counted, so that a cron of each second takes no time.
const MOST_FIRINGS: usize = 1_000_000;

/// Time-weighted means by hour of the local week, Monday first.
#[derive(Clone, Debug)]
struct Week {
    sums: Vec<f64>,
    nanos: Vec<f64>,
}

impl Week {
    fn new() -> Week {
        Week { sums: vec![0.0; CELLS], nanos: vec![0.0; CELLS] }
    }

    /// Adds a value that holds from one instant to another.
    fn add(&mut self, clock: &LocalClock, from: Time, to: Time, value: f64) {
        let mut at = from;
        while at < to {
            let (cell, end) = hour_of(clock, at);
            let until = end.min(to);
            let nanos = (until - at).0 as f64;
            self.sums[cell] += value * nanos;
            self.nanos[cell] += nanos;
            at = until;
        }
    }

    fn mean(&self, cell: usize) -> Option<f64> {
        (self.nanos[cell] > 0.0).then(|| self.sums[cell] / self.nanos[cell])
    }
}

/// The hour of the local week that contains an instant, and its end.
fn hour_of(clock: &LocalClock, at: Time) -> (usize, Time) {
    let stretch = clock.stretch(at);
    let number = at.0.saturating_add(stretch.week_offset).div_euclid(HOUR);
    let end = (number.saturating_add(1)).saturating_mul(HOUR).saturating_sub(stretch.week_offset);
    (number.rem_euclid(CELLS as i64) as usize, Time(end).min(stretch.until).max(Time(at.0 + 1)))
}

fn clock(context: &RunContext) -> LocalClock {
    LocalClock::new(context.scenario.time_zone, context.scenario.epoch, context.scenario.system.window.horizon)
}

/// The part of a bucket after the warm-up, and before the end.
fn measured(context: &RunContext, bucket: Span, number: usize) -> (Time, Time) {
    let window = context.scenario.system.window;
    let at = |number: usize| Time(bucket.0.saturating_mul(number as i64)).min(window.horizon).max(window.warmup);
    (at(number), at(number + 1))
}

/// Waiting jobs by weekday and hour; `None` in runs of less than a week, or where nothing waits.
pub(super) fn waiting(context: &RunContext, results: &Results) -> Option<Vec<u8>> {
    let window = context.scenario.system.window;
    if (window.horizon - window.warmup).0 < CELLS as i64 * HOUR {
        return None;
    }
    let (clock, mut week) = (clock(context), Week::new());
    for outcome in &results.replications {
        let course = outcome.queue_course.as_ref()?;
        for (number, jobs) in course.lines.first()?.iter().enumerate() {
            let (from, to) = measured(context, course.bucket, number);
            week.add(&clock, from, to, f64::from(*jobs));
        }
    }
    let jobs = |value: f64| format::digits(value, 2);
    let cell = |cell: usize| {
        let value = week.mean(cell);
        let words = value.map_or_else(String::new, jobs);
        Cell { value, label: words.clone(), words: format!("{words} jobs"), is_bound: false }
    };
    let cells: Vec<Cell> = (0..CELLS).map(cell).collect();
    if cells.iter().filter_map(|cell| cell.value).all(|value| value <= 0.0) {
        return None;
    }
    let runs = context.replications;
    Some(heat_map::draw(&HeatMap {
        title: &context.title("waiting jobs by weekday and hour"),
        subtitle: &format!("Mean number of jobs that wait at a time, {}", counted(runs as usize, "replication")),
        cells,
        value_name: "waiting jobs",
        format: &jobs,
        table: "by_hour.csv, by classes of days",
        ..week_map(&zone_name(context))
    }))
}

/// When crons fire, on the utilization of the busiest resource; `None` without crons, in runs of
/// less than a day or more than about three weeks, or if no resource is in use.
pub(super) fn crons(context: &RunContext, results: &Results) -> Option<Vec<u8>> {
    let window = context.scenario.system.window;
    let bucket = results.replications.first()?.series.bucket;
    // Averages over longer times tell nothing about hours.
    if (window.horizon - window.warmup).0 < 24 * HOUR || bucket.0 > 3 * HOUR {
        return None;
    }
    let smooth = if bucket.0 > HOUR { format!(" over {bucket}") } else { String::new() };
    let clock = clock(context);
    let firings = firings(context, &clock)?;
    let (resource, load) = load(context, results, &clock)?;
    let cell = |cell: usize| {
        let value = load.mean(cell);
        let fired = firings.get(&cell).map_or(0.0, |fired| *fired);
        let label = if fired > 0.0 { format::digits(fired, 2) } else { String::new() };
        let used = value.map_or_else(|| "not in the run".to_owned(), format::percent);
        let words = format!("{used} in use, {} firings", format::digits(fired, 2));
        Cell { value, label, words, is_bound: false }
    };
    let shown: Vec<usize> = (0..7).filter(|day| (0..24).any(|hour| load.mean(day * 24 + hour).is_some())).collect();
    let resource_name = context.resource(Some(resource));
    Some(heat_map::draw(&HeatMap {
        title: &context.title("firings of crons and load"),
        subtitle: &format!(
            "Number: firings of all crons in such an hour, before jitter; colour: utilization of {resource_name}, mean{smooth} of {}",
            counted(context.replications as usize, "replication")
        ),
        rows: shown.iter().map(|day| DAYS[*day].to_owned()).collect(),
        cells: shown.iter().flat_map(|day| (0..24).map(move |hour| day * 24 + hour)).map(cell).collect(),
        value_name: &format!("utilization of {resource_name}"),
        format: &format::percent,
        range: Some((0.0, 1.0)),
        table: "utilization.csv",
        ..week_map(&zone_name(context))
    }))
}

/// Firings per hour of the week that is in the run: their number over the number of such hours.
fn firings(context: &RunContext, clock: &LocalClock) -> Option<BTreeMap<usize, f64>> {
    let (window, epoch) = (context.scenario.system.window, context.scenario.epoch);
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    let mut left = MOST_FIRINGS;
    for source in &context.scenario.sources {
        let ArrivalModel::Cron { schedule, .. } = source else { continue };
        for firing in schedule.firings(epoch.0) {
            let Some(at) = epoch.time_of(firing).filter(|at| *at < window.horizon) else { break };
            left = left.checked_sub(1)?;
            if at >= window.warmup {
                *counts.entry(hour_of(clock, at).0).or_default() += 1.0;
            }
        }
    }
    let mut hours = Week::new();
    hours.add(clock, window.warmup, window.horizon, 1.0);
    for (cell, count) in &mut counts {
        // A part of an hour at the edge of the run counts as one.
        *count /= (hours.nanos[*cell] / HOUR as f64).ceil().max(1.0);
    }
    (!counts.is_empty()).then_some(counts)
}

/// The resource with the highest utilization, and its utilization by hour of the week.
fn load(context: &RunContext, results: &Results, clock: &LocalClock) -> Option<(ResourceId, Week)> {
    let mut best: Option<(f64, ResourceId, Week)> = None;
    for index in 0..context.scenario.system.resources.len() {
        let resource = ResourceId(index as u16);
        let mut week = Week::new();
        for outcome in &results.replications {
            add_load(context, outcome, clock, resource, &mut week);
        }
        let (used, whole): (f64, f64) = (week.sums.iter().sum(), week.nanos.iter().sum());
        let mean = used / whole;
        if mean > 0.0 && best.as_ref().is_none_or(|(most, ..)| mean > *most) {
            best = Some((mean, resource, week));
        }
    }
    best.map(|(_, resource, week)| (resource, week))
}

fn add_load(
    context: &RunContext,
    outcome: &ReplicationStats,
    clock: &LocalClock,
    resource: ResourceId,
    week: &mut Week,
) {
    let series = &outcome.series;
    let line = series.lines.iter().find(|line| line.resource == resource && line.worker.is_none());
    let Some(line) = line else { return };
    for (number, (busy, offered)) in line.busy.iter().zip(&line.offered).enumerate().filter(|(_, of)| *of.1 > 0.0) {
        let (from, to) = measured(context, series.bucket, number);
        week.add(clock, from, to, busy / offered);
    }
}

/// The parts that charts by weekday and hour share.
fn week_map(zone: &str) -> HeatMap<'_> {
    HeatMap {
        title: "",
        subtitle: "",
        rows: DAYS.map(str::to_owned).into(),
        columns: (0..24).map(|hour| hour.to_string()).collect(),
        row_name: "weekday",
        column_name: zone,
        time: None,
        cells: Vec::new(),
        value_name: "",
        format: &|_| String::new(),
        range: None,
        missing: "not in the run",
        table: "",
    }
}

fn zone_name(context: &RunContext) -> String {
    format!("hour of the day ({})", context.scenario.time_zone)
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Epoch;
    use crate::model::time_zone::TimeZone;

    #[test]
    fn values_belong_to_the_local_hours_that_they_hold_in() {
        // A Sunday, 23:30 in Berlin.
        let epoch = Epoch("2026-02-15T22:30:00Z".parse().unwrap());
        let zone: TimeZone = "Europe/Berlin".parse().unwrap();
        let clock = LocalClock::new(zone, epoch, Time::ZERO + Span::secs(86_400));
        let mut week = Week::new();
        week.add(&clock, Time::ZERO, Time::ZERO + Span::secs(3_600), 4.0);
        week.add(&clock, Time::ZERO + Span::secs(3_600), Time::ZERO + Span::secs(5_400), 10.0);
        assert_eq!((week.mean(CELLS - 1), week.mean(0), week.mean(1)), (Some(4.0), Some(7.0), None));
    }

    #[test]
    fn an_hour_in_which_clocks_change_ends_with_the_change() {
        // At 01:00 UTC on 29 March 2026 clocks in Berlin are put from 02:00 to 03:00.
        let epoch = Epoch("2026-03-29T00:30:00Z".parse().unwrap());
        let clock = LocalClock::new("Europe/Berlin".parse().unwrap(), epoch, Time::ZERO + Span::secs(86_400));
        let (first, end) = hour_of(&clock, Time::ZERO);
        assert_eq!((first, end), (6 * 24 + 1, Time::ZERO + Span::secs(1_800)));
        assert_eq!(hour_of(&clock, end).0, 6 * 24 + 3);
    }
}
