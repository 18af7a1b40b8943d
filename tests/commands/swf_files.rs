//! Logs in the Standard Workload Format are read by the definition of the format, line by line, and
//! no input panics.

use std::collections::BTreeMap;
use std::io::Write;

use claimsim::internals::arrival::swf::{
    HeaderField, Processors, RunTime, SkipReason, SplitBy, SwfJobs, SwfLog, SwfOptions, parse,
};
use claimsim::internals::arrival::trace::TraceError;
use claimsim::internals::arrival::{ArrivalModel, ListedJob};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::scenario::{Diagnostics, LoadedScenario, load};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::Sandbox;

/// A log with an example of everything that the format defines.
const LOG: &str = include_str!("../valid/files/log.swf");

fn log(text: &str) -> SwfLog {
    parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text} must be read: {error}"))
}

fn refusal(bytes: impl AsRef<[u8]>) -> TraceError {
    parse(bytes.as_ref()).expect_err("must be refused")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn choice() -> SwfOptions {
    SwfOptions {
        action: "x".to_owned(),
        resource: "proc".to_owned(),
        processors: Processors::Allocated,
        run: RunTime::Actual,
        split: None,
        first: None,
    }
}

/// A job in plain numbers: milliseconds of submit time, service time and estimate; processors;
/// action.
type Plain = (i64, i64, Option<i64>, i64, Option<String>);

fn plain(jobs: &SwfJobs) -> Vec<Plain> {
    let trace = &jobs.trace;
    assert_eq!(trace.resources, ["proc"]);
    let millis = |span: Span| {
        assert_eq!(span.0 % 1_000_000, 0, "the logs here are in milliseconds");
        span.0 / 1_000_000
    };
    let job = |row: &claimsim::internals::arrival::trace::TraceRow| {
        assert_eq!((row.priority, row.deadline), (None, None));
        let need = trace.needs[row.need.unwrap() as usize][0].unwrap();
        let action = row.action.map(|action| trace.actions[action as usize].name.clone());
        (millis(row.at - Time::ZERO), millis(row.service.unwrap()), row.estimate.map(millis), need, action)
    };
    trace.rows.iter().map(job).collect()
}

#[test]
fn lines_become_jobs_by_the_columns_that_count() {
    let log = log(LOG);
    assert_eq!(log.lines, 7);
    let jobs = log.jobs(&choice());
    let x = |at, service, estimate, processors| (at, service, estimate, processors, None);
    let expected = [
        x(0, 60_000, Some(120_000), 4),
        x(30_000, 500, None, 1),
        x(75_000, 0, Some(60_000), 2),
        x(90_000, 300_000, Some(300_000), 16),
    ];
    assert_eq!(plain(&jobs), expected);
    assert_eq!(jobs.left_out, BTreeMap::from([(SkipReason::Part, 2), (SkipReason::NeverStarted, 1)]));

    let requested = log.jobs(&SwfOptions { run: RunTime::Requested, ..choice() });
    assert_eq!(requested.left_out[&SkipReason::NoRequestedTime], 1);
    assert!(plain(&requested).iter().all(|job| Some(job.1) == job.2), "jobs run as long as they asked for");

    let split = log.jobs(&SwfOptions { split: Some(SplitBy::User), first: Some(3), ..choice() });
    let names: Vec<&str> = split.trace.actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["x.user-1", "x.user-unknown"], "of the first three jobs; by number, unknown ones last");
}

#[test]
fn the_header_is_what_comments_say_of_the_machine() {
    let field = |name: &str, value: &str, line| HeaderField { name: name.to_owned(), value: value.to_owned(), line };
    let expected = [
        field("Version", "2.2", 1),
        field("Computer", "a cluster of four nodes", 2),
        field("MaxNodes", "4", 3),
        field("MaxProcs", "16 (4 to a node)", 4),
        field("Note", "made up for tests", 5),
    ];
    assert_eq!(log(LOG).header, expected);
    assert!(parse(b"; Computer: \xe9cole\n").is_ok(), "comments may be in any encoding");
}

#[test]
fn layout_does_not_matter() {
    let windows = LOG.replace('\n', "\r\n");
    assert_eq!(parse(windows.as_bytes()), parse(LOG.as_bytes()));
    assert_eq!(parse(&gzip(LOG.as_bytes())), parse(LOG.as_bytes()));
    assert_eq!(parse(format!("\u{feff}{LOG}").as_bytes()), parse(LOG.as_bytes()));
    assert_eq!(parse(LOG.trim_end().as_bytes()), parse(LOG.as_bytes()), "the last line may lack its end");
    let tabs: Vec<String> = LOG.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join("\t")).collect();
    assert_eq!(log(&tabs.join("\n")).jobs(&choice()), log(LOG).jobs(&choice()));
    assert_eq!(log("").lines, 0, "nothing comes, and nothing is wrong");
}

#[test]
fn every_broken_line_is_reported_with_a_remedy() {
    let good = "1 0 -1 60 4 -1 -1 4 120 -1 1 1 1 1 1 -1 -1 -1";
    let lines = [
        "; MaxProcs: 16",
        good,
        "1 x -1 60 4 -1 -1 4 120 -1 1 1 1 1 1 -1 -1 -1",
        "1 0 -1 60",
        "",
        "1 0 -1 1e- 4.5 ? -1 4 120 -1 done 1 1 1 1 -1 -1 -1",
        "at_s,action",
    ];
    let told: Vec<String> = refusal(lines.join("\n")).problems.iter().map(ToString::to_string).collect();
    let expected = [
        ["line 3: column submit time: `x`", "such as 12.5, or -1 where it is unknown"],
        ["line 4: 4 numbers", "a line of the format has 18"],
        ["line 6: column run time: `1e-`", "-1 where it is unknown"],
        ["line 6: column allocated processors: `4.5`", "whole number from 0"],
        ["line 6: column CPU time used: `?`", "is no number"],
        ["line 6: column status: `done`", "is no whole number"],
        ["line 7: 1 number", "a line of the format has 18"],
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, parts) in told.iter().zip(expected) {
        assert!(parts.iter().all(|part| told.contains(part)), "`{told}` must say {parts:?}");
    }
    let error = refusal(format!("{good}\n{}", "x\n".repeat(33)));
    assert_eq!((error.problems.len(), error.more), (20, 13));
    let error = refusal("at_s,action\n1,a\n2,b\n");
    assert_eq!(
        (error.problems.len(), error.more),
        (1, 2),
        "a file of another kind is not complained about line by line"
    );
    let mut cut = gzip(LOG.as_bytes());
    cut.truncate(cut.len() / 2);
    assert!(refusal(cut).to_string().contains("damaged"));
}

/// A line in plain numbers, times in milliseconds; what is unknown is below zero.
#[derive(Clone, Debug)]
struct Row {
    number: i64,
    submit: i64,
    run: i64,
    allocated: i64,
    requested: i64,
    estimate: i64,
    status: i64,
    user: i64,
    queue: i64,
}

fn row() -> impl Strategy<Value = Row> {
    let processors = -1..4_i64;
    (-1..6_i64, -2..40_i64, -2..9_i64, processors.clone(), processors, -1..9_i64, -1..7_i64, -1..3_i64, -1..2_i64)
        .prop_map(|(number, submit, run, allocated, requested, estimate, status, user, queue)| Row {
            number,
            submit: submit * 500,
            run: run * 250,
            allocated,
            requested,
            estimate: estimate * 1000,
            status,
            user,
            queue,
        })
}

/// Milliseconds as a log may write them; -1 for what is unknown.
fn seconds(millis: i64) -> String {
    match millis {
        ..0 => "-1".to_owned(),
        _ if millis % 1000 == 0 => (millis / 1000).to_string(),
        _ => format!("{}.{:03}", millis / 1000, millis % 1000),
    }
}

impl Row {
    fn text(&self) -> String {
        let Row { number, allocated, requested, status, user, queue, .. } = self;
        let (submit, run, estimate) = (seconds(self.submit), seconds(self.run), seconds(self.estimate));
        format!(
            "{number} {submit} 3 {run} {allocated} 1.5 -1 {requested}  {estimate} -1 {status} {user} 7 8 {queue} -1 -1 -1"
        )
    }

    fn is_part(&self) -> bool {
        self.number >= 0 && [2, 3, 4].contains(&self.status)
    }
}

/// What the definition says of a log, straight from its words: jobs, lines left out by reason,
/// parts added.
fn by_definition(rows: &[Row], choice: &SwfOptions) -> (Vec<Plain>, BTreeMap<SkipReason, u64>, u64) {
    let (mut jobs, mut left_out, mut added) = (Vec::new(), BTreeMap::new(), 0);
    for (index, row) in rows.iter().enumerate() {
        let mut run = row.run;
        if row.is_part() {
            let same = |other: &&Row| other.number == row.number;
            if rows.iter().filter(same).any(|other| !other.is_part()) {
                *left_out.entry(SkipReason::Part).or_default() += 1;
                continue;
            }
            if rows[..index].iter().any(|other| same(&other)) {
                added += 1;
                continue;
            }
            let runs: Vec<i64> = rows.iter().filter(same).map(|other| other.run).filter(|run| *run >= 0).collect();
            run = if runs.is_empty() { -1 } else { runs.iter().sum() };
        }
        let processors = match choice.processors {
            Processors::Allocated if row.allocated >= 0 => row.allocated,
            Processors::Requested if row.requested < 0 => row.allocated,
            _ => row.requested,
        };
        let (service, lacks) = match choice.run {
            RunTime::Actual => (run, SkipReason::NoRunTime),
            RunTime::Requested => (row.estimate, SkipReason::NoRequestedTime),
        };
        let reason = if row.status == 5 && (run < 0 || (run == 0 && row.allocated <= 0)) {
            Some(SkipReason::NeverStarted)
        } else if row.submit < 0 {
            Some(SkipReason::NoSubmitTime)
        } else if service < 0 {
            Some(lacks)
        } else if processors <= 0 {
            Some(SkipReason::NoProcessors)
        } else {
            None
        };
        if let Some(reason) = reason {
            *left_out.entry(reason).or_default() += 1;
            continue;
        }
        let number = |number: i64| if number < 0 { "unknown".to_owned() } else { number.to_string() };
        let action = match choice.split {
            Some(SplitBy::User) => Some(format!("x.user-{}", number(row.user))),
            Some(SplitBy::Group) => Some("x.group-7".to_owned()),
            Some(SplitBy::Executable) => Some("x.executable-8".to_owned()),
            Some(SplitBy::Queue) => Some(format!("x.queue-{}", number(row.queue))),
            None => None,
        };
        jobs.push((row.submit, service, (row.estimate >= 0).then_some(row.estimate), processors, action));
    }
    jobs.sort_by_key(|job| job.0);
    jobs.truncate(choice.first.map_or(usize::MAX, |first| first as usize));
    (jobs, left_out, added)
}

fn any_choice() -> impl Strategy<Value = SwfOptions> {
    let split = prop::option::of(prop::sample::select(vec![
        SplitBy::User,
        SplitBy::Group,
        SplitBy::Queue,
        SplitBy::Executable,
    ]));
    let processors = prop::sample::select(vec![Processors::Allocated, Processors::Requested]);
    let run = prop::sample::select(vec![RunTime::Actual, RunTime::Requested]);
    (processors, run, split, prop::option::of(0..9_u64)).prop_map(|(processors, run, split, first)| SwfOptions {
        processors,
        run,
        split,
        first,
        ..choice()
    })
}

fn loaded(text: &str, log: &[u8]) -> Result<LoadedScenario, Diagnostics> {
    load("any.toml", text, &[], &BTreeMap::from([("log.swf", log)]))
}

/// A scenario whose worker asks the header.
const SCENARIO: &str = r#"
horizon = "1h"
claim = { delay = "none" }
[worker.cluster]
capacity = { proc = "MaxProcs", memory = 64 }
[action.x]
priority = 3
capacity = { memory = 2 }
arrival = { swf = { file = "log.swf", resource = "proc", split = "user" } }
[action."x.user-3"]
priority = 9
arrival = { poisson = { rate = "1/h" } }
service = "5s"
"#;

#[test]
fn each_user_of_a_log_becomes_an_action() {
    let LoadedScenario { scenario, notes, warnings, .. } = loaded(SCENARIO, LOG.as_bytes()).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    let system = &scenario.system;
    let names: Vec<&str> = system.actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["x", "x.user-3", "x.user-1", "x.user-unknown"], "what is described stands first");
    assert_eq!(system.actions.iter().map(|action| action.priority).collect::<Vec<_>>(), [3, 9, 3, 3]);
    assert_eq!(system.resources, ["proc", "memory"]);
    assert_eq!(*system.workers[0].capacity.0, [16, 64], "as the header says");
    let ArrivalModel::Listed(jobs) = &scenario.sources[0] else { panic!("{:?}", scenario.sources) };
    let job = |job: &ListedJob| {
        let need = &system.need(job.overrides.need.unwrap()).0;
        (job.at().0 / 1_000_000_000, names[usize::from(job.arrival.action.0)], need[0], need[1])
    };
    // The memory is that of the action after which a job's own action is made.
    let expected =
        [(0, "x.user-1", 4, 2), (30, "x.user-1", 1, 2), (75, "x.user-unknown", 2, 2), (90, "x.user-3", 16, 0)];
    assert_eq!(jobs.iter().map(job).collect::<Vec<_>>(), expected);
    assert_eq!(jobs[0].overrides.estimate, Some(Span::secs(120)));
    let note = "log.swf: 3 of 7 lines are left out: 2 partial executions of jobs that have a line as a whole, 1 cancelled before they started";
    assert_eq!(notes, [note]);
}

/// Actions that a log makes are there for all who name actions, and lack what the one lacks that
/// they are made like.
#[test]
fn jobs_and_crons_may_be_of_actions_that_a_log_makes() {
    let more = r#"
[[job]]
action = "x.user-1"
at = "1m"
service = "1s"
[cron."x.user-unknown"]
schedule = "@hourly"
"#;
    let text = format!("{SCENARIO}{more}");
    let report = loaded(&text, LOG.as_bytes()).unwrap_err().render(false);
    assert!(report.contains("action `x.user-unknown` has no service time"), "{report}");
    assert!(!report.contains("`x.user-1` has no"), "its jobs bring their own: {report}");
    let text = text.replace("priority = 3", "service = \"2s\"");
    assert_eq!(loaded(&text, LOG.as_bytes()).unwrap().scenario.sources.len(), 4);
    let report = loaded(&text.replace("x.user-1\"", "x.user-2\""), LOG.as_bytes()).unwrap_err().render(false);
    assert!(report.contains("there is no action `x.user-2`"), "{report}");
}

/// From the file to the log of jobs, worked out by hand: sixteen processors, first-fit, no delay.
#[test]
fn a_run_says_what_was_left_out_and_comes_out_by_hand() {
    let sandbox = Sandbox::with("log.swf", LOG);
    sandbox.write("cluster.toml", &SCENARIO.replace("rate = \"1/h\"", "rate = \"0/h\""));
    let output = sandbox.claimsim(&["run", "cluster.toml", "--jobs", "--json", "--out", "run"]).assert().success();
    let output = output.get_output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("note: log.swf: 3 of 7 lines are left out"), "{said}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["notes"][0].as_str().unwrap().contains("1 cancelled before"), "{document}");
    assert_eq!(document["actions"]["x.user-1"]["jobs"]["done"], 2.0);
    let manifest = std::fs::read_to_string(sandbox.path("run/manifest.json")).unwrap();
    assert!(manifest.contains("3 of 7 lines are left out"), "{manifest}");

    let mut jobs = csv::Reader::from_path(sandbox.path("run/jobs.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = jobs.deserialize().map(Result::unwrap).collect();
    let told = |row: &BTreeMap<String, String>| {
        let number = |key: &str| row[key].parse::<f64>().unwrap();
        (row["action"].clone(), number("scheduled_at_s"), number("claimed_at_s"), number("ended_at_s"))
    };
    let expected = [
        ("x.user-1".to_owned(), 0.0, 0.0, 60.0),
        ("x.user-1".to_owned(), 30.0, 30.0, 30.5),
        ("x.user-unknown".to_owned(), 75.0, 75.0, 75.0),
        ("x.user-3".to_owned(), 90.0, 90.0, 390.0),
    ];
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), expected);
    sandbox.claimsim(&["reproduce", "run"]).assert().success();
    let said = sandbox.claimsim(&["check", "cluster.toml"]).assert().success().get_output().stderr.clone();
    assert!(String::from_utf8_lossy(&said).contains("are left out"));
}

#[test]
fn jobs_that_no_worker_could_ever_run_are_warned_of() {
    let small = SCENARIO.replace("\"MaxProcs\"", "\"MaxNodes\"");
    let warnings = loaded(&small, LOG.as_bytes()).unwrap().warnings.render(false);
    assert!(warnings.contains("no worker can ever run a job of `x.user-3` that needs proc 16"), "{warnings}");
    let empty = loaded(&SCENARIO.replace("split", "first = 0, split"), LOG.as_bytes()).unwrap().warnings.render(false);
    assert!(empty.contains("`log.swf` has no rows"), "{empty}");
}

#[test]
fn more_actions_than_ids_are_refused() {
    let lines = (0..70_000).map(|user| format!("{user} 0 0 1 1 0 0 1 1 0 1 {user} 0 0 0 0 0 0\n"));
    let log = format!("; MaxProcs: 1\n{}", lines.collect::<String>());
    let report = loaded(SCENARIO, log.as_bytes()).unwrap_err().render(false);
    assert!(report.contains("creates more actions than a scenario can have, 65535"), "{report}");
}

/// What mutations put into a right log.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    ";",
    ":",
    "-",
    ".",
    "-1",
    "99999999999999999999",
    "1e300",
    "nan",
    "µ",
    "\r",
    "\u{0}",
    "; MaxProcs: x\n",
];

proptest! {
    #![proptest_config(crate::random_cases::random_cases(400, 1))]

    #[test]
    fn any_log_is_read_as_the_definition_says(
        rows in prop::collection::vec(row(), 0..30), choice in any_choice(), comments in any::<bool>(),
    ) {
        let between = if comments { "\n; MaxProcs: 5\n\n" } else { "\n" };
        let text = rows.iter().map(Row::text).collect::<Vec<_>>().join(between);
        let jobs = log(&text).jobs(&choice);
        prop_assert_eq!((plain(&jobs), jobs.left_out.clone(), jobs.added), by_definition(&rows, &choice));
        let lines = jobs.trace.rows.len() as u64 + jobs.left_out.values().sum::<u64>() + jobs.added;
        prop_assert!(choice.first.is_some() || lines == rows.len() as u64, "each line is accounted for");
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = loaded(SCENARIO, &bytes);
        let _ = loaded(SCENARIO, &[b"\x1f\x8b\x08\0".as_slice(), &bytes].concat());
        let _ = loaded(SCENARIO, &gzip(&bytes));
    }

    #[test]
    fn no_mutation_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, prop::sample::select(PIECES)), 1..5),
    ) {
        let mut text: Vec<char> = LOG.chars().collect();
        for (start, length, piece) in edits {
            let start = start.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        let text: String = text.into_iter().collect();
        match loaded(SCENARIO, text.as_bytes()) {
            Ok(loaded) => drop(loaded.warnings.render(false)),
            Err(report) => prop_assert!(report.errors() > 0, "refused without a reason:\n{}", text),
        }
    }
}
