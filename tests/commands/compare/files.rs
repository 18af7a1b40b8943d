//! The files of a comparison: all of them, the same bytes for any number of threads, and numbers
//! that agree with single runs.

use std::fs;

use crate::support::{Row, SMALL, Sandbox};

fn find<'a>(lines: &'a [Row], wanted: &[(&str, &str)]) -> &'a Row {
    let is_wanted = |line: &&Row| wanted.iter().all(|(column, value)| line[*column] == *value);
    lines.iter().find(is_wanted).unwrap_or_else(|| panic!("no line with {wanted:?}"))
}

fn number(line: &Row, column: &str) -> f64 {
    line[column].parse().unwrap_or_else(|_| panic!("{column} of {line:?}"))
}

const THREE: &str = "third worker: worker.w.count=3";

fn compare(sandbox: &Sandbox, out: &str, options: &[&str]) -> Vec<u8> {
    let fixed = [
        "compare",
        "small.toml",
        "--contender",
        THREE,
        "--policy",
        "first-fit",
        "--policy",
        "strict-fifo",
        "--out",
        out,
    ];
    let few = ["--replications", "4", "--max-replications", "8"];
    sandbox.claimsim(&[&fixed[..], &few, options].concat()).assert().success().get_output().stdout.clone()
}

#[test]
fn files_output_and_reproduction_of_a_comparison() {
    let sandbox = Sandbox::small();
    let printed = String::from_utf8(compare(&sandbox, "folder", &[])).unwrap();
    for words in [
        "small: 2 contenders against first-fit, 8 replications in 2 looks, seed 7",
        "strict-fifo",
        "third worker",
        "p95(wait)",
        "better",
    ] {
        assert!(printed.contains(words), "{words} is missing in\n{printed}");
    }
    let there: Vec<String> =
        sandbox.files("folder").into_iter().map(|(path, _)| path.to_str().unwrap().replace('\\', "/")).collect();
    let expected = [
        "charts/differences.svg",
        "charts/wait_distribution.svg",
        "charts/waits/1-scan.svg",
        "charts/waits/2-check.svg",
        "charts/waits/3-update_db.svg",
        "comparison.csv",
        "inputs/scenario.toml",
        "junit.xml",
        "manifest.json",
        "report.html",
        "report.json",
        "report.md",
        "summary.csv",
        "wait_times.csv",
    ];
    assert_eq!(there, expected);
    let chart = fs::read_to_string(sandbox.path("folder/charts/differences.svg")).unwrap();
    for words in [
        "differences to first-fit",
        "p95(wait)",
        "mean(response)",
        "strict-fifo",
        "third worker",
        "baseline: ",
        "0 %",
        "better",
    ] {
        assert!(chart.contains(words), "{words} is missing in the chart");
    }
    sandbox.claimsim(&["reproduce", "folder"]).assert().success();
    fs::write(sandbox.path("folder/report.md"), "nothing").unwrap();
    sandbox.claimsim(&["reproduce", "folder"]).assert().code(1);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let sandbox = Sandbox::small();
    for (out, threads) in [("one", "1"), ("two", "2"), ("three", "3")] {
        compare(&sandbox, out, &["--quiet", "--threads", threads]);
    }
    assert!(sandbox.files("one") == sandbox.files("two"), "two threads left other bytes than one");
    assert!(sandbox.files("one") == sandbox.files("three"), "three threads left other bytes than one");
}

#[test]
fn differences_are_those_of_single_runs() {
    let sandbox = Sandbox::small();
    compare(&sandbox, "folder", &["--quiet"]);
    let run = |out: &str, options: &[&str]| {
        let fixed = ["run", "small.toml", "--quiet", "--replications", "8", "--out", out];
        sandbox.claimsim(&[&fixed[..], options].concat()).assert().success();
    };
    run("baseline", &[]);
    run("third", &["--set", "worker.w.count=3"]);
    let (baseline, third) = (sandbox.table("baseline/summary.csv"), sandbox.table("third/summary.csv"));
    let comparison = sandbox.table("folder/comparison.csv");
    for (action, measure, statistic) in
        [("all", "wait_s", "mean"), ("scan", "wait_s", "p95"), ("check", "response_s", "p50"), ("all", "jain", "mean")]
    {
        let what = [("action", action), ("measure", measure), ("statistic", statistic), ("worker", "")];
        let (before, after) = (number(find(&baseline, &what), "value"), number(find(&third, &what), "value"));
        let line = find(
            &comparison,
            &[("contender", "third worker"), ("action", action), ("measure", measure), ("statistic", statistic)],
        );
        let close = |column: &str, value: f64| {
            assert!(
                (number(line, column) - value).abs() < 1e-9 * before.abs().max(1.0),
                "{column}, not {value}: {line:?}"
            );
        };
        close("baseline", before);
        close("value", after);
        close("difference", after - before);
        close("relative", (after - before) / before);
        assert!(number(line, "ci_low") < after - before && after - before < number(line, "ci_high"));
        assert_eq!((line["replications"].as_str(), line["missing"].as_str()), ("8", "0"));
    }
    let utilization = [("contender", "third worker"), ("measure", "utilization"), ("resource", "scan")];
    assert!(number(find(&comparison, &utilization), "difference") < 0.0);
    let judged: Vec<&Row> = comparison.iter().filter(|line| !line["verdict"].is_empty()).collect();
    assert_eq!(judged.len(), 6, "three measures of two contenders");
    // Its own summary has every figure of a run, worker by worker.
    let summary = sandbox.table("folder/summary.csv");
    let mean = find(
        &summary,
        &[("contender", "third worker"), ("action", "all"), ("measure", "wait_s"), ("statistic", "mean")],
    );
    let of_run = find(&third, &[("action", "all"), ("measure", "wait_s"), ("statistic", "mean")]);
    assert_eq!(mean["value"], of_run["value"]);
    assert!(number(mean, "ci_high") > number(of_run, "ci_high"), "an interval that holds at two looks is wider");
}

#[test]
fn any_contender_may_be_the_baseline() {
    let sandbox = Sandbox::small();
    let printed = String::from_utf8(compare(&sandbox, "folder", &["--against", "third worker"])).unwrap();
    assert!(printed.starts_with("small: 2 contenders against third worker"), "{printed}");
    let comparison = sandbox.table("folder/comparison.csv");
    let mean = [("contender", "first-fit"), ("action", "all"), ("measure", "wait_s"), ("statistic", "mean")];
    let line = find(&comparison, &mean);
    assert_eq!((line["against"].as_str(), line["verdict"].as_str()), ("third worker", "worse"));
    sandbox.claimsim(&["reproduce", "folder"]).assert().success();
}

#[test]
fn one_replication_decides_nothing_and_invents_nothing() {
    let sandbox = Sandbox::small();
    let fixed = ["compare", "small.toml", "--contender", THREE, "--policy", "first-fit", "--policy", "strict-fifo"];
    let one = ["--quiet", "--replications", "1", "--max-replications", "1", "--out", "one"];
    sandbox.claimsim(&[&fixed[..], &one].concat()).assert().success();
    let comparison = sandbox.table("one/comparison.csv");
    assert!(
        comparison
            .iter()
            .all(|line| line["ci_low"].is_empty() && line["p_value"].is_empty() && line["decided_at"].is_empty())
    );
    let verdicts: Vec<&str> =
        comparison.iter().map(|line| line["verdict"].as_str()).filter(|verdict| !verdict.is_empty()).collect();
    assert_eq!(verdicts, ["no difference shown"; 6]);
}

#[test]
fn two_scenarios_are_compared_by_the_names_of_their_actions() {
    let sandbox = Sandbox::with("before.toml", SMALL);
    // The actions in another order, one of them under another name.
    let after = SMALL
        .replace("[action.check]", "[action.look]")
        .replace("[action.scan]", "[action.zzz]\nservice = \"1s\"\n\n[action.scan]");
    sandbox.write("after.toml", &after);
    let arguments = ["compare", "before.toml", "after.toml", "--quiet", "--max-replications", "4", "--out", "folder"];
    sandbox.claimsim(&arguments).assert().success();
    let comparison = sandbox.table("folder/comparison.csv");
    let line = |action: &str| find(&comparison, &[("action", action), ("measure", "wait_s"), ("statistic", "mean")]);
    assert_eq!(line("scan")["contender"], "small (2)");
    assert!(!line("scan")["difference"].is_empty());
    for action in ["check", "look"] {
        assert_eq!((line(action)["difference"].as_str(), line(action)["missing"].as_str()), ("", "4"), "{action}");
    }
    sandbox.claimsim(&["reproduce", "folder"]).assert().success();
    fs::remove_file(sandbox.path("folder/inputs/other-1/scenario.toml")).unwrap();
    sandbox.claimsim(&["reproduce", "folder"]).assert().code(2);
}

#[test]
fn json_and_junit_say_the_same_as_the_tables() {
    let sandbox = Sandbox::small();
    let gates = ["--json", "--gate", "mean(wait, scan) <= -10%", "--judge", "share(wait < 30s)", "--margin", "±1%"];
    let document: serde_json::Value =
        serde_json::from_slice(&compare_with_gates(&sandbox, &gates)).expect("one JSON document");
    assert_eq!(document["contenders"][1]["name"], "third worker");
    assert_eq!(document["outcome"], "pass");
    assert_eq!(document["gates"][0]["gate"], "mean(wait, scan) <= -10%");
    let rows = document["comparison"].as_array().unwrap();
    let share = rows.iter().find(|row| row["statistic"] == "share < 30s").expect("what is judged has a row");
    assert_eq!(share["verdict"], "better");
    assert!(share["value"].as_f64().unwrap() > share["baseline"].as_f64().unwrap());
    let junit = fs::read_to_string(sandbox.path("folder/junit.xml")).unwrap();
    for words in [
        "<testsuite name=\"third worker\" tests=\"2\"",
        "mean(wait, scan) &lt;= -10%",
        "share(wait &lt; 30s) against small",
    ] {
        assert!(junit.contains(words), "{words} is missing in\n{junit}");
    }
    let report = fs::read_to_string(sandbox.path("folder/report.md")).unwrap();
    assert!(report.contains("**Gates: pass**") && report.contains("`share(wait < 30s)`"), "{report}");
}

fn compare_with_gates(sandbox: &Sandbox, options: &[&str]) -> Vec<u8> {
    let fixed = [
        "compare",
        "small.toml",
        "--contender",
        THREE,
        "--out",
        "folder",
        "--replications",
        "8",
        "--max-replications",
        "32",
    ];
    sandbox.claimsim(&[&fixed[..], options].concat()).assert().success().get_output().stdout.clone()
}
