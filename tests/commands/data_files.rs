//! Files of other programs: whatever is accepted keeps its meaning, and what lies outside the run
//! is reported.

use std::collections::BTreeMap;
use std::io::Write;

use claimsim::internals::arrival::ArrivalModel;
use claimsim::internals::arrival::trace::{TraceOptions, TraceRow, parse, parse_with};
use claimsim::internals::model::time::{Epoch, Span, Time};
use claimsim::internals::scenario::{LoadedScenario, load};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::Sandbox;

const HEAD: &str = r#"
horizon = "1h"
claim = { delay = "none" }
worker.w = { capacity = { s = 4 } }
"#;

/// A scenario whose action `a` has this arrival, with the files that it names.
fn scenario(arrival: &str, files: &[(&str, &str)]) -> Result<LoadedScenario, String> {
    let text = format!("{HEAD}[action.a]\ncapacity = {{ s = 1 }}\nservice = \"1m\"\narrival = {{ {arrival} }}\n");
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    load("any.toml", &text, &[], &files).map_err(|report| report.to_string())
}

/// The arrivals of the only source, in milliseconds, and their service times in seconds.
fn arrivals(loaded: &LoadedScenario) -> Vec<(i64, Option<f64>)> {
    let ArrivalModel::Listed(jobs) = &loaded.scenario.sources[0] else { panic!("{:?}", loaded.scenario.sources) };
    jobs.iter().map(|job| (job.at().0 / 1_000_000, job.overrides.service.map(Span::as_secs_f64))).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn numbers_are_read_as_other_programs_write_them() {
    let text = "at_s,service_s,priority,need.s\n0.30000000000000004,5e-05,1.0,2.0\n1e+05,0.1,-3,\n";
    let rows = parse(text.as_bytes()).unwrap().rows;
    let read: Vec<_> = rows.iter().map(|row| (row.at.0, row.service.unwrap().0, row.priority.unwrap())).collect();
    assert_eq!(read, [(300_000_000, 50_000, 1), (100_000_000_000_000, 100_000_000, -3)]);
}

#[test]
fn calendar_times_lie_where_the_start_says() {
    let file = "at,service_s\n2017-02-17 00:10:00,5\n2017-02-17T01:30:00+01:00,6\n2017-02-16 23:59:59.5,7\n";
    let loaded = scenario(r#"trace = { file = "f.csv" }"#, &[("f.csv", file)]).unwrap();
    assert_eq!(arrivals(&loaded), [(600_000, Some(5.0)), (1_800_000, Some(6.0))]);
    assert_eq!(loaded.notes, ["f.csv: 1 of 3 rows lies outside the run: 1 before the start"]);
    // All at once, counted from the first.
    let loaded = scenario(r#"trace = { file = "f.csv", shift = "first" }"#, &[("f.csv", file)]).unwrap();
    assert_eq!(arrivals(&loaded), [(0, Some(7.0)), (600_500, Some(5.0)), (1_800_500, Some(6.0))]);
    // Both columns, if they agree.
    let both = "at,at_s\n2017-02-17 00:00:10,10\n,20\n2017-02-17 00:00:30,\n";
    let rows = parse(both.as_bytes()).unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [10, 20, 30].map(|s| Time::ZERO + Span::secs(s)));
    for (wrong, words) in [
        ("at,at_s\n2017-02-17 00:00:10,11\n", "line 2: column at_s: `11` is another time"),
        ("at,at_s\n,\n", "line 2: column at: is empty"),
        ("at\n17.02.2017 00:00\n", "no calendar time; write RFC 3339"),
    ] {
        let told = parse(wrong.as_bytes()).unwrap_err().to_string();
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn columns_are_mapped_by_name_and_others_ignored() {
    let file = "id;submitted;cpus;runtime;priority\nx;10;2;30;high\ny;5;;7;low\n";
    let mapped =
        r#"trace = { file = "f.csv", columns = { at_s = "submitted", service_s = "runtime", need.s = "cpus" } }"#;
    let loaded = scenario(mapped, &[("f.csv", file)]).unwrap();
    assert_eq!(arrivals(&loaded), [(5_000, Some(7.0)), (10_000, Some(30.0))]);
    assert_eq!(loaded.notes, ["f.csv: the columns `id`, `priority` of the file are not used"]);
    let quoted = mapped.replace("need.s", "\"need.s\"");
    assert_eq!(arrivals(&scenario(&quoted, &[("f.csv", file)]).unwrap()), arrivals(&loaded));
    for (columns, words) in [
        (r#"{ at_s = "submit" }"#, "no column `submit` for `at_s`; there are `id`, `submitted`"),
        (r#"{ at_s = "submitted", servce_s = "runtime" }"#, "did you mean `service_s`?"),
        (r#"{ service_s = "runtime" }"#, "no column gives the times of the arrivals"),
        (r#"{ at_s = "submitted", service_s = "submitted" }"#, "it is mapped to `at_s` and `service_s`"),
        ("{ at_s = 3 }", "the name of a column in the file"),
    ] {
        let told = scenario(&format!(r#"trace = {{ file = "f.csv", columns = {columns} }}"#), &[("f.csv", file)]);
        let told = told.unwrap_err();
        assert!(told.contains(words) && told.matches("error:").count() == 1, "{columns}: {told}");
    }
}

#[test]
fn gaps_are_scaled_and_service_times_are_not() {
    let file = "at_s,service_s\n1000,5\n1020,6\n1100,7\n1300,8\n";
    for (keys, expected) in [
        ("", vec![1_000_000, 1_020_000, 1_100_000, 1_300_000]),
        (r#", shift = "first""#, vec![0, 20_000, 100_000, 300_000]),
        (", time_scale = 0.5", vec![500_000, 510_000, 550_000, 650_000]),
        (r#", time_scale = 2.5, shift = "first", first = 3"#, vec![0, 50_000, 250_000]),
    ] {
        let loaded = scenario(&format!(r#"trace = {{ file = "f.csv"{keys} }}"#), &[("f.csv", file)]).unwrap();
        let services = [5.0, 6.0, 7.0, 8.0];
        let expected: Vec<_> = expected.into_iter().zip(services.map(Some)).collect();
        assert_eq!(arrivals(&loaded), expected, "{keys}");
    }
    let log = "1 1000 -1 5 1\n2 1020 -1 6 1\n3 1100 -1 7 1\n";
    let keys = r#"swf = { file = "f.swf", resource = "s", time_scale = 2.5, shift = "first", first = 2 }"#;
    let loaded = scenario(keys, &[("f.swf", log)]).unwrap();
    assert_eq!(arrivals(&loaded), [(0, Some(5.0)), (50_000, Some(6.0))]);
    let told = loaded.warnings.to_string();
    assert!(told.contains("3 lines have more or fewer than 18 numbers, the first line 1 with 5"), "{told}");
    let told = scenario(r#"trace = { file = "f.csv", time_scale = 0.0 }"#, &[("f.csv", file)]).unwrap_err();
    assert!(told.contains("`time_scale` cannot be 0.0"), "{told}");
}

#[test]
fn rows_outside_the_run_are_counted_and_a_file_without_any_inside_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("f.csv", "at_s\n0\n3600\n3600.000000001\n9e9\n");
    let text = format!("{HEAD}[action.a]\nservice = \"1m\"\narrival = {{ trace = {{ file = \"f.csv\" }} }}\n");
    sandbox.write("s.toml", &text);
    let note = "f.csv: 2 of 4 rows lie outside the run: 2 after the horizon (1 within the cooldown, as load after the horizon)";
    let output = sandbox.claimsim(&["run", "s.toml", "--out", "o", "--json"]).assert().success().get_output().clone();
    assert!(crate::support::text(&output.stderr).contains(note));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["notes"], serde_json::json!([note]));
    let manifest = std::fs::read_to_string(sandbox.path("o/manifest.json")).unwrap();
    assert!(manifest.contains(note), "{manifest}");
    let check = sandbox.stdout(&["check", "s.toml", "--json"]);
    assert!(check.contains(note), "{check}");

    let unfollowed =
        sandbox.claimsim(&["check", "s.toml", "--set", "cooldown=none"]).assert().success().get_output().clone();
    assert!(crate::support::text(&unfollowed.stderr).contains("2 after the horizon\n"));

    sandbox.write("f.csv", "at_s\n1641000000\n1641000600\n");
    let told = sandbox.refused(&["run", "s.toml"]);
    for words in ["no job of `f.csv` ever comes", "2 after the horizon", "shift = \"first\"", "2017-02-17T01:00:00Z"] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
    sandbox.stdout(&["check", "s.toml", "--set", "action.a.arrival.trace.shift=first"]);
    sandbox.write("f.csv", "at\n2024-03-10 08:00:00\n");
    assert!(sandbox.refused(&["check", "s.toml"]).contains("or start = \"2024-03-10T08:00:00Z\""));
    sandbox.stdout(&["check", "s.toml", "--set", "start=2024-03-10T08:00:00Z"]);
}

#[test]
fn one_wrong_cell_gives_one_complaint() {
    for (arrival, file, words) in [
        (r#"trace = { file = "f" }"#, "at_s,action,service_s\n0,b,60\nx,a,60\n", "line 3, `at_s`: `x`"),
        (r#"trace = { file = "f" }"#, "\u{1f}\u{8b}", "`f`"),
        (r#"trace = { file = "absent" }"#, "", "cannot be read"),
        (r#"swf = { file = "f", resource = "s" }"#, "1 0 0 6x 1\n", "line 1, `run time`: `6x`"),
        (r#"trace = { file = "f" }"#, "<!doctype html><p>Login", "a web page"),
        (r#"trace = { file = "f" }"#, "HTTP/1.1 200 OK\r\n\r\nat_s\n1\n", "headers of an HTTP answer"),
        (r#"trace = { file = "f" }"#, "[{\"at_s\": 1}]", "is JSON, not CSV"),
        (r#"swf = { file = "f", resource = "s" }"#, "at_s,service_s\n1,2\n", "a line of the format has 18"),
    ] {
        // Neither action has a service time: the file may bring it.
        let text = format!("{HEAD}[action.a]\narrival = {{ {arrival} }}\n[action.b]\n");
        let told = load("any.toml", &text, &[], &BTreeMap::from([("f", file)])).unwrap_err().to_string();
        let complaints = told.matches("error:").count() + told.matches("warning:").count();
        let expected = if file.starts_with("at_s,service_s") { 2 } else { 1 };
        assert!(told.contains(words) && complaints == expected, "{file:?}: {told}");
    }
}

#[test]
fn a_resource_that_only_rows_name_is_a_warning() {
    let file = "at_s,need.skan,need.s,need.none\n0,1,1,0\n1,,1,\n";
    let text = format!(
        "{}[action.a]\nservice = \"1m\"\narrival = {{ trace = {{ file = \"f.csv\" }} }}\n",
        HEAD.replace("s = 4", "s = 4, scan = 1")
    );
    let loaded = load("any.toml", &text, &[], &BTreeMap::from([("f.csv", file)])).unwrap();
    let told = loaded.warnings.to_string();
    assert!(told.contains("rows of `f.csv` need `skan`, which no worker ever offers"), "{told}");
    assert!(told.contains("did you mean `scan`?") && loaded.warnings.warnings() == 1, "{told}");
}

#[test]
fn a_first_line_that_can_be_a_value_is_no_header() {
    let mean = |file: &str| {
        let text = format!(
            "{HEAD}[action.a]\nservice = {{ empirical = {{ file = \"v\" }} }}\narrival = {{ poisson = {{ rate = \"1/h\" }} }}\n"
        );
        let loaded = load("any.toml", &text, &[], &BTreeMap::from([("v", file)])).map_err(|report| report.to_string());
        loaded.map(|loaded| loaded.scenario.system.actions[0].service.mean())
    };
    for (file, seconds) in [
        ("12s\n24s\n", 18.0),
        ("12\n24\n", 18.0),
        ("runtime\n1m\n", 60.0),
        ("\"x\"\n5e-05\n", 5e-5),
        ("\n\nvalue_s\n7\n", 7.0),
    ] {
        assert!((mean(file).unwrap() - seconds).abs() < 1e-12, "{file:?}");
    }
    for (file, words) in [
        ("1,5\n2\n", "line 1: `1,5`"),
        ("12 parsecs\n2\n", "line 1"),
        ("-1\n2\n", "line 1: `-1`"),
        ("nan\n2\n", "line 1"),
        ("a\nb\n", "line 2: `b`"),
    ] {
        let told = mean(file).unwrap_err();
        assert!(told.contains(words), "{file:?}: {told}");
    }
}

#[test]
fn a_log_with_nodes_only_is_not_sent_to_its_number_of_records() {
    let log = "; Version: 2\n; MaxJobs: 9\n; MaxRecords: 9\n; MaxNodes: 256\n1 0 0 6 1\n";
    let text =
        HEAD.replace("s = 4", "s = \"FIELD\"") + "[action.a]\narrival = { swf = { file = \"f\", resource = \"s\" } }\n";
    let told = |field: &str| {
        let text = text.replace("FIELD", field);
        load("any.toml", &text, &[], &BTreeMap::from([("f", log)])).unwrap_err().to_string()
    };
    assert!(told("MaxProcs").contains("it has `MaxJobs`, `MaxNodes`, `MaxRecords`, `Version`"), "{}", told("MaxProcs"));
    assert!(told("MaxNode").contains("did you mean `MaxNodes`?"));
}

/// A value, and a way to write it.
#[derive(Clone, Debug)]
struct Row {
    at: i64,
    service: Option<i64>,
    priority: Option<i64>,
    action: Option<usize>,
    need: Option<i64>,
}

/// A way to write a table.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
struct Dialect {
    separator: char,
    line_end: &'static str,
    numbers: u8,
    is_quoted: bool,
    has_index: bool,
    has_mark: bool,
    is_packed: bool,
    is_dated: bool,
    is_mapped: bool,
    order: Vec<usize>,
}

const NAMES: [&str; 4] = ["a", "b, c", "d;\t\"e\"", "\u{e9}"];

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let nanos =
        || (0..4_000_i64, prop_oneof![Just(0), 0..1_000_000_000_i64]).prop_map(|(s, rest)| s * 1_000_000_000 + rest);
    let row = (
        nanos(),
        prop::option::of(nanos()),
        prop::option::of(-9..1_000_i64),
        prop::option::of(0..4_usize),
        prop::option::of(0..9_i64),
    );
    let row = row.prop_map(|(at, service, priority, action, need)| Row { at, service, priority, action, need });
    prop::collection::vec(row, 0..20)
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let order = Just(vec![0, 1, 2, 3, 4]).prop_shuffle();
    (
        prop::sample::select(vec![',', ';', '\t']),
        prop::sample::select(vec!["\n", "\r\n"]),
        0..4_u8,
        any::<[bool; 6]>(),
        order,
    )
        .prop_map(
            |(
                separator,
                line_end,
                numbers,
                [is_quoted, has_index, has_mark, is_packed, is_dated, is_mapped],
                order,
            )| Dialect {
                separator,
                line_end,
                numbers,
                is_quoted,
                has_index: has_index && !is_mapped,
                has_mark,
                is_packed,
                is_dated,
                is_mapped,
                order,
            },
        )
}

impl Dialect {
    /// Seconds: plain, as short as possible, in scientific notation, or with noise behind the last
    /// nanosecond.
    fn seconds(&self, nanos: i64) -> String {
        let plain = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        match self.numbers {
            0 => plain,
            1 => plain.trim_end_matches('0').trim_end_matches('.').to_owned(),
            2 => format!("{nanos}e-09"),
            _ => format!("{plain}00000000004"),
        }
    }

    fn whole(&self, number: i64) -> String {
        match self.numbers {
            1 => format!("{number}.0"),
            2 => format!("{number}e+00"),
            _ => number.to_string(),
        }
    }

    fn time(&self, nanos: i64) -> String {
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        match self.numbers {
            0 => format!("2017-02-17 {hour:02}:{minute:02}:{second:02}.{rest:09}"),
            1 => format!("2017-02-17T{hour:02}:{minute:02}:{second:02}.{rest:09}Z"),
            _ => format!("2017-02-17T{:02}:{minute:02}:{second:02}.{rest:09}+02:00", hour + 2),
        }
    }

    fn cell(&self, text: &str) -> String {
        let needs_quotes = text.contains([',', ';', '\t', '"', '\n']);
        if self.is_quoted || needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    }

    /// Our names of the columns, and those in the file.
    fn columns(&self) -> [(&'static str, String); 5] {
        let time = if self.is_dated { "at" } else { "at_s" };
        [time, "service_s", "priority", "action", "need.s"]
            .map(|name| (name, if self.is_mapped { format!("The {name}, mapped") } else { name.to_owned() }))
    }

    fn text(&self, rows: &[Row]) -> Vec<u8> {
        let mut lines = Vec::new();
        let line = |cells: Vec<String>, index: String| {
            let mut ordered: Vec<String> = self.order.iter().map(|place| self.cell(&cells[*place])).collect();
            if self.has_index {
                ordered.insert(0, index);
            }
            if self.is_mapped {
                ordered.push(self.cell("ignored"));
            }
            ordered.join(&self.separator.to_string())
        };
        lines.push(line(self.columns().map(|(_, name)| name).to_vec(), String::new()));
        for (index, row) in rows.iter().enumerate() {
            let cells = vec![
                if self.is_dated { self.time(row.at) } else { self.seconds(row.at) },
                row.service.map_or_else(String::new, |nanos| self.seconds(nanos)),
                row.priority.map_or_else(String::new, |number| self.whole(number)),
                row.action.map_or_else(String::new, |name| NAMES[name].to_owned()),
                row.need.map_or_else(String::new, |units| self.whole(units)),
            ];
            lines.push(line(cells, index.to_string()));
        }
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        let text = format!("{mark}{}{}", lines.join(self.line_end), self.line_end);
        if self.is_packed { gzip(text.as_bytes()) } else { text.into_bytes() }
    }
}

proptest! {
    #![proptest_config(crate::random_cases::random_cases(600, 16))]

    #[test]
    fn tables_of_any_dialect_keep_their_meaning(rows in rows(), dialect in dialects()) {
        let bytes = dialect.text(&rows);
        let names: BTreeMap<String, String> = dialect.columns().map(|(own, name)| (own.to_owned(), name)).into();
        let options = TraceOptions { epoch: Epoch::default(), columns: dialect.is_mapped.then_some(&names) };
        let trace = parse_with(&bytes, &options)
            .map_err(|error| TestCaseError::fail(format!("{}\n{error}", String::from_utf8_lossy(&bytes))))?;
        let plain = |row: &TraceRow| (
            row.at.0,
            row.service.map(|span| span.0),
            row.priority,
            row.action.map(|action| trace.actions[action as usize].name.clone()),
            row.need.and_then(|need| trace.needs[need as usize][0]),
        );
        let read: Vec<_> = trace.rows.iter().map(plain).collect();
        let mut expected: Vec<_> = rows.iter().map(|row| {
            (row.at, row.service, row.priority, row.action.map(|name| NAMES[name].to_owned()), row.need)
        }).collect();
        expected.sort_by_key(|row| row.0);
        prop_assert_eq!(read, expected);
        prop_assert_eq!(trace.ignored.len(), usize::from(dialect.is_mapped));
    }
}
