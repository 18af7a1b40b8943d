//! Inputs are read as they are written, or refused with what would be right.

use serde_json::Value;

use crate::support::{Sandbox, loaded, text};

const SCENARIO: &str = r#"
name = "inputs"
horizon = "2h"
[claim]
delay = "none"
[worker.w]
ids = ["first", "second"]
capacity = { scan = 1 }
[action.a]
capacity = { scan = 1 }
arrival = { poisson = { rate = "1/min", batch = 2 } }
service = { lognormal = { mean = "1s", cv = 2 } }
backoff = "3s"
[action.b]
service = "1s"
arrival = { closed = { population = 2, think = { uniform = { low = "1s", high = "5s" } } } }
"#;

fn sandbox() -> Sandbox {
    Sandbox::with("s.toml", SCENARIO)
}

/// Jobs an hour of an action, as `check` computes them.
fn jobs_per_hour(sandbox: &Sandbox, rate: &str) -> f64 {
    let set = format!("action.a.arrival={{ poisson = {{ rate = \"{rate}\" }} }}");
    let json: Value = serde_json::from_str(&sandbox.stdout(&["check", "s.toml", "--json", "--set", &set])).unwrap();
    let actions = json["scenarios"][0]["jobs"].as_array().unwrap();
    actions.iter().find(|action| action["action"] == "a").unwrap()["jobs_per_h"].as_f64().unwrap()
}

#[test]
fn rates_over_several_units_are_what_they_state() {
    let sandbox = sandbox();
    for (rate, expected) in [("1/30s", 120.0), ("2/5min", 24.0), ("0.5/s", 1800.0), ("10/h", 10.0), ("3/1h30m", 2.0)] {
        let found = jobs_per_hour(&sandbox, rate);
        assert!((found - expected).abs() < 1e-9 * expected, "{rate}: {found}");
    }
    let error = sandbox.refused(&["check", "s.toml", "--set", "action.a.arrival.poisson.rate=1/0s"]);
    assert!(error.contains("a rate over no time"), "{error}");
}

/// The values of a sweep are those of the scenario: the same rate in two ways gives the same run.
#[test]
fn vary_and_set_read_the_same_quantities() {
    let rate = |set: &str| format!("{:?}", loaded(SCENARIO, &[set]).sources);
    assert_eq!(rate("action.a.arrival.poisson.rate=1/20s"), rate("action.a.arrival.poisson.rate=180/h"));
    let sandbox = sandbox();
    let vary = "action.a.arrival.poisson.rate=1/20s,180/h";
    sandbox.claimsim(&["sweep", "s.toml", "--vary", vary, "--replications", "2", "--out", "o"]).assert().success();
    let table = std::fs::read_to_string(sandbox.path("o/sweep.csv")).unwrap();
    let rows = |value: &str| -> Vec<String> {
        let rows = table.lines().filter(|line| line.contains(value));
        rows.map(|line| line.replace(value, "RATE").split_once("RATE").unwrap().1.to_owned()).collect()
    };
    assert!(!rows("1/20s").is_empty());
    assert_eq!(rows("1/20s"), rows("180/h"));
}

#[test]
fn a_refused_replacement_suggests_an_option_that_works() {
    let sandbox = sandbox();
    for assignment in [
        "action.a.service.exponential.mean=30s",
        "action.a.service.exponential=30s",
        "action.a.service.lognormol.mean=30s",
        "action.a.service.pareto.low=1s",
        "action.a.service.gamma.mean=1s",
        "action.a.service.hyperexponential.p=1",
        "action.a.service.constant=5m",
        "action.a.arrival.renewal.between=5s",
        "action.a.arrival.profile.batch=2",
        "action.a.arrival.closed.population=2",
        "action.a.arrival.poisson.batch.uniform.high=5",
        "action.a.backoff.factor=2",
        "action.b.arrival.poisson.rate=1/30s",
        "action.b.arrival.closed.think.weibull.shape=0.5",
        "claim.delay.uniform.high=5s",
        "claim.delay.erlang.shape=2",
    ] {
        let output = sandbox.claimsim(&["check", "s.toml", "--set", assignment]).assert().code(2).get_output().clone();
        let error = text(&output.stderr);
        if assignment.contains("lognormol") {
            assert!(error.contains("did you mean `lognormal`?") || error.contains("exclude"), "{error}");
            continue;
        }
        let (_, suggested) = error.split_once("to replace it as a whole, write '").expect(&error);
        let (suggested, _) = suggested.split_once('\'').unwrap();
        sandbox.claimsim(&["check", "s.toml", "--set", suggested]).assert().success();
    }
    for policy in ["reserve-after.patience=10m", "easy-backfill.order=shortest", "fair-share.weights.a=2"] {
        let (with, set) = ("claim.policy=first-fit", format!("claim.policy.{policy}"));
        let error = sandbox.refused(&["check", "s.toml", "--set", with, "--set", &set]);
        let (_, suggested) = error.split_once("to replace it as a whole, write '").expect(&error);
        let (suggested, _) = suggested.split_once('\'').unwrap();
        sandbox.claimsim(&["check", "s.toml", "--set", suggested]).assert().success();
    }
}

#[test]
fn count_beside_ids_takes_the_first_and_adds_further_workers() {
    let ids = |count: &str| -> Vec<String> {
        let scenario = loaded(SCENARIO, &[&format!("worker.w.count={count}")]);
        scenario.system.workers.into_iter().map(|worker| worker.id).collect()
    };
    assert_eq!(ids("1"), ["first"]);
    assert_eq!(ids("2"), ["first", "second"]);
    assert_eq!(ids("4"), ["first", "second", "w-2", "w-3"]);
}
