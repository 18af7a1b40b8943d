//! The calendar alone: one "hold" (take the next event, schedule another), by the number of events
//! in it, and for arrivals by the number of sources.

use claimsim::internals::engine::calendar::{Calendar, CalendarEvent, EventClass, LAST_INSTANT};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::random::stream::{Purpose, Stream, Streams};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// An instant an exponential time after `now`.
fn later(now: Time, random: &mut Stream) -> Time {
    now + Span::from_secs_f64(random.exponential())
}

fn random() -> Stream {
    Streams::new(1, 0).stream(Purpose::Arrival, "calendar")
}

/// Takes the next event, with its instant.
fn take(calendar: &mut Calendar) -> (Time, CalendarEvent) {
    let key = calendar.peek();
    (Calendar::time_of(key), calendar.take(key))
}

fn holds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calendar");
    group.throughput(Throughput::Elements(1));
    for events in [16, 64, 1_000, 100_000, 1_000_000] {
        let (mut calendar, mut random) = (Calendar::new(LAST_INSTANT), random());
        for slot in 0..events {
            calendar.schedule(later(Time::ZERO, &mut random), EventClass::Completion, slot);
        }
        group.bench_function(BenchmarkId::new("hold, events", events), |bencher| {
            bencher.iter(|| {
                let (now, event) = take(&mut calendar);
                let CalendarEvent::Slot(class, slot) = event else { unreachable!("there are no sources") };
                calendar.schedule(later(now, &mut random), class, slot);
            });
        });
    }
    for sources in [1, 10, 1_000] {
        let (mut calendar, mut random) = (Calendar::new(LAST_INSTANT), random());
        for source in 0..sources {
            calendar.schedule_source(later(Time::ZERO, &mut random), EventClass::Arrival, source);
        }
        group.bench_function(BenchmarkId::new("hold, sources", sources), |bencher| {
            bencher.iter(|| {
                let (now, event) = take(&mut calendar);
                let CalendarEvent::Source(source) = event else { unreachable!("there are only sources") };
                calendar.schedule_source(later(now, &mut random), EventClass::Arrival, source);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, holds);
criterion_main!(benches);
