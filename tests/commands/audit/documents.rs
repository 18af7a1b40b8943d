//! The output of an audit, field by field, against the documents of the API: names, order, types,
//! and empty values.

use std::collections::BTreeSet;

use claimsim::internals::model::time::{Span, Time};
use serde_json::{Value, json};

use super::{Documents, load, word};

/// The fields of the API's job object with their types, in order.
const JOB: [(&str, Holds); 13] = [
    ("id", Holds::Uuid),
    ("retryFromID", Holds::Uuid),
    ("workerID", Holds::WorkerOrNone),
    ("status", Holds::Text),
    ("scheduledAt", Holds::Instant),
    ("lastUpdated", Holds::Instant),
    ("action", Holds::Text),
    ("retriesLeft", Holds::Count),
    ("retriesTotal", Holds::Count),
    ("capacityMap", Holds::MapOrNull),
    ("parameters", Holds::MapOrNull),
    ("deadline", Holds::Text),
    ("stopTimeout", Holds::Text),
];

const WORKER: [(&str, Holds); 4] = [
    ("id", Holds::Worker),
    ("status", Holds::Text),
    ("capacityMap", Holds::MapOrNull),
    ("heartbeatExpiration", Holds::Second),
];

const CRON: [(&str, Holds); 9] = [
    ("id", Holds::Uuid),
    ("action", Holds::Text),
    ("schedule", Holds::Text),
    ("retries", Holds::Count),
    ("capacityMap", Holds::MapOrNull),
    ("parameters", Holds::MapOrNull),
    ("deadline", Holds::Text),
    ("stopTimeout", Holds::Text),
    ("nextRun", Holds::Second),
];

/// The type of a field.
#[derive(Clone, Copy, Debug)]
enum Holds {
    Text,
    Count,
    MapOrNull,
    /// A UUID of version 4.
    Uuid,
    /// 12 hexadecimal digits.
    Worker,
    WorkerOrNone,
    /// RFC 3339 in UTC, at most to the millisecond.
    Instant,
    /// RFC 3339 in UTC, in whole seconds.
    Second,
}

impl Holds {
    fn is_met_by(self, value: &Value) -> bool {
        let text = value.as_str().unwrap_or("");
        match self {
            Holds::Text => value.is_string(),
            Holds::Count => value.is_u64(),
            Holds::MapOrNull => value.is_null() || value.is_object(),
            Holds::Uuid => is_like("xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx", text),
            Holds::Worker => is_like("xxxxxxxxxxxx", text),
            Holds::WorkerOrNone => value == "" || is_like("xxxxxxxxxxxx", text),
            Holds::Second => is_like("dddd-dd-ddTdd:dd:ddZ", text),
            Holds::Instant => {
                let fractions = ["", ".d", ".dd", ".ddd"];
                fractions.iter().any(|fraction| is_like(&format!("dddd-dd-ddTdd:dd:dd{fraction}Z"), text))
            }
        }
    }
}

/// Whether a text has this form: `x` stands for a hexadecimal digit, `d` for a decimal one, `v` for
/// the variant of a UUID.
fn is_like(form: &str, text: &str) -> bool {
    let fits = |(form, sign): (char, char)| match form {
        'x' => sign.is_ascii_digit() || ('a'..='f').contains(&sign),
        'd' => sign.is_ascii_digit(),
        'v' => "89ab".contains(sign),
        other => sign == other,
    };
    form.len() == text.len() && form.chars().zip(text.chars()).all(fits)
}

/// Compares each row with a list of fields and with their order.
pub(super) fn hold(documents: &Documents) {
    let parts = [(documents.jobs(), &JOB[..]), (documents.workers(), &WORKER), (documents.crons(), &CRON)];
    for (rows, fields) in parts {
        for row in rows {
            let names: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{row}");
            for (name, holds) in fields {
                assert!(holds.is_met_by(&row[name]), "{name} is to hold {holds:?} in {row}");
            }
        }
    }
}

/// Two workers, a job with each outcome, a cron, and nothing random except ids.
const STORY: &str = r#"
horizon = "1h"
claim = { delay = "none", placement = "first" }
[heartbeat]
period = "5s"
expiry = "30s"
sweep = "5s"
[worker.replica]
count = 2
capacity = { scan = 1 }
[worker.spare]
ids = ["00000000beef"]
[action.scan]
capacity = { scan = 1 }
service = "10m"
retries = 2
deadline = "90m"
stop_timeout = "30s"
stops_in = "20s"
[action.gc]
service = "1m"
[action.huge]
capacity = { scan = 2, mirror = 1 }
service = "1m"
[[job]]
action = "scan"
at = "1.2345678s"
[[job]]
action = "scan"
at = "2s"
[[job]]
action = "huge"
at = "3s"
[[job]]
action = "gc"
at = "4.25s"
retries = 1
deadline = "1h30m"
[cron.gc]
schedule = "0 */10 * * * *"
retries = 3
[[cancel]]
at = "10s"
most = 1
[[outage]]
worker = "replica-1"
at = "12s"
for = "5m"
[[capacity]]
worker = "spare"
at = "5s"
capacity = { mirror = 1 }
[[capacity]]
worker = "replica-0"
at = "6s"
capacity = { scan = 0 }
"#;

fn story(at: i64) -> Documents {
    let documents = Documents::at(&load(STORY, None).scenario, Time::ZERO + Span::secs(at));
    hold(&documents);
    documents
}

/// A row without its id and its chain's id, compared with these values.
fn picked(row: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), row[field].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn jobs_say_what_the_api_says_of_them() {
    let rows = story(11).jobs();
    let fields = ["status", "scheduledAt", "lastUpdated", "action", "retriesLeft", "retriesTotal", "capacityMap"];
    let shown: Vec<Value> = rows.iter().map(|row| picked(row, &fields)).collect();
    let row = |status: &str, scheduled_at: &str, last_updated: &str, action: &str, retries: u32, map: Value| {
        json!({
            "status": status,
            "scheduledAt": format!("2017-02-17T00:00:{scheduled_at}Z"),
            "lastUpdated": format!("2017-02-17T00:00:{last_updated}Z"),
            "action": action,
            "retriesLeft": retries,
            "retriesTotal": retries,
            "capacityMap": map,
        })
    };
    assert_eq!(
        shown,
        [
            row("running", "04.250", "04.250", "gc", 1, Value::Null),
            row("waiting", "03", "03", "huge", 0, json!({"mirror": 1, "scan": 2})),
            row("running", "02", "02", "scan", 2, json!({"scan": 1})),
            row("cancel_request", "01.234", "10", "scan", 2, json!({"scan": 1})),
        ],
        "most recently scheduled first"
    );
    let terms: Vec<_> = rows.iter().map(|row| (word(row, "deadline"), word(row, "stopTimeout"))).collect();
    assert_eq!(terms, [("1h30m", ""), ("", ""), ("1h30m", "30s"), ("1h30m", "30s")]);
    assert!(rows.iter().all(|row| row["id"] == row["retryFromID"] && row["parameters"].is_null()));
    assert_eq!(rows[1]["workerID"], "", "a waiting row has no worker");
    let workers = story(11).workers();
    assert_eq!([&rows[2]["workerID"], &rows[3]["workerID"]], [&workers[1]["id"], &workers[0]["id"]]);
}

#[test]
fn a_row_whose_worker_died_and_its_retry() {
    let (before, after) = (story(39), story(45));
    let of_status = |documents: &Documents, status: &str| -> Vec<Value> {
        documents.jobs().into_iter().filter(|row| row["status"] == status && row["action"] == "scan").collect()
    };
    assert_eq!(of_status(&before, "running").len(), 1, "nobody has noticed yet");
    let dead = &of_status(&after, "worker_dead")[0];
    let retry = &of_status(&after, "waiting")[0];
    assert_eq!(
        (word(dead, "lastUpdated"), word(retry, "scheduledAt")),
        ("2017-02-17T00:00:45Z", "2017-02-17T00:00:45Z")
    );
    assert_eq!((&retry["retryFromID"], &retry["workerID"]), (&dead["id"], &json!("")));
    assert_ne!(retry["id"], dead["id"]);
    assert_eq!((&retry["retriesLeft"], &retry["retriesTotal"]), (&json!(1), &json!(2)));
    assert_eq!(dead["workerID"], before.workers()[1]["id"], "an ended row keeps its worker");
    let cancelled = &of_status(&after, "cancel")[0];
    assert_eq!(word(cancelled, "lastUpdated"), "2017-02-17T00:00:30Z", "asked at 10 s, and 20 s later it had stopped");
}

#[test]
fn workers_show_their_capacity_and_heartbeat() {
    let shown = |at: i64| -> Vec<Value> {
        story(at).workers().iter().map(|row| picked(row, &["status", "capacityMap", "heartbeatExpiration"])).collect()
    };
    let row = |status: &str, map: Value, expiration: &str| {
        json!({
            "status": status,
            "capacityMap": map,
            "heartbeatExpiration": format!("2017-02-17T00:{expiration}Z"),
        })
    };
    let (nothing, scan, mirror) = (json!({"scan": 0}), json!({"scan": 1}), json!({"mirror": 1}));
    assert_eq!(shown(4), [&scan, &scan, &json!({})].map(|map| row("running", map.clone(), "00:30")));
    assert_eq!(
        shown(44),
        [
            row("running", nothing.clone(), "01:10"),
            row("running", scan.clone(), "00:40"),
            row("running", mirror.clone(), "01:10"),
        ],
        "the last heartbeat of the second was at 10 s, and the sweep of 40 s came at its expiration, not after it"
    );
    assert_eq!(shown(45)[1], row("dead", scan.clone(), "00:40"));
    assert_eq!(shown(312)[1], row("running", scan, "05:42"), "back at 312 s, with a heartbeat");
    assert_eq!(story(44).workers()[2]["id"], "00000000beef", "a replica's id is kept");
}

#[test]
fn crons_show_what_they_copy_and_when_they_fire_next() {
    for (at, next) in [(0, "00:10"), (599, "00:10"), (600, "00:20"), (3600, "01:10")] {
        let crons = story(at).crons();
        assert_eq!(crons.len(), 1);
        let mut expected = json!({
            "id": crons[0]["id"],
            "action": "gc",
            "schedule": "0 */10 * * * *",
            "retries": 3,
            "capacityMap": null,
            "parameters": null,
            "deadline": "",
            "stopTimeout": "",
        });
        expected["nextRun"] = format!("2017-02-17T{next}:00Z").into();
        assert_eq!(crons[0], expected);
    }
    let fired = story(600).jobs();
    assert_eq!((word(&fired[0], "scheduledAt"), word(&fired[0], "action")), ("2017-02-17T00:10:00Z", "gc"));
    assert_eq!((&fired[0]["retriesLeft"], &fired[0]["retriesTotal"]), (&json!(3), &json!(3)), "as its cron says");
}

#[test]
fn ids_are_of_the_seed_and_of_nobody_else() {
    let loaded = load(STORY, None);
    let ids = |seed: u64, replication: u32, start: i64| {
        let mut scenario = loaded.scenario.clone();
        scenario.seed = seed;
        scenario.epoch.0 += chrono::TimeDelta::seconds(start);
        let audit = claimsim::internals::experiment::audit(&scenario, replication, Time::ZERO + Span::secs(3000));
        let documents = Documents::of(&audit);
        let ids = |rows: Vec<Value>| rows.iter().map(|row| word(row, "id").to_owned()).collect::<BTreeSet<_>>();
        (ids(documents.jobs()), ids(documents.workers()), ids(documents.crons()))
    };
    let first = ids(1, 0, 0);
    assert_eq!((first.0.len(), first.1.len(), first.2.len()), (10, 3, 1), "each has one of its own");
    assert_eq!(ids(1, 0, 0), first, "and always the same");
    let (second, other, later) = (ids(2, 0, 0), ids(1, 1, 0), ids(1, 0, 86_400));
    assert!(first.0.is_disjoint(&second.0) && first.2.is_disjoint(&second.2));
    assert_eq!(first.1.intersection(&second.1).count(), 1, "all but the replica's own id");
    assert!(first.0.is_disjoint(&other.0), "the jobs of replications are different jobs");
    assert_eq!((&first.1, &first.2), (&other.1, &other.2), "workers and crons are the same");
    assert!(first.0.is_disjoint(&later.0), "and so are those of runs that begin at different times");
}

/// Fields of a document that the simulator does not use appear unchanged.
#[test]
fn what_documents_brought_along_is_kept() {
    let documents = Documents {
        workers: r#"[{"id":"w","status":"running","capacityMap":{"scan":1,"mirror":0},"zone":"a"}]"#.to_owned(),
        crons: r#"[{"id":"c","action":"gc","schedule":"@every 1m30s","retries":1,"capacityMap":{},"parameters":{"mode":"full"},
            "stopTimeout":"5s","nextRun":"2017-02-16T23:00:40Z"}]"#
            .to_owned(),
        jobs: r#"[
            {"id":"a","retryFromID":"z","workerID":"w","status":"running","scheduledAt":"2017-02-16T23:59:59.123456Z",
             "lastUpdated":"2017-02-16T23:59:59.5Z","action":"scan","retriesLeft":1,"retriesTotal":4,"capacityMap":{"scan":1,"mirror":0},
             "parameters":{"SHA256SUM":"1b"},"deadline":"","stopTimeout":"7s","shard":3},
            {"id":"b","action":"gc","capacityMap":{},"scheduledAt":""},
            {"action":"scan","status":"waiting","scheduledAt":"2017-02-16T20:00:00Z"},
            {"id":"d","action":"scan","status":"done"}]"#
            .to_owned(),
    };
    let text = "horizon = \"1h\"\n[action.gc]\nservice = \"1s\"\n[action.scan]\ncapacity.scan = 1\nservice = \"10m\"\nerror = 1\n\
                deadline = \"20m\"\n[registry]\njobs = \"jobs.json\"\nworkers = \"workers.json\"\ncrons = \"crons.json\"\n";
    let loaded = load(text, Some(&documents));
    let shown = Documents::at(&loaded.scenario, Time::ZERO);
    let rows = shown.jobs();
    assert_eq!(rows.len(), 3, "ended rows are left out");
    let [b, a, nameless] = &rows[..] else { panic!() };
    assert_eq!(
        *a,
        json!({
            "id": "a", "retryFromID": "z", "workerID": "w", "status": "running", "scheduledAt": "2017-02-16T23:59:59.123456Z",
            "lastUpdated": "2017-02-16T23:59:59.500Z", "action": "scan", "retriesLeft": 1, "retriesTotal": 4,
            "capacityMap": {"scan": 1, "mirror": 0}, "parameters": {"SHA256SUM": "1b"}, "deadline": "20m", "stopTimeout": "7s",
            "shard": 3,
        }),
        "all as it was, but for the deadline that its action adds"
    );
    assert_eq!((&b["capacityMap"], word(b, "scheduledAt")), (&json!({}), "2017-02-17T00:00:00Z"));
    assert!(Holds::Uuid.is_met_by(&nameless["id"]) && nameless["capacityMap"] == json!({"scan": 1}), "{nameless}");
    assert_eq!(shown.workers()[0]["capacityMap"], json!({"mirror": 0, "scan": 1}));
    assert_eq!(shown.workers()[0]["zone"], "a");
    let cron = &shown.crons()[0];
    assert_eq!(
        (&cron["id"], &cron["parameters"], &cron["capacityMap"]),
        (&json!("c"), &json!({"mode": "full"}), &json!({}))
    );
    assert_eq!(word(cron, "nextRun"), "2017-02-17T00:00:40Z", "in step with 23:00:40: 40 times 90 s later");

    let later = Documents::at(&loaded.scenario, Time::ZERO + Span::secs(700)).jobs();
    let made: Vec<&Value> = later.iter().filter(|row| row["action"] == "gc" && row["id"] != "b").collect();
    assert_eq!(made.len(), 8);
    assert!(made.iter().all(|row| row["parameters"] == json!({"mode": "full"}) && row["capacityMap"] == json!({})));
    assert_eq!((word(made[0], "scheduledAt"), word(made[0], "stopTimeout")), ("2017-02-17T00:11:10Z", "5s"));
    let retry = later.iter().find(|row| row["retryFromID"] == "z" && row["id"] != "a").expect("it has failed");
    assert_eq!((&retry["retriesLeft"], &retry["retriesTotal"]), (&json!(0), &json!(4)));
    assert_eq!((&retry["parameters"], &retry["shard"]), (&json!({"SHA256SUM": "1b"}), &Value::Null));
}
