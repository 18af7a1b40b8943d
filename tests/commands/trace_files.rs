//! Trace files are read exactly, and all mistakes are reported at once, with place and remedy.

use std::io::Write;

use claimsim::internals::arrival::trace::{Trace, TraceError, TraceRow, parse};
use claimsim::internals::model::time::{Span, Time};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

const FULL: &str = "\
at_s,action,service_s,estimate_s,priority,deadline_s,need.scan,need.scanCheck
12.5,scan,26,30,5,900,1,
0,gc,0.000000001,,,,,
12.5,scan,,,-2,,0,2
7,,,,,,1,
";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn trace(text: &str) -> Trace {
    parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text} must be read: {error}"))
}

fn refusal(bytes: impl AsRef<[u8]>) -> TraceError {
    parse(bytes.as_ref()).expect_err("must be refused")
}

#[test]
fn rows_come_in_order_of_time_and_keep_file_order_on_ties() {
    let trace = trace(FULL);
    let names: Vec<(&str, u64)> = trace.actions.iter().map(|action| (action.name.as_str(), action.line)).collect();
    assert_eq!(names, [("scan", 2), ("gc", 3)]);
    assert_eq!(trace.resources, ["scan", "scanCheck"]);
    assert_eq!(trace.needs, [[Some(1), None].into(), Box::<[_]>::from([Some(0), Some(2)])]);
    let empty = TraceRow {
        at: Time::ZERO,
        service: None,
        estimate: None,
        deadline: None,
        priority: None,
        action: None,
        need: None,
    };
    let (early, late) = (Time(7_000_000_000), Time(12_500_000_000));
    assert_eq!(
        trace.rows,
        [
            TraceRow { action: Some(1), service: Some(Span(1)), ..empty },
            TraceRow { at: early, need: Some(0), ..empty },
            TraceRow {
                at: late,
                action: Some(0),
                service: Some(Span::secs(26)),
                estimate: Some(Span::secs(30)),
                priority: Some(5),
                deadline: Some(Span::secs(900)),
                need: Some(0),
            },
            TraceRow { at: late, action: Some(0), priority: Some(-2), need: Some(1), ..empty },
        ]
    );
}

#[test]
fn gzip_is_recognised_by_itself() {
    assert_eq!(parse(&gzip(FULL.as_bytes())), parse(FULL.as_bytes()));
    let (head, tail) = FULL.split_at(90);
    let two_members = [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat();
    assert_eq!(parse(&two_members), parse(FULL.as_bytes()), "as `cat a.gz b.gz` makes it");
}

#[test]
fn layout_does_not_matter() {
    let plain = trace("at_s,action\n1,a\n2,b\n");
    for text in [
        "action,at_s\na,1\nb,2\n",
        "at_s,action\r\n1,a\r\n2,b\r\n",
        " at_s , action \n 1 , a \n2,b",
        "at_s,action\n2,b\n1,a\n",
        "\u{feff}at_s,action\n1,\"a\"\n\"2\",b\n",
    ] {
        let other = trace(text);
        let times = |trace: &Trace| trace.rows.iter().map(|row| row.at).collect::<Vec<_>>();
        let actions = |trace: &Trace| {
            let name = |row: &TraceRow| trace.actions[row.action.unwrap() as usize].name.clone();
            trace.rows.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!((times(&other), actions(&other)), (times(&plain), actions(&plain)), "{text}");
    }
    assert_eq!(trace("at_s\n").rows, [], "nothing comes, and nothing is wrong");
}

#[test]
fn rows_are_small() {
    assert!(size_of::<TraceRow>() <= 96, "a trace of 300,000 jobs is held in memory");
}

#[test]
fn every_wrong_cell_is_named_with_line_column_and_value() {
    let text = "at_s,service_s,priority,need.scan\n1,x,0,1\n\n-2,1,1.5,-1\n,3,,\n4,5,6\n7,8,9,1\n";
    let error = refusal(text);
    let told: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    let expected = [
        ["line 2: column service_s: `x`", "such as 12.5"],
        ["line 4: column at_s: `-2`", "from 0"],
        ["line 4: column priority: `1.5`", "whole number"],
        ["line 4: column need.scan: `-1`", "whole number from 0"],
        ["line 5: column at_s: is empty", "needs a time"],
        ["line 6: 3 cells", "4 columns"],
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, parts) in told.iter().zip(expected) {
        assert!(parts.iter().all(|part| told.contains(part)), "`{told}` must say {parts:?}");
    }
    assert_eq!(error.to_string().lines().count(), 6);
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n"] {
        let text = ["", "at_s,action", "1,a", "", "", "2,\"b", "c\"", "x,a", "", "y,\"d", "d\""].join(end);
        let lines: Vec<u64> = refusal(text).problems.iter().map(|complaint| complaint.line).collect();
        assert_eq!(lines, [8, 10], "with {end:?}");
    }
}

#[test]
fn complaints_are_limited() {
    let error = refusal(format!("at_s\n{}", "x\n".repeat(33)));
    assert_eq!((error.problems.len(), error.more), (20, 13));
    assert!(error.to_string().ends_with("and 13 more"));
}

#[test]
fn headers_are_checked() {
    for (header, parts) in [
        ("", &["lacks `at_s`"][..]),
        ("action,service_s\n", &["line 1", "lacks `at_s`"]),
        ("at_s,service\n", &["did you mean `service_s`"]),
        ("at_s,Priority\n", &["did you mean `priority`"]),
        ("at_s,deadline\n", &["did you mean `deadline_s`"]),
        ("at_s,needs.scan\n", &["did you mean `need.RESOURCE`"]),
        ("at_s,colour\n", &["there are at_s, at, action, service_s, estimate_s, priority, deadline_s, need.RESOURCE"]),
        ("at_s,need.\n", &["lacks the resource"]),
        ("at_s,at_s\n", &["twice"]),
        ("at_s,need.scan,need.scan\n", &["`need.scan` stands twice"]),
    ] {
        let told = refusal(header).to_string();
        assert!(parts.iter().all(|part| told.contains(part)), "{header:?}: `{told}` must say {parts:?}");
    }
    assert_eq!(refusal("time,priorty,need.\nx,y,z\n").problems.len(), 3, "all wrong columns, and no rows");
}

#[test]
fn damage_is_said_to_be_damage() {
    let mut cut = gzip(FULL.as_bytes());
    cut.truncate(cut.len() / 2);
    assert!(refusal(cut).to_string().contains("damaged"));
    assert!(refusal(b"\x1f\x8bno gzip at all").to_string().contains("damaged"));
    let told = refusal(b"at_s,action\n1,\xff\xfe\n").to_string();
    assert!(told.contains("line 2: column action") && told.contains("UTF-8"), "{told}");
}

proptest! {
    #![proptest_config(crate::random_cases::random_cases(400, 1))]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
        let _ = parse(&[b"\x1f\x8b\x08\0".as_slice(), &bytes].concat());
        let _ = parse(&gzip(&bytes));
    }

    #[test]
    fn no_cells_panic(cells in prop::collection::vec("[-+0-9.eE\"\r\n, a-z\u{e9}]{0,12}", 0..40)) {
        let _ = parse(format!("at_s,action,service_s,priority,need.a\n{}", cells.join(",")).as_bytes());
    }

    #[test]
    fn all_rows_come_back_sorted_and_exact(
        times in prop::collection::vec((0..50_i64, prop_oneof![Just(0), 0..1_000_000_000_i64]), 0..60),
    ) {
        let rows = times.iter().enumerate().map(|(row, (seconds, nanos))| format!("{seconds}.{nanos:09},{row}\n"));
        let trace = trace(&format!("at_s,priority\n{}", rows.collect::<String>()));
        let mut expected: Vec<(i64, i64)> =
            times.iter().enumerate().map(|(row, (seconds, nanos))| (seconds * 1_000_000_000 + nanos, row as i64)).collect();
        expected.sort_unstable();
        let read: Vec<(i64, i64)> = trace.rows.iter().map(|row| (row.at.0, row.priority.unwrap())).collect();
        prop_assert_eq!(read, expected);
    }
}
