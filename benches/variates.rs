//! Numbers per second of the random streams: base variates, and every distribution of the
//! catalogue.

use claimsim::internals::random::dist::{
    CATALOGUE, Constant, Distribution, Empirical, Erlang, Exponential, Gamma, Hyperexponential, Lognormal,
    ParameterError, Pareto, Uniform, Weibull,
};
use claimsim::internals::random::stream::{Purpose, Stream, Streams};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

/// Numbers drawn in one iteration: enough to hide the iteration's own cost.
const DRAWS: u64 = 1000;

fn stream() -> Stream {
    Streams::new(1, 0).stream(Purpose::Service, "bench")
}

/// Measures one way of drawing, all draws from one stream.
fn measure(group: &mut BenchmarkGroup<WallTime>, name: &str, draw: impl Fn(&mut Stream) -> f64) {
    let mut stream = stream();
    group.throughput(Throughput::Elements(DRAWS));
    group.bench_function(name, |bencher| bencher.iter(|| (0..DRAWS).map(|_| draw(&mut stream)).sum::<f64>()));
}

fn base(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("base variates");
    measure(&mut group, "bits", |stream| stream.bits() as f64);
    measure(&mut group, "uniform", Stream::uniform);
    measure(&mut group, "below 10", |stream| stream.below(10) as f64);
    measure(&mut group, "exponential", Stream::exponential);
    measure(&mut group, "normal", Stream::normal);
    group.finish();
}

/// What the beginning of a stream costs: each later attempt of a job has one of its own.
fn beginnings(criterion: &mut Criterion) {
    let family = Streams::new(1, 0).family(Purpose::Attempt, "bench");
    let mut group = criterion.benchmark_group("streams");
    group.throughput(Throughput::Elements(DRAWS));
    group.bench_function("a member's first number", |bencher| {
        bencher.iter(|| (0..DRAWS).map(|member| family.member(member, 2).uniform()).sum::<f64>());
    });
    group.finish();
}

/// A service time of a minute on average, as somebody would write it.
fn distribution(name: &str) -> Result<Distribution, ParameterError> {
    Ok(match name {
        "constant" => Constant::new(60.0)?.into(),
        "uniform" => Uniform::new(0.0, 120.0)?.into(),
        "exponential" => Exponential::new(60.0)?.into(),
        "erlang" => Erlang::new(4, 60.0)?.into(),
        "gamma" => Gamma::new(2.5, 60.0)?.into(),
        "hyperexponential" => Hyperexponential::new(vec![(0.9, 20.0), (0.1, 420.0)])?.into(),
        "lognormal" => Lognormal::new(60.0, 1.5)?.into(),
        "weibull" => Weibull::new(0.7, 60.0)?.into(),
        "pareto" => Pareto::new(1.5, 20.0, Some(3600.0))?.into(),
        "empirical" => Empirical::new((0..1000).map(|place| 0.12 * f64::from(place)).collect())?.into(),
        _ => panic!("give `{name}` parameters here, so that it is measured too"),
    })
}

fn distributions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("distributions");
    for entry in CATALOGUE {
        let distribution = distribution(entry.name).expect("the parameters are in range");
        measure(&mut group, entry.name, |stream| distribution.sample(stream));
    }
    group.finish();
}

criterion_group!(benches, base, beginnings, distributions);
criterion_main!(benches);
