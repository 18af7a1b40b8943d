//! The program's promises to its caller: exit codes, output streams, and that no file is half-written or overwritten.

use std::fs;

use crate::program::{Place, SMALL};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_run_prints_its_table_and_leaves_a_run_that_reproduces() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let output = place.claimsim(&["run", "small.toml"]).assert().success().get_output().clone();
    let table = text(&output.stdout);
    for word in ["small: first-fit", "scan", "update_db", "p95", "utilization", "results"] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
    assert_eq!(text(&output.stderr), "", "without a terminal there is no progress bar");
    place.claimsim(&["reproduce", "results/small"]).assert().success();
}

#[test]
fn reproduce_notices_a_changed_file_and_a_changed_input() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place.claimsim(&["run", "small.toml", "--quiet", "--out", "run", "--seed", "9"]).assert().success();
    place.claimsim(&["reproduce", "run", "--threads", "1"]).assert().success();
    let summary = fs::read_to_string(place.path("run/summary.csv")).unwrap();
    fs::write(place.path("run/summary.csv"), summary.replacen("first-fit", "last-fit", 1)).unwrap();
    let said = text(&place.claimsim(&["reproduce", "run"]).assert().code(1).get_output().stderr);
    assert!(said.contains("summary.csv: changed since"), "{said}");
    fs::write(place.path("run/inputs/scenario.toml"), SMALL.replace("2h", "3h")).unwrap();
    let said = text(&place.claimsim(&["reproduce", "run"]).assert().code(2).get_output().stderr);
    assert!(said.contains("scenario.toml is not what the run was made from"), "{said}");
}

/// A run whose scenario reads other files is repeated from its own copies of them.
#[test]
fn a_run_with_inputs_stands_on_its_own() {
    let place = Place::new();
    place.write("small.toml", &SMALL.replace("{ poisson = { rate = \"2/min\" } }", "{ trace = { file = \"t.csv\" } }"));
    place.write("t.csv", "at_s,service_s\n3.5,1.25\n1,2\n");
    place.claimsim(&["run", "small.toml", "--quiet", "--out", "run"]).assert().success();
    fs::remove_file(place.path("small.toml")).unwrap();
    fs::remove_file(place.path("t.csv")).unwrap();
    place.claimsim(&["reproduce", "run"]).assert().success();
}

#[test]
fn an_older_run_is_replaced_and_anything_else_left_alone() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let run = |out: &str, seed: &str| {
        place.claimsim(&["run", "small.toml", "--quiet", "--out", out, "--seed", seed]).assert()
    };
    run("run", "1").success();
    let before = place.files("run");
    run("run", "2").success();
    assert!(before != place.files("run"), "the older run still stands");

    fs::create_dir(place.path("mine")).unwrap();
    place.write("mine/letter.txt", "dear");
    place.write("file", "a file");
    for out in ["mine", "file"] {
        let said = text(&run(out, "1").code(2).get_output().stderr);
        assert!(said.contains("is not a run of claimsim, so it is left alone"), "{said}");
    }
    assert_eq!(place.files("mine").len(), 1);
    let left: Vec<_> = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "nothing hidden is left behind: {left:?}");
}

#[test]
fn wrong_input_exits_with_2_and_leaves_nothing() {
    let place = Place::new();
    place.write("bad.toml", &SMALL.replace("retries", "retires"));
    for arguments in
        [&["run", "bad.toml", "--out", "never"][..], &["check", "bad.toml"], &["run", "absent.toml"], &["run"]]
    {
        place.claimsim(arguments).assert().code(2);
    }
    let said = text(&place.claimsim(&["run", "bad.toml"]).assert().code(2).get_output().stderr);
    assert!(said.contains("bad.toml:18") && said.contains("`retries`"), "{said}");
    assert!(!place.path("never").exists() && !place.path("results").exists());
}

#[test]
fn json_is_all_that_stands_on_standard_output() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let output =
        place.claimsim(&["run", "small.toml", "--json", "--out", "run"]).assert().success().get_output().clone();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert!(document["actions"]["scan"]["wait_s"]["p95"].is_number(), "{document}");
}

/// The job log against the summary: what the rows say adds up to what the figures say.
#[test]
fn the_job_log_agrees_with_the_summary() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let one = ["--jobs", "--replications", "1", "--set", "warmup=0s"];
    place.claimsim(&[&["run", "small.toml", "--quiet", "--out", "run"], &one[..]].concat()).assert().success();
    let mut jobs = csv::Reader::from_path(place.path("run/jobs.csv")).unwrap();
    let rows: Vec<std::collections::BTreeMap<String, String>> = jobs.deserialize().map(Result::unwrap).collect();
    let numbers: Vec<u64> = rows.iter().map(|row| row["job"].parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "sorted by job number");
    let waits: Vec<f64> = rows.iter().filter_map(|row| row["wait_s"].parse().ok()).collect();
    let count = |status: &str| rows.iter().filter(|row| row["status"] == status).count() as f64;

    let mut summary = csv::Reader::from_path(place.path("run/summary.csv")).unwrap();
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
    assert_eq!(figure("jobs", "unfinished"), count("waiting") + count("running"));
    assert_eq!(figure("retries", "count"), rows.iter().filter(|row| !row["retry_from"].is_empty()).count() as f64);
}

#[test]
fn cron_prints_firings() {
    let place = Place::new();
    let arguments = ["cron", "57 54 3 * * *", "--from", "2017-02-21T12:00:00Z", "--count", "2"];
    let output = place.claimsim(&arguments).assert().success().get_output().clone();
    assert_eq!(text(&output.stdout), "2017-02-22T03:54:57Z\n2017-02-23T03:54:57Z\n");
    place.claimsim(&["cron", "61 * * * * *", "--from", "2017-02-21T12:00:00Z"]).assert().code(2);
    place.claimsim(&["cron", "@daily", "--from", "yesterday"]).assert().code(2);
}

#[test]
fn the_committed_schema_is_the_program_s_own() {
    let printed = Place::new().claimsim(&["schema"]).assert().success().get_output().stdout.clone();
    let committed = fs::read("scenarios/schema.json").expect("scenarios/schema.json is committed");
    assert!(printed == committed, "write it again: cargo run --release -- schema > scenarios/schema.json");
}

#[test]
fn lists_and_completions_name_what_there_is() {
    let place = Place::new();
    let list = text(&place.claimsim(&["list"]).assert().success().get_output().stdout);
    for word in ["first-fit", "hyperexponential", "closed", "within_slo"] {
        assert!(list.contains(word), "{word} is missing in\n{list}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&place.claimsim(&["completions", shell]).assert().success().get_output().stdout);
        assert!(script.contains("reproduce"));
    }
}

#[test]
fn init_writes_a_scenario_that_can_be_run_and_overwrites_nothing() {
    let place = Place::new();
    for template in ["registry", "worker-pool", "batch-cluster", "ci-runners"] {
        let file = format!("{template}.toml");
        place.claimsim(&["init", template, "--out", &file]).assert().success();
        let written = fs::read_to_string(place.path(&file)).unwrap();
        let printed = text(&place.claimsim(&["init", template]).assert().success().get_output().stdout);
        assert_eq!(printed, written);
        place.claimsim(&["check", &file]).assert().success();
        let refused = text(&place.claimsim(&["init", "--out", &file]).assert().code(2).get_output().stderr);
        assert!(refused.contains("exists and is not overwritten"), "{refused}");
        assert_eq!(fs::read_to_string(place.path(&file)).unwrap(), written);
    }
    let default = place.claimsim(&["init"]).assert().success().get_output().stdout.clone();
    assert_eq!(text(&default), fs::read_to_string(place.path("registry.toml")).unwrap());
}

/// Scripts read the study and its options from the manifest, and so do later versions of claimsim.
#[test]
fn the_manifest_names_the_study_and_the_options_that_were_given() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place
        .claimsim(&["run", "small.toml", "--quiet", "--policy", "strict-fifo", "--replications", "2"])
        .assert()
        .success();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path("results/small/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["command"], "run");
    assert_eq!(manifest["options"], serde_json::json!({ "policy": "strict-fifo", "replications": 2 }));
}
