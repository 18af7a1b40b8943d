//! `claimsim size`: output, files, exit codes and errors.

use serde_json::Value;

use crate::support::Sandbox;

/// Two workers are just enough for a backlog of twelve jobs of a minute each and a load of half the
/// capacity of two workers.
const SCENARIO: &str = r#"
name = "queue"
horizon = "2h"
warmup = "10m"
seed = 3
replications = 10

[claim]
delay = "none"

[worker.w]
count = 1
capacity = { slot = 1 }

[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "100/h" } }
service = { exponential = { mean = "30s" } }
"#;

/// Jobs of ten minutes each, all there at the start.
const BACKLOG: &str = r#"
name = "backlog"
horizon = "5h"
replications = 10

[claim]
delay = "none"

[worker.w]
count = 1
capacity = { slot = 1 }

[action.job]
capacity = { slot = 1 }
arrival = { trace = { file = "jobs.csv" } }
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with("queue.toml", SCENARIO);
    sandbox.write("backlog.toml", BACKLOG);
    sandbox.write("jobs.csv", &format!("at_s,service_s\n{}", "0,600\n".repeat(12)));
    sandbox
}

const SIZE: [&str; 6] = ["size", "queue.toml", "--vary", "worker.w.count=1..6", "--meet", "p95(wait, job) < 1m"];

fn printed(sandbox: &Sandbox, arguments: &[&str], code: i32) -> String {
    let assert = sandbox.claimsim(arguments).assert().code(code);
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let assert = sandbox.claimsim(&[&["size"], arguments].concat()).assert().code(2).stdout("");
    assert!(!sandbox.path("results").exists(), "nothing is left behind");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

#[test]
fn output_of_a_search() {
    let sandbox = sandbox();
    let told = printed(&sandbox, &SIZE, 0);
    insta::assert_snapshot!(told);
    // The commands in the output run, and give its figures.
    let command = told.lines().find_map(|line| line.trim().strip_prefix("claimsim ")).expect("a command");
    let arguments: Vec<&str> = command.split(' ').chain(["--json"]).collect();
    let run: Value = serde_json::from_str(&printed(&sandbox, &arguments, 0)).unwrap();
    let sized: Value = serde_json::from_str(&printed(&sandbox, &[&SIZE[..], &["--json"]].concat(), 0)).unwrap();
    assert_eq!(sized["answer"]["targets"][0]["value"], run["actions"]["job"]["wait_s"]["p95"]);
    assert_eq!(sized["answer"]["verdict"], "met");
    assert_eq!(sized["next_cheaper"]["verdict"], "not met");
}

#[test]
fn threads_and_reproduce_change_no_byte() {
    let sandbox = sandbox();
    for (out, threads) in [("one", "1"), ("two", "2")] {
        printed(&sandbox, &[&SIZE[..], &["--quiet", "--out", out, "--threads", threads]].concat(), 0);
    }
    assert!(sandbox.files("one") == sandbox.files("two"));
    let paths: Vec<String> = sandbox.files("one").iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(
        paths,
        [
            "charts/targets.svg",
            "inputs/scenario.toml",
            "manifest.json",
            "report.html",
            "report.json",
            "size.csv",
            "summary.csv"
        ]
    );
    sandbox.claimsim(&["reproduce", "one", "--quiet"]).assert().success();
    let lossy = [&SIZE[..], &["--lose", "w:30m", "--quiet", "--out", "lossy"]].concat();
    printed(&sandbox, &lossy, 0);
    sandbox.claimsim(&["reproduce", "lossy", "--quiet"]).assert().success();
}

#[test]
fn the_exit_code_says_whether_there_is_an_answer() {
    let sandbox = sandbox();
    let few = ["size", "queue.toml", "--quiet", "--vary", "worker.w.count=1..2"];
    let told = sandbox.claimsim(&[&few[..], &["--meet", "p95(wait) < 1s"]].concat()).assert().code(1);
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    assert!(told.starts_with("No setting in the range meets the targets."), "{told}");
    // One run shows nothing.
    let open = [&few[..], &["--meet", "p95(wait) < 10m", "--replications", "1", "--max-replications", "1"]].concat();
    let told = sandbox.claimsim(&open).assert().code(3);
    assert!(String::from_utf8_lossy(&told.get_output().stderr).contains("some are undecided"));
    assert!(sandbox.path("results/queue-size/size.csv").exists(), "the tables are there all the same");
}

#[test]
fn a_backlog_is_gone_when_arithmetic_says_so() {
    // Twelve jobs of ten minutes on w workers: the last ones begin after 12 / w - 1 rounds.
    let sandbox = sandbox();
    let size = ["size", "backlog.toml", "--json", "--vary", "worker.w.count=1..6", "--meet", "drain < 45m"];
    let document: Value = serde_json::from_str(&printed(&sandbox, &size, 0)).unwrap();
    assert_eq!(document["answer"]["set"]["worker.w.count"], "3");
    for tried in document["tried"].as_array().unwrap() {
        let workers: f64 = tried["set"]["worker.w.count"].as_str().unwrap().parse().unwrap();
        let rounds = (12.0 / workers).ceil() - 1.0;
        assert_eq!(tried["targets"][0]["value"].as_f64(), Some(600.0 * rounds), "{tried}");
    }
}

#[test]
fn a_worker_lost_at_the_worst_instant_costs_another_one() {
    // All jobs come in the third hour of ten; a worker that is out in any other hour is not missed.
    let sandbox = Sandbox::new();
    let scenario = SCENARIO.replace("\"2h\"", "\"10h\"").replace(
        "arrival = { poisson = { rate = \"100/h\" } }",
        "arrival = { profile = { rates = [\"0/h\", \"0/h\", \"250/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \
         \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\", \"0/h\"] } }",
    );
    sandbox.write("queue.toml", &scenario);
    let size = [&SIZE[..], &["--json", "--lose", "w:2h"]].concat();
    let document: Value = serde_json::from_str(&printed(&sandbox, &size, 0)).unwrap();
    let workers = |at: &str| document.pointer(at).and_then(Value::as_str).unwrap().parse::<u32>().unwrap();
    let (with, without) = (workers("/answer/set/worker.w.count"), workers("/loss/without/answer/set/worker.w.count"));
    assert_eq!(with, without + 1);
    let at = document["loss"]["at_s"].as_f64().unwrap() / 3600.0;
    assert!((0.9..2.5).contains(&at), "the worker dies at hour {at}");
}

#[test]
fn what_cannot_be_sized_is_refused_with_the_way_out() {
    let sandbox = sandbox();
    let base = ["queue.toml", "--vary", "worker.w.count=1..6"];
    let meet = ["--meet", "p95(wait) < 1m"];
    for (arguments, words) in [
        (&["--meet", "p95(wait) < +5%"][..], "there is no baseline here"),
        (&["--meet", "max(wait) < 5m"], "a maximum grows with the length of a run"),
        (&["--meet", "drain < 3h"], "the run ends before that"),
        (&["--meet", "p95(wait, jbo) < 1m"], "the scenario has no action `jbo`"),
        (&["--meet", "p95(wait) < 1m", "--cost", "worker.x=1"], "nothing has a price at `worker.x`"),
        (&["--meet", "p95(wait) < 1m", "--cost", "worker.w=cheap"], "is not a price; write KEY=PRICE"),
        (&["--meet", "p95(wait) < 1m", "--lose", "x"], "no worker in group `x`; its workers are w-0"),
        (&["--meet", "p95(wait) < 1m", "--lose", "w:soon"], "`soon` is not a duration"),
        (&["--meet", "p95(wait) < 1m", "--vary", "worker.w.count=1..2"], "`worker.w.count` is given twice"),
        (&["--meet", "p95(wait) < 1m", "--vary", "worker.w.cuont=1..2"], "did you mean `count`?"),
        (&["--meet", "p95(wait) < 1m", "--level", "2"], "write a number above 0"),
    ] {
        let told = refused(&sandbox, &[&base[..], arguments].concat());
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    let told = refused(&sandbox, &[&["queue.toml", "--vary", "worker.w.count=0..2"], &meet[..]].concat());
    assert!(told.contains("--vary worker.w.count=0") && told.contains("there are no workers"), "{told}");
    let told = refused(&sandbox, &[&["queue.toml"], &meet[..]].concat());
    assert!(told.contains("--vary"), "{told}");
}
