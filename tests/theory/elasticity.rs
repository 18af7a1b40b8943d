//! Elasticities against queueing theory: their intervals cover the formulas, and exact effects come
//! out exactly.

use claimsim::internals::experiment::elasticity::{Effect, Perturbation, StepSize, effects};
use claimsim::internals::experiment::expression::Quantity;
use claimsim::internals::experiment::sweep::{self, DesignPoint};
use claimsim::internals::scenario::{self, NoFiles, Override, parameters};

use crate::formulas::erlang::Mmc;

/// M/M/4 at a load of 0.55; three servers are also stable.
const QUEUE: &str = r#"
horizon = "1100s"
warmup = "100s"
replications = 10
claim = { delay = "none" }
[worker.server]
count = 4
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "2.2/s" } }
service = { exponential = { mean = "1s" } }
"#;

const RATE: &str = "action.job.arrival.poisson.rate";
const SERVICE: &str = "action.job.service.exponential.mean";
const COUNT: &str = "worker.server.count";

/// The perturbations of these keys, counts by one.
fn perturbations(text: &str, keys: &[&str]) -> Vec<Perturbation> {
    let percent = StepSize::of_percent("1%").unwrap();
    let all = parameters(text, &[]);
    let of_key = |key: &&str| {
        let parameter = all.iter().find(|parameter| parameter.key == **key).unwrap();
        let perturbation = if parameter.is_whole {
            Perturbation::by_unit(parameter)
        } else {
            Perturbation::by_step(parameter, &percent)
        };
        perturbation.unwrap()
    };
    keys.iter().map(of_key).collect()
}

/// The effects of these keys on the quantities, under a seed.
fn measured(text: &str, keys: &[&str], shown: &[&str], seed: u32) -> Vec<Effect> {
    let perturbations = perturbations(text, keys);
    let shown: Vec<Quantity> = shown.iter().map(|quantity| quantity.parse().unwrap()).collect();
    let trial = |setting: Option<(&str, &str)>| {
        let mut overrides = vec![Override::set(&format!("seed={seed}"))];
        overrides.extend(setting.map(|(key, value)| Override::key("--set", key, value)));
        let loaded =
            scenario::load("queue.toml", text, &overrides, &NoFiles).unwrap_or_else(|report| panic!("{report}"));
        DesignPoint::new(loaded.scenario, &shown).unwrap()
    };
    let sides = perturbations
        .iter()
        .flat_map(|perturbation| [(&*perturbation.key, &*perturbation.low), (&*perturbation.key, &*perturbation.high)]);
    let trials: Vec<DesignPoint> = std::iter::once(trial(None)).chain(sides.map(|side| trial(Some(side)))).collect();
    let none = vec![None; trials.len()];
    effects(&perturbations, &sweep::run(&trials, none, &|_, _| {}, &()))
}

/// The percentage by which a formula changes for 1 % more, by the same central difference.
fn exact(formula: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    (formula(high) - formula(low)) / formula(1.0) / (high - low)
}

#[test]
fn intervals_cover_the_elasticities_of_a_queue() {
    const EXPERIMENTS: u32 = 60;
    let queue = Mmc { arrivals: 2.2, services: 1.0, servers: 4 };
    let wait_of_rate = |factor: f64| Mmc { arrivals: 2.2 * factor, ..queue }.mean_wait();
    let wait_of_service = |factor: f64| Mmc { services: 1.0 / factor, ..queue }.mean_wait();
    let wait_of_count = |factor: f64| Mmc { servers: (4.0 * factor).round() as usize, ..queue }.mean_wait();
    let truths = [
        exact(wait_of_rate, 0.99, 1.01),
        1.0,
        exact(wait_of_service, 0.99, 1.01),
        1.0,
        exact(wait_of_count, 0.75, 1.25),
        exact(|factor| 1.0 / factor, 0.75, 1.25),
    ];
    // Waits are homogeneous: with all times twice as long they are twice as long, so the first and
    // the third differ by one.
    assert!((truths[2] - truths[0] - 1.0).abs() < 1e-2, "{truths:?}");
    let mut covered = [0_u32; 6];
    let mut widths = [0.0_f64; 6];
    for seed in 1..=EXPERIMENTS {
        let effects = measured(QUEUE, &[RATE, SERVICE, COUNT], &["mean(wait)", "utilization(slot)"], seed);
        for (number, (effect, truth)) in effects.iter().zip(truths).enumerate() {
            let (low, high) = effect.interval.unwrap();
            covered[number] += u32::from(low <= truth && truth <= high);
            widths[number] += (high - low) / 2.0 / truth.abs() / f64::from(EXPERIMENTS);
        }
    }
    for (number, (covered, width)) in covered.into_iter().zip(widths).enumerate() {
        // Binomial distribution: 49 or fewer of 60 have a chance of 1 in 20,000 at 95 %.
        assert!(covered >= 50, "effect {number}: {covered} of {EXPERIMENTS} intervals cover {}", truths[number]);
        assert!(width < 0.25, "effect {number} is too blunt: its intervals are {width} of it wide to each side");
    }
}

/// Jobs that never meet: their utilization is proportional to the service time and their response
/// time does not depend on the rate.
#[test]
fn what_is_exact_comes_out_exactly() {
    let text = r#"
        horizon = "1001s"
        replications = 3
        claim = { delay = "none" }
        [worker.server]
        capacity = { slot = 1 }
        [action.job]
        capacity = { slot = 1 }
        arrival = { renewal = { between = "10s" } }
        service = "2s"
    "#;
    let keys = ["action.job.service", "action.job.arrival.renewal.between"];
    let effects = measured(text, &keys, &["mean(response)", "utilization(slot)", "mean(wait)"], 1);
    let close = |effect: &Effect, truth: f64| {
        let (low, high) = effect.interval.unwrap();
        let all = [effect.effect.unwrap(), low, high];
        assert!(all.iter().all(|value| (value - truth).abs() < 1e-6), "{effect:?} is not {truth}");
    };
    close(&effects[0], 1.0);
    close(&effects[3], 0.0);
    // The last job may be cut off at the horizon; all others are whole.
    assert!((effects[1].effect.unwrap() - 1.0).abs() < 0.02, "{:?}", effects[1]);
    // No job waits, so there is no base for a relative effect.
    assert_eq!((effects[2].base, effects[2].effect, effects[2].interval), (Some(0.0), None, None));
    assert!(effects[2].is_zero() && effects[3].is_zero() && !effects[0].is_zero());
}
