//! The search: assumptions about designs only determine the order in which they are simulated;
//! wrong assumptions are detected.

use claimsim::internals::experiment::design::Grid;
use claimsim::internals::experiment::sizing::{Design, Sizing, Targets, size};
use claimsim::internals::experiment::{Progress, run};
use claimsim::internals::scenario::{self, NoFiles, Override, Scenario};
use claimsim::internals::stats::bound_test::BoundStatus;
use claimsim::internals::stats::interim_looks::InterimLooks;
use claimsim::internals::stats::{JobScope, Measure, Metric, Statistic};

/// Two jobs a second that take a second each, on workers of two kinds.
fn scenario(settings: &[(String, String)]) -> Scenario {
    let text = r#"
        horizon = "400s"
        warmup = "50s"
        replications = 10
        claim = { delay = "none" }
        [worker.few]
        count = 1
        capacity = { slot = 1 }
        [worker.many]
        count = 1
        capacity = { slot = 1 }
        [action.job]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = "2/s" } }
        service = { exponential = { mean = "1s" } }
    "#;
    let overrides: Vec<Override> = settings.iter().map(|(key, value)| Override::key("--vary", key, value)).collect();
    scenario::load("jobs.toml", text, &overrides, &NoFiles).expect("the scenario is right").scenario
}

fn settings(vary: &[&str], cost: impl Fn(&Scenario) -> f64) -> Vec<Design> {
    let vary: Vec<String> = vary.iter().map(|text| (*text).to_owned()).collect();
    let grid = Grid::parse(&vary, &[]).expect("a grid");
    let setting = |point: claimsim::internals::experiment::design::GridPoint| {
        let scenario = scenario(&point.settings);
        Design {
            steps: grid.steps(point.number),
            cost: cost(&scenario),
            point,
            scenario,
            overload: None,
            is_likely_infeasible: false,
        }
    };
    grid.points().into_iter().map(setting).collect()
}

fn targets(conditions: &[&str], axes: usize) -> Targets {
    Targets {
        loss_window: None,
        conditions: conditions.iter().map(|text| text.parse().expect("a condition")).collect(),
        level: 0.05,
        looks: InterimLooks::doubling(10, 160),
        supply_axes: vec![true; axes],
        measured_cost: None,
    }
}

fn search(settings: &[Design], targets: &Targets) -> Sizing {
    let silent = |_: usize, _: u32| -> Box<dyn Progress> { Box::new(()) };
    size(settings, targets, &silent).expect("the targets are right")
}

fn workers(scenario: &Scenario) -> f64 {
    scenario.system.workers.len() as f64
}

#[test]
fn all_cheaper_designs_were_simulated_and_failed() {
    let settings = settings(&["worker.few.count=1..4", "worker.many.count=1..4"], |scenario| {
        let few = scenario.system.workers.iter().filter(|worker| worker.id.starts_with("few")).count() as f64;
        1.5 * few + (workers(scenario) - few)
    });
    let targets = targets(&["mean(wait) < 700ms"], 2);
    let sizing = search(&settings, &targets);
    let answer = sizing.answer.map(|place| &sizing.evaluated[place]).expect("there is one");
    let cost = settings[answer.design].cost;
    for (number, setting) in settings.iter().enumerate().filter(|(_, setting)| setting.cost < cost) {
        let tried = sizing.evaluated.iter().find(|tried| tried.design == number).expect("it has been simulated");
        assert_ne!(tried.status, BoundStatus::Kept, "{:?}", setting.point);
    }
    assert_eq!((sizing.skipped, sizing.anomaly), (0, None));
    // With three servers the mean wait is 444 ms, with two it is infinite: 1 few and 2 many are the
    // cheapest three.
    assert_eq!((workers(&settings[answer.design].scenario), cost), (3.0, 3.5));
    assert!(sizing.evaluated.len() < settings.len(), "what costs more need not be simulated");
}

#[test]
fn a_small_design_is_found_although_larger_ones_fail() {
    // The second design has more workers and takes three times as long: here more is not better.
    let mut settings = settings(&["worker.many.count=3,4,5,6"], workers);
    let slow = scenario(&[
        ("worker.many.count".to_owned(), "4".to_owned()),
        ("action.job.service.exponential.mean".to_owned(), "3s".to_owned()),
    ]);
    settings[1].scenario = slow.clone();
    settings[2].scenario = slow;
    let sizing = search(&settings, &targets(&["mean(wait) < 500ms"], 1));
    let answer = sizing.answer.map(|place| sizing.evaluated[place].design);
    assert_eq!(
        answer,
        Some(0),
        "{:?}",
        sizing.evaluated.iter().map(|tried| (tried.design, tried.status)).collect::<Vec<_>>()
    );
    let (met, not_met) = sizing.anomaly.expect("it is noticed");
    assert_eq!(sizing.evaluated[met].design, 0);
    assert!([1, 2].contains(&sizing.evaluated[not_met].design));
}

#[test]
fn search_starts_at_the_cheapest_if_workers_do_not_help() {
    let settings = settings(&["worker.many.count=1..8"], workers);
    // Two jobs run on average: on four to six workers they are between a third and a half busy.
    let sizing = search(&settings, &targets(&["mean(wait) < 1s", "utilization(slot) > 37%"], 1));
    let answer = sizing.answer.map(|place| settings[sizing.evaluated[place].design].scenario.system.workers.len());
    assert_eq!(answer, Some(3));
    assert!(sizing.evaluated.len() <= 3);
    let too_idle = search(&settings, &targets(&["mean(wait) < 1s", "utilization(slot) > 80%"], 1));
    assert_eq!((too_idle.answer, too_idle.evaluated.len()), (None, 8));
}

#[test]
fn a_setting_is_simulated_as_a_run_of_its_own_would_be() {
    let settings = settings(&["worker.many.count=2..3"], workers);
    let sizing = search(&settings, &targets(&["mean(wait) < 1h"], 1));
    let tried =
        sizing.evaluated.iter().find(|tried| tried.results.replications.len() == 10).expect("one look is enough");
    let wait = Metric {
        action: JobScope::All,
        resource: None,
        worker: None,
        measure: Measure::WaitS,
        statistic: Statistic::Mean,
    };
    let run = run(&settings[tried.design].scenario, &());
    assert_eq!(tried.results.estimate(wait), run.estimate(wait));
    assert_eq!(tried.tests[0].value, run.estimate(wait).and_then(|estimate| estimate.value));
}
