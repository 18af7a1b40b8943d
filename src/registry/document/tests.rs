//! The published samples, the shapes of real exports, error messages, and properties of random
//! documents.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::*;
use crate::model::job::Status;
use crate::model::time::Span;

const WORKERS: &str = include_str!("../../../scenarios/registry/workers.json");
const JOBS: &str = include_str!("../../../scenarios/registry/jobs.json");
const CRONS: &str = include_str!("../../../scenarios/registry/crons.json");

/// The one complete job row in the registry's guide, as printed there.
const JOB: &str = r#"{
    "id": "1fcf4c0f-ff3b-471a-8839-5dcb631b2f7b",
    "retryFromID": "1fcf4c0f-ff3b-471a-8839-5dcb631b2f7b",
    "workerID": "000000000000",
    "status": "done",
    "scheduledAt": "2017-02-17T01:09:47.771Z",
    "lastUpdated": "2017-02-17T01:10:14.117Z",
    "action": "scan_check_single",
    "retriesLeft": 0,
    "retriesTotal": 0,
    "capacityMap": {
          "scan": 1
    },
    "parameters": {
          "SHA256SUM": "1bacd3c8ccb1f15609a10bd4a403831d0ec0b354438ddbf644c95c5d54f8eb13"
    },
    "deadline": "",
    "stopTimeout": ""
}"#;

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ids(bytes: &[u8]) -> Vec<String> {
    jobs(bytes).unwrap().into_iter().map(|job| job.id.into_option().unwrap()).collect()
}

fn error_message(bytes: &[u8]) -> String {
    jobs(bytes).unwrap_err().to_string()
}

#[test]
fn the_published_documents_read() {
    let workers = workers(WORKERS.as_bytes()).unwrap();
    assert_eq!(workers.len(), 1);
    assert_eq!(workers[0].id.get().unwrap(), "000000000000");
    assert!(workers[0].is_alive());
    let capacity: Vec<_> = workers[0].capacity_map.get().unwrap().iter().collect();
    assert_eq!(capacity, [(&"scan".to_owned(), &1), (&"scanCheck".to_owned(), &1)]);

    let jobs = jobs(JOBS.as_bytes()).unwrap();
    assert_eq!(jobs.iter().map(JobDocument::current_status).collect::<Vec<_>>(), [Some(Status::Waiting); 3]);
    assert!(jobs.iter().all(|job| job.worker_id.get().is_none() && job.action.get().is_none()));
    assert_eq!(jobs[2].capacity_map.get().unwrap().get("scanCheck"), Some(&1));

    let crons = crons(CRONS.as_bytes()).unwrap();
    assert_eq!(crons[0].schedule.get().unwrap(), "57 54 3 * * *");
    assert_eq!((crons[0].retries.get(), crons[1].retries.get()), (Some(&2), Some(&0)));
    assert!(crons.iter().all(|cron| cron.capacity_map.get().is_none() && cron.deadline.get().is_none()));
    assert_eq!(crons[1].next_run.get().unwrap().to_rfc3339(), "2017-02-22T03:00:00+00:00");
}

#[test]
fn the_published_documents_print_as_they_were() {
    assert_eq!(value(&print(&workers(WORKERS.as_bytes()).unwrap())), value(WORKERS));
    assert_eq!(value(&print(&jobs(JOBS.as_bytes()).unwrap())), value(JOBS));
    assert_eq!(value(&print(&crons(CRONS.as_bytes()).unwrap())), value(CRONS));
    let rows = jobs(JOB.as_bytes()).unwrap();
    // In the order of the fields, too: the guide's text and ours differ in indentation alone.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeezed(&print(&rows)), format!("{{\"jobs\":[{}]}}", squeezed(JOB)));
}

#[test]
fn every_shape_of_export_reads_alike() {
    let page = |ids: &[&str]| json!({"jobs": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()}).to_string();
    let row = |id: &str| json!({"id": id, "status": "done"}).to_string();
    let list = |parts: &[String]| format!("[{}]", parts.join(","));
    let (a, b) = (page(&["0", "1"]), page(&["2"]));
    for text in [
        page(&["0", "1", "2"]),
        list(&[row("0"), row("1"), row("2")]),
        format!("{a}{b}"),
        format!("{a}\n\n{b}\r\n"),
        format!("{}{}{}", row("0"), row("1"), row("2")),
        format!("{}\n{}\n{}\n", row("0"), row("1"), row("2")),
        list(&[a.clone(), b.clone()]),
        format!("{}{}", list(&[row("0")]), list(&[row("1"), row("2")])),
        format!("{a}{}", row("2")),
        format!("\u{feff}{a}{b}"),
        format!("[null,{a},null]null{b}"),
        format!("{{\"total\":2,\"workers\":[{{\"id\":\"w\"}}],{}{b}", &a[1..]),
    ] {
        assert_eq!(ids(text.as_bytes()), ["0", "1", "2"], "{text}");
    }
    for text in ["[]", "null", r#"{"jobs": []}"#, r#"{"jobs": null}"#, r#"{"jobs": []}{"jobs": null}"#] {
        assert_eq!(jobs(text.as_bytes()), Ok(vec![]), "{text}");
    }
}

#[test]
fn lone_surrogates_do_not_matter_in_fields_that_are_not_used() {
    let text = r#"[{"id":"a","action":"gc","parameters":{"\ud83d":"\ud83d\ude00 \\ud800 \uDC00 \ud800"}},{"id":"b","x":"\ud800"}]"#;
    let rows = jobs(text.as_bytes()).unwrap();
    let texts: Vec<&str> = rows[0].parameters.get().unwrap().values().filter_map(Value::as_str).collect();
    assert_eq!(texts, ["\u{1f600} \\ud800 \u{fffd} \u{fffd}"], "pairs and escaped backslashes stay");
    assert_eq!(ids(text.as_bytes()), ["a", "b"]);
    for cut in 0..text.len() {
        let _ = jobs(&text.as_bytes()[..cut]);
    }
}

#[test]
fn documents_may_be_packed() {
    // `printf '[{"id":"z"}]' | gzip -n9`, as hexadecimal digits.
    let packed = "1f8b08000000000002038bae56ca4c51b252aa52aa8d0500172f34f20c000000";
    let bytes: Vec<u8> =
        (0..packed.len()).step_by(2).map(|at| u8::from_str_radix(&packed[at..at + 2], 16).unwrap()).collect();
    assert_eq!(ids(&bytes), ["z"]);
    assert!(error_message(&bytes[..20]).contains("damaged"));
}

#[test]
fn rows_of_which_only_the_id_is_known_are_foreign() {
    let foreign = |text: &str| jobs(text.as_bytes()).unwrap()[0].is_foreign();
    assert!(foreign(r#"{"id":"1","queue":"default","created_at":"2024-03-10"}"#));
    for text in [r#"{"id":"1"}"#, r#"{"id":"1","action":"gc","x":1}"#, r#"{"id":"1","deadline":null,"x":1}"#] {
        assert!(!foreign(text), "{text}");
    }
}

#[test]
fn nulls_gaps_and_unknown_fields_are_kept() {
    let text = r#"{"id":"a","workerID":null,"scheduledAt":"","action":"brand_new","capacityMap":{"gpu":2,"scan":null},
        "parameters":{"n":[1]},"deadline":"15m","stopTimeout":null,"shard":{"x":1}}"#;
    let rows = jobs(text.as_bytes()).unwrap();
    let job = &rows[0];
    assert_eq!((&job.worker_id, &job.scheduled_at, &job.status), (&Field::Null, &Field::Empty, &Field::Absent));
    assert_eq!((job.current_status(), job.deadline.get()), (Some(Status::Waiting), Some(&Span::secs(900))));
    assert_eq!(job.other["shard"], json!({"x": 1}));
    let mut expected = value(text);
    expected["capacityMap"]["scan"] = json!(0);
    assert_eq!(value(&print(&rows)), json!({"jobs": [expected]}));
}

#[test]
fn statuses_of_both_generations_read() {
    let current_status =
        |word: &str| jobs(json!({"id": "a", "status": word}).to_string().as_bytes()).unwrap()[0].current_status();
    for status in [
        Status::Waiting,
        Status::Running,
        Status::Done,
        Status::Error,
        Status::CancelRequest,
        Status::Cancel,
        Status::WorkerDead,
        Status::WorkerResurrection,
        Status::WorkerShutdown,
        Status::Deleted,
    ] {
        assert_eq!(current_status(status.name()), Some(status));
    }
    assert_eq!(current_status("errored"), Some(Status::Error));
    assert_eq!((current_status("canceled"), current_status("cancelled")), (Some(Status::Cancel), Some(Status::Cancel)));
    assert_eq!(current_status("conflict"), None);
}

#[test]
fn a_hundred_thousand_rows_read() {
    let row = serde_json::to_string(&value(JOB)).unwrap();
    let text = format!("{{\"jobs\":[{}]}}", vec![row; 100_000].join(","));
    assert_eq!(jobs(text.as_bytes()).unwrap().len(), 100_000);
}

#[test]
fn error_messages_give_the_position_and_what_is_expected() {
    for (text, expected) in [
        (
            "",
            r#"line 1, column 1: the document is empty; expected {"jobs": [...]}, an array of jobs, or one job after another"#,
        ),
        (
            "\u{feff} \n",
            r#"line 1, column 1: the document is empty; expected {"jobs": [...]}, an array of jobs, or one job after another"#,
        ),
        (
            "{\"jobs\": [{\"id\": \"a\"},\n  {\"id\": \"b\", \"deadline\": \"15 parsecs\"}]}",
            r#"line 2, column 38: job 2 (id "b"), field "deadline": invalid value: string "15 parsecs", expected a duration as Go writes it, such as "15m" or "1h30m", or "" for none"#,
        ),
        (
            r#"[{"scheduledAt": "soon"}]"#,
            r#"line 1, column 23: job 1, field "scheduledAt": invalid value: string "soon", expected a time in RFC 3339, such as "2017-02-17T01:09:47.771Z""#,
        ),
        (
            r#"[{"id": "a", "capacityMap": {"scan": -1}}]"#,
            r#"line 1, column 39: job 1 (id "a"), field "capacityMap": invalid value: integer `-1`, expected a whole number of units from 0 to 2^50"#,
        ),
        (
            r#"[{"id": 7}]"#,
            r#"line 1, column 9: job 1, field "id": invalid value: integer `7`, expected a text in double quotes"#,
        ),
        (
            r#"[{"id": "a", "retriesLeft": -1}]"#,
            r#"line 1, column 30: job 1 (id "a"), field "retriesLeft": invalid value: integer `-1`, expected a whole number from 0 to 4294967295"#,
        ),
        (
            WORKERS,
            r#"line 13, column 1: these are workers, not jobs; expected {"jobs": [...]}, an array of jobs, or one job after another"#,
        ),
        (
            r#"[{"id": "a", "heartbeatExpiration": "2017-02-18T00:51:02Z"}]"#,
            r#"line 1, column 59: job 1 is a worker (it has "heartbeatExpiration"), not a job"#,
        ),
        (
            r#"[{"id": "a"}, {"ID": "b"}]"#,
            r#"line 1, column 25: job 2 has no field of a job; expected {"jobs": [...]}, an array of jobs, or one job after another"#,
        ),
        (
            r#"{"errors": [{"code": "NOT_AUTHORIZED"}]}"#,
            r#"line 1, column 40: the registry answered with an error, not with jobs: [{"code":"NOT_AUTHORIZED"}]"#,
        ),
        (
            "[3]",
            r#"line 1, column 2: invalid type: integer `3`, expected {"jobs": [...]}, an array of jobs, or one job after another"#,
        ),
        (
            "<html>",
            "line 1, column 1: the file is a web page, perhaps of a login; check the address and the login with which it was fetched",
        ),
        (
            "{\"jobs\": [{\"id\": \"a\"}",
            "line 1, column 21: the document ends too early (EOF while parsing a list); was the export cut off?",
        ),
    ] {
        assert_eq!(error_message(text.as_bytes()), expected, "{text}");
    }
    assert!(error_message(b"HTTP/1.1 200 OK\r\n\r\n[]").contains("the headers of an HTTP answer"));
    assert!(error_message(b"id,action\n1,gc\n").contains("it begins with \"id,action\"; expected {\"jobs\""));
    assert_eq!(error_message(b"\xff\xfe[\0]\0"), "line 1, column 1: the file is in UTF-16; save it as UTF-8");
    assert_eq!(error_message(b"[{\"id\": \"\xff\"}]"), "line 1, column 10: not valid JSON: invalid unicode code point");
    assert!(error_message("[".repeat(100_000).as_bytes()).contains("recursion limit"));
    assert!(workers(JOBS.as_bytes()).unwrap_err().problem.starts_with("these are jobs, not workers"));
    assert!(crons(JOB.as_bytes()).unwrap_err().problem.starts_with("cron 1 is a job (it has \"workerID\")"));
}

/// Rows that have been read must print, and read back as the same rows.
fn read_print_read<T: DocumentRow + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(rows) = read::<T>(bytes) {
        assert_eq!(read::<T>(print(&rows).as_bytes()).unwrap(), rows);
    }
}

fn all_kinds(bytes: &[u8]) {
    read_print_read::<JobDocument>(bytes);
    read_print_read::<WorkerDocument>(bytes);
    read_print_read::<CronDocument>(bytes);
}

/// Values that fields have, may have, and must not have.
fn field_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        prop::sample::select(vec![
            "",
            "a",
            "waiting",
            "errored",
            "conflict",
            "15m",
            "1.5h30s",
            "0",
            "soon",
            "2017-02-17T01:09:47.771Z",
            "2016-12-31T23:59:60.5Z",
            "0001-01-01T00:00:00Z",
            "0 0 3 * * *",
        ])
        .prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_i64..5).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::collection::btree_map("[a-z]{1,3}", prop::option::of(0_i64..9), 0..3).prop_map(|map| json!(map)),
    ]
}

/// Rows with any fields of any document, and an unknown one.
fn row() -> impl Strategy<Value = Value> {
    let names = vec![
        "id",
        "retryFromID",
        "workerID",
        "status",
        "scheduledAt",
        "lastUpdated",
        "action",
        "retriesLeft",
        "retriesTotal",
        "capacityMap",
        "parameters",
        "deadline",
        "stopTimeout",
        "heartbeatExpiration",
        "schedule",
        "retries",
        "nextRun",
        "jobs",
        "news",
    ];
    prop::collection::btree_map(prop::sample::select(names), field_value(), 0..5).prop_map(|row| json!(row))
}

proptest! {
    // A fixed seed: the same documents in every run of the suite.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_row_reads_and_prints_alike_or_is_rejected(rows in prop::collection::vec(row(), 1..4)) {
        for part in &rows {
            all_kinds(part.to_string().as_bytes());
        }
        all_kinds(json!({"jobs": rows, "workers": rows, "crons": rows}).to_string().as_bytes());
    }

    #[test]
    fn damaged_documents_cause_no_panic(
        at in any::<prop::sample::Index>(), cut in 0_usize..20, put in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        for document in [WORKERS, JOBS, CRONS, JOB] {
            let mut bytes = document.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes.splice(at..(at + cut).min(document.len()), put.iter().copied());
            all_kinds(&bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_cause_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        all_kinds(&bytes);
    }
}
