//! `run --timeline`: the trace is sound, and shows what `jobs.csv` of the same run lists.

pub(crate) mod trace_events;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::{Row, SMALL, Sandbox, text};
use trace_events::{Nanos, Slice, Trace};

/// Everything that a timeline shows: retries, children, crons, outages of all kinds, lowered
/// capacity, an autoscaler, jobs that leave unclaimed, and jobs that never end.
const RICH: &str = r#"
name = "rich"
horizon = "2h"
seed = 5
replications = 2
heartbeat = { period = "5s", expiry = "30s", sweep = "5s" }

[worker.w]
count = 3
capacity = { scan = 2, "gc \"x\"" = 1 }
outages = { up = { exponential = { mean = "20m" } }, down = "90s" }

[worker.v]
capacity = { scan = 1 }
outages = { up = { exponential = { mean = "10m" } }, down = { exponential = { mean = "1m" } }, kind = "partition" }

[worker.a]
capacity = { scan = 1 }
startup = "10s"
autoscale = { min = 0, max = 3, period = "30s", target = { waiting_per_worker = 3 } }

[action.scan]
capacity = { scan = 1 }
arrival = { poisson = { rate = "4/min" } }
service = { exponential = { mean = "45s" } }
error = 0.3
retries = 2
backoff = "20s"
patience = { exponential = { mean = "10m" } }

[action."parent, \"p\""]
capacity = { "gc \"x\"" = 1 }
arrival = { poisson = { rate = "20/h" } }
service = { exponential = { mean = "30s" } }
spawns = { action = "child", count = 2 }
cancel_rate = "4/h"
retries = 1

[action.child]
capacity = { scan = 1 }
service = "20s"

[action.huge]
capacity = { scan = 9 }
service = "1s"

[action.free]
service = "50s"

[cron.free]
schedule = "0 */7 * * * *"
overlap = "skip-if-active"

[[job]]
action = "huge"
at = "5m"

[[job]]
action = "huge"
at = "100m"

[[capacity]]
worker = "w-0"
at = "30m"
capacity = { scan = 0, "gc \"x\"" = 1 }

[[outage]]
worker = "w-1"
at = "50m"
for = "5m"
kind = "shutdown"
"#;

/// The scenario with its timeline and the rows of `jobs.csv` of the replication.
fn simulated(arguments: &[&str], replication: u32) -> (Trace, Vec<Row>) {
    let sandbox = Sandbox::with("rich.toml", RICH);
    let run = ["run", "rich.toml", "--jobs", "--quiet", "--out", "out", "--timeline", "trace.json"];
    sandbox.stdout(&[&run, arguments].concat());
    let rows = sandbox.table("out/jobs.csv");
    let rows = rows.into_iter().filter(|row| row["replication"] == replication.to_string()).collect();
    (Trace::read(&fs::read(sandbox.path("trace.json")).unwrap()), rows)
}

/// Seconds with nine decimals in nanoseconds.
fn nanos(seconds: &str) -> Nanos {
    let (whole, fraction) = seconds.split_once('.').unwrap();
    format!("{whole}{fraction}").parse().unwrap()
}

fn cell(row: &Row, column: &str) -> Option<Nanos> {
    Some(&row[column]).filter(|cell| !cell.is_empty()).map(|cell| nanos(cell))
}

const HOUR: Nanos = 3_600_000_000_000;

fn seconds(slice: &Slice, key: &str) -> Nanos {
    (slice.args[key].as_f64().unwrap() * 1e9).round() as Nanos
}

/// Checks that slices and counters between two instants are those of the rows.
pub(crate) fn check(trace: &Trace, rows: &[Row], (from, to): (Nanos, Nanos)) {
    let claimed = |row: &&Row| cell(row, "claimed_at_s").is_some_and(|at| at <= to);
    let ended = |row: &Row| cell(row, "ended_at_s").filter(|at| *at <= to);
    let mut slices: BTreeMap<u64, &Slice> = BTreeMap::new();
    for slice in &trace.slices {
        let replaced = slices.insert(slice.args["job"].as_u64().unwrap(), slice);
        assert!(replaced.is_none(), "a job with two slices: {slice:?}");
    }
    let shown: Vec<&Row> = rows.iter().filter(claimed).filter(|row| ended(row).is_none_or(|at| at >= from)).collect();
    // A zombie's row ends when its worker is declared dead, but `jobs.csv` has its last state.
    let numbers: BTreeSet<u64> = shown.iter().map(|row| row["job"].parse().unwrap()).collect();
    assert!(slices.keys().eq(&numbers), "{:?} {numbers:?}", slices.keys());
    for row in &shown {
        let slice = slices[&row["job"].parse().unwrap()];
        let (claimed, scheduled) = (cell(row, "claimed_at_s").unwrap(), cell(row, "scheduled_at_s").unwrap());
        assert_eq!((&slice.name, slice.begin), (&row["action"], claimed.max(from)));
        assert_eq!(trace.processes[&slice.process], row["worker"]);
        assert_eq!([seconds(slice, "claimed_at_s"), seconds(slice, "scheduled_at_s")], [claimed, scheduled]);
        assert_eq!(seconds(slice, "wait_s"), claimed - scheduled);
        let blame = slice.args.get("blame").and_then(Value::as_object).into_iter().flat_map(|parts| parts.values());
        let blame = blame.map(|part| (part.as_f64().unwrap() * 1e9).round() as Nanos);
        assert_eq!(blame.sum::<Nanos>(), claimed - scheduled, "{slice:?}");
        assert_eq!(slice.args["attempt"].to_string(), row["attempt"]);
        assert_eq!(slice.args.get("retry_from").map_or(String::new(), ToString::to_string), row["retry_from"]);
        assert_eq!(slice.end, ended(row).unwrap_or(to), "{row:?} {slice:?}");
        assert_eq!(slice.args.contains_key("unfinished"), ended(row).is_none());
    }
    let waiting = |row: &&Row| {
        let is_due = cell(row, "scheduled_at_s").unwrap() <= to;
        is_due && cell(row, "claimed_at_s").is_none_or(|at| at > to) && ended(row).is_none()
    };
    let still: BTreeSet<u64> = rows.iter().filter(waiting).map(|row| row["job"].parse().unwrap()).collect();
    let marked = trace.overlapping.iter().map(|slice| slice.args["job"].as_u64().unwrap());
    assert_eq!(marked.collect::<BTreeSet<u64>>(), still);
    assert!(trace.overlapping.iter().all(|slice| slice.end == to && slice.args.contains_key("unfinished")));
    let actions: BTreeSet<&String> = rows.iter().map(|row| &row["action"]).collect();
    for action in actions {
        let waits = rows.iter().filter(|row| row["action"] == *action).map(|row| {
            let until = cell(row, "claimed_at_s").or(cell(row, "ended_at_s")).unwrap_or(Nanos::MAX).min(to);
            i128::from((until - cell(row, "scheduled_at_s").unwrap().max(from)).max(0))
        });
        assert_eq!(trace.integral(&format!("waiting: {action}"), to), waits.sum::<i128>(), "{action}");
    }
}

#[test]
fn slices_counters_and_arrows_are_those_of_the_job_log() {
    let (trace, rows) = simulated(&[], 0);
    check(&trace, &rows, (0, 2 * HOUR));
    let unfinished = trace.slices.iter().filter(|slice| slice.args.contains_key("unfinished")).count();
    let reasons = trace.slices.iter().filter_map(|slice| slice.args.get("blame")?.as_object());
    let reasons: BTreeSet<&str> = reasons.flat_map(|parts| parts.keys()).map(String::as_str).collect();
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), ["busy", "claim-delay"]);
    assert!(unfinished > 0 && trace.overlapping.len() >= 2, "{unfinished} {}", trace.overlapping.len());
    // Every retry and every child that was claimed has its arrow; a retry follows the attempt
    // before it, a child begins within its parent.
    let job = |slice: usize| trace.slices[slice].args["job"].as_u64().unwrap().to_string();
    let row = |slice: usize| rows.iter().find(|row| row["job"] == job(slice)).unwrap();
    let mut arrows = BTreeMap::new();
    for arrow in &trace.arrows {
        let (from, to) = (row(arrow.from), row(arrow.to));
        if arrow.kind == "retry" {
            let chain =
                |row: &Row| if row["retry_from"].is_empty() { row["job"].clone() } else { row["retry_from"].clone() };
            assert_eq!(chain(from), chain(to));
            let number = |row: &Row| row["attempt"].parse::<u32>().unwrap();
            assert_eq!(number(from) + 1, number(to));
        } else {
            assert_eq!((arrow.kind.as_str(), &to["parent"]), ("child", &from["job"]));
        }
        *arrows.entry(arrow.kind.as_str()).or_insert(0) += 1;
    }
    let claimed = |row: &&Row| cell(row, "claimed_at_s").is_some_and(|at| at <= 2 * HOUR);
    let retries = rows.iter().filter(claimed).filter(|row| row["attempt"] != "1").count();
    let children = rows.iter().filter(claimed).filter(|row| !row["parent"].is_empty()).count();
    assert_eq!(arrows, BTreeMap::from([("child", children), ("retry", retries)]));
    assert!(children > 20 && retries > 50, "{children} {retries}");
}

#[test]
fn instants_show_crons_outages_scaling_and_what_left() {
    let (trace, rows) = simulated(&[], 0);
    let count = |begin: &str| trace.instants.iter().filter(|instant| instant.name.starts_with(begin)).count();
    let fired = rows.iter().filter(|row| row["action"] == "free").count();
    assert_eq!(trace.instants.iter().filter(|instant| instant.name == "free").count(), fired);
    assert_eq!(count("free"), 18, "every seven minutes from 0 to 56, twice");
    for name in ["down: crash", "down: partition", "down: shutdown", "up", "declared dead", "a: 0 to", "ready", "gone"]
    {
        assert!(count(name) > 0, "{name}: {:?}", trace.instants);
    }
    let at = |name: &str| trace.instants.iter().find(|instant| instant.name == name).unwrap();
    let lowered = at("new capacity");
    assert_eq!((lowered.at, trace.processes[&lowered.process].as_str()), (HOUR / 2, "w-0"));
    let left = rows.iter().filter(|row| row["claimed_at_s"].is_empty() && !row["ended_at_s"].is_empty());
    let left = left.filter(|row| cell(row, "ended_at_s").unwrap() <= 2 * HOUR);
    assert_eq!(count("scan: ") + count("huge: ") + count("parent, \"p\": "), left.count());
}

/// Units by hand: one worker of two units that is down from 10 s to 15 s.
#[test]
fn free_units_are_those_of_workers_that_can_claim() {
    let scenario = r#"
        horizon = "30s"
        claim = { delay = "none" }
        heartbeat = { period = "1s", expiry = "100s", sweep = "1s" }
        [worker.w]
        capacity = { slot = 2 }
        [action.a]
        capacity = { slot = 1 }
        service = "4s"
        [[job]]
        action = "a"
        at = "2s"
        [[job]]
        action = "a"
        at = "3s"
        [[outage]]
        worker = "w-0"
        at = "10s"
        for = "5s"
        [[capacity]]
        worker = "w-0"
        at = "20s"
        capacity = { slot = 1 }
    "#;
    let sandbox = Sandbox::with("s.toml", scenario);
    sandbox.stdout(&["run", "s.toml", "--timeline", "t.json"]);
    let trace = Trace::read(&fs::read(sandbox.path("t.json")).unwrap());
    let values: Vec<(Nanos, i64)> =
        trace.counters["free: slot"].iter().map(|(at, value)| (at / 1_000_000_000, *value)).collect();
    assert_eq!(values, [(0, 2), (2, 1), (3, 0), (6, 1), (7, 2), (10, 0), (15, 2), (20, 1)]);
    assert_eq!(trace.counters["waiting: a"], [(0, 0)], "both jobs start at once");
    let lanes: BTreeSet<&String> =
        trace.slices.iter().map(|slice| &trace.threads[&(slice.process, slice.thread)]).collect();
    assert_eq!(lanes.into_iter().collect::<Vec<_>>(), ["slot 1", "slot 2"]);
}

#[test]
fn a_window_shows_its_part_of_any_replication() {
    let (trace, rows) = simulated(&["--timeline-window", "31m..1h", "--timeline-replication", "1"], 1);
    check(&trace, &rows, (31 * HOUR / 60, HOUR));
    assert!(trace.slices.iter().any(|slice| seconds(slice, "claimed_at_s") < slice.begin), "some began before");
    assert_eq!((&trace.about["replication"], &trace.about["seed"]), (&"1".into(), &"5".into()));
    assert_eq!(trace.about["from"], "2017-02-17T00:31:00Z");
    // The same window, written otherwise.
    let window = "2017-02-17T00:31:00Z..2017-02-17T01:00:00Z";
    let (same, _) = simulated(&["--timeline-window", window, "--timeline-replication", "1", "--threads", "1"], 1);
    assert_eq!(same.slices.len(), trace.slices.len());
    let (open, rows) = simulated(&["--timeline-window", "110m.."], 0);
    check(&open, &rows, (110 * HOUR / 60, 2 * HOUR));
}

#[test]
fn a_packed_timeline_has_the_same_events_and_the_same_bytes_each_time() {
    let sandbox = Sandbox::small();
    let run = |name: &str| sandbox.stdout(&["run", "small.toml", "--out", "o", "--timeline", name]);
    assert!(run("t.json").contains("The timeline of replication 0 is in t.json"));
    run("sub/folder/t.json.gz");
    let plain = fs::read(sandbox.path("t.json")).unwrap();
    let packed = fs::read(sandbox.path("sub/folder/t.json.gz")).unwrap();
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(plain == unpacked && packed.len() * 4 < plain.len());
    // An earlier timeline is replaced, packed or not.
    run("sub/folder/t.json.gz");
    assert!(fs::read(sandbox.path("sub/folder/t.json.gz")).unwrap() == packed);
    assert_eq!(fs::read_dir(sandbox.path("sub/folder")).unwrap().count(), 1, "no draft is left");
    // It is no part of the run.
    assert!(!fs::read_to_string(sandbox.path("o/manifest.json")).unwrap().contains("timeline"));
    sandbox.stdout(&[
        "run",
        "--extend",
        "o",
        "--replications",
        "4",
        "--timeline",
        "t.json",
        "--timeline-replication",
        "3",
    ]);
    assert!(fs::read(sandbox.path("t.json")).unwrap() != plain);
}

#[test]
fn what_is_not_a_timeline_is_left_alone() {
    let sandbox = Sandbox::small();
    sandbox.write("letter.json", "{\"otherData\":{}}");
    fs::create_dir(sandbox.path("folder")).unwrap();
    let cases: [(&[&str], &str); 9] = [
        (
            &["--timeline", "letter.json"],
            "letter.json exists and is not a timeline of claimsim, so it is not overwritten",
        ),
        (&["--timeline", "folder"], "folder is a folder; name a file in it, such as folder/timeline.json.gz"),
        (&["--timeline", "o/t.json"], "o/t.json is in the folder of the run"),
        (&["--timeline", "o/t.json"], "choose a place outside, such as o-t.json"),
        (&["--timeline", "t.json", "--timeline-window", "1h"], "`1h` is not of the form FROM..TO; write 57h..58h"),
        (&["--timeline", "t.json", "--timeline-window", "1h..1h"], "write a TO after the FROM"),
        (&["--timeline", "t.json", "--timeline-window", "1h..3h"], "`3h` lies beyond the horizon"),
        (
            &["--timeline", "t.json", "--timeline-replication", "3"],
            "the run has 3 of them, counted from 0, so the last is 2",
        ),
        (&["--timeline-window", "1h..2h"], "--timeline <FILE>"),
    ];
    for (arguments, words) in cases {
        let message = sandbox.refused(&[&["run", "small.toml", "--out", "o"], arguments].concat());
        assert!(message.contains(words), "{arguments:?}: {message}");
        assert!(!sandbox.path("o").exists() && !sandbox.path("t.json").exists(), "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(sandbox.path("letter.json")).unwrap(), "{\"otherData\":{}}");
    let failed = sandbox.claimsim(&["run", "small.toml", "--timeline", "small.toml/t.json"]).assert().failure();
    assert!(text(&failed.get_output().stderr).contains("small.toml"));
    assert_eq!(fs::read_to_string(sandbox.path("small.toml")).unwrap(), SMALL);
}
