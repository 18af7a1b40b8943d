//! Arrivals follow their distributions: rates by hour, variances, calendars; no other part of a
//! scenario affects them.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Timelike, Utc};
use claimsim::internals::arrival::cron::Schedule;
use claimsim::internals::arrival::{ArrivalModel, ArrivalModelError, HOURS, HourlyRates, ListedJob, WEEKDAYS};
use claimsim::internals::engine::{Arrival, ArrivalProcess, ArrivalStart, JobOverrides, MisfireRule, Overlap};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::time::{Epoch, NANOS, Span, Time};
use claimsim::internals::model::unit::Rate;
use claimsim::internals::random::dist::{Constant, Distribution, Erlang, Hyperexponential, Uniform};
use claimsim::internals::random::stream::{Purpose, Streams};

const SCAN: ActionId = ActionId(0);

fn epoch(text: &str) -> Epoch {
    Epoch(text.parse::<DateTime<Utc>>().expect("RFC 3339"))
}

/// All arrivals of a source up to a time.
fn arrivals(source: &ArrivalModel, streams: &Streams, epoch: Epoch, until: Time) -> Vec<Arrival> {
    let mut process = source.start(ArrivalStart { streams, epoch });
    std::iter::from_fn(|| process.next()).take_while(|arrival| arrival.at <= until).collect()
}

fn times(source: &ArrivalModel, seed: u64, until: Time) -> Vec<Time> {
    let arrivals = arrivals(source, &Streams::new(seed, 0), Epoch::default(), until);
    arrivals.iter().map(|arrival| arrival.at).collect()
}

fn seconds(count: i64) -> Time {
    Time::ZERO + Span::secs(count)
}

fn rate(per_second: f64) -> Rate {
    Rate::per_second(per_second).unwrap()
}

fn constant(value: f64) -> Distribution {
    Constant::new(value).unwrap().into()
}

fn poisson(per_second: f64) -> ArrivalModel {
    ArrivalModel::Poisson { action: SCAN, name: "scan".to_owned(), rate: rate(per_second), batch: None }
}

fn renewal(between: Distribution) -> ArrivalModel {
    ArrivalModel::Renewal { action: SCAN, name: "scan".to_owned(), between, batch: None }
}

fn profile(rates: HourlyRates) -> ArrivalModel {
    ArrivalModel::Profile { action: SCAN, name: "scan".to_owned(), rates: Arc::new(rates), batch: None }
}

/// The distance of a chi-square value from its mean in standard deviations (Wilson and Hilferty
/// 1931).
fn chi_square_z(value: f64, degrees: f64) -> f64 {
    let spread = 2.0 / (9.0 * degrees);
    ((value / degrees).cbrt() - (1.0 - spread)) / spread.sqrt()
}

fn squared(x: f64) -> f64 {
    x * x
}

/// Sample mean and variance.
fn moments(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    (mean, sample.iter().map(|x| squared(x - mean)).sum::<f64>() / (count - 1.0))
}

/// The number of arrivals up to `until` in each replication.
fn counts(source: &ArrivalModel, until: Time, replications: u64) -> Vec<f64> {
    let count = |replication| arrivals(source, &Streams::new(7, replication), Epoch::default(), until).len() as f64;
    (0..replications).map(count).collect()
}

#[test]
fn poisson_counts_have_equal_mean_and_variance() {
    let counts = counts(&poisson(0.5), seconds(200), 600);
    let (mean, _) = moments(&counts);
    let z = (mean - 100.0) / (100.0_f64 / 600.0).sqrt();
    assert!(z.abs() < 4.5, "mean {mean} of a Poisson count of 100, z = {z}");
    let dispersion = counts.iter().map(|n| squared(n - 100.0) / 100.0).sum();
    let z = chi_square_z(dispersion, 600.0);
    assert!(z.abs() < 4.5, "dispersion {dispersion} over 600 Poisson counts, z = {z}");
}

#[test]
fn renewal_counts_have_the_variance_of_renewal_theory() {
    // For mean 1 and squared coefficient of variation c, the count of a long time t has mean t +
    // (c - 1) / 2, and variance c t but for a constant (Cox, Renewal Theory, 1962, sections 4.2 and
    // 4.5), which 400 times the mean makes small.
    let hyper = Hyperexponential::new(vec![(0.5, 0.5), (0.5, 1.5)]).unwrap();
    let cases = [(Distribution::from(Erlang::new(4, 1.0).unwrap()), 0.25), (hyper.into(), 1.5)];
    for (between, c) in cases {
        assert!((between.variance() - c).abs() < 1e-12);
        let (horizon, replications) = (400.0, 800.0);
        let (mean, variance) = moments(&counts(&renewal(between), seconds(400), 800));
        let z = (mean - (horizon + (c - 1.0) / 2.0)) / (c * horizon / replications).sqrt();
        assert!(z.abs() < 4.5, "c = {c}: mean {mean}, z = {z}");
        let z = chi_square_z((replications - 1.0) * variance / (c * horizon), replications - 1.0);
        assert!(z.abs() < 4.5, "c = {c}: variance {variance}, z = {z}");
    }
}

#[test]
fn constant_times_between_arrivals_keep_their_beat() {
    let beat = times(&renewal(constant(0.1)), 1, seconds(3_600));
    assert_eq!(beat.len(), 36_000, "no drift in an hour of tenths of a second");
    assert_eq!(beat[0], Time(NANOS / 10), "the first comes one between-time after the start");
    assert_eq!(*beat.last().unwrap(), seconds(3_600));
}

/// HourlyRates that differ from hour to hour and day to day, some of them 0, about one arrival in
/// two minutes.
fn weekly_rates() -> [[f64; HOURS]; WEEKDAYS] {
    std::array::from_fn(|day| std::array::from_fn(|hour| f64::from((day * 5 + hour * 7) as u32 % 11) / 600.0))
}

#[test]
fn a_profile_has_its_rate_in_every_hour_of_the_week() {
    let rates = weekly_rates();
    let source = profile(HourlyRates::weekly(rates.map(|day| day.map(rate))));
    // Not aligned to hours; ends after whole weeks, so that each hour of the week is covered
    // equally.
    let epoch = epoch("2017-02-22T17:23:45.678901234Z");
    let (weeks, replications) = (3, 40_u64);
    let mut seen = [[0.0; HOURS]; WEEKDAYS];
    let mut quarters = [0.0; 4];
    for replication in 0..replications {
        for arrival in arrivals(&source, &Streams::new(3, replication), epoch, seconds(weeks * 7 * 86_400)) {
            let at = epoch.calendar_of(arrival.at).unwrap();
            seen[at.weekday().num_days_from_monday() as usize][at.hour() as usize] += 1.0;
            quarters[at.minute() as usize / 15] += 1.0;
        }
    }
    let (mut value, mut degrees) = (0.0, 0.0);
    for (day, hour) in (0..WEEKDAYS).flat_map(|day| (0..HOURS).map(move |hour| (day, hour))) {
        let expected = rates[day][hour] * 3_600.0 * weeks as f64 * replications as f64;
        if expected == 0.0 {
            assert_eq!(seen[day][hour], 0.0, "nothing comes at rate 0 on day {day} at {hour}:00");
        } else {
            value += squared(seen[day][hour] - expected) / expected;
            degrees += 1.0;
        }
    }
    let z = chi_square_z(value, degrees);
    assert!(z.abs() < 4.5, "arrivals by hour of the week: chi-square {value} on {degrees} degrees, z = {z}");
    let quarter = quarters.iter().sum::<f64>() / 4.0;
    let value = quarters.iter().map(|n| squared(n - quarter) / quarter).sum();
    let z = chi_square_z(value, 3.0);
    assert!(z.abs() < 4.5, "arrivals by quarter of the hour {quarters:?}: z = {z}");
}

#[test]
fn daily_rates_are_those_of_the_hour_in_utc() {
    // Jobs between 09:00 and 10:00 only; the run starts at half past nine on a leap day.
    let mut hours = [rate(0.0); HOURS];
    hours[9] = rate(1.0);
    let epoch = epoch("2016-02-29T09:30:00Z");
    let source = profile(HourlyRates::daily(hours));
    let arrivals = arrivals(&source, &Streams::new(1, 0), epoch, seconds(14 * 86_400));
    assert!(arrivals.iter().all(|arrival| epoch.calendar_of(arrival.at).unwrap().hour() == 9));
    let on_first_day = arrivals.iter().filter(|arrival| arrival.at < seconds(1_800)).count() as f64;
    let z = (on_first_day - 1_800.0) / 1_800.0_f64.sqrt();
    assert!(z.abs() < 4.5, "{on_first_day} arrivals in the first half hour, z = {z}");
}

#[test]
fn a_flat_profile_is_the_poisson_process_of_the_same_stream() {
    let flat = times(&profile(HourlyRates::daily([rate(0.01); HOURS])), 5, seconds(3_000_000));
    let poisson = times(&poisson(0.01), 5, seconds(3_000_000));
    assert!(flat.len() > 29_000 && flat.len().abs_diff(poisson.len()) <= 1);
    let apart = flat.iter().zip(&poisson).map(|(a, b)| (a.0 - b.0).abs()).max().unwrap();
    assert!(apart <= flat.len() as i64, "each arrival is rounded to a nanosecond once: {apart} ns apart");
}

#[test]
fn rates_scale_the_same_luck() {
    let slow = times(&poisson(0.25), 9, seconds(4_000));
    let fast = times(&poisson(0.5), 9, seconds(2_000));
    assert_eq!(slow.len(), fast.len());
    assert!(slow.iter().zip(&fast).all(|(slow, fast)| (slow.0 - 2 * fast.0).abs() <= 2 * slow.0 / NANOS + 4));
}

#[test]
fn rates_of_zero_and_almost_zero() {
    for source in [poisson(0.0), profile(HourlyRates::daily([rate(0.0); HOURS])), renewal(constant(f64::MAX))] {
        assert_eq!(times(&source, 1, Time::NEVER), []);
    }
    let mut hours = [rate(0.0); HOURS];
    for smallest in [1e-9, 1e-15, 1e-300, f64::MIN_POSITIVE] {
        hours[23] = rate(smallest);
        let rare = times(&profile(HourlyRates::daily(hours)), 1, Time::NEVER);
        assert!(rare.len() < 40, "at most {} in 292 years at {smallest}/s", rare.len());
        let also_rare = times(&poisson(smallest), 1, Time::NEVER);
        assert!(also_rare.len() < 40, "at most {} in 292 years at {smallest}/s", also_rare.len());
    }
}

#[test]
fn sources_under_which_the_clock_stands_still_are_refused() {
    for fine in [poisson(1e9), poisson(0.0), renewal(constant(1e-9)), profile(HourlyRates::daily([rate(1e9); HOURS]))] {
        assert_eq!(fine.check(), Ok(()));
    }
    assert_eq!(poisson(1.1e9).check(), Err(ArrivalModelError::TooFast));
    assert_eq!(profile(HourlyRates::daily([rate(f64::MAX); HOURS])).check(), Err(ArrivalModelError::TooFast));
    assert_eq!(renewal(constant(0.0)).check(), Err(ArrivalModelError::StandsStill));
    assert_eq!(renewal(constant(1e-10)).check(), Err(ArrivalModelError::StandsStill));
}

fn with_batch(size: Distribution) -> ArrivalModel {
    ArrivalModel::Poisson { action: SCAN, name: "scan".to_owned(), rate: rate(1.0), batch: Some(size) }
}

fn batches(source: &ArrivalModel) -> Vec<u64> {
    let arrivals = arrivals(source, &Streams::new(2, 0), Epoch::default(), seconds(20_000));
    arrivals.iter().map(|arrival| arrival.count).collect()
}

#[test]
fn batch_sizes_are_rounded_to_the_nearest_whole_number() {
    for (size, count) in [(3.0, 3), (2.5, 3), (2.49, 2), (0.49, 0), (0.0, 0)] {
        assert!(batches(&with_batch(constant(size))).iter().all(|batch| *batch == count), "{size} rounds to {count}");
    }
    let sizes = batches(&with_batch(Uniform::new(0.0, 3.0).unwrap().into()));
    let total = sizes.len() as f64;
    // Half a unit of the interval rounds to 0, half to 3.
    let value = [1.0, 2.0, 2.0, 1.0].iter().enumerate().map(|(size, weight)| {
        let seen = sizes.iter().filter(|batch| **batch == size as u64).count() as f64;
        let expected = total * weight / 6.0;
        squared(seen - expected) / expected
    });
    let z = chi_square_z(value.sum(), 3.0);
    assert!(z.abs() < 4.5, "batches of 0 to 3: z = {z}");
}

#[test]
fn batch_sizes_and_times_of_arrivals_do_not_disturb_each_other() {
    let size = Distribution::from(Uniform::new(0.0, 9.0).unwrap());
    let batched = with_batch(size.clone());
    assert_eq!(times(&batched, 4, seconds(1_000)), times(&poisson(1.0), 4, seconds(1_000)));
    let mut stream = Streams::new(2, 0).stream(Purpose::Batch, "scan");
    assert!(batches(&batched).iter().all(|batch| *batch == size.sample(&mut stream).round() as u64));
}

#[test]
fn a_source_has_luck_of_its_own() {
    let alone = times(&poisson(1.0), 6, seconds(1_000));
    let streams = Streams::new(6, 0);
    let start = ArrivalStart { streams: &streams, epoch: Epoch::default() };
    let other = ArrivalModel::Poisson { action: ActionId(1), name: "gc".to_owned(), rate: rate(1.0), batch: None };
    let (mut one, mut two) = (poisson(1.0).start(start), other.start(start));
    let mut apart = Vec::new();
    for at in &alone {
        apart.push(two.next().unwrap().at);
        assert_eq!(one.next().map(|arrival| arrival.at), Some(*at), "whatever else is asked in between");
    }
    assert_ne!(alone, apart, "names key the streams");
    assert_ne!(alone, times(&poisson(1.0), 7, seconds(1_000)), "seeds too");
}

#[test]
fn customers_draw_by_cycle_in_any_order() {
    let think = Distribution::from(Erlang::new(2, 30.0).unwrap());
    let source = ArrivalModel::Closed { action: SCAN, name: "scan".to_owned(), population: 3, think: think.clone() };
    let streams = Streams::new(8, 0);
    let mut process = source.start(ArrivalStart { streams: &streams, epoch: Epoch::default() });
    assert_eq!((process.next(), process.population()), (None, 3));
    let from = seconds(100);
    for (customer, cycle) in [(2, 5), (0, 0), (1, 1 << 30), (0, 1), (2, 5)] {
        let mut stream = streams.family(Purpose::Customer, "scan").member(u64::from(customer), 2 * cycle);
        let expected = from + Span::from_secs_f64(think.sample(&mut stream));
        assert_eq!(process.cycle(customer, cycle, from), Some(Arrival::single(expected, SCAN)));
    }
    assert_eq!(process.cycle(0, u32::MAX, from), None, "there are no streams for that number of cycles");
    assert_eq!(process.cycle(0, 0, Time::NEVER), None);
}

#[test]
fn listed_arrivals_keep_their_order_on_ties() {
    let at = |seconds: i64, count| {
        let arrival = Arrival { count, ..Arrival::single(Time::ZERO + Span::secs(seconds), SCAN) };
        ListedJob { arrival, overrides: JobOverrides { priority: Some(count as i64), ..JobOverrides::default() } }
    };
    let source = ArrivalModel::listed(vec![at(5, 1), at(0, 2), at(5, 3), at(2, 4), at(5, 5)]);
    let mut process = source.start(ArrivalStart { streams: &Streams::new(1, 0), epoch: Epoch::default() });
    assert_eq!(process.overrides(), None, "before the first");
    for expected in [2, 4, 1, 3, 5] {
        assert_eq!(process.next().map(|arrival| arrival.count), Some(expected));
        assert_eq!(process.overrides().and_then(|overrides| overrides.priority), Some(expected as i64));
    }
    assert_eq!(process.next(), None);
}

#[test]
fn a_cron_makes_jobs_at_nominal_times_from_the_start_on() {
    let overrides = JobOverrides { priority: Some(3), ..JobOverrides::default() };
    let cron = |schedule| ArrivalModel::Cron {
        action: SCAN,
        schedule: Schedule::parse(schedule).unwrap(),
        overlap: Overlap::SkipIfActive,
        missed: MisfireRule::Once,
        overrides,
    };
    let at = |source: &ArrivalModel, start| {
        let arrivals = arrivals(source, &Streams::new(1, 0), epoch(start), seconds(86_400));
        assert!(arrivals.iter().all(|arrival| arrival.count == 1));
        let process = source.start(ArrivalStart { streams: &Streams::new(1, 0), epoch: epoch(start) });
        assert_eq!(process.overrides(), Some(&overrides));
        arrivals.iter().map(|arrival| arrival.at.0 / NANOS).collect::<Vec<_>>()
    };
    assert_eq!(at(&cron("0 0 */6 * * *"), "2018-04-21T00:00:00Z"), [21_600, 43_200, 64_800, 86_400]);
    assert_eq!(at(&cron("0 0 3 * * *"), "2018-04-21T02:59:30Z"), [30]);
    assert_eq!(at(&cron("@every 8h"), "2018-04-21T02:59:30Z"), [28_800, 57_600, 86_400]);
    assert_eq!(at(&cron("0 0 0 30 2 *"), "2018-04-21T00:00:00Z"), [0_i64; 0]);
    let process = cron("@daily").start(ArrivalStart { streams: &Streams::new(1, 0), epoch: Epoch::default() });
    assert_eq!(
        (process.is_cron(), process.overlap(), process.missed()),
        (true, Overlap::SkipIfActive, MisfireRule::Once)
    );
}
