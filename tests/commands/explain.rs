//! `explain`: stories worked out by hand, and their agreement with `jobs.csv`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Row, Sandbox};
use crate::timeline::{self, trace_events::Trace};

/// The only story of a scenario.
fn story(scenario: &str, arguments: &[&str]) -> Value {
    let sandbox = Sandbox::with("s.toml", scenario);
    let text = sandbox.stdout(&[&["explain", "s.toml", "--json"], arguments].concat());
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["jobs"].as_array().unwrap().len(), 1, "{document}");
    document["jobs"][0].clone()
}

fn text_of(scenario: &str, arguments: &[&str]) -> String {
    Sandbox::with("s.toml", scenario).stdout(&[&["explain", "s.toml"], arguments].concat())
}

/// Seconds and what the story says of them, from the given line on.
fn lines(story: &Value) -> Vec<(f64, String, Option<String>)> {
    let line = |line: &Value| {
        let text = |key: &str| line[key].as_str().map(str::to_owned);
        (line["at_s"].as_f64().unwrap(), text("what").unwrap(), text("reason"))
    };
    story["story"].as_array().unwrap().iter().map(line).collect()
}

/// Two workers of two units. At 4 s all four are in use, until 11, 23, 52 and 100 s.
const FRAGMENTED: &str = r#"
horizon = "10m"
time_zone = "Europe/Berlin"
claim = { delay = "none", placement = "first" }
worker.w = { count = 2, capacity = { slot = 2 } }
[action.small]
capacity = { slot = 1 }
service = "1s"
[action.big]
capacity = { slot = 2 }
service = "30s"
[[job]]
action = "small"
at = "0s"
service = "100s"
[[job]]
action = "small"
at = "1s"
service = "10s"
[[job]]
action = "small"
at = "2s"
service = "50s"
[[job]]
action = "small"
at = "3s"
service = "20s"
[[job]]
action = "big"
at = "4s"
[[job]]
action = "big"
at = "5s"
"#;

#[test]
fn a_job_that_waits_for_units_and_then_for_units_together() {
    let big = story(FRAGMENTED, &["--job", "4"]);
    assert_eq!(big["wait_s"], 48.0);
    assert_eq!(big["blame"], json!({ "busy": 19.0, "fragmented": 29.0 }));
    assert_eq!(big["busy"], json!({ "slot": 19.0 }));
    assert_eq!((&big["worker"], &big["claimed_at_s"]), (&json!("w-1"), &json!(52.0)));
    let expected = [
        (4.0, "the job falls due", Some("busy")),
        (11.0, "job 1 (small) ends on w-0 as done and gives back slot 1", None),
        (23.0, "job 3 (small) ends on w-1 as done and gives back slot 1", Some("fragmented")),
        (52.0, "job 2 (small) ends on w-1 as done and gives back slot 1", None),
        (52.0, "w-1 claims the job: the oldest that fits", None),
        (82.0, "the job ends: done", None),
    ];
    let expected = expected.map(|(at, what, reason)| (at, what.to_owned(), reason.map(str::to_owned)));
    assert_eq!(lines(&big), expected);
    let state = &big["story"][0]["state"];
    assert_eq!((&state["waiting"], &state["in_use"]), (&json!(0), &json!({ "slot": { "small": 4 } })));
    let workers = json!([{
        "workers": ["w-0", "w-1"],
        "state": "ready",
        "free": { "slot": 0 },
        "capacity": { "slot": 2 },
        "could_hold": true,
    }]);
    assert_eq!(state["workers"], workers);
    // The second one has the first before it, and w-0 has room for it at 100 s, after w-1 at 82 s.
    let second = story(FRAGMENTED, &["--job", "5"]);
    assert_eq!(second["story"][0]["state"]["before"], json!({ "big": 1 }));
    assert_eq!(second["blame"], json!({ "busy": 48.0, "fragmented": 29.0 }));
    insta::assert_snapshot!("fragmented", text_of(FRAGMENTED, &["--job", "5", "--at", "60s"]));
}

#[test]
fn a_policy_holds_a_job_that_fits() {
    let scenario = r#"
        horizon = "10m"
        claim = { delay = "none", policy = "strict-fifo" }
        worker.w = { capacity = { slot = 2 } }
        [action.small]
        capacity = { slot = 1 }
        service = "100s"
        [action.big]
        capacity = { slot = 2 }
        service = "10s"
        [[job]]
        action = "small"
        at = "0s"
        [[job]]
        action = "big"
        at = "1s"
        [[job]]
        action = "small"
        at = "2s"
    "#;
    let held = story(scenario, &["--action", "small"]);
    assert_eq!(held["job"], 2);
    assert_eq!(held["blame"], json!({ "held-by-policy": 98.0, "busy": 10.0 }));
    insta::assert_snapshot!("held", text_of(scenario, &["--job", "2"]));
}

/// One job at 12 s, which takes 1 s.
fn single(workers: &str) -> String {
    format!(
        r#"
        horizon = "10m"
        {workers}
        [action.a]
        capacity = {{ slot = 1 }}
        service = "1s"
        [[job]]
        action = "a"
        at = "12s"
        "#
    )
}

#[test]
fn each_reason_by_hand() {
    let instant = "claim = { delay = \"none\" }";
    let outage = |worker: &str| format!("outage = [{{ worker = \"{worker}\", at = \"10s\", for = \"15s\" }}]");
    let cases = [
        (
            format!("{instant}\nworker.w = {{ capacity = {{ slot = 1 }} }}\n{}", outage("w-0")),
            json!({ "no-worker": 13.0 }),
        ),
        (
            format!("{instant}\nworker.w = {{ capacity = {{ slot = 1 }}, startup = \"5s\" }}\n{}", outage("w-0")),
            json!({ "no-worker": 13.0, "startup": 5.0 }),
        ),
        (
            format!(
                "{instant}\nquorum = true\nworker.w = {{ capacity = {{ slot = 1 }}, count = 2 }}\n{}",
                outage("w-0")
            ),
            json!({ "quorum": 13.0 }),
        ),
        (
            "claim = { delay = \"2s\" }\nworker.w = { capacity = { slot = 1 } }".to_owned(),
            json!({ "claim-delay": 2.0 }),
        ),
        (format!("{instant}\nworker.w = {{ capacity = {{ slot = 1 }} }}"), json!({})),
        // A lowered capacity: from 20 s to the end of the run, at which the job still waits.
        (
            format!(
                "{instant}\ncooldown = \"none\"\nworker.w = {{ capacity = {{ slot = 1 }} }}\n\
                 capacity = [{{ worker = \"w-0\", at = \"5s\", capacity = {{ slot = 0 }} }}]"
            ),
            json!({ "no-worker": 588.0 }),
        ),
    ];
    for (workers, blame) in cases {
        let told = story(&single(&workers), &["--job", "0"]);
        assert_eq!(told["blame"], blame, "{workers}\n{told:#}");
    }
}

#[test]
fn retries_and_children_split_the_response() {
    let scenario = r#"
        horizon = "10m"
        claim = { delay = "none" }
        worker.w = { capacity = { p = 1, c = 1 } }
        [action.fails]
        capacity = { p = 1 }
        service = "10s"
        error = 1.0
        retries = 1
        backoff = "30s"
        [action.parent]
        capacity = { p = 1 }
        service = "5s"
        spawns = { action = "child", count = 2 }
        [action.child]
        capacity = { c = 1 }
        service = "10s"
        [[job]]
        action = "fails"
        at = "0s"
        [[job]]
        action = "parent"
        at = "4s"
    "#;
    // 0 to 10 s, due again at 40 s. The parent runs from 10 to 30 s, its children one after the
    // other.
    let fails = story(scenario, &["--job", "0"]);
    let response = json!({
        "response_s": 50.0, "is_lower_bound": false,
        "wait_s": 0.0, "service_s": 20.0, "backoff_s": 30.0, "children_s": 0.0,
    });
    assert_eq!(fails["response"], response);
    let parent = story(scenario, &["--action", "parent"]);
    assert_eq!((&parent["job"], &parent["blame"]), (&json!(1), &json!({ "busy": 6.0 })));
    let response = json!({
        "response_s": 26.0, "is_lower_bound": false,
        "wait_s": 6.0, "service_s": 5.0, "backoff_s": 0.0, "children_s": 15.0,
    });
    assert_eq!(parent["response"], response);
    let ends: Vec<&Value> = parent["children"].as_array().unwrap().iter().map(|child| &child["ended_at_s"]).collect();
    assert_eq!(ends, [20.0, 30.0]);
    let child = story(scenario, &["--action", "child"]);
    assert_eq!((&child["parent"], &child["wait_s"], &child["attempt"]), (&json!(1), &json!(10.0), &json!(1)));
    let retry = story(scenario, &["--job", "2"]);
    assert_eq!((&retry["retry_from"], &retry["scheduled_at_s"]), (&json!(0), &json!(40.0)));
    assert_eq!(retry["attempts"].as_array().unwrap().len(), 2);
    insta::assert_snapshot!("parent", text_of(scenario, &["--job", "1"]));
}

/// Nanoseconds of a number of seconds.
fn nanos(seconds: &Value) -> i64 {
    (seconds.as_f64().unwrap() * 1e9).round() as i64
}

fn cell(row: &Row, column: &str) -> Option<i64> {
    let (whole, fraction) = row[column].split_once('.')?;
    format!("{whole}{fraction}").parse().ok()
}

/// Everything that can happen to workers and jobs; the policy, the delay and the seed vary.
const FAULTS: &str = r#"
horizon = "1h"
cooldown = "10m"
replications = 2
quorum = true
worker.big = { count = 2, capacity = { cpu = 4, disk = 1 }, outages = { up = { exponential = { mean = "15m" } }, down = "2m" } }
worker.small = { count = 3, capacity = { cpu = 2 }, startup = "20s" }
worker.auto = { capacity = { cpu = 2 }, startup = "15s", autoscale = { min = 0, max = 2, period = "30s", target = { waiting_per_worker = 4 } } }
outage = [{ worker = "small-0", at = "20m", for = "4m", kind = "partition" }, { worker = "small-1", at = "21m", for = "2m" }]
capacity = [{ worker = "small-2", at = "30m", capacity = { cpu = 1 } }]
[action.one]
capacity = { cpu = 1 }
arrival = { poisson = { rate = "6/min" } }
service = { exponential = { mean = "50s" } }
error = 0.2
retries = 1
backoff = "20s"
priority = 2
[action.three]
capacity = { cpu = 3 }
arrival = { poisson = { rate = "1/min" } }
service = { exponential = { mean = "1m" } }
patience = { exponential = { mean = "15m" } }
spawns = { action = "leaf", count = 1 }
[action.leaf]
capacity = { cpu = 1, disk = 1 }
service = { exponential = { mean = "10s" } }
priority = 5
[action.never]
capacity = { cpu = 99 }
service = "1s"
[[job]]
action = "never"
at = "50m"
"#;

/// By job with a slice, the parts of its wait in `t.json`, which come from integrals by need.
fn blame_of_timeline(sandbox: &Sandbox) -> BTreeMap<u64, Value> {
    let document: Value = serde_json::from_slice(&std::fs::read(sandbox.path("t.json")).unwrap()).unwrap();
    let slices = document["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "B");
    let blame = slices.map(|slice| {
        let args = &slice["args"];
        (args["job"].as_u64().unwrap(), args.get("blame").cloned().unwrap_or_else(|| json!({})))
    });
    blame.collect()
}

/// The law of stories: the parts of a wait sum to it, to the nanosecond, and it is that of the job
/// log. The worst are those of the job log.
#[test]
fn parts_sum_to_waits_and_the_worst_are_those_of_the_job_log() {
    let policies = [
        "first-fit",
        "priority",
        "shortest-first",
        "strict-fifo",
        "reserve-after(patience=3m)",
        "easy-backfill",
        "conservative-backfill",
        "fair-share",
        "random",
    ];
    let mut reasons = BTreeSet::new();
    for (index, policy) in policies.iter().enumerate() {
        let (seed, replication) = ((index + 1).to_string(), (index % 2).to_string());
        let delay = if index % 3 == 0 {
            "claim.delay={ uniform = { low = \"0s\", high = \"3s\" } }"
        } else {
            "claim.delay=none"
        };
        let sandbox = Sandbox::with("s.toml", FAULTS);
        sandbox.stdout(&[
            "run",
            "s.toml",
            "--policy",
            policy,
            "--set",
            delay,
            "--seed",
            &seed,
            "--jobs",
            "--out",
            "o",
            "--timeline",
            "t.json",
            "--timeline-replication",
            &replication,
        ]);
        let rows: Vec<Row> =
            sandbox.table("o/jobs.csv").into_iter().filter(|row| row["replication"] == replication).collect();
        let arguments = ["explain", "o", "--worst", "12", "--replication", &replication, "--json"];
        let document: Value = serde_json::from_str(&sandbox.stdout(&arguments)).unwrap();
        let until = nanos(&document["until_s"]);
        let wait = |row: &Row| {
            let end = cell(row, "claimed_at_s").or(cell(row, "ended_at_s")).unwrap_or(until);
            end - cell(row, "scheduled_at_s").unwrap()
        };
        let mut longest: Vec<(i64, u64)> = rows.iter().map(|row| (wait(row), row["job"].parse().unwrap())).collect();
        longest.sort_by_key(|(wait, job)| (-wait, *job));
        longest.truncate(12);
        let stories = document["jobs"].as_array().unwrap();
        let blame_of = blame_of_timeline(&sandbox);
        let trace = Trace::read(&std::fs::read(sandbox.path("t.json")).unwrap());
        timeline::check(&trace, &rows, (0, 3_600_000_000_000));
        let told: Vec<(i64, u64)> =
            stories.iter().map(|story| (nanos(&story["wait_s"]), story["job"].as_u64().unwrap())).collect();
        assert_eq!(told, longest, "{policy}");
        for story in stories {
            let parts = story["blame"].as_object().unwrap();
            assert_eq!(parts.values().map(nanos).sum::<i64>(), nanos(&story["wait_s"]), "{policy}: {story:#}");
            // A job that is claimed after the horizon has no slice.
            if let Some(blame) = blame_of.get(&story["job"].as_u64().unwrap()) {
                assert_eq!(blame, &story["blame"], "{policy}: {story:#}");
            }
            let busy = story["busy"].as_object().unwrap();
            assert_eq!(busy.values().map(nanos).sum::<i64>(), parts.get("busy").map_or(0, nanos), "{policy}");
            reasons.extend(parts.keys().cloned());
            let row = rows.iter().find(|row| row["job"].parse().ok() == story["job"].as_u64()).unwrap();
            assert_eq!(story["claimed_at_s"].is_null(), row["claimed_at_s"].is_empty(), "{policy}");
            assert_eq!(story["worker"].as_str().unwrap_or_default(), row["worker"], "{policy}");
            let response = &story["response"];
            let parts = ["wait_s", "service_s", "backoff_s", "children_s"].map(|part| nanos(&response[part]));
            assert!(parts.iter().all(|part| *part >= 0), "{policy}: {story:#}");
            assert_eq!(parts.iter().sum::<i64>(), nanos(&response["response_s"]));
            assert!(story["story"].as_array().unwrap().len() < 80, "{story:#}");
        }
    }
    let seen: Vec<&str> = reasons.iter().map(String::as_str).collect();
    assert_eq!(seen, ["busy", "claim-delay", "fragmented", "held-by-policy", "no-worker", "quorum"]);
}

#[test]
fn an_instant_selects_the_jobs_that_wait_then() {
    let sandbox = Sandbox::with("s.toml", FRAGMENTED);
    let at = |time: &str, more: &[&str]| sandbox.stdout(&[&["explain", "s.toml", "--at", time], more].concat());
    // The first of the two big jobs runs from 52 s.
    assert!(
        at("50s", &["--action", "big"]).starts_with("Job 4 (big)")
            || at("50s", &["--worst", "2"]).contains("Job 4 (big)")
    );
    assert!(at("52s", &["--worst", "9"]).starts_with("Job 5 (big)"));
    assert!(at("2017-02-17T00:01:00Z", &["--job", "5"]).contains("the state at this instant:"));
}

#[test]
fn what_cannot_be_explained_is_refused_with_what_would_be_right() {
    let sandbox = Sandbox::with("s.toml", FRAGMENTED);
    sandbox.stdout(&["run", "s.toml", "--replications", "2", "--out", "o"]);
    sandbox.stdout(&["compare", "s.toml", "--policy", "first-fit", "--policy", "random", "--out", "c"]);
    let cases: [(&[&str], &str); 10] = [
        (&["s.toml"], "--job <NUMBER>"),
        (&["s.toml", "--job", "1", "--worst", "2"], "cannot be used with"),
        (&["s.toml", "--job", "6"], "its jobs have the numbers 0 to 5"),
        (&["s.toml", "--job", "4", "--at", "60s"], "job 4 does not wait at 2017-02-17T01:01:00+01:00; it waits from"),
        (&["s.toml", "--worst", "1", "--at", "5m"], "--at: no job waits at"),
        (&["s.toml", "--worst", "1", "--at", "11m"], "lies beyond the horizon"),
        (
            &["s.toml", "--action", "smal"],
            "there is no action `smal`; did you mean `small`? The scenario has small, big",
        ),
        (&["o", "--worst", "1", "--replication", "2"], "the run has no replication 2; the last is 1"),
        (&["o", "--worst", "1", "--policy", "random"], "leave out `--policy random`, or name a scenario file"),
        (&["c", "--worst", "1"], "was left by `claimsim compare`"),
    ];
    for (arguments, words) in cases {
        let message = sandbox.refused(&[&["explain"], arguments].concat());
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
}
