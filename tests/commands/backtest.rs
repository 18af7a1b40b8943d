//! `claimsim backtest` from the outside: verdicts and exit codes, the table, and what is refused.

use std::fs;

use crate::support::{Row, Sandbox};

/// Two servers without claim delays: nothing in a replay is random.
const QUEUE: &str = r#"
horizon = "3d"
start = "2026-11-02T00:00:00Z"
seed = 11
replications = 1
claim = { delay = "none", placement = "first" }
[worker.server]
count = 2
capacity = { slot = 1 }
[action.short]
capacity = { slot = 1 }
arrival = { poisson = { rate = "20/h" } }
service = { exponential = { mean = "2m" } }
[action.long]
capacity = { slot = 1 }
arrival = { poisson = { rate = "4/h" } }
service = { exponential = { mean = "12m" } }
"#;

/// A folder with the queue and a history that it has left.
fn observed() -> Sandbox {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    sandbox.stdout(&["run", "queue.toml", "--jobs", "--seed", "5", "--quiet", "--out", "observed"]);
    fs::copy(sandbox.path("observed/jobs.csv"), sandbox.path("history.csv")).unwrap();
    sandbox
}

/// The exit code of a backtest with these options; its folder is `bt`.
fn backtest(sandbox: &Sandbox, options: &[&str]) -> i32 {
    let mut command = vec!["backtest", "queue.toml", "--history", "history.csv", "--quiet", "--out", "bt"];
    command.extend(options);
    sandbox.claimsim(&command).output().unwrap().status.code().unwrap()
}

/// The rows of the table of a kind, a measure and a statistic.
fn rows(sandbox: &Sandbox, kind: &str, statistic: &str) -> Vec<Row> {
    let is_wanted = |row: &Row| row["kind"] == kind && row["measure"] == "wait_s" && row["statistic"] == statistic;
    sandbox.table("bt/backtest.csv").into_iter().filter(is_wanted).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn a_replay_of_the_true_system_gives_each_job_its_wait() {
    let sandbox = observed();
    assert_eq!(backtest(&sandbox, &[]), 0);
    let jobs = sandbox.table("observed/jobs.csv");
    for row in rows(&sandbox, "trace-driven", "mean") {
        // Waits of jobs that still wait at the horizon are empty in the log.
        let of = |job: &&Row| row["action"] == "all" || job["action"] == row["action"];
        let waits: Vec<f64> =
            jobs.iter().filter(of).filter(|job| !job["wait_s"].is_empty()).map(|job| number(job, "wait_s")).collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        assert!((number(&row, "observed") / mean - 1.0).abs() < 0.01, "{row:?}: {mean}");
        // To the nanosecond: the replay is the run.
        assert_eq!(row["observed"], row["simulated"], "{row:?}");
        assert_eq!((row["ci_low"].as_str(), row["ci_high"].as_str()), ("0", "0"), "{row:?}");
    }
    let verdicts: Vec<String> =
        rows(&sandbox, "trace-driven", "mean").into_iter().map(|row| row["verdict"].clone()).collect();
    assert_eq!(verdicts, ["", "explains", "explains"]);
}

#[test]
fn a_worker_more_is_found_and_the_right_number_is_not_rejected() {
    let sandbox = observed();
    assert_eq!(backtest(&sandbox, &["--set", "worker.server.count=3", "--calibrate", "worker.server.count=1..4"]), 1);
    for row in rows(&sandbox, "trace-driven", "mean") {
        assert!(number(&row, "simulated") < 0.5 * number(&row, "observed"), "{row:?}");
    }
    let tried: Vec<(String, String)> = sandbox
        .table("bt/calibration.csv")
        .into_iter()
        .map(|row| (row["settings"].clone(), row["verdict"].clone()))
        .collect();
    let expected = [("1", "does not"), ("2", "explains"), ("3", "does not"), ("4", "does not")];
    let expected = expected.map(|(count, verdict)| (format!("worker.server.count={count}"), verdict.to_owned()));
    assert_eq!(tried, expected);
    let page = fs::read_to_string(sandbox.path("bt/report.md")).unwrap();
    assert!(page.contains("less capacity than assumed: at most 2 units of slot were ever in use"), "{page}");
}

#[test]
fn another_claim_order_is_found() {
    let sandbox = observed();
    assert_eq!(backtest(&sandbox, &["--policy", "shortest-first"]), 1);
    let page = fs::read_to_string(sandbox.path("bt/report.md")).unwrap();
    assert!(page.contains("another claim order"), "{page}");
}

#[test]
fn few_jobs_leave_it_undecided() {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    sandbox.write(
        "history.csv",
        "created,started,finished,action\n\
         2026-11-02T00:00:00Z,2026-11-02T00:00:40Z,2026-11-02T00:03:00Z,short\n\
         2026-11-02T01:00:00Z,2026-11-02T01:00:05Z,2026-11-02T01:02:00Z,short\n",
    );
    assert_eq!(backtest(&sandbox, &[]), 3);
}

#[test]
fn rejected_cancelled_and_running_jobs_count_as_far_as_they_are_known() {
    // One worker. The second job gives up after a minute, the fourth is turned away; the last runs.
    let sandbox = Sandbox::with(
        "queue.toml",
        r#"
        horizon = "1h"
        start = "2026-11-02T00:00:00Z"
        claim.delay = "none"
        worker.server.capacity = { slot = 1 }
        [action.job]
        capacity = { slot = 1 }
        service = "10m"
        "#,
    );
    sandbox.write(
        "history.csv",
        "created,started,finished,action,status\n\
         2026-11-02T00:00:00Z,2026-11-02T00:00:00Z,2026-11-02T00:05:00Z,job,done\n\
         2026-11-02T00:01:00Z,,2026-11-02T00:02:00Z,job,cancelled\n\
         2026-11-02T00:03:00Z,2026-11-02T00:05:00Z,2026-11-02T00:06:00Z,job,error\n\
         2026-11-02T00:04:00Z,2026-11-02T00:06:00Z,,job,running\n\
         2026-11-02T00:07:00Z,,,job,waiting\n\
         2026-11-02T00:08:00Z,,,job,waiting\n",
    );
    assert_eq!(backtest(&sandbox, &[]), 3, "two blocks are too few for an interval");
    let all = &rows(&sandbox, "trace-driven", "mean")[0];
    // Waits of 0, 60, 120, 120, 60 and 0 s: the export ends at 00:08.
    assert_eq!((all["observed"].as_str(), all["simulated"].as_str()), ("60", "60"), "{all:?}");
}

#[test]
fn a_backtest_can_be_repeated_and_does_not_depend_on_threads() {
    let sandbox = observed();
    // Random placement and claim delays.
    let options = ["--set", "claim={ delay = { uniform = { low = '0s', high = '30s' } } }", "--threads", "1"];
    backtest(&sandbox, &options);
    let one = fs::read(sandbox.path("bt/backtest.csv")).unwrap();
    backtest(&sandbox, &[&options[..3], &["2"]].concat());
    assert!(one == fs::read(sandbox.path("bt/backtest.csv")).unwrap());
    fs::remove_file(sandbox.path("history.csv")).unwrap();
    sandbox.stdout(&["reproduce", "bt"]);
}

#[test]
fn one_replication_does_not_make_a_random_replay_certain() {
    let sandbox = observed();
    let options = ["--set", "claim={ delay = { uniform = { low = '0s', high = '30s' } } }", "--replications", "1"];
    assert_eq!(backtest(&sandbox, &options), 3, "two replications reject nothing");
    let page = fs::read_to_string(sandbox.path("bt/report.md")).unwrap();
    assert!(page.contains("2 replications") && !page.contains("nothing in the replay is random"), "{page}");
}

#[test]
fn children_that_are_fitted_as_arrivals_do_not_arrive_twice() {
    let family = r#"
        horizon = "4d"
        start = "2026-11-02T00:00:00Z"
        seed = 3
        claim.delay = "none"
        worker.server = { count = 2, capacity = { parent = 4, child = 1 } }
        [action.parent]
        capacity = { parent = 1 }
        arrival = { poisson = { rate = "12/h" } }
        service = { exponential = { mean = "1m" } }
        spawns = { action = "child", count = 1 }
        [action.child]
        capacity = { child = 1 }
        service = { exponential = { mean = "6m" } }
    "#;
    let sandbox = Sandbox::with("queue.toml", family);
    sandbox.stdout(&["run", "queue.toml", "--jobs", "--replications", "1", "--quiet", "--out", "observed"]);
    fs::copy(sandbox.path("observed/jobs.csv"), sandbox.path("history.csv")).unwrap();
    // With twice the children, the servers would be overloaded.
    assert_ne!(backtest(&sandbox, &["--train", "50%"]), 1);
}

#[test]
fn forecasts_count_jobs_as_the_history_does() {
    // Half of the jobs are turned away. Neither side counts them, so that the forecast is right.
    let full = QUEUE.replace("seed = 11", "seed = 11\nqueue = { limit = 1 }").replace("20/h", "120/h");
    let sandbox = Sandbox::with("queue.toml", &full);
    sandbox.stdout(&["run", "queue.toml", "--jobs", "--seed", "5", "--quiet", "--out", "observed"]);
    fs::copy(sandbox.path("observed/jobs.csv"), sandbox.path("history.csv")).unwrap();
    assert_ne!(backtest(&sandbox, &[]), 1);
    // A scenario without arrivals of one action says that its forecast lacks them.
    sandbox.write("queue.toml", &full.replace("arrival = { poisson = { rate = \"4/h\" } }\n", ""));
    backtest(&sandbox, &[]);
    let page = fs::read_to_string(sandbox.path("bt/report.md")).unwrap();
    assert!(page.contains("the scenario makes no jobs of"), "{page}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let sandbox = Sandbox::with("queue.toml", QUEUE);
    let at = |rows: &str| format!("created,started,finished,action\n{rows}");
    let start = "2026-11-02T00:00:00Z";
    sandbox.write("other.csv", &at(&format!("{start},{start},2026-11-02T00:01:00Z,scan\n")));
    sandbox.write("no-waits.csv", &format!("created,finished,action\n{start},2026-11-02T00:01:00Z,short\n"));
    let message = |options: &[&str]| sandbox.refused(&[&["backtest", "queue.toml", "--out", "bt"], options].concat());
    let unknown = message(&["--history", "other.csv"]);
    assert!(unknown.contains("the scenario has no action `scan`, which 1 of the history's jobs name"), "{unknown}");
    assert!(unknown.contains("`short`, `long`"), "{unknown}");
    let silent = message(&["--history", "no-waits.csv"]);
    assert!(silent.contains("it does not tell when jobs started"), "{silent}");
    let size = |options: &[&str]| {
        let size = ["size", "queue.toml", "--vary", "worker.server.count=2", "--meet", "mean(wait) < 1h"];
        sandbox.refused(&[&size, options].concat())
    };
    let none = message(&[]);
    assert!(none.contains("--history FILE"), "{none}");
    sandbox.write("one.csv", &at(&format!("{start},{start},2026-11-02T00:01:00Z,short\n")));
    let late = message(&["--history", "one.csv", "--train", "99%"]);
    assert!(late.contains("none of its jobs falls due after the warm-up and the training"), "{late}");
    let tolerance = message(&["--history", "other.csv", "--tolerance", "ten"]);
    assert!(tolerance.contains("--tolerance `ten`: write a share above 0, such as 10%"), "{tolerance}");
    assert!(!sandbox.path("bt").exists());
    assert!(size(&["--backtest", "bt"]).contains("bt is not a run of claimsim"));
}

#[test]
fn size_shows_the_verdicts_of_a_backtest_of_the_same_scenario() {
    let sandbox = observed();
    assert_eq!(backtest(&sandbox, &[]), 0);
    let size = ["size", "queue.toml", "--vary", "worker.server.count=1..3", "--meet", "mean(wait) < 20m", "--out", "s"];
    let with = |options: &[&'static str]| [&size[..], options].concat();
    let text = sandbox.stdout(&with(&["--backtest", "bt"]));
    let verdicts = "Backtest bt (short: explains, long: explains, forecast of the days: not rejected; manifest ";
    assert!(text.contains(verdicts), "{text}");
    assert!(fs::read_to_string(sandbox.path("s/manifest.json")).unwrap().contains(verdicts));
    let other = sandbox.refused(&with(&["--backtest", "bt", "--set", "action.long.service.exponential.mean=13m"]));
    assert!(other.contains("a backtest of the scenario with other changes"), "{other}");
    sandbox.write("queue.toml", &QUEUE.replace("12m", "13m"));
    let other = sandbox.refused(&with(&["--backtest", "bt"]));
    assert!(other.contains("a backtest of another scenario"), "{other}");
    sandbox.write("bt/backtest.csv", "action,kind,verdict\n");
    sandbox.write("queue.toml", QUEUE);
    let damaged = sandbox.refused(&with(&["--backtest", "bt"]));
    assert!(damaged.contains("backtest.csv is not what its manifest lists"), "{damaged}");
}
