//! Known rates are found, and no differences where there are none.

use super::*;
use crate::model::time::{Epoch, NANOS, Time};
use crate::model::time_zone::TimeZone;
use crate::random::stream::{Purpose, Stream, Streams};

const HOUR: i64 = 3_600 * NANOS;

/// Days from a Monday on.
fn calendar(days: i64) -> Calendar {
    let epoch = Epoch("2026-11-02T00:00:00Z".parse().unwrap());
    Calendar::new(TimeZone::UTC, epoch, (Time::ZERO, Time(days * 24 * HOUR)), &[])
}

/// Arrivals in clumps of `size`, at `rate` an hour of each hour (day, hour), times a factor of each
/// day, drawn uniformly from 1 - `spread` to 1 + `spread`.
fn arrivals(seed: u64, days: i64, size: usize, spread: f64, rate: impl Fn(i64, i64) -> f64) -> Vec<Time> {
    let mut stream = Streams::new(seed, 0).stream(Purpose::Arrival, "rates");
    let mut times = Vec::new();
    for day in 0..days {
        let factor = 1.0 + spread * (2.0 * stream.uniform() - 1.0);
        for hour in 0..24 {
            add_hour(&mut times, &mut stream, (day * 24 + hour) * HOUR, factor * rate(day, hour) / size as f64, size);
        }
    }
    times
}

fn add_hour(times: &mut Vec<Time>, stream: &mut Stream, begin: i64, mean: f64, size: usize) {
    let mut at = if mean > 0.0 { stream.exponential() / mean } else { 1.0 };
    while at < 1.0 {
        times.extend(std::iter::repeat_n(Time(begin + (at * HOUR as f64) as i64), size));
        at += stream.exponential() / mean;
    }
}

fn by_day(day: i64, busy: f64, quiet: f64) -> f64 {
    if day % 7 < 5 { busy } else { quiet }
}

fn working_hours(hour: i64) -> f64 {
    if (8..16).contains(&hour) { 3.0 } else { 1.0 }
}

/// How often rates are found to be constant, to follow hours alone, and to have two or seven
/// classes of days.
fn found(seeds: u64, days: i64, draw: impl Fn(u64) -> Vec<Time>) -> [usize; 4] {
    let calendar = calendar(days);
    let mut counts = [0; 4];
    for seed in 0..seeds {
        let rates = weekly_rates(&calendar, &calendar.counts(&draw(seed)));
        counts[match (rates.days, rates.hours) {
            (DayClasses::Pooled, None) => 0,
            (DayClasses::Pooled, Some(_)) => 1,
            (DayClasses::Weekends, _) => 2,
            (DayClasses::Seven, _) => 3,
        }] += 1;
    }
    counts
}

#[test]
fn a_constant_rate_stays_constant() {
    for (days, size, spread) in [(5, 1, 0.0), (5, 6, 0.0), (14, 1, 0.0), (21, 1, 0.0), (21, 6, 0.0), (28, 1, 0.6)] {
        let counts = found(200, days, |seed| arrivals(seed, days, size, spread, |_, _| 4.0));
        assert!(counts[0] >= 194, "{days} days, clumps of {size}, days differ by {spread}: {counts:?}");
    }
}

#[test]
fn hours_alone_make_no_classes_of_days() {
    for (days, spread) in [(5, 0.0), (14, 0.0), (21, 0.0), (21, 0.6)] {
        let counts = found(200, days, |seed| arrivals(seed, days, 1, spread, |_, hour| 4.0 * working_hours(hour)));
        assert!(counts[1] >= 194, "{days} days, days differ by {spread}: {counts:?}");
    }
}

#[test]
fn weekends_and_weekdays_are_told_apart() {
    for days in [7, 14, 21] {
        let rate = |day: i64, hour: i64| by_day(day, 4.0 * working_hours(hour), 2.0);
        let counts = found(200, days, |seed| arrivals(seed, days, 1, 0.0, rate));
        assert!(counts[2] >= 190, "{days} days: {counts:?}");
    }
    // Each day of the week has its own rate.
    let counts = found(100, 28, |seed| arrivals(seed, 28, 1, 0.1, |day, _| 2.0 + (day % 7) as f64));
    assert!(counts[3] >= 95, "{counts:?}");
    // The same totals at other hours.
    let shifted = |day: i64, hour: i64| by_day(day, working_hours(hour), working_hours((hour + 12) % 24));
    let counts = found(100, 21, |seed| arrivals(seed, 21, 1, 0.0, |day, hour| 4.0 * shifted(day, hour)));
    assert!(counts[2] >= 95, "{counts:?}");
}

/// The rates are those of the hours and days, on average over seeds.
#[test]
fn rates_are_recovered() {
    let truth = |day: i64, hour: i64| by_day(day, 4.0 * working_hours(hour), 2.0);
    let (seeds, days) = (100, 21);
    let calendar = calendar(days);
    let mut mean = [[0.0; HOURS]; WEEKDAYS];
    for seed in 0..seeds {
        let times = arrivals(seed, days, 1, 0.0, truth);
        let rates = weekly_rates(&calendar, &calendar.counts(&times)).rates;
        for (day, hour) in cells() {
            mean[day][hour] += rates[day][hour] * 3_600.0 / seeds as f64;
        }
    }
    for (day, hour) in cells() {
        let expected = truth(day as i64, hour as i64);
        // Weekdays share 15 days and weekends 6.
        let error = (expected / (seeds as f64 * if day < 5 { 15.0 } else { 6.0 })).sqrt();
        assert!((mean[day][hour] - expected).abs() < 4.5 * error, "{day} {hour}: {}", mean[day][hour]);
    }
}
