//! Tables and JSON of any system.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

use super::{reading, records, utc, with_columns};
use crate::model::time::{Span, Time};
use crate::{Format, ReadOptions, read};

const CSV: &str = "\
id,enqueued_at,run_at,done_at,queue,host,state,slots
7,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,mail,a,ok,1
8,2026-03-02 08:00:30,2026-03-02 08:02:00,,scan,b,running,2
9,2026-03-02 07:59:00,,2026-03-02 08:00:10,mail,,canceled,1

10,2026-03-02 08:03:00,,,\"mail\",,queued,0
";

const RECORDS: [&str; 4] = [
    "mail@ cancelled 02 07:59:00 - - left after 1m10s slots=1",
    "mail@a done 02 08:00:00 5s 1m slots=1",
    "scan@b running 02 08:00:30 1m30s - slots=2",
    "mail@ waiting 02 08:03:00 - -",
];

#[test]
fn a_table_is_read_by_the_names_of_its_columns() {
    let reading = reading(CSV);
    assert_eq!(records(&reading.history), RECORDS);
    assert_eq!((reading.rows, reading.history.problems.len()), (4, 0));
    let file = &reading.files[0];
    assert!(file.is_detected && file.is_proposed && file.format == Format::Csv);
    // The proposal can be given as it is shown.
    let again = read(CSV.as_bytes(), &with_columns(&file.columns)).unwrap();
    assert_eq!(records(&again.history), RECORDS);
    let history = reading.history;
    assert_eq!(history.epoch.0.to_rfc3339(), "2026-03-02T00:00:00+00:00");
    assert_eq!((history.from(), history.until), (Time(28_740_000_000_000), Time(28_980_000_000_000)));
    assert_eq!(history.resolution, Span::secs(1));
    let lines: Vec<u32> = history.records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [4, 2, 3, 6]);
}

#[test]
fn other_separators_and_line_ends_make_no_difference() {
    for separator in [";", "\t", "|"] {
        let text = CSV.replace(',', separator).replace('\n', "\r\n");
        assert_eq!(records(&reading(&text).history), RECORDS, "{separator:?}");
    }
    let marked = format!("\u{feff}{CSV}");
    assert_eq!(records(&reading(&marked).history), RECORDS);
}

#[test]
fn packed_files_are_unpacked() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(CSV.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(records(&read(&packed, &utc()).unwrap().history), RECORDS);
    let told = read(&packed[..packed.len() - 12], &utc()).unwrap_err().to_string();
    assert!(told.contains("damaged"), "{told}");
}

#[test]
fn json_is_read_in_lines_arrays_and_pages() {
    let rows = [
        r#"{"job":{"id":7,"queue":"mail"},"enqueued_at":"2026-03-02T09:00:00+01:00","run_at":"2026-03-02T08:00:05Z","done_at":"2026-03-02T08:01:05Z","host":"a","state":"ok","slots":1}"#,
        r#"{"job":{"id":8,"queue":"scan"},"enqueued_at":"2026-03-02T08:00:30Z","run_at":"2026-03-02T08:02:00Z","done_at":null,"host":"b","state":"running","slots":2}"#,
        r#"{"job":{"id":9,"queue":"mail"},"enqueued_at":"2026-03-02T07:59:00Z","done_at":"2026-03-02T08:00:10Z","state":"canceled","slots":1}"#,
        r#"{"job":{"id":10,"queue":"mail"},"enqueued_at":"2026-03-02T08:03:00Z","state":"queued","slots":0}"#,
    ];
    let columns = "created=enqueued_at, started=run_at, finished=done_at, action=job.queue, worker=host, \
                   status=state, id=job.id, need.slots=slots";
    for (text, format) in [
        (rows.join("\n"), Format::Ndjson),
        (format!("[{}]", rows.join(",\n")), Format::Json),
        (format!("{{\"next\":null,\"data\":[{}]}}", rows.join(",")), Format::Json),
    ] {
        let reading = read(text.as_bytes(), &with_columns(columns)).unwrap();
        assert_eq!(records(&reading.history), RECORDS);
        assert_eq!(reading.files[0].format, format);
        let proposed = super::reading(&text).history;
        assert_eq!(proposed.records.len(), 4, "a mapping is proposed for JSON, too");
    }
}

#[test]
fn durations_stand_for_instants() {
    let expected = ["job@ done 02 08:00:00 5s 1m", "job@ done 02 08:00:01 0s 1.5s".replace("1.5s", "1s500ms").as_str()]
        .map(str::to_owned);
    for (header, rows, columns) in [
        ("t,w,r", ["2026-03-02T08:00:00Z,5,60", "2026-03-02T08:00:01Z,0,1.5"], "created=t, queued=w, run=r"),
        ("t,w_ms,r_ms", ["1772438400,5000,60000", "1772438401,0,1500"], "created=t, queued=w_ms, run=r_ms"),
        ("s,w,r", ["2026-03-02T08:00:05Z,00:00:05,1m", "2026-03-02T08:00:01Z,0,1s500ms"], "started=s, queued=w, run=r"),
        (
            "t,e,r",
            ["1772438400000,1772438465000,60", "1772438401000,1772438402500,1.5"],
            "created=t, finished=e, run=r",
        ),
    ] {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let history = read(text.as_bytes(), &with_columns(columns)).unwrap().history;
        assert_eq!(records(&history), expected, "{columns}: {:?}", history.problems);
    }
}

#[test]
fn the_resolution_is_that_of_the_finest_time() {
    for (fraction, step) in [("", 1_000_000_000), (".250", 1_000_000), (".000001", 1_000), (".000000001", 1)] {
        let text = format!("created,started\n2026-03-02T08:00:00Z,2026-03-02T08:00:01{fraction}Z\n");
        assert_eq!(reading(&text).history.resolution, Span(step), "{fraction}");
    }
}

#[test]
fn numbers_can_be_seconds_from_a_start() {
    let far = ReadOptions { start: Some("3000-01-01T00:00:00Z".parse().unwrap()), ..utc() };
    assert!(read(b"a,b\n1,2\n", &far).unwrap_err().to_string().contains("outside the years"));
    let options = ReadOptions {
        start: Some("2026-03-02T08:00:00Z".parse().unwrap()),
        ..with_columns("created=a, started=b, finished=c")
    };
    let history = read(b"a,b,c\n0,5,65\n30.5,30.5,31\n", &options).unwrap().history;
    assert_eq!(records(&history), ["job@ done 02 08:00:00 5s 1m", "job@ done 02 08:00:30.500 0s 500ms"]);
    assert_eq!(history.records[0].created, Time::ZERO);
}

#[test]
fn local_times_follow_the_clocks_of_their_zone() {
    // Clocks in Berlin go back from 03:00 to 02:00 on 2026-10-25: 02:50 comes twice.
    let text = "created,started,finished\n\
                2026-10-25 01:50:00,2026-10-25 02:50:00,2026-10-25 03:10:00\n\
                2026-10-25 02:50:00,2026-10-25 02:10:00,2026-10-25 02:20:00\n\
                2026-10-25 03:30:00,2026-10-25 03:31:00,2026-10-25 03:32:00\n";
    let options = ReadOptions { time_zone: Some("Europe/Berlin".parse().unwrap()), ..ReadOptions::default() };
    let reading = read(text.as_bytes(), &options).unwrap();
    assert_eq!(
        records(&reading.history),
        ["job@ done 24 23:50:00 1h 1h20m", "job@ done 25 00:50:00 20m 10m", "job@ done 25 02:30:00 1m 1m",]
    );
    assert!(reading.notes[0].contains("2 rows with a local time that the clocks showed twice"), "{:?}", reading.notes);
    // Instant 0 is the local midnight.
    assert_eq!(reading.history.epoch.0.to_rfc3339(), "2026-10-24T22:00:00+00:00");
}

#[test]
fn several_files_are_one_history() {
    let mut reader = crate::HistoryReader::new(utc());
    reader
        .add(b"created,started,finished,id\n2026-03-02 08:00:00,2026-03-02 08:00:00,2026-03-02 08:01:00,1\n")
        .unwrap();
    let second = "id;submitted;wait;duration\n2;2026-03-01 08:00:00;5;6\n1;2026-03-01 09:00:00;5;6\n";
    reader.add(second.as_bytes()).unwrap();
    reader
        .add(b"created,started,finished,id\n2026-03-03 08:00:00,2026-03-03 08:00:00,2026-03-03 08:01:00,3\n")
        .unwrap();
    let reading = reader.finish();
    assert_eq!(
        records(&reading.history),
        ["job@ done 01 08:00:00 5s 6s", "job@ done 02 08:00:00 0s 1m", "job@ done 03 08:00:00 0s 1m"]
    );
    let problem = &reading.history.problems[0];
    assert_eq!((problem.file, problem.line), (1, 3), "the later of two rows with the same id is left out");
    assert!(problem.reason.contains("row 2 of file 1"), "{}", problem.reason);
}

#[test]
fn attempts_may_be_counted_from_0() {
    let text =
        "created,started,finished,attempt\n1772438400,1772438400,1772438401,0\n1772438402,1772438402,1772438403,1\n";
    let history = reading(text).history;
    assert_eq!(history.records.iter().map(|record| record.attempt).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn the_start_of_1970_is_no_time() {
    for unset in ["0", "0.000", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "null"] {
        let text = format!("created,started\n1772438400,\n1772438402,{unset}\n");
        let history = read(text.as_bytes(), &with_columns("created=created, started=started")).unwrap().history;
        assert_eq!(records(&history), ["job@ waiting 02 08:00:00 - -", "job@ waiting 02 08:00:02 - -"], "{unset}");
    }
}
