//! `claimsim sweep`: each point as a run of its own, the same bytes for any number of threads, the
//! choice of charts, and errors before the first run.

use std::fs;

use crate::support::{SMALL, Sandbox, text};

/// Runs a sweep and returns its output.
fn sweep(sandbox: &Sandbox, options: &[&str]) -> String {
    let output =
        sandbox.claimsim(&[&["sweep", "small.toml"], options].concat()).assert().success().get_output().clone();
    assert_eq!(text(&output.stderr), "", "{options:?}");
    text(&output.stdout)
}

/// The paths below a folder.
fn paths(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    sandbox.files(folder).into_iter().map(|(path, _)| path.to_str().unwrap().replace('\\', "/")).collect()
}

#[test]
fn a_point_is_what_a_run_with_its_settings_is() {
    let sandbox = Sandbox::small();
    let printed = sweep(
        &sandbox,
        &["--vary", "worker.w.count=2,3", "--vary", "claim.policy=first-fit,easy-backfill(order=shortest)"],
    );
    for words in [
        "small: 4 points of worker.w.count x claim.policy, 3 replications each, seed 7",
        "mean(wait)",
        "utilization(scan)",
        "easy-backfill",
    ] {
        assert!(printed.contains(words), "{words} is missing in\n{printed}");
    }
    let table = fs::read_to_string(sandbox.path("results/small-sweep/sweep.csv")).unwrap();
    let mut lines = table.lines();
    let header = lines.next().unwrap();
    for (count, policy) in [
        ("2", "first-fit"),
        ("2", "easy-backfill(order=shortest)"),
        ("3", "first-fit"),
        ("3", "easy-backfill(order=shortest)"),
    ] {
        let set = format!("worker.w.count={count}");
        sandbox
            .claimsim(&["run", "small.toml", "--quiet", "--out", "run", "--set", &set, "--policy", policy])
            .assert()
            .success();
        let summary = fs::read_to_string(sandbox.path("run/summary.csv")).unwrap();
        let mut summary = summary.lines();
        assert_eq!(header, format!("worker.w.count,worker.w.count_number,claim.policy,{}", summary.next().unwrap()));
        for line in summary {
            assert_eq!(lines.next().unwrap(), format!("{count},{count},{policy},{line}"));
        }
    }
    assert_eq!(lines.next(), None, "nothing else is in the table");
}

#[test]
fn threads_and_reproduce_leave_the_same_bytes() {
    let sandbox = Sandbox::small();
    for (out, threads) in [("one", "1"), ("two", "2"), ("three", "3")] {
        let options =
            ["--vary", "worker.w.count=1..3", "--zip", "action.scan.retries=0,2", "--zip", "action.scan.backoff=1s,5s"];
        sweep(&sandbox, &[&options[..], &["--quiet", "--out", out, "--threads", threads]].concat());
    }
    assert!(sandbox.files("one") == sandbox.files("two"), "two threads left other bytes than one");
    assert!(sandbox.files("one") == sandbox.files("three"), "three threads left other bytes than one");
    sandbox.claimsim(&["reproduce", "one"]).assert().success();
    let changed = fs::read_to_string(sandbox.path("one/sweep.csv")).unwrap().replacen("first-fit", "last-fit", 1);
    fs::write(sandbox.path("one/sweep.csv"), changed).unwrap();
    sandbox.claimsim(&["reproduce", "one"]).assert().code(1);
}

#[test]
fn charts_choose_themselves_by_the_keys() {
    let sandbox = Sandbox::small();
    let chart = |options: &[&str], file: &str| {
        sweep(
            &sandbox,
            &[options, &["--quiet", "--out", "out", "--show", "p95(wait)", "--show", "share(wait < 2s, scan)"]]
                .concat(),
        );
        let expected = [
            "charts/p95_wait.svg",
            "charts/share_wait_below_2s_scan.svg",
            "inputs/scenario.toml",
            "manifest.json",
            "report.html",
            "report.json",
            "sweep.csv",
        ];
        assert_eq!(paths(&sandbox, "out"), expected);
        fs::read_to_string(sandbox.path("out/charts").join(file)).unwrap()
    };
    let line = chart(&["--vary", "worker.w.count=1,2,4"], "p95_wait.svg");
    assert!(line.contains("band: 95 % interval") && line.contains("worker.w.count"), "one key with numbers is a line");
    let dots = chart(&["--vary", "claim.policy=first-fit,random"], "share_wait_below_2s_scan.svg");
    assert!(dots.contains("Dot: mean") && dots.contains("random") && dots.contains('%'), "one key with words is dots");
    let lines = chart(&["--vary", "claim.policy=first-fit,random", "--vary", "worker.w.count=1..3"], "p95_wait.svg");
    assert!(lines.contains("claim.policy") && lines.contains("Line: mean"), "words and numbers are a line a word");
    let map = chart(
        &["--vary", "worker.w.count=1..3", "--vary", "action.scan.service.lognormal.mean=10s,26s"],
        "p95_wait.svg",
    );
    assert!(map.contains("Colour: mean") && map.contains("26s"), "two keys with numbers are a heat map");
    let options =
        ["--vary", "worker.w.count=1,2", "--vary", "action.scan.retries=0,1", "--vary", "action.scan.error=0,0.05"];
    let printed = sweep(&sandbox, &[&options[..], &["--out", "out"]].concat());
    assert!(printed.contains("8 points") && printed.contains("There is no chart of more than two keys"), "{printed}");
    assert_eq!(
        paths(&sandbox, "out"),
        ["inputs/scenario.toml", "manifest.json", "report.html", "report.json", "sweep.csv"],
        "more keys have no chart"
    );
}

#[test]
fn the_document_has_what_is_shown_of_each_point() {
    let sandbox = Sandbox::small();
    let printed = sweep(&sandbox, &["--json", "--vary", "worker.w.count=2,3", "--seed", "5"]);
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["keys"], serde_json::json!(["worker.w.count"]));
    let point = &document["points"][1];
    assert_eq!((&point["set"]["worker.w.count"], &point["seed"]), (&"3".into(), &5.into()));
    let wait = &point["shown"]["mean(wait)"];
    let mut reader = csv::Reader::from_path(sandbox.path("results/small-sweep/sweep.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let row = rows.iter().find(|row| (&row[0], &row[3], &row[6], &row[7]) == ("3", "all", "wait_s", "mean")).unwrap();
    let number = |column: usize| row[column].parse::<f64>().unwrap();
    assert_eq!((wait["value"].as_f64(), wait["ci"][1].as_f64()), (Some(number(8)), Some(number(10))));
    assert_eq!((wait["unit"].as_str(), wait["replications"].as_u64()), (Some("s"), Some(3)));
}

#[test]
fn tables_of_long_grids_are_cut() {
    let sandbox = Sandbox::small();
    let options = ["--set", "horizon=40m", "--set", "seed=3", "--replications", "1", "--vary", "seed=1..45"];
    let printed = sweep(&sandbox, &options);
    assert!(printed.contains("5 more points are in sweep.csv"), "{printed}");
    assert!(printed.contains("45 points of seed, 1 replication each\n"), "{printed}");
    assert!(printed.contains("One replication has no interval"), "{printed}");
    // Each point has its own seed, so all mean waits differ.
    let mut reader = csv::Reader::from_path(sandbox.path("results/small-sweep/sweep.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let waits = rows.iter().filter(|row| (&row[3], &row[6], &row[7]) == ("all", "service_s", "mean"));
    let distinct: std::collections::BTreeSet<String> = waits.map(|row| row[8].to_owned()).collect();
    assert!(distinct.len() > 30, "{distinct:?}");
}

#[test]
fn warnings_and_notes_are_printed_once() {
    let sandbox = Sandbox::small();
    sandbox.write("small.toml", &SMALL.replace("capacity = { scan = 1 }\narrival", "capacity = { scan = 9 }\narrival"));
    let output = sandbox
        .claimsim(&["sweep", "small.toml", "--vary", "action.scan.error=0..0.9:lin10", "--replications", "1"])
        .assert()
        .success();
    let said = text(&output.get_output().stderr);
    assert_eq!(said.matches("no worker can ever run").count(), 1, "{said}");
}

#[test]
fn what_cannot_be_swept_is_an_error_before_anything_runs() {
    let sandbox = Sandbox::small();
    for (options, words) in [
        (&[][..], "there is nothing to sweep over; add --vary KEY=VALUES"),
        (&["--vary", "worker.w.count"], "has no values for a key"),
        (&["--vary", "worker.w.count=4..1"], "this range runs backwards"),
        (&["--vary", "worker.w.count=1..1000", "--vary", "action.scan.error=0..1:lin200"], "the maximum is 100000"),
        (&["--vary", "worker.w.count=1,2", "--vary", "worker.w.count=3"], "`worker.w.count` is given twice"),
        (
            &["--zip", "worker.w.count=1,2", "--zip", "action.scan.error=0.1"],
            "expected 2 values as in the first --zip, found 1",
        ),
        (&["--vary", "worker.w.count=2..0:1"], "write the lower end first: 0..2"),
        (&["--vary", "worker.w.count=0..2"], "This is point 1 of 3, worker.w.count=0. Nothing was run."),
        (&["--vary", "action.scan.error=0.5,1.2"], "1.2 is not a probability"),
        (&["--vary", "worker.x.count=1,2"], "the scenario has no worker `x`"),
        (&["--vary", "worker.w.count=1,2", "--show", "p95(wiat)"], "did you mean `wait`?"),
        (&["--vary", "worker.w.count=1,2", "--show", "p95(wait, scna)"], "did you mean `scan`?"),
        (&["--vary", "worker.w.count=1,2", "--show", "jain", "--show", "jain"], "--show jain is given twice"),
        (&["--vary", "seed=1,2", "--seed", "3"], "seed is varied and given by --seed"),
        (&["--elasticity", "--vary", "worker.w.count=1,2"], "cannot be used with"),
        (&["--elasticity", "--step", "70%"], "write a percentage from 0.01% to 50%"),
    ] {
        let output =
            sandbox.claimsim(&[&["sweep", "small.toml"], options].concat()).assert().code(2).get_output().clone();
        let said = text(&output.stderr);
        assert!(said.contains(words), "{options:?}: {words} is missing in\n{said}");
        assert!(said.starts_with("error: "), "{said}");
        assert_eq!(text(&output.stdout), "");
        assert!(!sandbox.path("results").exists() || sandbox.files("results").is_empty(), "{options:?} left something");
    }
    fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.write("other/notes.txt", "mine");
    sandbox.claimsim(&["sweep", "small.toml", "--vary", "worker.w.count=1,2", "--out", "other"]).assert().code(1);
}
