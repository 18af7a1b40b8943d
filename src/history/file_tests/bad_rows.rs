//! Rows and files that cannot be used: each is reported, and none is used silently.

use super::{reading, records, utc, with_columns};
use crate::{ProblemKind, ReadOptions, read};

const HEADER: &str = "id,created,started,finished,status,slots,queued,attempt";
const GOOD: &str = "1,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1,5,1";

#[test]
fn every_kind_of_bad_row_is_reported_by_line() {
    for (row, kind, words) in [
        ("2,2026-03-02 08:00:00,2026-03-02", ProblemKind::Truncated, "3 cells, and the header has 8"),
        ("2,,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1,,1", ProblemKind::Missing, "`created` is empty"),
        ("2,2026-03-02 08:00:00,,2026-03-02 08:01:05,done,1,5,1", ProblemKind::Missing, "`started` is empty"),
        ("2,2026-03-02 08:00:00,2026-03-02 08:00:05,,done,1,5,1", ProblemKind::Missing, "`finished` is empty"),
        ("2,yesterday,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1,5,1", ProblemKind::Time, "`yesterday`"),
        ("2,2026-02-30 08:00:00,2026-03-02 08:00:05,,running,1,5,1", ProblemKind::Time, "`2026-02-30 08:00:00`"),
        ("2,1772438400,2026-03-02 08:00:05,,running,1,5,1", ProblemKind::Time, "a number of seconds"),
        ("2,2026-03-02 08:00:00Z,2026-03-02 08:00:05,,running,1,5,1", ProblemKind::MixedZones, "an offset from UTC"),
        ("2,2026-03-02 08:00:00,2026-03-02 07:59:59,,running,1,5,1", ProblemKind::Order, "2026-03-02 07:59:59"),
        (
            "2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:00:04,done,1,5,1",
            ProblemKind::Order,
            "ends after its start",
        ),
        ("2,2026-03-02 08:00:00,,2026-03-02 07:00:04,cancelled,1,5,1", ProblemKind::Order, "ends after it falls due"),
        (
            "2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1,-5,1",
            ProblemKind::NegativeDuration,
            "`-5` in `queued`",
        ),
        ("2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,done,x,5,1", ProblemKind::Number, "`x`"),
        ("2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1.5,5,1", ProblemKind::Number, "`1.5`"),
        ("2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,done,1,5,-1", ProblemKind::Number, "`-1`"),
        (
            "2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,sideways,1,5,1",
            ProblemKind::Status,
            "sideways",
        ),
        ("2,2026-03-02 08:00:00,2026-03-02 08:00:05,,waiting,1,5,1", ProblemKind::Contradiction, "has a start"),
        (
            "2,2026-03-02 08:00:00,2026-03-02 08:00:05,2026-03-02 08:01:05,running,1,5,1",
            ProblemKind::Contradiction,
            "has an end",
        ),
        (GOOD, ProblemKind::Duplicate, "that of row 2"),
    ] {
        let columns = "id=id, created=created, started=started, finished=finished, status=status, need.slots=slots, \
                       queued=queued, attempt=attempt";
        let text = format!("{HEADER}\n{GOOD}\n{row}\n");
        let reading = read(text.as_bytes(), &with_columns(columns)).unwrap();
        let [problem] = reading.history.problems.as_slice() else { panic!("{row}: {:?}", reading.history.problems) };
        assert_eq!((problem.line, problem.kind), (3, kind), "{row}: {}", problem.reason);
        assert!(problem.reason.contains(words), "{row}: {}", problem.reason);
        assert_eq!((reading.rows, reading.history.records.len()), (2, 1), "{row}");
    }
}

#[test]
fn rows_that_are_not_utf_8_are_reported() {
    let mut bytes = format!("{HEADER}\n{GOOD}\n").into_bytes();
    bytes.extend(b"2,2026-03-02 08:00:00,\xff,,done,1,5,1\n");
    let reading = read(&bytes, &utc()).unwrap();
    assert_eq!(reading.history.problems[0].kind, ProblemKind::Text);
}

#[test]
fn a_local_time_that_the_clocks_skip_is_reported() {
    let text = "created,started\n2026-03-29 01:59:59,2026-03-29 03:00:00\n2026-03-29 02:30:00,2026-03-29 03:00:00\n";
    let options = ReadOptions { time_zone: Some("Europe/Berlin".parse().unwrap()), ..ReadOptions::default() };
    let reading = read(text.as_bytes(), &options).unwrap();
    assert_eq!(records(&reading.history), ["job@ running 29 00:59:59 1s -"]);
    assert_eq!(reading.history.problems[0].kind, ProblemKind::SkippedTime);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    for (text, words) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("a,b,c\n1,2,3\n", "the columns are `a`, `b`, `c`"),
        ("created,name\n1772438400,x\n", "as far as their names tell: --columns 'created=created, action=name'"),
        ("created,started\n2026-03-02 08:00:00,\n", "--time-zone"),
        (
            "id,created,started\n8,1772438400,1772438400\n9,1772438400,1772438400\n1,1772438400,\"1772438400\n2,1772438400,1772438400\n",
            "line 4: a quote opens here",
        ),
        ("[{\"created\":1772438400,\"started\":1772438401},{\"crea", "was the file cut off?"),
        ("created,created,started\n1772438400,1772438400,1772438401\n", "two columns `created`"),
        ("PK\u{3}\u{4}", "zip archive"),
    ] {
        let told = read(text.as_bytes(), &ReadOptions::default()).unwrap_err().to_string();
        assert!(told.contains(words), "{text:?}: {told}");
    }
}

#[test]
fn missing_columns_are_named_with_the_nearest() {
    let text = "enqueued,start,end\n1772438400,1772438401,1772438402\n";
    let told = read(text.as_bytes(), &with_columns("created=enqued, started=start")).unwrap_err().to_string();
    assert!(told.contains("no column `enqued` for `created`") && told.contains("did you mean `enqueued`?"), "{told}");
    let told = read(text.as_bytes(), &with_columns("created=enqueued, need.x=cpu")).unwrap_err().to_string();
    assert!(told.contains("there is no column `cpu` for `need.x`") || told.contains("does not tell enough"), "{told}");
    let slurm = ReadOptions { format: Some(crate::Format::Slurm), ..utc() };
    let told = read(b"JobID|Start|End|State\n1|2|3|4\n", &slurm).unwrap_err().to_string();
    assert!(told.contains("`Submit`") && told.contains("sacct"), "{told}");
}

#[test]
fn a_line_of_json_that_is_cut_off_is_a_row() {
    let text = "{\"created\":1772438400,\"started\":1772438401}\n{\"created\":1772438402,\"star\n7\n";
    let reading = reading(text);
    let problems: Vec<(u32, ProblemKind)> =
        reading.history.problems.iter().map(|problem| (problem.line, problem.kind)).collect();
    assert_eq!(problems, [(2, ProblemKind::Truncated), (3, ProblemKind::Missing)]);
}

#[test]
fn a_history_without_starts_has_no_waits() {
    let reading = reading("created,finished,status\n1772438400,1772438402,done\n");
    assert!(!reading.history.has_waits());
    assert_eq!(reading.history.problems.len(), 0);
}
