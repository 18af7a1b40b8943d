//! Verdicts where jobs do not end: bursts at the end of a run, classes that starve, queues that
//! grow, jobs that give up, deadlocks.

use proptest::prelude::*;
use serde_json::Value;

use crate::audit::recipe::recipe;
use crate::random_cases::random_cases;
use crate::support::Sandbox;

/// One worker; two classes that are served by priority, 1.5 jobs a minute in all.
const STARVING: &str = r#"
    horizon = "6h"
    claim = { delay = "none", policy = "priority" }
    [worker.w]
    count = 1
    capacity = { slot = 1 }
    [action.first]
    capacity = { slot = 1 }
    arrival = { poisson = { rate = "0.95/min" } }
    service = "1m"
    priority = 1
    [action.last]
    capacity = { slot = 1 }
    arrival = { poisson = { rate = "0.55/min" } }
    service = "1m"
"#;

/// Sixty jobs of a minute each in the last minute of an hour, one a second, before one worker.
const LATE: &str = r#"
    horizon = "1h"
    claim = { delay = "none" }
    [worker.w]
    count = 1
    capacity = { slot = 1 }
    [action.build]
    capacity = { slot = 1 }
    service = "1m"
    arrival = { trace = { file = "burst.csv" } }
"#;

fn burst() -> Sandbox {
    let sandbox = Sandbox::with("late.toml", LATE);
    let rows: String = (0..60).map(|second| (3540 + second).to_string() + "\n").collect();
    sandbox.write("burst.csv", &format!("at_s\n{rows}"));
    sandbox
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32) {
    let output = sandbox.claimsim(arguments).arg("--json").arg("--quiet").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")), output.status.code().unwrap())
}

/// The verdict of the only judged row.
fn verdict(document: &Value) -> Value {
    let rows = document["comparison"].as_array().unwrap();
    rows.iter().map(|row| row["verdict"].clone()).find(|verdict| !verdict.is_null()).unwrap()
}

#[test]
fn waits_are_those_of_all_jobs_that_fell_due() {
    // Job k falls due at k seconds and is claimed at k minutes: waits 0, 59, 118, …, 59 x 59 s.
    let sandbox = burst();
    let (document, _) = json(&sandbox, &["run", "late.toml"]);
    let wait = &document["actions"]["build"]["wait_s"];
    assert_eq!(wait["mean"], 59.0 * 59.0 / 2.0);
    assert_eq!(wait["max"], 59.0 * 59.0);
    assert_eq!(wait["p50"], 59.0 * 29.5);
    // The first one ends at the horizon itself.
    assert_eq!(document["actions"]["build"]["jobs"]["unfinished"], 59.0);
    assert_eq!(document["actions"]["build"]["jobs"]["unclaimed"], 0.0);
    assert_eq!(document["warnings"], serde_json::json!([]));
}

#[test]
fn a_cooldown_that_is_too_short_leaves_lower_bounds() {
    // Following ends 30 minutes after the horizon, 31 minutes after the first job: jobs 0 to 31
    // are claimed, 28 are not, whose ages are 1860 - k seconds.
    let sandbox = burst();
    let (document, _) = json(&sandbox, &["run", "late.toml", "--set", "cooldown=30m"]);
    let jobs = &document["actions"]["build"];
    assert_eq!((&jobs["jobs"]["unclaimed"], &jobs["jobs"]["open"]), (&Value::from(28.0), &Value::from(29.0)));
    let claimed: f64 = (0..32).map(|k| 59.0 * f64::from(k)).sum();
    let ages: f64 = (32..60).map(|k| 1860.0 - f64::from(k)).sum();
    assert_eq!(jobs["wait_s"]["mean"], (claimed + ages) / 60.0);
    assert_eq!(jobs["wait_s"]["at_most"]["mean"], Value::Null);
    assert!(jobs["wait_s"].get("sd").is_some_and(Value::is_null), "a spread has no bounds");
    // The median lies between ranks 29 and 30, below all that is not known.
    assert_eq!(jobs["wait_s"]["p50"], 59.0 * 29.5);
    assert!(jobs["wait_s"]["at_most"].get("p50").is_none());
    let text = sandbox.stdout(&["run", "late.toml", "--set", "cooldown=30m", "--out", "again"]);
    let warning = "warning: 28 of 60 jobs of `build` were never claimed, up to 30m after the horizon";
    assert!(text.contains(warning) && text.contains("\u{2265}") && text.contains("unclaimed"), "{text}");
    assert!(text.find("warning").unwrap() < text.find("mean wait").unwrap(), "the warning precedes the figures");
}

/// What a run tells that ends by the horizon: the file of the utilization, the counts, and the rows
/// of the job log that have been claimed and have ended by then.
fn told_by_the_horizon(sandbox: &Sandbox, cooldown: &str, horizon_s: f64) -> (String, Vec<String>, Vec<String>) {
    let set = format!("cooldown={cooldown}");
    sandbox.stdout(&["run", "s.toml", "--jobs", "--replications", "3", "--out", cooldown, "--set", &set]);
    let read = |name: &str| std::fs::read_to_string(sandbox.path(cooldown).join(name)).unwrap();
    let at_horizon = |line: &&str| line.contains(",jobs,") && !line.contains("unclaimed") && !line.contains(",open,");
    let counts = read("summary.csv").lines().filter(at_horizon).map(str::to_owned).collect();
    let jobs = read("jobs.csv");
    let columns: Vec<&str> = jobs.lines().next().unwrap().split(',').collect();
    let [claimed, ended] =
        ["claimed_at_s", "ended_at_s"].map(|name| columns.iter().position(|it| *it == name).unwrap());
    let is_over = |line: &&str| {
        let cells: Vec<&str> = line.split(',').collect();
        [claimed, ended].iter().all(|cell| cells[*cell].parse::<f64>().is_ok_and(|at| at < horizon_s))
    };
    (read("utilization.csv"), counts, jobs.lines().filter(is_over).map(str::to_owned).collect())
}

fn is_the_same_for_every_cooldown(scenario: &str, horizon_s: f64) -> (usize, usize) {
    let sandbox = Sandbox::with("s.toml", scenario);
    let auto = told_by_the_horizon(&sandbox, "auto", horizon_s);
    for cooldown in ["none", "10s", "5m", "1d"] {
        let other = told_by_the_horizon(&sandbox, cooldown, horizon_s);
        assert!(other.0 == auto.0, "utilization, cooldown {cooldown}\n{scenario}");
        assert_eq!(other.1, auto.1, "counts, cooldown {cooldown}\n{scenario}");
        assert_eq!(other.2, auto.2, "rows, cooldown {cooldown}\n{scenario}");
    }
    (auto.1.len(), auto.2.len())
}

#[test]
fn what_ended_before_the_horizon_does_not_depend_on_the_cooldown() {
    let scenario = STARVING.replace("count = 1\n", "count = 2\n").replace("6h", "2h");
    let (counts, rows) = is_the_same_for_every_cooldown(&scenario, 7200.0);
    assert!(counts > 20 && rows > 200);
}

proptest! {
    #![proptest_config(random_cases(24, 0x14))]

    /// Outages, retries, children, crons, deadlines, requests to cancel and impatience included.
    #[test]
    fn random_scenarios_do_not_depend_on_the_cooldown_before_the_horizon(recipe in recipe()) {
        is_the_same_for_every_cooldown(&recipe.text(), 600.0);
    }
}

#[test]
fn a_starved_class_is_neither_met_nor_better() {
    let sandbox = Sandbox::with("s.toml", STARVING);
    let size = ["size", "s.toml", "--vary", "worker.w.count=1..4", "--meet", "p95(wait, last) < 10m"];
    let (document, code) = json(&sandbox, &size);
    // 1.5 workers are busy on average: one is hopeless.
    assert_eq!((code, &document["answer"]["set"]["worker.w.count"]), (0, &Value::from("2")));
    let compare = [
        "compare",
        "s.toml",
        "--contender",
        "two: worker.w.count=2",
        "--against",
        "two",
        "--judge",
        "p95(wait, last)",
        "--gate",
        "p95(wait, last) <= 10m",
        "--max-replications",
        "20",
    ];
    let (document, code) = json(&sandbox, &compare);
    assert_eq!((code, &verdict(&document), &document["outcome"]), (1, &"worse".into(), &"fail".into()));
    let junit = std::fs::read_to_string(sandbox.path("results/s-compare/junit.xml")).unwrap();
    let (warning, case) = (junit.find("<property name=\"warning\""), junit.find("<testcase"));
    assert!(warning.is_some() && warning < case, "{junit}");
    // The other way round: a system that serves all is better than one that starves a class.
    let against = [&compare[..4], &["--judge", "p95(wait, last)", "--max-replications", "20"]].concat();
    let (document, code) = json(&sandbox, &against);
    assert_eq!((code, &verdict(&document)), (0, &"better".into()));
}

#[test]
fn a_queue_that_grows_is_not_met_at_the_horizon() {
    // 1.5 workers are busy on average. All jobs of the first ten minutes are claimed in time.
    let text = STARVING.replace("policy = \"priority\"", "policy = \"first-fit\"").replace("6h", "2h");
    let sandbox = Sandbox::with("s.toml", &text);
    let size = ["size", "s.toml", "--vary", "worker.w.count=1", "--meet", "p95(wait) < 2h"];
    let (document, code) = json(&sandbox, &size);
    assert_eq!(code, 3, "{document}");
    let output = sandbox.claimsim(&size).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("the queue still grows at the horizon"), "{text}");
}

#[test]
fn waits_of_the_served_are_no_verdict_where_many_give_up() {
    let text = STARVING.replace("service = \"1m\"\n", "service = \"1m\"\n    patience = \"2m\"\n");
    let sandbox = Sandbox::with("s.toml", &text);
    let size = ["size", "s.toml", "--vary", "worker.w.count=1..5", "--meet", "p95(wait, last) < 3m"];
    let (document, code) = json(&sandbox, &size);
    let lost = |count: usize| document["tried"][count - 1]["verdict"].clone();
    assert_eq!((code, lost(1)), (0, "undecided".into()), "{document}");
    assert_ne!(document["answer"]["set"]["worker.w.count"], "1");
    // With a bound on the lost jobs, both are decided.
    let both = [&size[..], &["--meet", "share(lost, last) < 1%"]].concat();
    let (document, code) = json(&sandbox, &both);
    assert_eq!((code, &document["tried"][0]["verdict"]), (0, &"not met".into()), "{document}");
}

#[test]
fn parents_that_wait_for_children_for_ever_are_not_met() {
    let text = r#"
        horizon = "30m"
        claim = { delay = "none" }
        [worker.w]
        count = 1
        capacity = { thread = 4 }
        [action.parent]
        capacity = { thread = 1 }
        service = "1s"
        spawns = { action = "child", count = 1 }
        arrival = { renewal = { between = "5m", batch = 4 } }
        [action.child]
        capacity = { thread = 1 }
        service = "5s"
    "#;
    let sandbox = Sandbox::with("s.toml", text);
    let size =
        ["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "p95(wait) < 1m", "--max-replications", "10"];
    let (document, code) = json(&sandbox, &size);
    assert_eq!((code, &document["answer"]["set"]["worker.w.count"]), (0, &"2".into()), "{document}");
}

#[test]
fn equal_contenders_stop_at_the_first_look_and_the_same_one_twice_is_refused() {
    let sandbox = Sandbox::with("s.toml", &STARVING.replace("count = 1\n", "count = 3\n"));
    let (document, code) =
        json(&sandbox, &["compare", "s.toml", "--contender", "renamed: name=other", "--gate", "p95(wait) <= +0%"]);
    assert_eq!((code, &document["looks"], &verdict(&document)), (0, &1.into(), &"identical".into()));
    let message = sandbox.refused(&["compare", "s.toml", "--policy", "random", "--policy", "random"]);
    assert!(message.contains("under `random` is there twice"), "{message}");
}

#[test]
fn replications_with_open_jobs_can_be_extended() {
    let sandbox = Sandbox::with("s.toml", &STARVING.replace("6h", "1h"));
    sandbox.stdout(&["run", "s.toml", "--replications", "2", "--out", "run"]);
    sandbox.stdout(&["run", "--extend", "run", "--replications", "4"]);
    sandbox.stdout(&["run", "s.toml", "--replications", "4", "--out", "longer"]);
    for file in ["summary.csv", "replications.csv", "wait_times.csv", "utilization.csv"] {
        let read = |out: &str| std::fs::read(sandbox.path(out).join(file)).unwrap();
        assert!(read("run") == read("longer"), "{file}");
    }
}
