//! The waiting jobs alone: one claim (find the first that fits, remove it) and one new job, by the
//! number of distinct needs and the number of waiting jobs.

use claimsim::internals::engine::queue::JobQueue;
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::job::{Job, JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::random::stream::{Purpose, Streams};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn job(number: u64, need: u64) -> Job {
    Job {
        id: JobId(number),
        scheduled_at: Time(number as i64),
        service: Span::secs(1),
        chain: None,
        action: ActionId(0),
        need: NeedId(need as u16),
        number: 0,
        planned_outcome: JobOutcome::Done,
    }
}

fn claims(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("waiting");
    group.throughput(Throughput::Elements(1));
    for shapes in [1, 3, 128] {
        for len in [10, 1_000, 100_000, 1_000_000] {
            let mut random = Streams::new(1, 0).stream(Purpose::Arrival, "waiting");
            let mut waiting = JobQueue::new(shapes as usize);
            (0..len).for_each(|number| {
                waiting.push(job(number, random.below(shapes)), ());
            });
            let mut number = len;
            group.bench_function(BenchmarkId::new(format!("{shapes} shapes, waiting"), len), |bencher| {
                bencher.iter(|| {
                    // As if this number of units were free, and shape n needed n of them.
                    let free = random.below(shapes) as usize;
                    let need = waiting.first_of(|_| u64::MAX, |need| need <= free);
                    let taken = need.map(|need| waiting.pop(need));
                    if let Some(taken) = taken {
                        waiting.push(job(number, u64::from(taken.need.0)), ());
                        number += 1;
                    }
                    taken
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, claims);
criterion_main!(benches);
