//! `claimsim import --history`: what it prints about a history, what it refuses, and that the waits
//! of our own runs come back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Output;

use claimsim::internals::history::{ReadOptions, read};
use claimsim::internals::model::time::Span;
use serde_json::Value;

use crate::support::{SMALL, Sandbox, text};

/// A day of jobs, as a table of a database.
fn table() -> String {
    let mut text = "enqueued_at,run_at,done_at,queue,host,state\n".to_owned();
    for job in 0..240 {
        let (minute, second, length) = (job * 5 + job % 3, job * 7 % 60, 40 + job * 13 % 50);
        let time = |extra: i32| {
            let at = minute * 60 + second + extra;
            format!("2026-03-02 {:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60)
        };
        let (start, end) = (time(job % 7), time(job % 7 + length));
        writeln!(text, "{},{start},{end},{},w-{},done", time(0), ["mail", "scan"][job as usize % 2], job % 2).unwrap();
    }
    text
}

fn import(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    sandbox.claimsim(&[&["import", "--history"], arguments].concat()).output().unwrap()
}

#[test]
fn a_table_becomes_a_scenario_that_runs_and_sweeps() {
    let sandbox = Sandbox::with("jobs.csv", &table());
    let output = import(&sandbox, &["jobs.csv", "--time-zone", "UTC", "--out", "queue.toml"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("note: jobs.csv is read with --from csv\n"), "{said}");
    let columns = "created=enqueued_at, started=run_at, finished=done_at, action=queue, worker=host, status=state";
    assert!(said.contains(&format!("note: jobs.csv is read with --columns '{columns}'\n")), "{said}");
    let scenario = fs::read_to_string(sandbox.path("queue.toml")).unwrap();
    assert!(scenario.contains("[action.mail]") && scenario.contains("[action.scan]"), "{scenario}");
    sandbox.claimsim(&["check", "queue.toml"]).assert().success();
    sandbox.claimsim(&["run", "queue.toml", "--quiet", "--set", "horizon=2d"]).assert().success();

    // The mapping that was shown gives the same, and says nothing more.
    let given = ["jobs.csv", "--from", "csv", "--columns", columns, "--time-zone", "UTC"];
    let output = import(&sandbox, &given);
    assert_eq!(text(&output.stderr), "");
    assert!(text(&output.stdout).contains("[action.mail]"));
    let quiet = import(&sandbox, &["jobs.csv", "--time-zone", "UTC", "--quiet"]);
    assert_eq!((text(&quiet.stderr).as_str(), &quiet.stdout), ("", &output.stdout));

    let json = import(&sandbox, &["jobs.csv", "--time-zone", "UTC", "--json", "--fit", "empirical"]);
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["estimates"]["records"], 240);
    assert!(document["unknowns"].is_array() && document["scenario"].as_str().unwrap().contains("empirical"));

    let piped =
        sandbox.claimsim(&["import", "--history", "-", "--time-zone", "UTC"]).write_stdin(table()).output().unwrap();
    assert!(piped.status.success(), "{}", text(&piped.stderr));
    let both = import(&sandbox, &["jobs.csv", "--history", "jobs.csv", "--time-zone", "UTC"]);
    assert!(both.status.success(), "several files are one history: {}", text(&both.stderr));
}

#[test]
fn rows_that_are_not_used_are_printed_with_file_and_line() {
    let mut rows = table();
    for _ in 0..30 {
        rows.push_str("2026-03-02 23:00:00,2026-03-02 22:00:00,2026-03-02 23:10:00,mail,w-0,done\n");
    }
    rows.push_str("2026-03-02 23:00:00,2026-03-02 23:00:00,2026-03-02 23:10:00,mail,w-0,sideways\n");
    let sandbox = Sandbox::with("jobs.csv", &rows);
    let output = import(&sandbox, &["jobs.csv", "--time-zone", "UTC"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    let first = "warning: jobs.csv:242: `run_at` `2026-03-02 22:00:00` is before `enqueued_at` `2026-03-02 23:00:00`";
    assert!(said.contains(first), "{said}");
    assert_eq!(said.matches("warning: jobs.csv:").count(), 20, "{said}");
    let json = import(&sandbox, &["jobs.csv", "--time-zone", "UTC", "--json", "--quiet"]);
    assert_eq!(text(&json.stderr), "");
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    let last = &document["problems"][30];
    assert_eq!((&document["rows"], &last["line"], &last["kind"]), (&271.into(), &272.into(), &"status".into()));
    let total =
        "warning: 31 of 271 rows (11.4 %) are not used: 30 with times in the wrong order, 1 with an unknown status";
    assert!(said.contains(total), "{said}");
}

#[test]
fn what_cannot_be_used_is_refused_with_the_way_out() {
    let sandbox = Sandbox::with("jobs.csv", &table());
    sandbox.write("other.csv", "when,what\n1,2\n");
    sandbox.write("half.csv", "created,started,finished\n1772438400,1772438401,1772438402\n1,\n1,\n");
    sandbox.write("ends.csv", "created,finished\n1772438400,1772438402\n");
    sandbox.write("cut.json", "[{\"created\": 1772438400, \"started\": 1772438401}, {\"cre");
    for (arguments, words) in [
        (&["jobs.csv"][..], &["jobs.csv: line 2: `2026-03-02 00:00:00` in `enqueued_at`", "--time-zone"][..]),
        (&["jobs.csv", "--time-zone", "CET"], &["Europe/Berlin"]),
        (&["other.csv"], &["the columns are `when`, `what`", "A mapping needs `created`"]),
        (&["half.csv"], &["half.csv:3:", "more than half"]),
        (&["ends.csv"], &["no row tells when it started", "add `started`"]),
        (&["cut.json"], &["cut.json: line 1", "was the file cut off?"]),
        (
            &["jobs.csv", "--columns", "created=enqueued, started=run_at"],
            &["no column `enqueued`", "did you mean `enqueued_at`"],
        ),
        (&["jobs.csv", "--columns", "create=enqueued_at"], &["did you mean `created`"]),
        (&["jobs.csv", "--from", "slrum"], &["slurm"]),
        (&["jobs.csv", "--from", "slurm"], &["no column `Submit`", "sacct"]),
        (&["jobs.csv", "--jobs", "jobs.json"], &["cannot be used with"]),
        (&["missing.csv"], &["cannot read missing.csv"]),
        (&["jobs.csv", "--time-zone", "UTC", "--at", "2026-03-01T00:00:00Z"], &["the latest time in the history"]),
    ] {
        let output = import(&sandbox, arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn the_waits_of_a_run_come_back_from_its_jobs() {
    let sandbox = Sandbox::with("small.toml", SMALL);
    let run = ["run", "small.toml", "--jobs", "--out", "run", "--quiet", "--replications", "1", "--set", "warmup=0s"];
    sandbox.claimsim(&[&run[..], &["--set", "cooldown=none"]].concat()).assert().success();
    let bytes = fs::read(sandbox.path("run/jobs.csv")).unwrap();
    let reading = read(&bytes, &ReadOptions::default()).unwrap();
    assert_eq!((reading.history.problems.len(), reading.notes.len()), (0, 0));
    let history = &reading.history;
    let mut waits: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for record in &history.records {
        let action = history.actions[record.action as usize].as_str();
        waits.entry(action).or_default().extend(record.wait().map(Span::as_secs_f64));
    }
    let summary = sandbox.table("run/summary.csv");
    for (action, waits) in &waits {
        let is_mean = |row: &&BTreeMap<String, String>| {
            row["action"] == *action && row["measure"] == "wait_s" && row["statistic"] == "mean"
        };
        let printed: f64 = summary.iter().find(is_mean).unwrap()["value"].parse().unwrap();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        assert!((mean - printed).abs() < 1e-8, "{action}: {mean} from the rows, {printed} in the summary");
    }
    // Rows, retries, workers and needs are those of the log.
    let log = sandbox.table("run/jobs.csv");
    assert_eq!(log.len(), history.records.len());
    let retries = log.iter().filter(|row| row["attempt"] != "1").count();
    assert_eq!(history.records.iter().filter(|record| record.is_retry()).count(), retries);
    assert!(retries > 0 && history.workers.len() == 2 && history.resources == ["scan", "scanCheck"]);
    sandbox.claimsim(&["import", "--history", "run/jobs.csv", "--out", "again.toml"]).assert().success();
    sandbox.claimsim(&["run", "again.toml", "--quiet", "--replications", "2"]).assert().success();
}

#[test]
fn formats_are_listed() {
    let sandbox = Sandbox::new();
    let listed = sandbox.stdout(&["list", "histories"]);
    let document: Value = serde_json::from_str(&sandbox.stdout(&["list", "histories", "--json"])).unwrap();
    let names: Vec<&str> =
        document["histories"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 12);
    for name in names {
        assert!(listed.contains(name), "{name}");
        let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories.md")).unwrap();
        assert!(page.contains(&format!("`{name}`")), "docs/histories.md has {name}");
    }
}
