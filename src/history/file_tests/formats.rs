//! The named formats. The samples are our own, after the public documentation of each system.

use super::{reading as reading_of, records, utc};
use crate::{Format, ReadOptions, Reading, read};

/// A sample of each format.
pub(super) const SAMPLES: &[(Format, &str)] = &[
    (Format::Slurm, SLURM),
    (Format::GithubActions, GITHUB),
    (Format::Gitlab, GITLAB),
    (Format::Airflow, AIRFLOW),
    (Format::Airflow, AIRFLOW_TABLE),
    (Format::Kubernetes, KUBERNETES),
    (Format::Swf, SWF),
    (Format::Claimsim, CLAIMSIM),
    (Format::Registry, REGISTRY),
];

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), &utc()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(reading.history.problems, [], "a sample has no problems");
    reading
}

fn left_out(reading: &Reading) -> Vec<&str> {
    reading.notes.iter().map(String::as_str).collect()
}

const SLURM: &str = "\
JobID|Partition|User|Submit|Eligible|Start|End|State|AllocTRES|ReqTRES|Timelimit|NodeList
100|short|ann|2026-03-02T08:00:00|2026-03-02T08:00:00|2026-03-02T08:05:00|2026-03-02T08:15:00|COMPLETED|billing=4,cpu=4,mem=16G,node=1|cpu=4,mem=16G,node=1|01:00:00|n1
100.batch||ann|2026-03-02T08:05:00|2026-03-02T08:05:00|2026-03-02T08:05:00|2026-03-02T08:15:00|COMPLETED|cpu=4,mem=16G,node=1|||
100.0||ann|2026-03-02T08:05:01|2026-03-02T08:05:01|2026-03-02T08:05:01|2026-03-02T08:14:00|COMPLETED|cpu=4,mem=16G,node=1|||
101_1|long|bob|2026-03-02T08:01:00|2026-03-02T09:00:00|2026-03-02T09:00:30|2026-03-02T10:00:30|TIMEOUT|cpu=8,gres/gpu=1,mem=500M,node=2|cpu=8|1-00:00:00|n[1-2]
101_2|long|bob|2026-03-02T08:01:00|2026-03-02T09:00:00|2026-03-02T09:00:30|Unknown|RUNNING|cpu=8,mem=500M,node=1|cpu=8|UNLIMITED|n3
101_[3-9]|long|bob|2026-03-02T08:01:00|2026-03-02T09:00:00|Unknown|Unknown|PENDING||cpu=8|1-00:00:00|None assigned
102|short|ann|2026-03-02T08:02:00|2026-03-02T08:02:00|2026-03-02T08:04:00|2026-03-02T08:04:00|CANCELLED by 1000||cpu=1|01:00:00|None assigned
103|short|ann|2026-03-02T08:03:00|2026-03-02T08:03:00|2026-03-02T08:06:00|2026-03-02T08:07:00|CANCELLED by 1000|cpu=1|cpu=1|01:00:00|n2
104|short|ann|2026-03-02T08:04:00|Unknown|Unknown|Unknown|PENDING||cpu=1|01:00:00|None assigned
105|short|ann|2026-03-02T08:05:00|2026-03-02T08:05:00|Unknown|Unknown|PENDING||cpu=1|01:00:00|None assigned
106|short|ann|2026-03-02T08:06:00|2026-03-02T08:06:00|2026-03-02T08:07:00|2026-03-02T08:08:00|NODE_FAIL|cpu=1|cpu=1|01:00:00|n2
";

#[test]
fn slurm() {
    let reading = reading(SLURM);
    assert_eq!(
        records(&reading.history),
        [
            "short@n1 done 02 08:00:00 5m 10m cpu=4 memory_mib=16384",
            "short@ cancelled 02 08:02:00 - - left after 2m cpu=1",
            "short@n2 cancelled 02 08:03:00 3m 1m cpu=1",
            "short@ waiting 02 08:05:00 - - cpu=1",
            "short@n2 workerlost 02 08:06:00 1m 1m cpu=1",
            // The wait counts from Eligible.
            "long@ late 02 09:00:00 30s 1h cpu=8 memory_mib=500 gpu=1",
            "long@n3 running 02 09:00:00 30s - cpu=8 memory_mib=500",
        ]
    );
    let estimates: Vec<Option<i64>> =
        reading.history.records.iter().map(|record| record.estimate.map(|span| span.0 / 1_000_000_000)).collect();
    assert_eq!(estimates, [Some(3600), Some(3600), Some(3600), Some(3600), Some(3600), Some(86_400), None]);
    assert_eq!(
        left_out(&reading),
        [
            "1 row left out: held, or waiting for other jobs, so not due yet",
            "2 rows left out: steps of jobs",
            "1 row left out: waiting tasks of a job array in one row; sacct --array writes a row for each",
        ]
    );
    let parsable = SLURM.replace('\n', "|\n");
    assert_eq!(reading_of(&parsable).history.records.len(), 7, "--parsable ends lines with a bar");
    let ineligible = reading_of(&SLURM.replace("Eligible", "Comment"));
    assert!(ineligible.notes.iter().any(|note| note.contains("waits count from Submit")), "{:?}", ineligible.notes);
    let by_user = ReadOptions { columns: Some("action=User".parse().unwrap()), ..utc() };
    let history = read(SLURM.as_bytes(), &by_user).unwrap().history;
    assert_eq!(history.actions, ["ann", "bob"], "--columns changes a column of a named format");
}

const GITHUB: &str = r#"{"total_count": 6, "jobs": [
{"id": 1, "run_id": 5, "run_attempt": 1, "workflow_name": "CI", "name": "build", "status": "completed", "conclusion": "success",
 "created_at": "2026-03-02T08:00:00Z", "started_at": "2026-03-02T08:00:10Z", "completed_at": "2026-03-02T08:05:10Z",
 "labels": ["ubuntu-latest"], "runner_name": "gh-1", "runner_id": 1},
{"id": 2, "run_id": 5, "run_attempt": 2, "workflow_name": "CI", "name": "test", "status": "completed", "conclusion": "timed_out",
 "created_at": "2026-03-02T08:00:01Z", "started_at": "2026-03-02T08:01:01Z", "completed_at": "2026-03-02T09:01:01Z",
 "labels": [], "runner_name": "gh-2", "runner_id": 2},
{"id": 3, "run_id": 5, "workflow_name": null, "name": "deploy", "status": "completed", "conclusion": "skipped",
 "created_at": "2026-03-02T08:00:02Z", "started_at": "2026-03-02T08:00:02Z", "completed_at": "2026-03-02T08:00:02Z", "runner_name": ""},
{"id": 4, "run_id": 6, "workflow_name": "CI", "name": "build", "status": "queued", "conclusion": null,
 "created_at": "2026-03-02T08:00:03Z", "started_at": "2026-03-02T08:00:03Z", "completed_at": null, "runner_name": null},
{"id": 5, "run_id": 6, "workflow_name": "CI", "name": "build", "status": "in_progress", "conclusion": null,
 "created_at": "2026-03-02T08:00:04Z", "started_at": "2026-03-02T08:00:14Z", "completed_at": null, "runner_name": "gh-1"},
{"id": 6, "run_id": 6, "name": "lint", "status": "completed", "conclusion": "cancelled",
 "created_at": "2026-03-02T08:00:05Z", "started_at": "2026-03-02T08:00:05Z", "completed_at": "2026-03-02T08:00:35Z", "runner_name": ""}
]}
{"total_count": 6, "jobs": []}"#;

#[test]
fn github_actions() {
    let reading = reading(GITHUB);
    assert_eq!(
        records(&reading.history),
        [
            "CI/build@gh-1 done 02 08:00:00 10s 5m",
            "CI/test@gh-2 late 02 08:00:01 1m 1h attempt 2",
            "CI/build@ waiting 02 08:00:03 - -",
            "CI/build@gh-1 running 02 08:00:04 10s -",
            "lint@ cancelled 02 08:00:05 - - left after 30s",
        ]
    );
    assert_eq!(left_out(&reading), ["1 row left out: skipped, so they never asked for a worker"]);
}

const GITLAB: &str = r#"[
{"id": 8, "status": "success", "stage": "test", "name": "rspec", "created_at": "2026-03-02T07:00:00.000Z",
 "started_at": "2026-03-02T08:00:00.500Z", "finished_at": "2026-03-02T08:01:00.500Z", "duration": 60.0, "queued_duration": 0.25,
 "pipeline": {"id": 6}, "runner": {"id": 3, "description": "runner-a"}, "failure_reason": null},
{"id": 9, "status": "failed", "stage": "test", "name": "rubocop", "created_at": "2026-03-02T07:00:00.000Z",
 "started_at": "2026-03-02T08:00:01.000Z", "finished_at": "2026-03-02T09:00:01.000Z", "duration": 3600, "queued_duration": 1,
 "pipeline": {"id": 6}, "runner": {"id": 3, "description": "runner-a"}, "failure_reason": "job_execution_timeout"},
{"id": 10, "status": "failed", "stage": "test", "name": "rspec", "created_at": "2026-03-02T08:00:02.000Z",
 "started_at": null, "finished_at": "2026-03-02T09:00:02.000Z", "queued_duration": 3600, "pipeline": {"id": 7}, "runner": null,
 "failure_reason": "stuck_or_timeout_failure"},
{"id": 11, "status": "pending", "stage": "test", "name": "rspec", "created_at": "2026-03-02T08:00:03.000Z",
 "started_at": null, "finished_at": null, "queued_duration": 12.5, "pipeline": {"id": 8}, "runner": null},
{"id": 12, "status": "manual", "stage": "deploy", "name": "deploy", "created_at": "2026-03-02T08:00:04.000Z",
 "started_at": null, "finished_at": null, "queued_duration": null, "pipeline": {"id": 8}, "runner": null},
{"id": 13, "status": "failed", "stage": "test", "name": "rspec", "created_at": "2026-03-02T08:00:05.000Z",
 "started_at": "2026-03-02T08:00:07.000Z", "finished_at": "2026-03-02T08:00:08.000Z", "queued_duration": 1.5,
 "pipeline": {"id": 9}, "runner": {"id": 4, "description": "runner-b"}, "failure_reason": "runner_system_failure"}
]"#;

#[test]
fn gitlab() {
    let reading = reading(GITLAB);
    assert_eq!(
        records(&reading.history),
        [
            "rubocop@runner-a late 02 08:00:00 1s 1h",
            // The wait counts from the end of the earlier stages, not from the creation.
            "rspec@runner-a done 02 08:00:00.250 250ms 1m",
            "rspec@ abandoned 02 08:00:02 - - left after 1h",
            "rspec@ waiting 02 08:00:03 - -",
            "rspec@runner-b workerlost 02 08:00:05.500 1s500ms 1s",
        ]
    );
    assert_eq!(left_out(&reading).len(), 1);
}

const AIRFLOW: &str = r#"{"task_instances": [
{"dag_id": "etl", "task_id": "load", "dag_run_id": "r1", "map_index": -1, "state": "success", "try_number": 1, "max_tries": 2,
 "queued_when": "2026-03-02T08:00:05+00:00", "scheduled_when": "2026-03-02T08:00:00+00:00", "start_date": "2026-03-02T08:00:06+00:00",
 "end_date": "2026-03-02T08:10:06+00:00", "hostname": "w1", "pool": "db", "pool_slots": 2, "priority_weight": 5},
{"dag_id": "etl", "task_id": "load", "dag_run_id": "r2", "map_index": -1, "state": "up_for_retry", "try_number": 2, "max_tries": 2,
 "queued_when": "2026-03-02T08:01:05+00:00", "scheduled_when": "2026-03-02T08:01:00+00:00", "start_date": "2026-03-02T08:01:06+00:00",
 "end_date": "2026-03-02T08:02:06+00:00", "hostname": "w1", "pool": "db", "pool_slots": 1, "priority_weight": 5},
{"dag_id": "etl", "task_id": "send", "dag_run_id": "r1", "map_index": -1, "state": "skipped", "try_number": 0, "max_tries": 0,
 "queued_when": null, "scheduled_when": null, "start_date": "2026-03-02T08:03:00+00:00", "end_date": "2026-03-02T08:03:00+00:00",
 "hostname": "", "pool": "default_pool", "pool_slots": 1, "priority_weight": 1},
{"dag_id": "etl", "task_id": "send", "dag_run_id": "r2", "map_index": -1, "state": null, "try_number": 0, "max_tries": 0,
 "queued_when": null, "scheduled_when": null, "start_date": null, "end_date": null, "hostname": "", "pool": "default_pool",
 "pool_slots": 1, "priority_weight": 1},
{"dag_id": "etl", "task_id": "wait", "dag_run_id": "r2", "map_index": -1, "state": "scheduled", "try_number": 1, "max_tries": 0,
 "queued_when": null, "scheduled_when": "2026-03-02T08:04:00+00:00", "start_date": null, "end_date": null, "hostname": "",
 "pool": "db", "pool_slots": 1, "priority_weight": 1}
], "total_entries": 5}"#;

const AIRFLOW_TABLE: &str = "\
task_id,dag_id,run_id,start_date,end_date,duration,state,try_number,hostname,pool,pool_slots,queued_dttm,priority_weight
load,etl,r1,2026-03-02 08:00:06.000000+00,2026-03-02 08:10:06.000000+00,600,success,1,w1,db,2,2026-03-02 08:00:05.000000+00,5
load,etl,r2,2026-03-02 08:01:06.000000+00,,,running,1,w1,db,2,2026-03-02 08:01:05.500000+00,5
";

#[test]
fn airflow() {
    let reading = reading(AIRFLOW);
    assert_eq!(
        records(&reading.history),
        [
            "etl.load@w1 done 02 08:00:00 6s 10m db=2",
            "etl.load@w1 error 02 08:01:00 6s 1m db=1 attempt 2",
            "etl.wait@ waiting 02 08:04:00 - - db=1",
        ]
    );
    assert_eq!(reading.history.records[0].priority, Some(5));
    assert_eq!(left_out(&reading).len(), 2);
    let table = reading_of(AIRFLOW_TABLE);
    assert!(table.notes[0].contains("from the end of the wait for the pool"), "{:?}", table.notes);
    assert_eq!(
        records(&table.history),
        ["etl.load@w1 done 02 08:00:05 1s 10m db=2", "etl.load@w1 running 02 08:01:05.500 500ms - db=2"]
    );
}

const KUBERNETES: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "nightly-28394820", "namespace": "x",
  "ownerReferences": [{"kind": "CronJob", "name": "nightly"}]}, "spec": {}, "status": {}},
{"kind": "Pod", "metadata": {"name": "nightly-28394820-a", "namespace": "x", "uid": "u1", "creationTimestamp": "2026-03-02T08:00:00Z",
  "ownerReferences": [{"kind": "Job", "name": "nightly-28394820"}]},
 "spec": {"nodeName": "n1", "containers": [{"resources": {"requests": {"cpu": "500m", "memory": "128Mi"}}},
  {"resources": {"requests": {"cpu": "1", "nvidia.com/gpu": "1"}}}]},
 "status": {"phase": "Failed", "containerStatuses": [
  {"state": {"terminated": {"startedAt": "2026-03-02T08:00:05Z", "finishedAt": "2026-03-02T08:01:05Z", "exitCode": 1}}},
  {"state": {"terminated": {"startedAt": "2026-03-02T08:00:06Z", "finishedAt": "2026-03-02T08:01:06Z", "exitCode": 0}}}]}},
{"kind": "Pod", "metadata": {"name": "nightly-28394820-b", "namespace": "x", "uid": "u2", "creationTimestamp": "2026-03-02T08:01:16Z",
  "ownerReferences": [{"kind": "Job", "name": "nightly-28394820"}]},
 "spec": {"nodeName": "n2", "containers": [{"resources": {}}]},
 "status": {"phase": "Succeeded", "containerStatuses": [
  {"state": {"terminated": {"startedAt": "2026-03-02T08:01:20Z", "finishedAt": "2026-03-02T08:02:20Z"}}}]}},
{"kind": "Pod", "metadata": {"name": "import-7-c", "namespace": "x", "uid": "u3", "creationTimestamp": "2026-03-02T08:02:00Z",
  "ownerReferences": [{"kind": "Job", "name": "import-7"}]},
 "spec": {"containers": [{}]}, "status": {"phase": "Pending"}},
{"kind": "Pod", "metadata": {"name": "import-8-d", "namespace": "x", "uid": "u4", "creationTimestamp": "2026-03-02T08:03:00Z",
  "ownerReferences": [{"kind": "Job", "name": "import-8"}]},
 "spec": {"nodeName": "n1", "containers": [{}]}, "status": {"phase": "Running", "containerStatuses": [
  {"state": {"running": {"startedAt": "2026-03-02T08:03:09Z"}}}]}},
{"kind": "Pod", "metadata": {"name": "web", "namespace": "x", "creationTimestamp": "2026-03-02T08:00:00Z"},
 "spec": {"containers": [{}]}, "status": {"phase": "Running"}}
]}"#;

#[test]
fn kubernetes() {
    let reading = reading(KUBERNETES);
    assert_eq!(
        records(&reading.history),
        [
            "nightly@n1 error 02 08:00:00 5s 1m1s memory_mib=128 millicpu=1500 nvidia.com/gpu=1",
            "nightly@n2 done 02 08:01:16 4s 1m attempt 2",
            "import@ waiting 02 08:02:00 - -",
            "import@n1 running 02 08:03:00 9s -",
        ]
    );
    assert_eq!(left_out(&reading), ["1 row left out: pods that belong to no job"]);
    let jobs = r#"{"kind":"List","items":[{"kind":"Job","metadata":{"name":"a"},"spec":{},"status":{}}]}"#;
    assert!(read(jobs.as_bytes(), &utc()).unwrap_err().to_string().contains("no pods"));
}

const SWF: &str = "\
; UnixStartTime: 1772438400
; TimeZoneString: Europe/Stockholm
; MaxProcs: 100
1 0 5 60 8 -1 -1 16 120 -1 1 3 1 -1 2 1 -1 -1
2 10 0 30 -1 -1 -1 4 -1 -1 0 3 1 -1 2 1 -1 -1
3 20 100 -1 -1 -1 -1 4 60 -1 5 4 1 -1 2 1 -1 -1
4 30 7 20 2 -1 -1 2 60 -1 5 4 1 -1 2 1 -1 -1
5 40 7 20 2 -1 -1 2 60 -1 2 4 1 -1 2 1 -1 -1
";

#[test]
fn swf() {
    let options = ReadOptions::default();
    let reading = read(SWF.as_bytes(), &options).unwrap();
    assert_eq!(
        records(&reading.history),
        [
            "job@ done 02 08:00:00 5s 1m processors=8",
            "job@ error 02 08:00:10 0s 30s processors=4",
            "job@ cancelled 02 08:00:30 7s 20s processors=2",
        ]
    );
    let history = &reading.history;
    assert_eq!((history.time_zone.name(), history.epoch.0.timestamp()), ("Europe/Stockholm", 1_772_438_400));
    assert_eq!(history.records[0].estimate.map(|span| span.0 / 1_000_000_000), Some(120));
    assert_eq!(left_out(&reading).len(), 2);
    let by_user = ReadOptions { columns: Some("action=user".parse().unwrap()), ..options };
    assert_eq!(read(SWF.as_bytes(), &by_user).unwrap().history.actions, ["3", "4"]);
}

const CLAIMSIM: &str = "\
replication,job,retry_from,action,attempt,status,worker,scheduled_at_s,claimed_at_s,ended_at_s,wait_s,service_s,retries_left,parent,priority,due_date_s,need.cpu
0,0,,a,1,error,w-0,0.500000000,1.500000000,11.500000000,1.000000000,10.000000000,1,,0,20.500000000,2
0,1,0,a,2,error,w-0,11.500000000,12.500000000,32.500000000,1.000000000,20.000000000,0,,0,31.500000000,2
0,2,,b,1,cancel,,20.000000000,,25.000000000,,,0,,3,,1
0,3,,b,1,cancel,,21.000000000,,21.000000000,,,0,,3,,1
0,4,,b,1,running,w-1,22.000000000,23.000000000,,1.000000000,,0,,3,,1
0,5,,b,1,waiting,,24.000000000,,,,,0,,3,,1
1,0,,a,1,done,w-0,0.500000000,1.500000000,11.500000000,1.000000000,10.000000000,1,,0,20.500000000,2
";

#[test]
fn claimsim() {
    let reading = reading(CLAIMSIM);
    assert_eq!(
        records(&reading.history),
        [
            "a@w-0 error 17 00:00:00.500 1s 10s cpu=2",
            "a@w-0 late 17 00:00:11.500 1s 20s cpu=2 attempt 2",
            "b@ cancelled 17 00:00:20 - - left after 5s cpu=1",
            "b@ rejected 17 00:00:21 - - left after 0s cpu=1",
            "b@w-1 running 17 00:00:22 1s - cpu=1",
            "b@ waiting 17 00:00:24 - - cpu=1",
        ]
    );
    assert_eq!(reading.history.records[0].created.0, 500_000_000, "times count from the start");
    assert_eq!(left_out(&reading), ["1 row left out: of other replications"]);
    let options = ReadOptions {
        replication: Some(1),
        start: Some("2026-03-02T08:00:00Z".parse().unwrap()),
        ..ReadOptions::default()
    };
    let second = read(CLAIMSIM.as_bytes(), &options).unwrap().history;
    assert_eq!(records(&second), ["a@w-0 done 02 08:00:00.500 1s 10s cpu=2"]);
}

const REGISTRY: &str = r#"{"jobs": [
{"id": "a", "retryFromID": "a", "workerID": "w", "status": "done", "scheduledAt": "2026-03-02T08:00:00Z",
 "lastUpdated": "2026-03-02T08:01:00Z", "action": "scan", "capacityMap": {"scan": 1}, "deadline": "15m"},
{"id": "b", "retryFromID": "a", "workerID": "", "status": "waiting", "scheduledAt": "2026-03-02T08:02:00Z",
 "lastUpdated": "2026-03-02T08:02:00Z", "action": "scan", "capacityMap": {}, "deadline": ""}
]}"#;

#[test]
fn registry() {
    let reading = reading(REGISTRY);
    let history = reading.history;
    assert_eq!(
        records(&history),
        ["scan@w done 02 08:00:00 - - left after 1m scan=1", "scan@ waiting 02 08:02:00 - - attempt 2"]
    );
    assert!(!history.has_waits(), "documents of the registry do not contain starts");
}
