//! Firings per second of cron schedules, by kind of expression; and what a schedule costs before
//! its first firing.

use std::hint::black_box;

use chrono::{DateTime, Utc};
use claimsim::internals::arrival::cron::Schedule;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// By what the next firing takes: another second of the day, another day, or a day years away.
const KINDS: [(&str, &str); 11] = [
    ("every second", "* * * * * *"),
    ("every minute", "0 * * * * *"),
    ("every hour", "0 7 * * * *"),
    ("every 90 minutes", "@every 90m"),
    ("office hours", "0 */15 8-17 * * 1-5"),
    ("daily", "0 0 3 * * *"),
    ("weekly", "0 0 3 * * 0"),
    ("monthly", "0 0 3 1 * *"),
    ("day of month or of week", "0 0 3 13 * 5"),
    ("yearly", "0 0 3 1 1 *"),
    ("leap days", "0 0 3 29 2 *"),
];

/// What never fires has to be found out, once a start.
const NEVER: &str = "0 0 0 30 2 *";

fn start() -> DateTime<Utc> {
    "2017-02-17T00:00:00Z".parse().expect("an instant")
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The firings of a century hold the rarest kind to twenty; the others are cut off at a thousand.
fn firings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("firings");
    for (name, text) in KINDS {
        let schedule = schedule(text);
        let firings = || schedule.firings(black_box(start())).take(1000);
        group.throughput(Throughput::Elements(firings().count() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| firings().last()));
    }
    group.finish();
}

fn starts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("starts");
    for (name, text) in [("daily", "0 0 3 * * *"), ("leap days", "0 0 3 29 2 *"), ("never", NEVER)] {
        let schedule = schedule(text);
        group.bench_function(name, |bencher| bencher.iter(|| schedule.firings(black_box(start())).next()));
    }
    for (name, text) in [("read daily", "0 0 3 * * *"), ("read every second", "* * * * * *"), ("read never", NEVER)] {
        group.bench_function(name, |bencher| bencher.iter(|| Schedule::parse(black_box(text))));
    }
    group.finish();
}

criterion_group!(benches, firings, starts);
criterion_main!(benches);
