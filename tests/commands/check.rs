//! `check --strict`, and what other commands print of the same analysis: overloads of points,
//! deadlocks, groups without workers.

use std::path::Path;

use claimsim::internals::scenario::starters;

use crate::scenario_errors::scenarios;
use crate::support::{Sandbox, text};

/// Parents that need the same resource as their children, on `workers` workers of four slots.
fn parents(workers: u32, rate: &str) -> String {
    format!(
        "horizon = \"20h\"\nclaim = {{ delay = \"none\" }}\n[worker.w]\ncount = {workers}\ncapacity = {{ slot = 4 }}\n\
         [action.build]\ncapacity = {{ slot = 1 }}\nservice = \"10s\"\nspawns = {{ action = \"step\", count = 2 }}\n\
         arrival = {{ poisson = {{ rate = \"{rate}\", batch = 4 }} }}\n\
         [action.step]\ncapacity = {{ slot = 1 }}\nservice = {{ exponential = {{ mean = \"1m\" }} }}\n"
    )
}

/// Standard output and error of a command, and its exit code.
fn outcome(sandbox: &Sandbox, arguments: &[&str]) -> (String, String, i32) {
    let output = sandbox.claimsim(arguments).output().unwrap();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

#[test]
fn shipped_scenarios_and_starters_pass_a_strict_check() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let paths: Vec<String> = scenarios(&folder).into_iter().map(|path| path.display().to_string()).collect();
    let sandbox = Sandbox::new();
    for starter in starters::ALL {
        sandbox.write(&format!("{}.toml", starter.name), starter.text);
    }
    let starters: Vec<String> = starters::ALL.iter().map(|starter| format!("{}.toml", starter.name)).collect();
    let files = paths.iter().chain(&starters).map(String::as_str);
    let (_, messages, code) = outcome(&sandbox, &["check", "--strict"].into_iter().chain(files).collect::<Vec<_>>());
    assert_eq!((messages.as_str(), code), ("", 0));
}

#[test]
fn a_strict_check_fails_on_warnings_only() {
    let sandbox = Sandbox::small();
    sandbox.write("much.toml", &crate::support::SMALL.replace("2/min", "6/min"));
    assert_eq!(outcome(&sandbox, &["check", "much.toml"]).2, 0);
    for options in [&["--strict"][..], &["--strict", "--quiet"], &["--strict", "--json"]] {
        let (_, messages, code) = outcome(&sandbox, &[&["check", "much.toml"], options].concat());
        assert!(code == 2 && messages.ends_with("error: the scenario has warnings (--strict)\n"), "{messages}");
        assert_eq!(outcome(&sandbox, &[&["check", "small.toml"], options].concat()).2, 0);
    }
    let (_, messages, code) = outcome(&sandbox, &["check", "--strict", "-q", "small.toml", "much.toml"]);
    assert_eq!((messages.as_str(), code), ("error: 1 of 2 scenarios have warnings (--strict)\n", 2));
}

/// A build waits for steps of a minute. At 20 an hour a third of one runs on average, and six
/// standard deviations above that are 3.8. At 240 an hour four run, and 16 are no more than six
/// standard deviations above that.
#[test]
fn a_deadlock_fails_a_strict_check_if_its_parents_are_likely_at_once() {
    let sandbox = Sandbox::new();
    sandbox.write("rare.toml", &parents(1, "5/h"));
    sandbox.write("many.toml", &parents(4, "60/h"));
    for (file, number, is_likely) in [("rare.toml", 4, false), ("many.toml", 16, true)] {
        let (_, messages, code) = outcome(&sandbox, &["check", "--strict", file]);
        let takes = format!("it takes {number} jobs of `build` at once");
        assert!(messages.contains("warning: deadlock: jobs of `build`") && messages.contains(&takes), "{messages}");
        assert_eq!(code, if is_likely { 2 } else { 0 }, "{file}: {messages}");
    }
    // A fifth slot for steps alone is enough.
    sandbox.write("apart.toml", &parents(1, "5/h").replace("[action.step]\ncapacity = { slot = 1 }", "[action.step]"));
    assert!(!outcome(&sandbox, &["check", "apart.toml"]).1.contains("deadlock"));
}

/// All four slots are held from the first batch on, which starts at once.
#[test]
fn a_run_reports_that_nothing_was_claimed_any_more() {
    let sandbox = Sandbox::with(
        "stuck.toml",
        &parents(1, "1/h").replace("poisson = { rate = \"1/h\"", "renewal = { between = \"1h\""),
    );
    let (output, messages, code) = outcome(&sandbox, &["run", "stuck.toml", "--json"]);
    let warning = "nothing was claimed after 1h: only parents run, which hold what their children need (deadlock)";
    assert!(code == 0 && messages.contains(&format!("warning: {warning}")), "{messages}");
    let document: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert!(document["notes"][0].as_str().unwrap().starts_with(warning), "{document}");
    // The same jobs on two workers never fill them, and all of them end.
    let (_, messages, _) = outcome(&sandbox, &["run", "stuck.toml", "--set", "worker.w.count=2"]);
    assert!(!messages.contains("nothing was claimed"), "{messages}");
}

const QUEUE: &str = "horizon = \"30d\"\nclaim = { delay = \"none\" }\nreplications = 3\n[worker.w]\ncount = 2\n\
    capacity = { slot = 1 }\n[worker.big]\ncount = 0\ncapacity = { slot = 2 }\n[action.a]\ncapacity = { slot = 1 }\n\
    arrival = { poisson = { rate = \"150/h\" } }\nservice = { exponential = { mean = \"1m\" } }\n";

#[test]
fn overloaded_points_are_reported_and_marked() {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    let vary = ["--vary", "worker.w.count=1..4", "--set", "horizon=10h", "--out", "out"];
    let (table, messages, code) = outcome(&sandbox, &[&["sweep", "queue.toml"], &vary[..]].concat());
    assert_eq!((messages.matches("warning: unstable: `a` at ").count(), code), (2, 0), "{messages}");
    assert!(
        messages.contains("--> worker.w.count=2\n") && messages.contains("at least 7.44 jobs an hour"),
        "{messages}"
    );
    let is_marked = |load: &str| table.lines().any(|line| line.contains(load));
    assert!(table.contains("overload") && is_marked("250.0 %") && is_marked("125.0 %"), "{table}");
    let csv = String::from_utf8(std::fs::read(sandbox.path("out/sweep.csv")).unwrap()).unwrap();
    let rows: Vec<&str> = csv.lines().filter(|line| line.contains(",overload,")).collect();
    assert_eq!(rows, ["1,1,first-fit,all,,,overload,mean,2.5,,,", "2,2,first-fit,all,,,overload,mean,1.25,,,"]);
    let chart = std::fs::read_to_string(sandbox.path("out/charts/mean_wait.svg")).unwrap();
    assert!(chart.contains("ring: overload"));
    let meet = ["--meet", "mean(wait) < 5m", "--max-replications", "4"];
    let (table, messages, _) = outcome(&sandbox, &[&["size", "queue.toml"], &vary[..], &meet].concat());
    assert!(messages.contains("--> worker.w.count=1\n"), "{messages}");
    assert!(table.contains("not met, overload 125.0 %"), "{table}");
    let csv = String::from_utf8(std::fs::read(sandbox.path("out/size.csv")).unwrap()).unwrap();
    assert!(csv.lines().any(|line| line.starts_with("2,2,,2,2,1.25,")), "{csv}");
}

#[test]
fn a_group_may_have_no_workers_if_another_has_some() {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    assert_eq!(outcome(&sandbox, &["check", "queue.toml"]).2, 0);
    let arguments = ["size", "queue.toml", "--set", "horizon=20h", "--vary", "worker.big.count=0..2"];
    let (table, messages, code) = outcome(&sandbox, &[&arguments[..], &["--meet", "mean(wait) < 10m"]].concat());
    assert_eq!(code, 0, "{messages}");
    assert!(table.contains("worker.big.count=1 (3 workers: 2 `w` and 1 `big`), cost 1: met"), "{table}");
    let (_, messages, code) = outcome(&sandbox, &["check", "queue.toml", "--set", "worker.w.count=0"]);
    assert!(code == 2 && messages.contains("there are no workers"), "{messages}");
    // A resource that only the empty group would offer is no mistake, but its jobs wait for ever.
    let memory = QUEUE.replace("capacity = { slot = 2 }", "capacity = { slot = 2, memory = 1 }");
    sandbox.write(
        "memory.toml",
        &memory.replace("[action.a]\ncapacity = { slot = 1 }", "[action.a]\ncapacity = { memory = 1 }"),
    );
    let (_, messages, code) = outcome(&sandbox, &["check", "memory.toml"]);
    assert!(code == 0 && messages.contains("warning: no worker can ever run a job of `a`"), "{messages}");
}

#[test]
fn keys_that_nothing_reads_are_reported() {
    let sandbox = Sandbox::new();
    sandbox
        .write("keys.toml", &(QUEUE.replace("150/h", "60/h") + "priority = 3\nestimate = \"2m\"\ndeadline = \"1h\"\n"));
    let warned = |options: &[&str]| {
        let (_, messages, _) = outcome(&sandbox, &[&["check", "keys.toml"], options].concat());
        ["priority", "estimate", "deadline"].map(|key| messages.contains(&format!("the `{key}` of `a` has no effect")))
    };
    assert_eq!(warned(&[]), [true, true, false]);
    assert_eq!(warned(&["--set", "claim.policy=priority"]), [false, true, false]);
    assert_eq!(warned(&["--set", "claim.policy=easy-backfill"]), [true, false, false]);
    assert_eq!(warned(&["--set", "claim.policy=shortest-first"]), [true, true, false]);
    assert_eq!(warned(&["--set", "claim.policy={ shortest-first = { by = \"estimate\" } }"]), [true, false, false]);
    assert_eq!(warned(&["--set", "action.a.kill_at_estimate=true"]), [true, false, false]);
    // In a comparison one contender that reads a key is enough.
    let arguments =
        ["compare", "keys.toml", "--policy", "first-fit", "--policy", "priority", "--max-replications", "3"];
    let (_, messages, _) = outcome(&sandbox, &[&arguments[..], &["--set", "horizon=1d"]].concat());
    assert!(!messages.contains("the `priority`") && messages.contains("the `estimate`"), "{messages}");
}
