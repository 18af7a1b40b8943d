//! `claimsim import`: output, files, errors, and no overwritten file.

use std::fs;

use crate::support::{Sandbox, text};

const JOBS: &str = r#"{"jobs": [
{"id": "3", "workerID": "", "status": "waiting", "scheduledAt": "2017-02-17T03:00:00.5Z", "action": "scan", "capacityMap": {"scan": 1}},
{"id": "2", "workerID": "a", "status": "done", "scheduledAt": "2017-02-17T02:00:00.5Z", "lastUpdated": "2017-02-17T03:00:01Z", "action": "scan", "capacityMap": {"scan": 1}},
{"id": "1", "workerID": "a", "status": "done", "scheduledAt": "2017-02-17T01:00:00.5Z", "lastUpdated": "2017-02-17T01:00:31Z", "action": "scan", "capacityMap": {"scan": 1}}
]}"#;
const WORKERS: &str = r#"{"workers": [{"id": "a", "status": "running", "capacityMap": {"scan": 1}}]}"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("data")).unwrap();
    sandbox.write("data/jobs.json", JOBS);
    sandbox.write("data/workers.json", WORKERS);
    sandbox
}

#[test]
fn imported_scenarios_pass_check_and_run() {
    let sandbox = sandbox();
    let documents = ["--jobs", "data/jobs.json", "--workers", "data/workers.json"];
    let arguments = [&["import", "--out", "mine/registry.toml"], &documents[..]].concat();
    let output = sandbox.claimsim(&arguments).assert().success().get_output().clone();
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("to review"), "{}", text(&output.stderr));
    let scenario = fs::read_to_string(sandbox.path("mine/registry.toml")).unwrap();
    for line in ["name = \"registry\"", "jobs = \"../data/jobs.json\"", "start = \"2017-02-17T03:00:01Z\""] {
        assert!(scenario.contains(line), "{line} is missing in\n{scenario}");
    }
    assert!(text(&output.stderr).contains("so commands need --allow-outside"), "{}", text(&output.stderr));
    let refused = sandbox.refused(&["check", "mine/registry.toml"]);
    assert!(refused.contains("`../data/jobs.json` cannot be read: it is not below the folder"), "{refused}");
    let check = ["check", "mine/registry.toml", "--allow-outside"];
    let said = sandbox.claimsim(&check).assert().success().get_output().clone();
    assert_eq!(text(&said.stderr), "note: ../data/jobs.json: 2 of 3 rows have ended and are left out\n");
    let many = ["--replications", "2", "--allow-outside"];
    sandbox.claimsim(&[&["run", "mine/registry.toml", "--quiet"], &many[..]].concat()).assert().success();
    // It can be sized and swept although its workers have ids.
    let vary = ["--vary", "worker.replica.count=1..2", "--set", "horizon=1d", "--quiet"];
    sandbox.claimsim(&[&["sweep", "mine/registry.toml"], &many[..], &vary[..]].concat()).assert().success();
    let meet = ["size", "mine/registry.toml", "--meet", "mean(wait) < 20h", "--allow-outside"];
    sandbox.claimsim(&[&meet[..], &vary].concat()).assert().success();
    assert_eq!(sandbox.files("mine").len(), 1, "nothing else is left beside it");
}

#[test]
fn nothing_is_overwritten_or_half_written() {
    let sandbox = sandbox();
    sandbox.write("mine.toml", "# mine");
    let arguments = ["import", "--jobs", "data/jobs.json", "--out", "mine.toml"];
    let said = sandbox.refused(&arguments);
    assert!(said.contains("mine.toml exists and is not overwritten"), "{said}");
    assert_eq!(fs::read_to_string(sandbox.path("mine.toml")).unwrap(), "# mine");

    sandbox.write("broken.json", "{\"jobs\": [");
    sandbox.claimsim(&["import", "--jobs", "broken.json", "--out", "new.toml"]).assert().code(2);
    assert!(!sandbox.path("new.toml").exists());
}

#[test]
fn standard_input_and_pages_are_read() {
    let sandbox = sandbox();
    let output = sandbox.claimsim(&["import", "--jobs", "-"]).write_stdin(JOBS).assert().success().get_output().clone();
    let scenario = text(&output.stdout);
    assert!(scenario.contains("standard input") && scenario.contains("[[job]]"), "{scenario}");
    sandbox.write("scenario.toml", &scenario);
    sandbox.claimsim(&["check", "scenario.toml"]).assert().success();

    let pages = ["import", "--jobs", "data/jobs.json", "--jobs", "data/jobs.json"];
    let scenario = sandbox.stdout(&pages);
    assert!(scenario.contains("Rows of jobs: 3") && scenario.contains("Pages repeat 3 rows"), "{scenario}");
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    let sandbox = sandbox();
    sandbox.write("time.json", "[\n {\"id\": \"1\", \"scheduledAt\": \"yesterday\"}]");
    sandbox.write("deadline.json", "[{\"id\": \"1\", \"deadline\": \"1 day\"}]");
    sandbox.write("refused.json", r#"{"errors": [{"code": "NOT_AUTHORIZED"}]}"#);
    sandbox.write("empty.json", "");
    for (arguments, words) in [
        (&["--jobs", "time.json"][..], &["time.json: line 2", "scheduledAt", "yesterday", "RFC 3339"][..]),
        (&["--jobs", "deadline.json"], &["deadline.json: line 1", "deadline", "1 day", "15m"]),
        (&["--jobs", "refused.json"], &["refused.json", "NOT_AUTHORIZED"]),
        (&["--jobs", "data/workers.json"], &["these are workers, not jobs"]),
        (&["--crons", "data/jobs.json"], &["these are jobs, not crons"]),
        (&["--workers", "empty.json"], &["empty.json", "the document is empty"]),
        (&["--jobs", "absent.json"], &["cannot read absent.json"]),
        (&["--jobs", "-", "--crons", "-"], &["standard input (-) can be used for one"]),
        (
            &["--jobs", "data/jobs.json", "--at", "2017-02-17T02:00:00Z"],
            &["--at 2017-02-17T02:00:00Z", "2017-02-17T03:00:01Z"],
        ),
        (&["--jobs", "data/jobs.json", "--at", "noon"], &["noon", "2026-01-31T12:00:00Z"]),
        (&[], &["--jobs"]),
    ] {
        let said = sandbox.refused(&[&["import"], arguments].concat());
        for word in words {
            assert!(said.contains(word), "{arguments:?}: {word} is missing in\n{said}");
        }
    }
}

/// A simulated registry's documents import as the scenario that was simulated.
#[test]
fn what_audit_prints_is_imported() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "known.toml",
        r#"
        horizon = "4d"
        seed = 5
        [worker.w]
        count = 2
        capacity = { scan = 1 }
        [action.scan]
        capacity = { scan = 1 }
        arrival = { poisson = { rate = "120/h" } }
        service = { exponential = { mean = "40s" } }
        error = 0.1
        retries = 3
        [action.gc]
        service = "4m"
        [cron.gc]
        schedule = "0 0 3 * * *"
        "#,
    );
    for (document, more) in [("jobs", &["--limit", "0"][..]), ("workers", &[]), ("crons", &[])] {
        let arguments = [&["audit", "known.toml", "--at", "4d", document], more].concat();
        let printed = sandbox.claimsim(&arguments).assert().success().get_output().stdout.clone();
        sandbox.write(&format!("{document}.json"), &text(&printed));
    }
    let documents = ["--jobs", "jobs.json", "--workers", "workers.json", "--crons", "crons.json"];
    sandbox.claimsim(&[&["import", "--out", "again.toml"], &documents[..]].concat()).assert().success();
    sandbox.claimsim(&["run", "again.toml", "--quiet", "--replications", "2"]).assert().success();

    let again: toml::Table = fs::read_to_string(sandbox.path("again.toml")).unwrap().parse().unwrap();
    let (scan, near) = (&again["action"]["scan"], |is: f64, wanted: f64, by: f64| (is / wanted - 1.0).abs() < by);
    // Some 11,000 rows: the standard errors are 1 % of the rate, 1 % of the service time and 3 % of
    // the share of errors.
    let rate = scan["arrival"]["poisson"]["rate"].as_str().and_then(|rate| rate.strip_suffix("/min")?.parse().ok());
    assert!(rate.is_some_and(|rate| near(rate, 2.0, 0.04)), "{scan}");
    assert!(scan["error"].as_float().is_some_and(|error| near(error, 0.1, 0.12)), "{scan}");
    let service = scan["service"].as_table().and_then(|table| table.values().next()?.get("mean")?.as_str());
    let mean = service.and_then(|mean| mean.strip_suffix('s')?.parse().ok());
    assert!(mean.is_some_and(|mean| near(mean, 40.0, 0.05)), "{scan}");
    assert_eq!(again["cron"]["gc"]["schedule"].as_str(), Some("0 0 3 * * *"));
    assert_eq!(again["worker"].as_table().map(toml::Table::len), Some(1), "two workers of one capacity are a group");
}
