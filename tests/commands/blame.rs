//! Why jobs waited: each reason in a small scenario that is worked out by hand, and laws of
//! `blame.csv`.

use crate::support::Sandbox;

/// One figure of `blame.csv`.
fn figure(sandbox: &Sandbox, [action, reason, holder, statistic]: [&str; 4]) -> Option<f64> {
    let rows = sandbox.table("run/blame.csv");
    let is_it = |row: &&crate::support::Row| {
        [&row["action"], &row["reason"], &row["holder"], &row["statistic"]] == [action, reason, holder, statistic]
    };
    rows.iter().find(is_it).and_then(|row| row["value"].parse().ok())
}

/// Runs a scenario once; the seconds that the only job of `waiter` waited for each reason, by name.
fn waits(text: &str, options: &[&str]) -> (Sandbox, Vec<(String, f64)>) {
    let sandbox = Sandbox::with("case.toml", text);
    let arguments = ["run", "case.toml", "--out", "run", "--replications", "1"];
    sandbox.stdout(&[&arguments[..], options].concat());
    let rows = sandbox.table("run/blame.csv");
    let of_waiter = rows
        .iter()
        .filter(|row| row["action"] == "waiter" && row["holder"].is_empty() && row["statistic"] == "mean_wait_s");
    let waits = of_waiter.map(|row| (row["reason"].clone(), row["value"].parse().unwrap()));
    let waits: Vec<(String, f64)> = waits.filter(|(_, seconds)| *seconds > 0.0).collect();
    (sandbox, waits)
}

#[track_caller]
fn check(text: &str, expected: &[(&str, f64)]) {
    let (sandbox, waits) = waits(text, &["--jobs"]);
    let expected: Vec<(String, f64)> = expected.iter().map(|(reason, of)| ((*reason).to_owned(), *of)).collect();
    assert_eq!(waits, expected);
    let jobs = sandbox.table("run/jobs.csv");
    let job = jobs.iter().find(|row| row["action"] == "waiter").unwrap();
    let [due, claimed] = ["scheduled_at_s", "claimed_at_s"].map(|column| job[column].parse::<f64>().unwrap());
    assert_eq!(waits.iter().map(|(_, seconds)| seconds).sum::<f64>(), claimed - due, "parts of the wait");
}

/// A job of 10 s holds one of two slots, another the second. The third waits from 2 s to 10 s.
const BUSY: &str = r#"
    horizon = "1m"
    claim = { delay = "none" }
    worker.w = { count = 1, capacity = { slot = 4 } }
    [action.large]
    capacity = { slot = 3 }
    service = "10s"
    [action.small]
    capacity = { slot = 1 }
    service = "20s"
    [action.waiter]
    capacity = { slot = 2 }
    service = "1s"
    [[job]]
    action = "large"
    at = "0s"
    [[job]]
    action = "small"
    at = "0s"
    [[job]]
    action = "waiter"
    at = "2s"
"#;

#[test]
fn busy_when_units_are_in_use() {
    check(BUSY, &[("busy", 8.0)]);
}

/// Three of the four slots are held by `large`, one by `small`: 6 and 2 of 8 s.
#[test]
fn busy_is_split_by_the_units_that_each_action_holds() {
    let (sandbox, waits) = waits(BUSY, &["--blame"]);
    assert_eq!(waits, [("busy".to_owned(), 8.0)]);
    for (holder, seconds) in [("large", 6.0), ("small", 2.0)] {
        assert_eq!(figure(&sandbox, ["waiter", "busy", holder, "mean_wait_s"]), Some(seconds));
        assert_eq!(figure(&sandbox, ["waiter", "busy", holder, "share"]), Some(seconds / 8.0));
    }
    let text = sandbox.stdout(&["run", "case.toml", "--out", "again", "--replications", "1", "--blame"]);
    assert!(text.contains("waiter waits: 100.0 % busy (75.0 % large, 25.0 % small)"), "{text}");
}

/// One of two units is free on each of two workers, and the job needs both on one of them.
#[test]
fn fragmented_when_units_are_free_on_no_single_worker() {
    check(
        r#"
        horizon = "1m"
        claim = { delay = "none", placement = "most-free" }
        worker.w = { count = 2, capacity = { slot = 2 } }
        [action.other]
        capacity = { slot = 1 }
        service = "10s"
        [action.waiter]
        capacity = { slot = 2 }
        service = "1s"
        [[job]]
        action = "other"
        at = "0s"
        [[job]]
        action = "other"
        at = "0s"
        [[job]]
        action = "waiter"
        at = "4s"
        "#,
        &[("fragmented", 6.0)],
    );
}

/// The only worker is out from 10 s to 40 s.
#[test]
fn no_worker_while_all_are_out() {
    check(
        r#"
        horizon = "1m"
        claim = { delay = "none" }
        worker.w = { count = 1, capacity = { slot = 2 } }
        [action.waiter]
        capacity = { slot = 2 }
        service = "1s"
        [[outage]]
        worker = "w-0"
        at = "10s"
        for = "30s"
        kind = "shutdown"
        [[job]]
        action = "waiter"
        at = "15s"
        "#,
        &[("no-worker", 25.0)],
    );
}

/// Two of three workers are out, so the third claims nothing although it is idle.
#[test]
fn quorum_while_too_few_workers_are_up() {
    check(
        r#"
        horizon = "1m"
        quorum = true
        claim = { delay = "none" }
        worker.w = { count = 3, capacity = { slot = 1 } }
        [action.waiter]
        capacity = { slot = 1 }
        service = "1s"
        [[outage]]
        worker = "w-0"
        at = "5s"
        for = "30s"
        kind = "shutdown"
        [[outage]]
        worker = "w-1"
        at = "5s"
        for = "30s"
        kind = "shutdown"
        [[job]]
        action = "waiter"
        at = "10s"
        "#,
        &[("quorum", 25.0)],
    );
}

/// The shift begins at one o'clock, and its worker takes 30 s to start.
#[test]
fn no_worker_outside_a_shift_and_startup_at_its_begin() {
    check(
        r#"
        horizon = "2h"
        claim = { delay = "none" }
        [worker.w]
        count = 0
        capacity = { slot = 1 }
        startup = "30s"
        shifts = [{ from = "01:00", to = "02:00", count = 1 }]
        [action.waiter]
        capacity = { slot = 1 }
        service = "1s"
        [[job]]
        action = "waiter"
        at = "59m"
        "#,
        &[("no-worker", 60.0), ("startup", 30.0)],
    );
}

/// One slot of two is free from 2 s on, but the head of the line needs both. It starts at 10 s and
/// takes both until 20 s.
#[test]
fn held_by_a_policy_that_blocks() {
    check(
        r#"
        horizon = "1m"
        claim = { delay = "none", policy = "strict-fifo" }
        worker.w = { count = 1, capacity = { slot = 2 } }
        [action.first]
        capacity = { slot = 1 }
        service = "10s"
        [action.wide]
        capacity = { slot = 2 }
        service = "10s"
        [action.waiter]
        capacity = { slot = 1 }
        service = "1s"
        [[job]]
        action = "first"
        at = "0s"
        [[job]]
        action = "wide"
        at = "1s"
        [[job]]
        action = "waiter"
        at = "2s"
        "#,
        &[("busy", 10.0), ("held-by-policy", 8.0)],
    );
}

/// A worker looks 3 s after it has room: 3 s after the end of the first job.
#[test]
fn claim_delay_until_a_worker_looks() {
    check(
        r#"
        horizon = "1m"
        claim = { delay = "3s" }
        worker.w = { count = 1, capacity = { slot = 1 } }
        [action.other]
        capacity = { slot = 1 }
        service = "10s"
        [action.waiter]
        capacity = { slot = 1 }
        service = "1s"
        [[job]]
        action = "other"
        at = "0s"
        [[job]]
        action = "waiter"
        at = "5s"
        "#,
        &[("busy", 8.0), ("claim-delay", 3.0)],
    );
}

/// The first attempt runs from 0 s to 10 s and fails, the second from 70 s to 80 s; both leave with
/// an error.
#[test]
fn backoff_is_a_part_of_the_response() {
    let text = r#"
        horizon = "10m"
        claim = { delay = "none" }
        worker.w = { count = 1, capacity = { slot = 1 } }
        [action.waiter]
        capacity = { slot = 1 }
        service = "10s"
        error = 1
        retries = 1
        backoff = "1m"
        [[job]]
        action = "waiter"
        at = "0s"
    "#;
    let (sandbox, _) = waits(text, &[]);
    let part = |reason| figure(&sandbox, ["waiter", reason, "", "mean_response_s"]);
    assert_eq!(["wait", "service", "backoff", "children"].map(part), [None, Some(20.0), Some(60.0), None]);
}

/// The parent works for 10 s and waits for its child, which runs from 0 s to 25 s on the other
/// slot.
#[test]
fn children_are_a_part_of_the_response() {
    let text = r#"
        horizon = "10m"
        claim = { delay = "none" }
        worker.w = { count = 1, capacity = { slot = 2 } }
        [action.child]
        capacity = { slot = 1 }
        service = "25s"
        [action.waiter]
        capacity = { slot = 1 }
        service = "10s"
        spawns = { action = "child", count = 1 }
        [[job]]
        action = "waiter"
        at = "0s"
    "#;
    let (sandbox, _) = waits(text, &[]);
    let part = |reason| figure(&sandbox, ["waiter", reason, "", "mean_response_s"]);
    assert_eq!(["wait", "service", "backoff", "children"].map(part), [None, Some(10.0), None, Some(15.0)]);
}

/// A registry under a burst, with outages, retries, patience and a limited queue.
const MIXED: &str = r#"
    horizon = "1d"
    claim = { delay = { uniform = { low = "0s", high = "3s" } } }
    [queue]
    limit = 40
    [worker.w]
    count = 2
    capacity = { cpu = 3, gpu = 1 }
    outages = { up = { exponential = { mean = "2h" } }, down = { exponential = { mean = "40m" } }, kind = "crash" }
    [action.small]
    capacity = { cpu = 1 }
    arrival = { poisson = { rate = "70/h" } }
    service = { exponential = { mean = "4m" } }
    error = 0.1
    retries = 2
    backoff = "1m"
    patience = { exponential = { mean = "30m" } }
    [action.big]
    capacity = { cpu = 2, gpu = 1 }
    arrival = { poisson = { rate = "6/h" } }
    service = { exponential = { mean = "4m" } }
"#;

#[test]
fn reasons_sum_to_the_mean_wait_and_holders_to_busy() {
    let sandbox = Sandbox::with("mixed.toml", MIXED);
    sandbox.stdout(&["run", "mixed.toml", "--replications", "4", "--out", "run", "--blame"]);
    let summary = sandbox.table("run/summary.csv");
    let mean = |action: &str, measure: &str| {
        let is_it = |row: &&crate::support::Row| {
            row["action"] == action && row["measure"] == measure && row["statistic"] == "mean"
        };
        summary.iter().find(is_it).unwrap()["value"].parse::<f64>().unwrap()
    };
    let rows = sandbox.table("run/blame.csv");
    let sum = |action: &str, statistic: &str, reason: Option<&str>, holds: bool| {
        let is_it = |row: &&crate::support::Row| {
            row["action"] == action
                && row["statistic"] == statistic
                && row["holder"].is_empty() != holds
                && reason.is_none_or(|reason| row["reason"] == reason)
        };
        rows.iter().filter(is_it).map(|row| row["value"].parse::<f64>().unwrap()).sum::<f64>()
    };
    for action in ["all", "small", "big"] {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{action}: {a} and {b}");
        close(sum(action, "mean_wait_s", None, false), mean(action, "wait_s"));
        close(sum(action, "share", None, false), 1.0);
        close(sum(action, "mean_response_s", None, false), mean(action, "response_s"));
        close(sum(action, "mean_wait_s", Some("busy"), true), sum(action, "mean_wait_s", Some("busy"), false));
    }
    let reasons: std::collections::BTreeSet<&str> = rows.iter().map(|row| row["reason"].as_str()).collect();
    for reason in ["busy", "fragmented", "claim-delay", "no-worker", "backoff"] {
        assert!(reasons.contains(reason), "{reason} occurs: {reasons:?}");
    }
}

/// Two replications and two more are four.
#[test]
fn a_longer_run_keeps_the_blame_of_its_first_replications() {
    for options in [&[][..], &["--blame"]] {
        let sandbox = Sandbox::with("mixed.toml", MIXED);
        for (count, out) in [("2", "run"), ("4", "four")] {
            let run = ["run", "mixed.toml", "--replications", count, "--out", out];
            sandbox.stdout(&[&run[..], options].concat());
        }
        sandbox.stdout(&["run", "--extend", "run", "--replications", "4"]);
        for file in ["blame.csv", "replications.csv", "extend.gz", "charts/wait_reasons.svg"] {
            let [extended, whole] = ["run", "four"].map(|run| std::fs::read(sandbox.path(run).join(file)).unwrap());
            assert!(extended == whole, "{file} {options:?}");
        }
    }
}

#[test]
fn the_document_has_the_figures_of_the_table() {
    let sandbox = Sandbox::with("case.toml", BUSY);
    let output = sandbox.claimsim(&["run", "case.toml", "--replications", "2", "--json", "--blame"]).output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let busy = &document["actions"]["waiter"]["blame"]["busy"];
    assert_eq!((busy["mean_wait_s"].as_f64(), busy["share"].as_f64()), (Some(8.0), Some(1.0)), "{busy}");
    assert_eq!(busy["holders"]["large"]["share"].as_f64(), Some(0.75));
    assert_eq!(busy["ci"]["mean_wait_s"], serde_json::json!([8.0, 8.0]));
}

/// Three jobs of 10 s wait for 0, 10 and 20 s on one worker, and for 0, 0 and 10 s on two: the
/// second one removes 20 of 30 s, also where neither setting meets the target.
#[test]
fn a_search_without_an_answer_tells_what_its_last_step_removes() {
    let sandbox = Sandbox::with(
        "s.toml",
        "horizon = \"1h\"\nclaim = { delay = \"none\" }\nworker.w = { count = 1, capacity = { slot = 1 } }\n\
         [action.a]\ncapacity = { slot = 1 }\nservice = \"10s\"\n\
         [[job]]\naction = \"a\"\nat = \"0s\"\n[[job]]\naction = \"a\"\nat = \"0s\"\n[[job]]\naction = \"a\"\nat = \"0s\"\n",
    );
    let arguments = ["size", "s.toml", "--vary", "worker.w.count=1..2", "--meet", "mean(wait) < 1s", "--out", "o"];
    let output = sandbox.claimsim(&arguments).assert().code(1).get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    let sentence = "worker.w.count=2 against worker.w.count=1: mean wait of all jobs -6.67 s: busy -6.67 s";
    assert!(text.contains(sentence), "{text}");
}
