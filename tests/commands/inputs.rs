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

#[test]
fn messages_name_what_would_be_right() {
    let sandbox = sandbox();
    sandbox.write("log.toml", &SCENARIO.replace("mean = \"1s\", cv = 2", "mean = \"1s\", sigma = 2"));
    sandbox.write("data.json", "{\n  \"horizon\": \"1d\"\n}\n");
    sandbox.write("data.yaml", "# a comment\nhorizon: 1d\nworker:\n  w: 3\n");
    for (arguments, parts) in [
        (&["run", "s.toml", "--seed", "abc"][..], &["'abc'", "write a whole number of 0 or more"][..]),
        (&["run", "s.toml", "--replications", "-1"], &["'-1'", "write a whole number from 1 to 4294967295"]),
        (&["run", "s.toml", "--threads", "0"], &["write a whole number from 1 to 65535"]),
        (&["run", "s.toml", "--seed", "99999999999999999999"], &["at most 18446744073709551615"]),
        (&["run", "s.toml", "--policy", "fifo"], &["did you mean `first-fit` or `strict-fifo`?", "reserve-after"]),
        (&["run", "s.toml", "--policy", "easy_backfil"], &["did you mean `easy-backfill`?"]),
        (&["check", "s.toml", "--set", "claim.policy=sjf"], &["did you mean `shortest-first`?"]),
        (&["check", "s.toml", "--set", "slo=5m"], &["`slo` has one key: write slo.wait = \"5m\""]),
        (&["check", "log.toml"], &["unknown key `sigma`", "did you mean `cv`?", "sqrt(exp(sigma^2) - 1)"]),
        (&["check", "data.json"], &["looks like JSON; a scenario is TOML"]),
        (&["check", "data.yaml"], &["looks like YAML; a scenario is TOML"]),
        (&["sweep", "s.toml", "--vary", "worker.w.count=4-8"], &["`4-8` is not a range", "did you mean `4..8`?"]),
        (&["check", "t.toml"], &["there is no such file; `claimsim init --out t.toml` writes one"]),
        (&["check", "dota.toml"], &["there is no such file"]),
        (&["check", "lod.toml"], &["did you mean log.toml?"]),
        (&["run", "."], &["it is a folder; name a file in it, such as ./log.toml"]),
        (&["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "p95(wait) < 5"], &["did you mean `5s`?"]),
        (
            &["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "mean(wait) = 5s"],
            &["write `mean(wait) <= 5s`"],
        ),
        (
            &["compare", "s.toml", "--policy", "random", "--policy", "priority", "--gate", "utilization(scan) < 85"],
            &["did you mean `85%`?"],
        ),
        (
            &["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "share(wait, a < 1m) > 9%"],
            &["share(wait < 1m, a)"],
        ),
    ] {
        let error = sandbox.refused(arguments);
        assert!(parts.iter().all(|part| error.contains(part)), "{arguments:?}:\n{error}");
        let complaints = error.lines().filter(|line| line.starts_with("error: ")).count();
        let summary = usize::from(error.contains("the scenario cannot be run"));
        assert_eq!(complaints - summary, 1, "{arguments:?}: one fault, one complaint\n{error}");
    }
    let error = sandbox.refused(&["run", "s.toml", "--level", "7"]);
    assert!(!error.contains("-- --level"), "no tip that would take the option for a file:\n{error}");
}

/// The message about a missing parameter shows an option that works, in the words typed.
#[test]
fn a_policy_without_its_parameter_is_refused_with_a_form_that_works() {
    let sandbox = sandbox();
    for (command, option, value) in [
        ("run", "--policy", "reserve-after"),
        ("check", "--set", "claim.policy=reserve-after"),
        ("sweep", "--vary", "claim.policy=reserve-after"),
    ] {
        let error = sandbox.refused(&[command, "s.toml", option, value]);
        assert!(error.contains(&format!("1 | {option} {value}\n")), "in the words typed:\n{error}");
        let (_, form) = error.split_once(&format!("write {option} '")).expect(&error);
        let (form, _) = form.split_once('\'').unwrap();
        sandbox.claimsim(&[command, "s.toml", option, form]).assert().success();
    }
}

#[test]
fn a_scenario_may_come_from_standard_input() {
    let sandbox = Sandbox::new();
    let piped = |arguments: &[&str]| {
        let output = sandbox.claimsim(arguments).write_stdin(SCENARIO).assert().success().get_output().clone();
        text(&output.stdout)
    };
    assert!(piped(&["check", "-"]).starts_with("<stdin>: can be run"));
    assert!(piped(&["audit", "-", "workers", "--at", "1h"]).contains("capacityMap"));
    piped(&["run", "-", "--out", "run"]);
    sandbox.claimsim(&["reproduce", "run"]).assert().success();
    piped(&["sweep", "-", "--vary", "worker.w.count=1,2", "--out", "sweep"]);
    piped(&["size", "-", "--vary", "worker.w.count=1..2", "--meet", "mean(wait) < 1h", "--out", "size"]);
    let policies = ["--policy", "first-fit", "--policy", "random", "--max-replications", "10"];
    piped(&[&["compare", "-", "--out", "compare"], &policies[..]].concat());
    let unnamed = SCENARIO.replace("name = \"inputs\"", "");
    sandbox.claimsim(&["run", "-"]).write_stdin(unnamed).assert().success();
    assert!(sandbox.path("results/stdin/manifest.json").exists());
    let error = text(&sandbox.claimsim(&["check", "-"]).write_stdin("x = 1").assert().code(2).get_output().stderr);
    assert!(error.contains("--> <stdin>:1:1"), "{error}");
}

#[test]
fn crontab_lines_get_a_note_and_crons_fire_in_all_years() {
    let cron = "[cron.b]\nschedule = \"30 6 * * *\"\n";
    let sandbox = Sandbox::with("s.toml", &format!("{SCENARIO}{cron}"));
    let note = text(&sandbox.claimsim(&["check", "s.toml"]).assert().success().get_output().stderr);
    assert!(note.contains("for 06:30 every day write `0 30 6 * * *`"), "{note}");
    assert!(note.contains("it fires at 2017-02-17T00:06:30Z, then at 2017-02-17T01:06:30Z"), "{note}");
    for start in ["1960-01-01T00:00:00Z", "2101-01-01T00:00:00Z"] {
        let daily = "cron.b.schedule=0 0 3 * * *";
        let set = format!("start={start}");
        let no_arrivals = "action.b.arrival={ poisson = { rate = \"0/s\" } }";
        let settings = ["--set", daily, "--set", &set, "--set", "horizon=3d", "--set", no_arrivals, "--out", "o"];
        sandbox.claimsim(&[&["run", "s.toml"], &settings[..]].concat()).assert().success();
        let summary = std::fs::read_to_string(sandbox.path("o/summary.csv")).unwrap();
        let arrived = summary.lines().find(|line| line.starts_with("first-fit,b,,,jobs,arrived,")).unwrap();
        assert_eq!(arrived.split(',').nth(6), Some("3"), "three days, three firings from {start}");
    }
}

#[test]
fn too_many_needs_name_the_file_and_the_remedy() {
    let sandbox = Sandbox::new();
    let scenario = "horizon = \"1d\"\n[worker.w]\ncapacity = { s = 300, m = 300 }\n[action.a]\n\
                    arrival = { trace = { file = \"rows.csv\" } }\n";
    sandbox.write("s.toml", scenario);
    let rows = (0..65_600).map(|row| format!("{row},1,{},{}\n", row % 256 + 1, row / 256 + 1));
    sandbox.write("rows.csv", &format!("at_s,service_s,need.s,need.m\n{}", rows.collect::<String>()));
    let error = sandbox.refused(&["check", "s.toml"]);
    assert!(error.contains("different capacity maps, and a scenario has at most 65536"), "{error}");
    assert!(error.contains("`rows.csv` brings most of them: round the units of the rows"), "{error}");
    sandbox.write("s.toml", &format!("{scenario}[action.b]\narrival = {{ trace = {{ file = \"other.csv\" }} }}\n"));
    sandbox.write("other.csv", "at_s,service_s,need.s\n0,1,1\n");
    let error = sandbox.refused(&["check", "s.toml"]);
    assert!(error.contains("the rows of `other.csv`, `rows.csv` bring most of them"), "{error}");
}
