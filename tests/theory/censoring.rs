//! Jobs that have not ended when following ends, against theory: M/M/c over short horizons by its
//! forward equations, and queues with priorities by an independent simulator.
//!
//! A job that arrives at t and meets n others waits for n - c + 1 completions, a sum of exponential
//! times (first come, first served). So the law of the number in system at t is all it takes: the
//! expected sum of any function of the waits is the integral over the arrivals. Following ends at
//! T; then a job is unclaimed if its wait is longer than T - t, and its age is T - t.

use claimsim::internals::model::math;
use claimsim::internals::stats::{Measure, Statistic};

use super::formulas::erlang::Mmc;
use super::formulas::near;
use super::run::{Finished, Reading, WAIT, WITHIN, finished, of};
use super::verdict::FARTHEST;
use super::verdict_errors::verdicts::follow_up::{Class, Draws, Fate, Queue, quantile};

/// In seconds.
const HORIZON: usize = 60;

/// The limit of the share within, in seconds.
const LIMIT: f64 = 4.0;

const REPLICATIONS: usize = 400;

const ARRIVED: Reading = of(Measure::Jobs, Statistic::Arrived);
const UNCLAIMED: Reading = of(Measure::Jobs, Statistic::Unclaimed);

/// An M/M/c queue that starts empty: the law of the number in system, every half second.
struct Transient {
    queue: Mmc,
    laws: Vec<Vec<f64>>,
}

impl Transient {
    /// Uniformisation (Jensen, 1953): steps of a chain at the times of a Poisson process.
    fn new(queue: Mmc, until: usize) -> Transient {
        let states = 3 * queue.servers + (queue.arrivals * until as f64 * 1.3) as usize + 100;
        let rate = queue.arrivals + queue.servers as f64 * queue.services;
        let step = |law: &[f64]| {
            let mut next = vec![0.0; states];
            for (n, p) in law.iter().enumerate() {
                let ends = queue.services * n.min(queue.servers) as f64;
                let arrives = if n + 1 < states { queue.arrivals } else { 0.0 };
                next[n] += p * (rate - arrives - ends) / rate;
                if n > 0 {
                    next[n - 1] += p * ends / rate;
                }
                if arrives > 0.0 {
                    next[n + 1] += p * arrives / rate;
                }
            }
            next
        };
        let mut law = vec![0.0; states];
        law[0] = 1.0;
        let mut laws = vec![law.clone()];
        for _ in 0..2 * until {
            let mean = rate / 2.0;
            let (mut weight, mut sum) = (math::exp(-mean), vec![0.0; states]);
            for k in 1..=(mean + 12.0 * mean.sqrt() + 30.0) as usize {
                sum.iter_mut().zip(&law).for_each(|(sum, p)| *sum += weight * p);
                law = step(&law);
                weight *= mean / k as f64;
            }
            law.clone_from(&sum);
            laws.push(sum);
        }
        Transient { queue, laws }
    }

    /// The mean over the jobs of the window of a function of the arrival and of the law of the
    /// others then present, by Simpson's rule on whole seconds.
    fn over_jobs(&self, value: impl Fn(f64, &[f64]) -> f64) -> f64 {
        let at = |half: usize| half as f64 / 2.0;
        let values: Vec<f64> = self.laws.iter().enumerate().map(|(half, law)| value(at(half), law)).collect();
        let seconds = values.windows(3).step_by(2);
        seconds.map(|v| (v[0] + 4.0 * v[1] + v[2]) / 6.0).sum::<f64>() / at(values.len() - 1)
    }

    /// P(W > a): fewer completions than it takes.
    fn above(&self, law: &[f64], a: f64) -> f64 {
        let few = self.few(a, law.len());
        (self.queue.servers..law.len()).map(|n| law[n] * few[n - self.queue.servers]).sum()
    }

    /// E[min(W, a)].
    fn at_most(&self, law: &[f64], a: f64) -> f64 {
        let (servers, few) = (self.queue.servers, self.few(a, law.len() + 1));
        let rate = servers as f64 * self.queue.services;
        let least = |m: usize| m as f64 / rate * (1.0 - few[m]) + a * few[m - 1];
        (servers..law.len()).map(|n| law[n] * least(n - servers + 1)).sum()
    }

    /// The probabilities of no more than 0, 1, … completions of busy servers in a time.
    fn few(&self, a: f64, many: usize) -> Vec<f64> {
        let mean = self.queue.servers as f64 * self.queue.services * a;
        let (mut term, mut sum) = (math::exp(-mean), 0.0);
        let next = |k: usize| {
            sum += term;
            term *= mean / (k + 1) as f64;
            sum
        };
        (0..many).map(next).collect()
    }
}

/// How far the sum of a figure over the jobs of each replication is from theory, in standard
/// errors. The expected sum is exactly that of the jobs times their mean.
fn score(values: &[f64], jobs: &[f64], theory: f64) -> f64 {
    let apart: Vec<f64> = values.iter().zip(jobs).map(|(value, jobs)| jobs * (value - theory)).collect();
    let (mean, error) = mean_and_error(&apart);
    // Where hardly any job is concerned, the spread is no estimate of the error.
    mean / error.max(0.002)
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

fn two_samples(one: &[f64], other: &[f64]) -> f64 {
    let ((a, error_a), (b, error_b)) = (mean_and_error(one), mean_and_error(other));
    (a - b) / error_a.hypot(error_b).max(1e-9)
}

fn bounds(run: &Finished, reading: Reading) -> (Vec<f64>, Vec<f64>) {
    run.bounds(reading).into_iter().map(|value| (value.lower, value.upper)).unzip()
}

/// The quantile, mean and share of a class in each of many runs of the independent simulator.
fn follow(queue: &Queue, class: usize, horizon: usize, end: f64, seed: u64) -> Vec<[f64; 4]> {
    const RUNS: u64 = 2_000;
    let one = |number: u64| {
        let fates = queue.follow(&mut Draws((seed * RUNS + number) << 24), horizon as f64, end);
        let values: Vec<f64> = fates[class]
            .iter()
            .map(|fate| match *fate {
                Fate::Claimed(value) | Fate::Waits(value) => value,
                Fate::Left => unreachable!("nobody gives up"),
            })
            .collect();
        let unclaimed = fates[class].iter().filter(|fate| matches!(fate, Fate::Waits(_))).count();
        let of = |p| quantile(&values, p);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Some([of(0.5)?, of(0.95)?, mean, unclaimed as f64 / values.len() as f64])
    };
    (0..RUNS).filter_map(one).collect()
}

fn column(runs: &[[f64; 4]], column: usize) -> Vec<f64> {
    runs.iter().map(|run| run[column]).collect()
}

fn cooldowns() -> [(&'static str, usize); 3] {
    [("none", 0), ("10s", 10), ("auto", HORIZON)]
}

#[test]
fn short_runs_of_several_servers_by_their_forward_equations() {
    for (case, load) in [0.7, 1.0, 1.5, 3.0].into_iter().enumerate() {
        let queue = Mmc { arrivals: 2.0 * load, services: 1.0, servers: 2 };
        let theory = Transient::new(queue, HORIZON);
        let true_mean = theory.over_jobs(|_, law| theory.at_most(law, 10.0 * HORIZON as f64));
        let true_within = 1.0 - theory.over_jobs(|_, law| theory.above(law, LIMIT));
        let other = Queue { servers: 2, classes: vec![class(queue.arrivals)] };
        let truth = follow(&other, 0, HORIZON, f64::INFINITY, case as u64 * 10 + 2);
        for (cooldown, seconds) in cooldowns() {
            let text = format!(
                r#"
                horizon = "{HORIZON}s"
                cooldown = "{cooldown}"
                replications = {REPLICATIONS}
                seed = {case}
                slo = {{ wait = "{LIMIT}s" }}
                claim = {{ delay = "none" }}
                [worker.server]
                count = 2
                capacity = {{ slot = 1 }}
                [action.job]
                capacity = {{ slot = 1 }}
                arrival = {{ poisson = {{ rate = "{}/s" }} }}
                service = {{ exponential = {{ mean = "1s" }} }}
                "#,
                queue.arrivals
            );
            let run = finished(&text, &[]);
            let end = (HORIZON + seconds) as f64;
            let jobs = run.values(ARRIVED);
            let name = format!("load {load}, cooldown {cooldown}");
            let agrees = |figure: &str, values: &[f64], expected: f64| {
                let score = score(values, &jobs, expected);
                assert!(score.abs() < FARTHEST, "{name}: {figure} is {score} standard errors from {expected}");
            };

            let unclaimed: Vec<f64> = run.values(UNCLAIMED).iter().zip(&jobs).map(|(open, jobs)| open / jobs).collect();
            agrees("share unclaimed", &unclaimed, theory.over_jobs(|t, law| theory.above(law, end - t)));

            let (lower, upper) = bounds(&run, WAIT);
            agrees("mean wait from below", &lower, theory.over_jobs(|t, law| theory.at_most(law, end - t)));
            assert!(unclaimed.iter().zip(&upper).all(|(open, upper)| (*open > 0.0) == upper.is_infinite()), "{name}");
            let (within, may_be) = bounds(&run, WITHIN);
            let both = |t: f64, law: &[f64]| 1.0 - theory.above(law, LIMIT.min(end - t));
            agrees("share within, from below", &within, theory.over_jobs(both));
            let young = |t: f64, law: &[f64]| if end - t < LIMIT { 1.0 } else { 1.0 - theory.above(law, LIMIT) };
            agrees("share within, from above", &may_be, theory.over_jobs(young));

            let all_claimed = unclaimed.iter().all(|open| *open == 0.0);
            match (load, seconds) {
                (0.7, 10) | (1.5, HORIZON) => {}
                _ => assert_eq!(all_claimed, seconds == HORIZON && load < 3.0, "{name}"),
            }
            if all_claimed {
                assert_eq!((&lower, &within), (&upper, &may_be), "{name}: known");
                agrees("mean wait", &lower, true_mean);
                agrees("share within", &within, true_within);
            } else if load >= 1.5 && cooldown == "none" {
                // A mean of claimed jobs alone would be far off, as are the ages.
                assert!(score(&lower, &jobs, true_mean) < -2.0 * FARTHEST, "{name}: {true_mean}");
            }

            // Quantiles: of each run, from below, and the truth.
            let below = follow(&other, 0, HORIZON, end, case as u64 * 10 + 1);
            for (index, statistic) in [Statistic::P50, Statistic::P95].into_iter().enumerate() {
                let (lower, upper) = bounds(&run, of(Measure::WaitS, statistic));
                let apart = two_samples(&lower, &column(&below, index));
                assert!(apart.abs() < FARTHEST, "{name}: {statistic:?} from below is {apart} standard errors off");
                let apart = two_samples(&lower, &column(&truth, index));
                assert!(apart < FARTHEST, "{name}: {statistic:?} from below is {apart} above the truth");
                if upper.iter().all(|upper| upper.is_finite()) {
                    let apart = two_samples(&upper, &column(&truth, index));
                    assert!(apart > -FARTHEST, "{name}: {statistic:?} from above is {apart} below the truth");
                }
                assert!(lower.iter().zip(&upper).all(|(lower, upper)| lower <= upper), "{name}");
            }
        }
    }
}

const fn class(arrivals: f64) -> Class {
    Class { arrivals, service: 1.0, patience: f64::INFINITY }
}

/// One server; more urgent jobs than it can serve, and others.
fn starving(settings: &str) -> String {
    format!(
        r#"
        horizon = "100s"
        {settings}
        claim = {{ delay = "none", policy = "priority" }}
        [worker.server]
        capacity = {{ slot = 1 }}
        [action.first]
        capacity = {{ slot = 1 }}
        priority = 1
        arrival = {{ poisson = {{ rate = "1.1/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        [action.last]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "0.4/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#
    )
}

#[test]
fn a_starving_class_by_an_independent_simulator() {
    let queue = Queue { servers: 1, classes: vec![class(1.1), class(0.4)] };
    for (case, (cooldown, seconds)) in [("none", 0.0), ("10s", 10.0), ("auto", 100.0)].into_iter().enumerate() {
        let settings = format!("cooldown = \"{cooldown}\"\nreplications = {REPLICATIONS}\nseed = {case}");
        let run = finished(&starving(&settings), &[]);
        for (class, action) in ["first", "last"].into_iter().enumerate() {
            let runs = follow(&queue, class, 100, 100.0 + seconds, (case * 2 + class + 100) as u64);
            let readings =
                [Statistic::P50, Statistic::P95, Statistic::Mean].map(|statistic| of(Measure::WaitS, statistic));
            for (index, reading) in readings.into_iter().enumerate() {
                let (lower, upper) = bounds(&run, reading.of_action(action));
                let apart = two_samples(&lower, &column(&runs, index));
                assert!(apart.abs() < FARTHEST, "{action}, cooldown {cooldown}: {reading:?} is {apart} off");
                assert!(lower.iter().zip(&upper).all(|(lower, upper)| lower <= upper));
            }
            let [open, jobs] = [UNCLAIMED, ARRIVED].map(|reading| run.values(reading.of_action(action)));
            let share: Vec<f64> = open.iter().zip(&jobs).map(|(open, jobs)| open / jobs).collect();
            let apart = two_samples(&share, &column(&runs, 3));
            assert!(apart.abs() < FARTHEST, "{action}, cooldown {cooldown}: the share unclaimed is {apart} off");
            let (mean, _) = mean_and_error(&share);
            assert!(class == 0 || mean > 0.5, "the last class starves: {mean}");
        }
    }
}

/// Each experiment either has an interval that covers the truth, or one that misses it, or none.
#[test]
fn intervals_with_open_jobs_rarely_miss_the_truth() {
    const EXPERIMENTS: u64 = 200;
    let queue = Queue { servers: 1, classes: vec![class(1.1), class(0.4)] };
    // By then all jobs of the first class are claimed.
    let truth = mean_and_error(&column(&follow(&queue, 0, 100, 300.0, 7), 0)).0;
    for (cooldown, has_interval) in [("none", false), ("15s", false), ("auto", true)] {
        let (mut printed, mut missed) = (0, 0);
        for seed in 0..EXPERIMENTS {
            let settings = format!("cooldown = \"{cooldown}\"\nreplications = 20\nseed = {}", seed + 1);
            let run = finished(&starving(&settings), &[]);
            let interval = run.try_interval(of(Measure::WaitS, Statistic::P50).of_action("first"));
            printed += u64::from(interval.is_some());
            missed += u64::from(interval.is_some_and(|(low, high)| truth < low || high < truth));
            // Most of the last class is never claimed: nothing bounds its wait from above.
            assert_eq!(run.try_interval(of(Measure::WaitS, Statistic::P95).of_action("last")), None);
        }
        let expected = 0.05 * EXPERIMENTS as f64;
        let most = expected + 3.0 * (0.95 * expected).sqrt();
        assert!(missed as f64 <= most, "cooldown {cooldown}: {missed} of {printed} intervals miss {truth}");
        assert!(!has_interval || printed == EXPERIMENTS && missed as f64 >= expected / 4.0, "{printed}, {missed}");
    }
}

#[test]
fn the_forward_equations_end_at_erlang() {
    let queue = Mmc { arrivals: 1.2, services: 1.0, servers: 2 };
    let theory = Transient::new(queue, 200);
    let last = theory.laws.last().unwrap();
    near(theory.at_most(last, 1_000.0), queue.mean_wait(), 1e-9);
    near(1.0 - theory.above(last, 0.0), 1.0 - queue.wait_probability(), 1e-9);
    near(1.0 - theory.above(last, 2.0), queue.wait_within(2.0), 1e-9);
    // E[min(W, a)] is the integral of P(W > x) up to a.
    let law = &theory.laws[7];
    let steps: f64 = (0..3_000).map(|k| theory.above(law, (f64::from(k) + 0.5) / 1_000.0) / 1_000.0).sum();
    near(theory.at_most(law, 3.0), steps, 1e-6);
}

#[test]
fn the_independent_simulator_follows_erlang() {
    let queue = Queue { servers: 2, classes: vec![class(1.2)] };
    let theory = Mmc { arrivals: 1.2, services: 1.0, servers: 2 };
    let runs = follow(&queue, 0, 1_000, f64::INFINITY, 3);
    let (mean, error) = mean_and_error(&column(&runs, 2));
    // It starts empty: a relaxation time of 20 s at that load.
    assert!(
        (mean - theory.mean_wait()).abs() < FARTHEST * error + 0.005,
        "{mean} ± {error}, not {}",
        theory.mean_wait()
    );
}
