//! Crons among random arrivals are found with their schedules, and random arrivals are none.

use super::*;
use crate::model::time::Epoch;
use crate::random::stream::{Purpose, Stream, Streams};

const DAYS: i64 = 28;
const SECOND: Span = Span(NANOS);

fn epoch() -> Epoch {
    Epoch("2026-11-02T00:00:00Z".parse().unwrap())
}

fn window() -> (Time, Time) {
    (Time(0), Time(DAYS * DAY))
}

/// The firings of a schedule, each later by up to `jitter` seconds, with every tenth one missing.
fn firings(text: &str, zone: TimeZone, jitter: f64, stream: &mut Stream) -> Vec<Time> {
    let all = Schedule::parse_in(text, zone).unwrap().firings(epoch().0);
    let times = all.map(|at| epoch().time_of(at).unwrap()).take_while(|at| *at < window().1);
    let kept = times.enumerate().filter(|(index, _)| index % 20 != 7);
    kept.map(|(_, at)| at + Span::from_secs_f64(jitter * stream.uniform())).collect()
}

fn random(per_hour: f64, stream: &mut Stream) -> Vec<Time> {
    let mut times = Vec::new();
    let mut next = || Some(stream.exponential() / per_hour * 3_600.0).filter(|gap| gap.is_finite());
    let mut at = next().unwrap_or(f64::INFINITY);
    while at < window().1.as_secs_f64() {
        times.push(Time((at * 1e9) as i64));
        at += next().unwrap_or(f64::INFINITY);
    }
    times
}

fn found(mut times: Vec<Time>, zone: TimeZone, step: Span) -> Option<(RegularSource, Vec<Time>)> {
    for at in &mut times {
        at.0 = at.0.div_euclid(step.0) * step.0;
    }
    times.sort_unstable();
    times.retain(|at| window().0 < *at && *at < window().1);
    let calendar = Calendar::new(zone, epoch(), window(), &[]);
    split(&times, &calendar, zone, window(), step)
}

#[test]
fn crons_are_found_among_random_arrivals() {
    let berlin: TimeZone = "Europe/Berlin".parse().unwrap();
    for (seed, (text, zone, jitter, per_hour, step)) in [
        ("0 */15 * * * *", TimeZone::UTC, 0.0, 0.0, Span(1)),
        ("0 0 3 * * *", TimeZone::UTC, 0.0, 4.0, Span(1)),
        ("0 0 3 * * *", TimeZone::UTC, 0.0, 4.0, SECOND),
        ("0 0 3 * * *", TimeZone::UTC, 120.0, 4.0, SECOND),
        ("57 54 3 * * *", TimeZone::UTC, 0.0, 20.0, Span(1)),
        ("0 30 2 * * 1-5", berlin, 20.0, 10.0, SECOND),
        ("0 0 */6 * * *", TimeZone::UTC, 60.0, 4.0, Span(1)),
        ("0 */10 8-18 * * 1-5", berlin, 5.0, 2.0, SECOND),
        ("0 41 * * * *", TimeZone::UTC, 30.0, 2.0, SECOND),
        ("0 0 1 * * 6", TimeZone::UTC, 0.0, 1.0, Span(1)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut stream = Streams::new(seed as u64, 0).stream(Purpose::Arrival, "cron");
        let of_cron = firings(text, zone, jitter, &mut stream);
        let others = random(per_hour, &mut stream);
        let all = of_cron.iter().chain(&others).copied().collect();
        let Some((source, rest)) = found(all, zone, step) else { panic!("{text} is not found") };
        assert_eq!(source.schedule, text);
        assert!(source.firings.abs_diff(of_cron.len()) <= 1 + of_cron.len() / 50, "{text}: {source:?}");
        assert!(rest.len().abs_diff(others.len()) <= 2 + others.len() / 50, "{text}: {} {}", rest.len(), others.len());
        assert!(
            source.delay.1 <= 1.6 * jitter + 1.0 && source.delay.0 >= 0.3 * jitter - 1.0,
            "{text}: {:?}",
            source.delay
        );
    }
}

#[test]
fn random_arrivals_are_no_cron() {
    for step in [Span(1), SECOND] {
        for (seed, per_hour) in [0.05, 0.3, 1.0, 4.0, 20.0].into_iter().cycle().take(40).enumerate() {
            let mut stream = Streams::new(seed as u64, 1).stream(Purpose::Arrival, "random");
            let found = found(random(per_hour, &mut stream), TimeZone::UTC, step);
            assert!(found.is_none(), "{per_hour} an hour, seed {seed}: {:?}", found.map(|(source, _)| source));
        }
    }
}
