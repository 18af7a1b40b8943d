//! `docs/files.md` describes every file and every column that the program writes, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Row, Sandbox};

/// A scenario in which every column has a value.
const SCENARIO: &str = r#"
horizon = "2h"
replications = 3
claim = { delay = "none" }
worker.w = { count = 2, capacity = { s = 2, "t,u" = 1 } }
[action.parent]
capacity = { s = 1 }
arrival = { poisson = { rate = "30/h" } }
service = { exponential = { mean = "2m" } }
deadline = "10m"
priority = 3
error = 0.2
retries = 1
spawns = { action = "child", count = 2 }
[action.child]
capacity = { "t,u" = 1 }
service = "10s"
error = 0.4
retries = 2
[[job]]
action = "child"
at = "1m"
priority = -7
deadline = "90s"
"#;

/// The studies, by their headings on the page, and what is varied.
const STUDIES: [(&str, &[&str]); 6] = [
    (
        "run",
        &[
            "run",
            "s.toml",
            "--jobs",
            "--set",
            "horizon=1d",
            "--precision",
            "mean(wait) ±60%",
            "--max-replications",
            "20",
        ],
    ),
    (
        "compare",
        &["compare", "s.toml", "--policy", "first-fit", "--policy", "priority", "--gate", "mean(wait) <= +50%"],
    ),
    (
        "sweep",
        &[
            "sweep",
            "s.toml",
            "--vary",
            "worker.w.count=1,2",
            "--vary",
            "action.child.service=10s,1m",
            "--vary",
            "action.parent.arrival.poisson.rate=20/h,30/h",
            "--vary",
            "claim.policy=first-fit,random",
        ],
    ),
    ("sweep --elasticity", &["sweep", "s.toml", "--elasticity"]),
    ("size", &["size", "s.toml", "--vary", "worker.w.count=1..3", "--meet", "mean(wait) < 30m"]),
    // Of the first study's jobs.
    ("backtest", &["backtest", "s.toml", "--history", "run/jobs.csv", "--calibrate", "worker.w.count=2"]),
];

/// The columns of the tables of each study, as the page has them.
fn documented() -> BTreeMap<(String, String), BTreeSet<String>> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/files.md")).unwrap();
    let (mut study, mut file, mut tables) = (String::new(), String::new(), BTreeMap::new());
    let code = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            (study, file) = (code(title), String::new());
        } else if let Some(title) = line.strip_prefix("### ") {
            file = code(title);
            tables.insert((study.clone(), file.clone()), BTreeSet::new());
        } else if line.starts_with("| `") && !file.is_empty() {
            let cell = line.split('|').nth(1).unwrap();
            let names = cell.split('`').skip(1).step_by(2).map(str::to_owned);
            let columns: &mut BTreeSet<String> = tables.get_mut(&(study.clone(), file.clone())).unwrap();
            columns.extend(names);
        }
    }
    tables
}

/// A column of a file in the words of the page.
fn generic(column: &str) -> String {
    const KEYS: [&str; 4] =
        ["worker.w.count", "action.child.service", "action.parent.arrival.poisson.rate", "claim.policy"];
    let key = KEYS.iter().find_map(|key| column.strip_prefix(key)).map(|rest| format!("KEY{rest}"));
    key.unwrap_or_else(|| if column.starts_with("need.") { "need.RESOURCE".to_owned() } else { column.to_owned() })
}

#[test]
fn the_page_of_files_names_all_files_and_columns() {
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    let mut written = BTreeMap::new();
    for (study, arguments) in STUDIES {
        let out = study.replace(' ', "");
        let all = [arguments, &["--out", &out, "--quiet"]].concat();
        let code = sandbox.claimsim(&all).output().unwrap().status.code();
        // A backtest may also end undecided.
        assert!(code == Some(0) || study == "backtest" && code == Some(3), "{study}: {code:?}");
        for (path, bytes) in sandbox.files(&out) {
            let name = path.to_string_lossy().into_owned();
            if path.extension().is_some_and(|end| end == "csv") && !name.contains("inputs") {
                let header = csv::Reader::from_reader(&*bytes).headers().unwrap().iter().map(generic).collect();
                written.insert((study.to_owned(), name), header);
            }
        }
    }
    let mut documented = documented();
    // Of the keys here none has rates in a sizing.
    for columns in documented.iter_mut().filter(|((study, _), _)| study == "size").map(|(_, columns)| columns) {
        columns.retain(|column| column != "KEY_s" && column != "KEY_per_s");
    }
    assert_eq!(written, documented);
}

#[test]
fn lists_and_tables_fit_80_columns_without_a_terminal() {
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    for arguments in [
        &["list"][..],
        &["check", "s.toml"],
        &["run", "s.toml", "--out", "o"],
        &[
            "sweep",
            "s.toml",
            "--vary",
            "worker.w.count=1..2",
            "--show",
            "mean(wait)",
            "--show",
            "p95(response, parent)",
            "--show",
            "share(wait < 1m, child)",
            "--out",
            "p",
        ],
    ] {
        let printed = sandbox.stdout(arguments);
        let rows = printed.lines().filter(|line| line.starts_with([' ', '\u{2500}']));
        let wide: Vec<&str> = rows.filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{arguments:?}: {wide:#?}");
    }
    let lists: Value = serde_json::from_str(&sandbox.stdout(&["list", "--json"])).unwrap();
    for (list, name) in
        [("policies", "first-fit"), ("distributions", "lognormal"), ("arrivals", "trace"), ("measures", "wait_s")]
    {
        assert!(lists[list].as_array().unwrap().iter().any(|entry| entry["name"] == name), "{lists}");
    }
    let firings = sandbox.stdout(&["cron", "0 0 3 * * *", "--from", "2026-01-01T00:00:00Z", "--count", "2", "--json"]);
    let firings: Value = serde_json::from_str(&firings).unwrap();
    assert_eq!(firings, serde_json::json!(["2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"]));
}

#[test]
fn rows_of_jobs_tell_of_parents_priorities_due_dates_and_needs() {
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    sandbox.claimsim(&["run", "s.toml", "--jobs", "--out", "o", "--quiet"]).assert().success();
    let rows = sandbox.table("o/jobs.csv");
    let by_number: BTreeMap<(&str, &str), &Row> =
        rows.iter().map(|row| ((row["replication"].as_str(), row["job"].as_str()), row)).collect();
    let (mut children, mut retried_children) = (0, 0);
    for row in &rows {
        let is_child = row["action"] == "child";
        assert_eq!([&row["need.s"], &row["need.t,u"]], if is_child { ["0", "1"] } else { ["1", "0"] });
        let first = by_number[&(
            row["replication"].as_str(),
            if row["retry_from"].is_empty() { row["job"].as_str() } else { row["retry_from"].as_str() },
        )];
        let is_single = first["scheduled_at_s"] == "60.000000000";
        let scheduled: f64 = row["scheduled_at_s"].parse().unwrap();
        let deadline = if is_single { Some(90.0) } else { Some(600.0).filter(|_| !is_child) };
        let due: Option<f64> = row["due_date_s"].parse().ok();
        assert_eq!(due.is_some(), deadline.is_some());
        assert!(due.zip(deadline).is_none_or(|(due, deadline)| (due - scheduled - deadline).abs() < 1e-6));
        assert_eq!(
            row["priority"],
            if is_single {
                "-7"
            } else if is_child {
                "0"
            } else {
                "3"
            }
        );
        assert_eq!(row["parent"].is_empty(), !is_child || is_single, "{row:?}");
        if let Some(parent) = by_number.get(&(row["replication"].as_str(), row["parent"].as_str())) {
            assert_eq!(parent["action"], "parent");
            let running = |at: &str| row[at].parse::<f64>().map_or(f64::MAX, |at| at);
            assert!(parent["claimed_at_s"].parse::<f64>().unwrap() <= running("claimed_at_s"));
            children += 1;
            retried_children += usize::from(!row["retry_from"].is_empty());
        }
    }
    assert!(children > 100 && retried_children > 20, "{children} {retried_children}");
}

#[test]
fn replications_in_long_form_average_to_the_summary() {
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    sandbox.claimsim(&["run", "s.toml", "--out", "o", "--quiet"]).assert().success();
    let mut each = sandbox.table("o/replications.csv");
    // The parts of waits and responses are those of blame.csv.
    each.retain(|row| !row["statistic"].starts_with("mean "));
    let names = |row: &Row| ["action", "resource", "worker", "measure", "statistic"].map(|column| row[column].clone());
    let summary = sandbox.table("o/summary.csv");
    assert_eq!(each.len(), 3 * summary.len());
    for figure in summary.iter().filter(|row| row["statistic"] != "max" && row["replications"] == "3") {
        let of_it = each.iter().filter(|row| names(row) == names(figure));
        let values: Vec<f64> = of_it.map(|row| row["value"].parse().unwrap()).collect();
        let (mean, shown) = (values.iter().sum::<f64>() / 3.0, figure["value"].parse::<f64>().unwrap());
        assert!((mean - shown).abs() <= 1e-8 * mean.abs().max(1.0), "{figure:?}: {values:?}");
    }
}

#[test]
fn a_sweep_has_numbers_beside_the_texts() {
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    let vary = ["--vary", "action.parent.arrival.poisson.rate=36/h,2/min", "--vary", "action.child.service=1m30s,2m"];
    let arguments = [&["sweep", "s.toml"], &vary[..], &["--out", "o", "--quiet"]].concat();
    sandbox.claimsim(&arguments).assert().success();
    let rows = sandbox.table("o/sweep.csv");
    for row in &rows {
        let rate = if row["action.parent.arrival.poisson.rate"] == "36/h" { 0.01 } else { 2.0 / 60.0 };
        let seconds = if row["action.child.service"] == "2m" { 120.0 } else { 90.0 };
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        assert!((number("action.parent.arrival.poisson.rate_per_s") - rate).abs() < 1e-12);
        assert!((number("action.child.service_s") - seconds).abs() < 1e-12);
    }
    assert!(rows.len() > 100);
}

/// The document has every figure of the summary under its action, resource and worker, and no
/// other.
#[test]
fn the_document_of_a_run_has_the_figures_of_the_summary() {
    fn figures(value: &Value) -> usize {
        let of_child = |(key, child): (&String, &Value)| match key.as_str() {
            // The figures of blame.csv are no figures of the summary.
            "ci" | "at_most" | "blame" => 0,
            _ => figures(child),
        };
        value.as_object().map_or(1, |children| children.iter().map(of_child).sum())
    }
    let sandbox = Sandbox::with("s.toml", SCENARIO);
    let document: Value = serde_json::from_str(&sandbox.stdout(&["run", "s.toml", "--json", "--out", "o"])).unwrap();
    let summary = sandbox.table("o/summary.csv");
    for row in &summary {
        let mut at = &document;
        for (part, name) in [("workers", "worker"), ("resources", "resource"), ("actions", "action")] {
            at = if row[name].is_empty() { at } else { &at[part][&row[name]] };
        }
        let (measure, statistic) = (&at[&row["measure"]], &row["statistic"]);
        assert_eq!(measure[statistic].as_f64(), row["value"].parse().ok(), "{row:?}");
        let interval = [0, 1].map(|end| measure["ci"][statistic][end].as_f64());
        assert_eq!(interval, [&row["ci_low"], &row["ci_high"]].map(|end| end.parse().ok()), "{row:?}");
    }
    let all = ["actions", "resources", "workers"].iter().map(|part| figures(&document[part]));
    assert_eq!(all.sum::<usize>(), summary.len());
}

/// Three jobs of three seconds that come to two slots after a second.
const BY_HAND: &str = r#"
start = "2017-02-17T00:00:00.5Z"
horizon = "8s"
claim = { delay = "none" }
worker.w = { capacity = { s = 2 } }
[action.a]
capacity = { s = 1 }
service = "3s"
"#;

#[test]
fn tables_of_a_run_are_those_by_hand() {
    let text = BY_HAND.to_owned() + &"[[job]]\naction = \"a\"\nat = \"1s\"\n".repeat(3);
    let sandbox = Sandbox::with("hand.toml", &text);
    sandbox.stdout(&["run", "hand.toml", "--out", "o"]);
    let rows = fs::read_to_string(sandbox.path("o/utilization.csv")).unwrap();
    for row in [
        // Two run and one waits; then the third runs.
        "0,2017-02-17T00:00:01.500Z,,,,,,1\n",
        "0,2017-02-17T00:00:01.500Z,s,,2,2,1,1\n",
        "0,2017-02-17T00:00:01.500Z,s,w-0,2,2,1,\n",
        "0,2017-02-17T00:00:04.500Z,s,,1,2,0.5,0\n",
        "0,2017-02-17T00:00:07.500Z,s,w-0,0,2,0,\n",
    ] {
        assert!(rows.contains(row), "{row}");
    }
    // One of three waits, for three seconds.
    let rows = fs::read_to_string(sandbox.path("o/wait_times.csv")).unwrap();
    for row in ["all,0,0,0\n", "a,0,0.5,0\n", "a,0,0.75,1.5\n", "a,0,0.95,2.7\n", "all,0,1,3\n"] {
        assert!(rows.contains(row), "{row}");
    }
    let rows = fs::read_to_string(sandbox.path("o/summary.csv")).unwrap();
    for row in ["a,,,wait_s,mean,1,,,1\n", "all,,,wait_s,sd,1.732050808,,,1\n", ",s,w-0,utilization,mean,0.5625,,,1\n"]
    {
        assert!(rows.contains(row), "{row}");
    }
    // Times have the digits that the buckets need.
    for (start, horizon, second) in [
        ("", "4m", "00:05"),
        (".5", "4m", "00:05.500"),
        ("", "80us", "00:00.000001"),
        (".5", "300ns", "00:00.500000005"),
    ] {
        let set = [format!("start=2017-02-17T00:00:00{start}Z"), format!("horizon={horizon}")];
        sandbox.stdout(&["run", "hand.toml", "--set", &set[0], "--set", &set[1], "--out", "o"]);
        let rows = sandbox.table("o/utilization.csv");
        let second_bucket = rows.iter().filter(|row| row["resource"].is_empty()).nth(1).unwrap();
        assert_eq!(second_bucket["time"], format!("2017-02-17T00:{second}Z"));
    }
}
