//! The feasibility messages of `check` and `run`, and where they are printed.

use std::path::Path;

use claimsim::internals::experiment::feasibility;

use crate::scenario_errors::{load_file, scenarios};
use crate::support::{SMALL, Sandbox, text};

/// A scenario of a few lines: three workers with a slot and a check each, claimed at once.
fn scenario(head: &str, rest: &str) -> String {
    format!("horizon = \"10d\"\n{head}\n[worker.w]\ncount = 3\ncapacity = {{ scan = 1, scanCheck = 1 }}\n{rest}")
}

fn jobs(name: &str, capacity: &str, rate: &str, service: &str) -> String {
    format!(
        "[action.{name}]\ncapacity = {{ {capacity} }}\narrival = {{ poisson = {{ rate = \"{rate}\" }} }}\nservice = {service}\n"
    )
}

const AT_ONCE: &str = "claim = { delay = \"none\" }";

/// One of each message.
fn cases() -> Vec<(&'static str, String)> {
    let check = jobs("scanCheck", "scanCheck = 1", "192.6/h", "\"1m\"");
    let scan = jobs("scan", "scan = 1", "20/h", "\"30s\"");
    let pool = "[worker.large]\ncount = 2\ncapacity = { scan = 4, memory = 32 }\n";
    let large = jobs("large", "scan = 2, memory = 12", "88/h", "\"3m\"");
    let cron = |action: &str, schedule: &str| format!("[cron.{action}]\nschedule = \"{schedule}\"\n");
    let by_cron = |name: &str, capacity: &str, service: &str| {
        format!("[action.{name}]\ncapacity = {{ {capacity} }}\nservice = {service}\n")
    };
    let rates: Vec<String> = (0..24).map(|hour| format!("\"{}/h\"", if hour == 9 { 500 } else { 60 })).collect();
    let profile = format!(
        "[action.scan]\ncapacity = {{ scan = 1 }}\nservice = \"26s\"\narrival = {{ profile = {{ rates = [{}] }} }}\n",
        rates.join(", ")
    );
    vec![
        ("unstable", scenario(AT_ONCE, &(check.clone() + &scan))),
        ("exactly-full", scenario(AT_ONCE, &check.replace("192.6", "180"))),
        ("no-resource-full", scenario(AT_ONCE, &(pool.to_owned() + &large + &scan))),
        ("must-leave", scenario(AT_ONCE, &(check.clone() + "patience = \"5m\"\n"))),
        ("exact-delay", scenario("", &jobs("scan", "scan = 1, scanCheck = 1", "400/h", "\"26s\""))),
        (
            "about",
            scenario(
                "",
                &(jobs("scan", "scan = 1", "400/h", "\"26s\"") + &by_cron("gc", "", "\"8m\"") + &cron("gc", "@daily")),
            ),
        ),
        ("claims", scenario("", &jobs("poke", "", "3/s", "\"1s\""))),
        (
            "backlog",
            scenario(
                AT_ONCE,
                &(by_cron("scan", "scan = 1", "\"20h\"") + &"[[job]]\naction = \"scan\"\nat = \"1h\"\n".repeat(60)),
            ),
        ),
        ("profile", scenario(AT_ONCE, &profile)),
        (
            "collision",
            scenario(
                AT_ONCE,
                &(0..4)
                    .map(|n| {
                        by_cron(&format!("c{n}"), "scan = 1", "\"4m\"")
                            + &cron(&format!("c{n}"), if n == 3 { "0 0 * * * *" } else { "0 0 3 * * *" })
                    })
                    .collect::<String>(),
            ),
        ),
        (
            "overtaken",
            scenario(AT_ONCE, &(by_cron("mirror", "scan = 1", "\"15m\"") + &cron("mirror", "0 */10 * * * *"))),
        ),
        ("no-mean", scenario(AT_ONCE, &jobs("scan", "scan = 1", "20/h", "{ pareto = { shape = 0.9, low = \"1s\" } }"))),
        ("long-jobs", scenario(AT_ONCE, &jobs("scan", "scan = 1", "3/d", "\"11d\"").replace("3/d", "0.2/d"))),
        ("memory", scenario(&format!("warmup = \"1h\"\nreplications = 20\n{AT_ONCE}"), &check.replace("192.6", "176"))),
        ("memory-of-one", scenario(&format!("warmup = \"1d\"\n{AT_ONCE}"), &check.replace("192.6", "177"))),
        (
            "deadlock",
            scenario(
                AT_ONCE,
                &(jobs("image", "scan = 1", "6/h", "\"10s\"")
                    + "spawns = { action = \"layer\", count = 3 }\n"
                    + &by_cron("layer", "scan = 1, scanCheck = 1", "\"1m\"")),
            ),
        ),
        ("unread", scenario(AT_ONCE, &(scan.clone() + "priority = 2\nestimate = \"1m\"\n"))),
        ("good", scenario(AT_ONCE, &(check.replace("192.6", "100") + &scan))),
    ]
}

#[test]
fn check_of_each_shipped_scenario() {
    let sandbox = Sandbox::new();
    let say = |(name, scenario): (&str, String)| {
        let file = format!("{name}.toml");
        sandbox.write(&file, &scenario);
        let output = sandbox.claimsim(&["check", &file]).assert().success().get_output().clone();
        format!("==== {name}\n{}---- standard output\n{}", text(&output.stderr), text(&output.stdout))
    };
    let said: Vec<String> = cases().into_iter().map(say).collect();
    let said = said.concat();
    insta::assert_snapshot!(said);
}

#[test]
fn a_run_warns_before_it_begins_and_leaves_the_same() {
    let sandbox = Sandbox::with("much.toml", &SMALL.replace("2/min", "6/min"));
    let output = sandbox.claimsim(&["run", "much.toml", "--out", "said"]).assert().success().get_output().clone();
    let said = text(&output.stderr);
    assert!(said.starts_with("warning: overload: `scan` at ") && said.contains("much.toml"), "{said}");
    let output =
        sandbox.claimsim(&["run", "much.toml", "--quiet", "--out", "quiet"]).assert().success().get_output().clone();
    assert_eq!(text(&output.stderr), "");
    assert!(sandbox.files("said") == sandbox.files("quiet"));
    let output = sandbox.claimsim(&["check", "much.toml", "--quiet"]).assert().success().get_output().clone();
    assert_eq!(text(&output.stdout) + &text(&output.stderr), "");
}

#[test]
fn contenders_are_warned_of_by_name() {
    let sandbox = Sandbox::small();
    let arguments = [
        "compare",
        "small.toml",
        "--contender",
        "more: action.scan.arrival.poisson.rate=6/min",
        "--max-replications",
        "3",
    ];
    let said = text(&sandbox.claimsim(&arguments).assert().success().get_output().stderr);
    assert!(
        said.contains("warning: overload: `scan` at ")
            && said.contains("--> more\n")
            && said.matches("warning").count() == 1,
        "{said}"
    );
}

#[test]
fn the_document_has_what_the_tables_have() {
    let sandbox = Sandbox::small();
    let output = sandbox.claimsim(&["check", "small.toml", "--json"]).assert().success().get_output().clone();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let seen = &document["scenarios"][0];
    assert_eq!((&seen["scenario"], &seen["stationary"]), (&"small".into(), &false.into()));
    // 2 a minute of 26 s, 1.11 attempts each.
    let load = seen["resources"][0]["in_use"].as_f64().unwrap();
    assert!((load - 2.0 / 60.0 * 26.0 * 1.11).abs() < 1e-6, "{seen}");
    assert_eq!(seen["jobs"].as_array().unwrap().len(), 3);
    assert_eq!(seen["warnings"], serde_json::json!([]));
}

#[test]
fn shipped_scenarios_are_not_warned_of() {
    for folder in ["scenarios", "tests/valid"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for path in scenarios(&folder) {
            let loaded = load_file(&path).unwrap_or_else(|report| panic!("{report}"));
            let mut warnings: Vec<_> = feasibility::analyze(&loaded.scenario).warnings().cloned().collect();
            // A scenario with every key has some that its policy does not read.
            warnings.retain(|finding| !(folder.ends_with("valid") && finding.is_unread()));
            assert!(warnings.is_empty(), "{}: {warnings:?}", path.display());
        }
    }
}
