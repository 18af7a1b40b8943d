//! The accelerated race of a large pool has the same distribution as the race of its workers one by
//! one.
//!
//! Both simulators run the same arrivals and service times under the same seeds; only the race is
//! drawn differently. Two things are compared over many seeds: the wait of the k-th job, for each
//! k, by a two-sample Kolmogorov-Smirnov test; and figures of a run, by the mean of their paired
//! differences. Arrivals are so frequent that pending attempts, which began for an earlier job,
//! decide many claims, and workers return while others race.

use claimsim::internals::engine::{
    ActionModel, Availability, Breakdowns, CapacityChange, ClaimRule, Heartbeat, OutageKind, System, Window,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::claim::ClaimBatch;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::{Worker, WorkerId};
use claimsim::internals::policy::Policy;
use claimsim::internals::random::dist::{
    Distribution, Empirical, Erlang, Gamma, Hyperexponential, Lognormal, Pareto, Weibull,
};

use super::event::{Event, Kind};
use super::scenarios::{Scenario, constant, exponential, uniform};
use super::sources::{Gap, Source};

/// The number of seeds of each case.
const SEEDS: u64 = 1000;

/// A right program exceeds this once in 150,000 scores; this file has fewer than 100 scores, of
/// fixed seeds.
const FAR: f64 = 4.5;

/// Waits in seconds. A job that is not claimed by the horizon, or that gave up, has an infinite
/// wait.
struct Outcome {
    waits: Vec<f64>,
    figures: Vec<(&'static str, f64)>,
}

impl Outcome {
    fn of(events: &[Event], workers: usize) -> Outcome {
        let claims: Vec<(Time, u64, usize)> = events
            .iter()
            .filter_map(|event| match event.kind {
                Kind::Claimed { job, worker } => Some((event.time, job.0, worker.0 as usize)),
                _ => None,
            })
            .collect();
        let due: Vec<Time> = events
            .iter()
            .filter_map(|event| match event.kind {
                Kind::Due { row, .. } => Some(row.scheduled_at),
                _ => None,
            })
            .collect();
        let mut waits = vec![f64::INFINITY; due.len()];
        for &(at, job, _) in &claims {
            waits[job as usize] = (at - due[job as usize]).as_secs_f64();
        }
        let figures = figures(&waits, &claims, workers);
        Outcome { waits, figures }
    }
}

/// Figures that distinguish one distribution of the race from another.
fn figures(waits: &[f64], claims: &[(Time, u64, usize)], workers: usize) -> Vec<(&'static str, f64)> {
    let claimed: Vec<f64> = waits.iter().copied().filter(|wait| wait.is_finite()).collect();
    let number = claims.len().max(1) as f64;
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / number;
    let gaps: Vec<f64> = claims.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs_f64()).collect();
    let mut wins = vec![0_u32; workers];
    for &(_, _, winner) in claims {
        wins[winner] += 1;
    }
    vec![
        ("claims", claims.len() as f64),
        ("mean wait", mean(&mut claimed.iter().copied())),
        ("mean squared wait", mean(&mut claimed.iter().map(|wait| wait * wait))),
        ("waits below 20 ms", mean(&mut claimed.iter().map(|&wait| f64::from(wait < 0.02)))),
        ("waits above 1 s", mean(&mut claimed.iter().map(|&wait| f64::from(wait > 1.0)))),
        ("product of one wait and the next", mean(&mut claimed.windows(2).map(|pair| pair[0] * pair[1]))),
        ("mean squared gap between claims", mean(&mut gaps.iter().map(|gap| gap * gap))),
        ("gaps below 10 ms", mean(&mut gaps.iter().map(|&gap| f64::from(gap < 0.01)))),
        ("claims by the first third of workers", mean(&mut claims.iter().map(|c| f64::from(3 * c.2 < workers as _)))),
        ("mean place of the winner", mean(&mut claims.iter().map(|claim| claim.2 as f64))),
        ("workers that won at all", wins.iter().filter(|&&wins| wins > 0).count() as f64),
        ("sum of squared wins", wins.iter().map(|&wins| f64::from(wins * wins)).sum()),
    ]
}

#[derive(Clone)]
struct Case {
    delay: Distribution,
    /// Kinds of workers with their numbers; the kinds alternate until one is used up.
    workers: Vec<([i64; 2], usize)>,
    /// Need, seconds between arrivals and seconds of service of each action.
    actions: Vec<([i64; 2], Gap, Distribution)>,
    batch: ClaimBatch,
    sizes: Vec<u64>,
    patience: Option<Distribution>,
    faults: Availability,
    horizon: Span,
}

/// Each worker goes out repeatedly and is missed after a while; some change their capacity.
fn faults(workers: usize) -> Availability {
    let half_seconds = |n: i64| Span(n * 500_000_000);
    let kinds = [OutageKind::Crash, OutageKind::Partition, OutageKind::Shutdown];
    let breakdowns = |worker: usize| Breakdowns {
        worker: WorkerId(worker as u32),
        up: exponential(4.0),
        down: exponential(1.0),
        kind: kinds[worker % 3],
    };
    let change = |worker: usize| CapacityChange {
        worker: WorkerId(worker as u32),
        at: Time::ZERO + half_seconds(4),
        capacity: CapacityMap([(worker % 4) as i64, 0].into()),
    };
    Availability {
        heartbeat: Heartbeat { period: half_seconds(1), expiry: half_seconds(2), sweep: half_seconds(1) },
        quorum: true,
        outages: Vec::new(),
        breakdowns: (0..workers).map(breakdowns).collect(),
        capacity_changes: (0..workers).step_by(3).map(change).collect(),
    }
}

impl Case {
    fn scenario(&self, seed: u64, delay: &Distribution) -> Scenario {
        let mut left = self.workers.clone();
        let mut capacities = Vec::new();
        while left.iter().any(|&(_, number)| number > 0) {
            for (capacity, number) in left.iter_mut().filter(|(_, number)| *number > 0) {
                capacities.push(CapacityMap((*capacity).into()));
                *number -= 1;
            }
        }
        let worker = |(i, capacity)| Worker::new(format!("worker-{i}"), capacity);
        let action = |(i, (_, _, service)): (usize, &(_, _, Distribution))| ActionModel {
            patience: self.patience.clone(),
            ..ActionModel::new(&format!("action-{i}"), NeedId(i as u16), service.clone())
        };
        let source = |(i, &(_, between, _)): (usize, &(_, Gap, _))| Source::Renewal {
            action: ActionId(i as u16),
            name: format!("action-{i}"),
            between,
            sizes: self.sizes.clone(),
        };
        let system = System {
            resources: vec!["scan".into(), "mirror".into()],
            workers: capacities.into_iter().enumerate().map(worker).collect(),
            actions: self.actions.iter().enumerate().map(action).collect(),
            needs: self.actions.iter().map(|(need, ..)| CapacityMap((*need).into())).collect(),
            groups: Vec::new(),
            runs_on: Vec::new(),
            claim: ClaimRule::Delayed { delay: delay.clone(), batch: self.batch },
            queue_limit: None,
            availability: self.faults.clone(),
            cancels: Vec::new(),
            window: Window::new(Time::ZERO, Time::ZERO + self.horizon),
            initial: Vec::new(),
        };
        Scenario {
            system,
            policy: Policy::FirstFit,
            sources: self.actions.iter().enumerate().map(source).collect(),
            seed,
        }
    }

    fn workers(&self) -> usize {
        self.workers.iter().map(|&(_, number)| number).sum()
    }

    /// Runs both simulators, the reference under the given delay, and lists the differences.
    fn differences(&self, delay: &Distribution) -> Vec<String> {
        let outcomes = |run: &dyn Fn(u64) -> Vec<Event>| -> Vec<Outcome> {
            (0..SEEDS).map(|seed| Outcome::of(&run(seed), self.workers())).collect()
        };
        let reference = outcomes(&|seed| super::reference(&self.scenario(seed, delay)));
        let engine = outcomes(&|seed| super::engine(&self.scenario(seed, &self.delay)));
        let mut differences = differing_figures(&reference, &engine);
        differences.extend(differing_waits(&reference, &engine));
        differences
    }

    #[track_caller]
    fn hold(&self) {
        let differences = self.differences(&self.delay);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}

fn differing_figures(reference: &[Outcome], engine: &[Outcome]) -> Vec<String> {
    let figures = 0..reference[0].figures.len();
    figures
        .filter_map(|k| {
            let differences: Vec<f64> =
                reference.iter().zip(engine).map(|(a, b)| b.figures[k].1 - a.figures[k].1).collect();
            let z = z_score(&differences);
            let mean = |of: &[Outcome]| of.iter().map(|it| it.figures[k].1).sum::<f64>() / of.len() as f64;
            (z.abs() > FAR).then(|| {
                let (name, expected, found) = (reference[0].figures[k].0, mean(reference), mean(engine));
                format!("{name}: {found} instead of {expected}, {z:.1} standard errors off")
            })
        })
        .collect()
}

/// The mean over its standard error.
fn z_score(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    if variance > 0.0 { mean / (variance / n).sqrt() } else { 0.0 }
}

/// The waits of the k-th job, for each k that all runs have. They are independent from seed to
/// seed.
fn differing_waits(reference: &[Outcome], engine: &[Outcome]) -> Vec<String> {
    let jobs = reference.iter().chain(engine).map(|outcome| outcome.waits.len()).min().unwrap_or(0);
    let column = |of: &[Outcome], k: usize| -> Vec<f64> { of.iter().map(|outcome| outcome.waits[k]).collect() };
    (0..jobs)
        .filter_map(|k| {
            let lambda = kolmogorov_smirnov(column(reference, k), column(engine, k));
            // One distance in a million is larger.
            (lambda > 2.7).then(|| format!("the wait of job {k}: Kolmogorov-Smirnov lambda {lambda:.2}"))
        })
        .collect()
}

/// The largest distance of the two empirical distribution functions, times the root of half the
/// number of values.
fn kolmogorov_smirnov(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let share = |values: &[f64], at: f64| values.partition_point(|&value| value <= at) as f64 / values.len() as f64;
    let distance = a.iter().chain(&b).map(|&at| (share(&a, at) - share(&b, at)).abs()).fold(0.0, f64::max);
    distance * (a.len() as f64 / 2.0).sqrt()
}

fn exponential_gap(seconds: f64) -> Gap {
    Gap::Exponential(Span::from_secs_f64(seconds))
}

/// A number of workers with one slot each, and jobs for one slot with exponential gaps and service
/// times, for some seconds.
fn one_slot(workers: usize, gap: f64, service: f64, seconds: i64) -> Case {
    Case {
        delay: uniform(0.0, 3.0),
        workers: vec![([1, 0], workers)],
        actions: vec![([1, 0], exponential_gap(gap), exponential(service))],
        batch: ClaimBatch::One,
        sizes: vec![1],
        patience: None,
        faults: Availability::default(),
        horizon: Span::secs(seconds),
    }
}

/// Ten workers that race for a job every second.
pub(super) fn small(seed: u64) -> Scenario {
    let case = one_slot(10, 1.0, 5.0, 60);
    case.scenario(seed, &case.delay)
}

#[test]
fn rare_jobs_among_a_hundred_idle_workers() {
    one_slot(100, 1.5, 2.0, 15).hold();
}

#[test]
fn many_jobs_within_one_delay() {
    one_slot(100, 0.1, 1.0, 9).hold();
}

#[test]
fn mixed_capacities_among_three_hundred_workers() {
    let actions = [([1, 0], 0.5), ([0, 1], 0.5), ([2, 1], 1.0)];
    let case = Case {
        workers: vec![([1, 0], 200), ([0, 1], 60), ([2, 1], 40)],
        actions: actions.map(|(need, gap)| (need, exponential_gap(gap), exponential(2.0))).into(),
        ..one_slot(0, 1.0, 1.0, 9)
    };
    case.hold();
}

#[test]
fn a_pool_that_is_nearly_busy_and_claims_in_batches() {
    let case = Case {
        workers: vec![([3, 1], 50), ([1, 1], 30)],
        actions: vec![
            ([1, 0], exponential_gap(0.2), exponential(8.0)),
            ([0, 1], exponential_gap(0.25), exponential(15.0)),
        ],
        batch: ClaimBatch::All,
        sizes: vec![0, 1, 4],
        ..one_slot(0, 1.0, 1.0, 10)
    };
    case.hold();
}

#[test]
fn bursts_at_known_instants() {
    let case = Case {
        workers: vec![([1, 0], 60), ([2, 0], 40)],
        actions: vec![([1, 0], Gap::Constant(Span::from_secs_f64(1.25)), constant(0.7))],
        sizes: vec![8],
        ..one_slot(0, 1.0, 1.0, 9)
    };
    case.hold();
}

#[test]
fn jobs_that_give_up_and_leave_attempts_behind() {
    let case = Case {
        workers: vec![([1, 0], 40), ([2, 0], 24)],
        actions: [([1, 0], 0.15), ([2, 0], 0.3)]
            .map(|(need, gap)| (need, exponential_gap(gap), exponential(1.0)))
            .into(),
        sizes: vec![1, 2],
        patience: Some(exponential(0.05)),
        ..one_slot(0, 1.0, 1.0, 9)
    };
    case.hold();
}

#[test]
fn a_race_with_slightly_longer_delays_is_rejected() {
    let case = one_slot(100, 0.3, 1.0, 9);
    assert_ne!(case.differences(&uniform(0.0, 3.15)), Vec::<String>::new());
}

/// About one job per longest delay, in one large pool, over many such delays.
fn quiet(delay: impl Into<Distribution>) -> Case {
    Case { delay: delay.into(), ..one_slot(100, 0.3, 0.5, 12) }
}

/// More jobs of two needs, also several at once: workers leave the race and return while others
/// race.
fn lively(delay: impl Into<Distribution>) -> Case {
    Case {
        delay: delay.into(),
        workers: vec![([1, 0], 100), ([2, 1], 40)],
        actions: vec![
            ([1, 0], exponential_gap(0.3), exponential(1.0)),
            ([2, 1], exponential_gap(0.5), exponential(2.0)),
        ],
        batch: ClaimBatch::All,
        sizes: vec![1, 3],
        patience: Some(exponential(0.2)),
        ..one_slot(0, 1.0, 1.0, 8)
    }
}

macro_rules! under {
    ($($name:ident: $delay:expr;)+) => {
        $(mod $name {
            use super::*;

            #[test]
            fn one_crowd() {
                quiet($delay).hold();
            }

            #[test]
            fn several_needs() {
                lively($delay).hold();
            }
        })+
    };
}

under! {
    later_uniform_delays: uniform(0.2, 0.6);
    exponential_delays: exponential(0.3);
    hyperexponential_delays: Hyperexponential::new(vec![(0.8, 0.2), (0.2, 0.8)]).unwrap();
    erlang_delays: Erlang::new(3, 0.3).unwrap();
    gamma_delays: Gamma::new(0.6, 0.3).unwrap();
    lognormal_delays: Lognormal::new(0.3, 1.0).unwrap();
    weibull_delays: Weibull::new(2.0, 0.3).unwrap();
    pareto_delays: Pareto::new(1.5, 0.1, None).unwrap();
    measured_delays: Empirical::new((0..40).map(|k| 0.1 + 0.02 * f64::from(k % 25)).collect()).unwrap();
}

/// Workers that go out during a race leave their group while their attempts are pending, and return
/// to it.
fn interrupted(delay: impl Into<Distribution>) -> Case {
    Case { faults: faults(100), horizon: Span::secs(8), ..quiet(delay) }
}

#[test]
fn workers_go_out_and_come_back_under_uniform_delays() {
    interrupted(uniform(0.0, 0.9)).hold();
}

#[test]
fn workers_go_out_and_come_back_under_exponential_delays() {
    interrupted(exponential(0.3)).hold();
}

#[test]
fn workers_go_out_and_come_back_under_later_delays() {
    interrupted(uniform(0.2, 0.6)).hold();
}

/// Under a constant delay only the jobs are random: the same trajectory, event by event.
#[test]
fn constant_delays_are_raced_in_lockstep() {
    for delay in [constant(1.5), uniform(0.8, 0.8), constant(0.0), constant(0.05)] {
        for case in [quiet(delay.clone()), lively(delay.clone()), Case { faults: faults(140), ..lively(delay.clone()) }]
        {
            for seed in 0..20 {
                super::same(&case.scenario(seed, &delay));
            }
        }
    }
}
