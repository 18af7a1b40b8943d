//! Exit codes, output streams, and no half-written or overwritten files.

use std::fs;

use crate::support::{SMALL, Sandbox, text};

#[test]
fn a_run_prints_its_table_and_leaves_a_run_that_reproduces() {
    let sandbox = Sandbox::small();
    let output = sandbox.claimsim(&["run", "small.toml"]).assert().success().get_output().clone();
    let table = text(&output.stdout);
    for word in ["small: first-fit", "scan", "update_db", "p95", "utilization", "results"] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
    assert_eq!(text(&output.stderr), "", "without a terminal there is no progress bar");
    sandbox.claimsim(&["reproduce", "results/small"]).assert().success();
}

#[test]
fn reproduce_notices_a_changed_file_and_a_changed_input() {
    let sandbox = Sandbox::small();
    sandbox.claimsim(&["run", "small.toml", "--quiet", "--out", "run", "--seed", "9"]).assert().success();
    sandbox.claimsim(&["reproduce", "run", "--threads", "1"]).assert().success();
    let summary = fs::read_to_string(sandbox.path("run/summary.csv")).unwrap();
    fs::write(sandbox.path("run/summary.csv"), summary.replacen("first-fit", "last-fit", 1)).unwrap();
    let said = text(&sandbox.claimsim(&["reproduce", "run"]).assert().code(1).get_output().stderr);
    assert!(said.contains("summary.csv: changed since"), "{said}");
    fs::write(sandbox.path("run/inputs/scenario.toml"), SMALL.replace("2h", "3h")).unwrap();
    let said = sandbox.refused(&["reproduce", "run"]);
    assert!(said.contains("scenario.toml is not what the run was made from"), "{said}");
}

/// The reproduction of a run reads the run's copies of the files of its scenario.
#[test]
fn a_run_with_inputs_stands_on_its_own() {
    let sandbox = Sandbox::with(
        "small.toml",
        &SMALL.replace("{ poisson = { rate = \"2/min\" } }", "{ trace = { file = \"t.csv\" } }"),
    );
    sandbox.write("t.csv", "at_s,service_s\n3.5,1.25\n1,2\n");
    sandbox.claimsim(&["run", "small.toml", "--quiet", "--out", "run"]).assert().success();
    fs::remove_file(sandbox.path("small.toml")).unwrap();
    fs::remove_file(sandbox.path("t.csv")).unwrap();
    sandbox.claimsim(&["reproduce", "run"]).assert().success();
}

#[test]
fn an_older_run_is_replaced_and_anything_else_left_alone() {
    let sandbox = Sandbox::small();
    let run = |out: &str, seed: &str| {
        sandbox.claimsim(&["run", "small.toml", "--quiet", "--out", out, "--seed", seed]).assert()
    };
    run("run", "1").success();
    let before = sandbox.files("run");
    run("run", "2").success();
    assert!(before != sandbox.files("run"), "the older run still stands");

    fs::create_dir(sandbox.path("mine")).unwrap();
    sandbox.write("mine/letter.txt", "dear");
    sandbox.write("file", "a file");
    for out in ["mine", "file"] {
        let said = text(&run(out, "1").code(1).get_output().stderr);
        assert!(said.contains("is not a run of claimsim") && said.contains("so it is left alone"), "{said}");
    }
    assert_eq!(sandbox.files("mine").len(), 1);
    let left: Vec<_> = fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "nothing hidden is left behind: {left:?}");
}

#[test]
fn wrong_input_exits_with_2_and_leaves_nothing() {
    let sandbox = Sandbox::with("bad.toml", &SMALL.replace("retries", "retires"));
    for arguments in
        [&["run", "bad.toml", "--out", "never"][..], &["check", "bad.toml"], &["run", "absent.toml"], &["run"]]
    {
        sandbox.claimsim(arguments).assert().code(2);
    }
    let said = sandbox.refused(&["run", "bad.toml"]);
    assert!(said.contains("bad.toml:18") && said.contains("`retries`"), "{said}");
    assert!(!sandbox.path("never").exists() && !sandbox.path("results").exists());
}

#[test]
fn json_is_all_that_stands_on_standard_output() {
    let sandbox = Sandbox::small();
    let output =
        sandbox.claimsim(&["run", "small.toml", "--json", "--out", "run"]).assert().success().get_output().clone();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert!(document["actions"]["scan"]["wait_s"]["p95"].is_number(), "{document}");
}

/// The rows of the job log add up to the figures of the summary.
#[test]
fn the_job_log_agrees_with_the_summary() {
    let sandbox = Sandbox::small();
    let one = ["--jobs", "--replications", "1", "--set", "warmup=0s"];
    sandbox.claimsim(&[&["run", "small.toml", "--quiet", "--out", "run"], &one[..]].concat()).assert().success();
    let mut jobs = csv::Reader::from_path(sandbox.path("run/jobs.csv")).unwrap();
    let rows: Vec<std::collections::BTreeMap<String, String>> = jobs.deserialize().map(Result::unwrap).collect();
    let numbers: Vec<u64> = rows.iter().map(|row| row["job"].parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "sorted by job number");
    let waits: Vec<f64> = rows.iter().filter_map(|row| row["wait_s"].parse().ok()).collect();
    // Counts are those at the horizon, after two hours.
    let has_ended = |row: &&std::collections::BTreeMap<String, String>| {
        row["ended_at_s"].parse::<f64>().is_ok_and(|ended| ended <= 7200.0)
    };
    let count = |status: &str| rows.iter().filter(has_ended).filter(|row| row["status"] == status).count() as f64;

    let mut summary = csv::Reader::from_path(sandbox.path("run/summary.csv")).unwrap();
    let figures: Vec<Vec<String>> =
        summary.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let figure = |measure: &str, statistic: &str| -> f64 {
        let row = figures.iter().find(|row| row[1] == "all" && row[4] == measure && row[5] == statistic);
        row.expect("the figure is there")[6].parse().unwrap()
    };
    assert!((figure("wait_s", "mean") - waits.iter().sum::<f64>() / waits.len() as f64).abs() < 1e-9);
    assert_eq!(figure("jobs", "arrived"), rows.len() as f64);
    assert_eq!(figure("jobs", "done"), count("done"));
    assert_eq!(figure("jobs", "error"), count("error"));
    assert_eq!(figure("jobs", "abandoned"), count("cancel"));
    let unfinished = rows.iter().filter(|row| !has_ended(row)).count();
    assert!(unfinished > 0, "some jobs are followed past the horizon");
    assert_eq!(figure("jobs", "unfinished"), unfinished as f64);
    assert_eq!(figure("retries", "count"), rows.iter().filter(|row| !row["retry_from"].is_empty()).count() as f64);
}

#[test]
fn cron_prints_firings() {
    let sandbox = Sandbox::new();
    let arguments = ["cron", "57 54 3 * * *", "--from", "2017-02-21T12:00:00Z", "--count", "2"];
    let output = sandbox.claimsim(&arguments).assert().success().get_output().clone();
    assert_eq!(text(&output.stdout), "2017-02-22T03:54:57Z\n2017-02-23T03:54:57Z\n");
    sandbox.claimsim(&["cron", "61 * * * * *", "--from", "2017-02-21T12:00:00Z"]).assert().code(2);
    sandbox.claimsim(&["cron", "@daily", "--from", "yesterday"]).assert().code(2);
}

#[test]
fn the_committed_schema_is_the_program_s_own() {
    let printed = Sandbox::new().claimsim(&["schema"]).assert().success().get_output().stdout.clone();
    let committed = fs::read("scenarios/schema.json").expect("scenarios/schema.json is committed");
    assert!(printed == committed, "write it again: cargo run --release -- schema > scenarios/schema.json");
}

#[test]
fn lists_and_completions_are_complete() {
    let sandbox = Sandbox::new();
    let list = sandbox.stdout(&["list"]);
    for word in ["first-fit", "hyperexponential", "closed", "within_slo"] {
        assert!(list.contains(word), "{word} is missing in\n{list}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.stdout(&["completions", shell]);
        assert!(script.contains("reproduce"));
    }
}

#[test]
fn init_writes_a_scenario_that_can_be_run_and_overwrites_nothing() {
    let sandbox = Sandbox::new();
    for template in ["registry", "worker-pool", "batch-cluster", "ci-runners"] {
        let file = format!("{template}.toml");
        sandbox.claimsim(&["init", template, "--out", &file]).assert().success();
        let written = fs::read_to_string(sandbox.path(&file)).unwrap();
        assert_eq!(sandbox.stdout(&["init", template]), written);
        sandbox.claimsim(&["check", &file]).assert().success();
        let refused = sandbox.refused(&["init", "--out", &file]);
        assert!(refused.contains("exists and is not overwritten"), "{refused}");
        assert_eq!(fs::read_to_string(sandbox.path(&file)).unwrap(), written);
    }
    assert_eq!(sandbox.stdout(&["init"]), fs::read_to_string(sandbox.path("registry.toml")).unwrap());
}

/// Scripts read the study and its options from the manifest, and so do later versions of claimsim.
#[test]
fn the_manifest_names_the_study_and_the_options_that_were_given() {
    let sandbox = Sandbox::small();
    let options = ["--policy", "strict-fifo", "--replications", "2"];
    sandbox.claimsim(&[&["run", "small.toml", "--quiet"], &options[..]].concat()).assert().success();
    let manifest = fs::read(sandbox.path("results/small/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["command"], "run");
    assert_eq!(manifest["options"], serde_json::json!({ "policy": "strict-fifo", "replications": 2 }));
}
