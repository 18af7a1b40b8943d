//! The command itself: defaults of its options, what it refuses and how, and the same bytes every
//! time.

use serde_json::Value;

use crate::support::{SMALL, Sandbox};

/// What `claimsim audit small.toml` prints with these options.
fn printed(sandbox: &Sandbox, options: &[&str]) -> String {
    let output =
        sandbox.claimsim(&[&["audit", "small.toml"], options].concat()).assert().success().get_output().clone();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{options:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn jobs(sandbox: &Sandbox, options: &[&str]) -> Vec<Value> {
    let at: &[&str] = if options.iter().any(|option| option.starts_with("--at")) { &[] } else { &["--at", "1h"] };
    super::rows(&printed(sandbox, &[at, &["jobs"], options].concat()), "jobs")
}

#[test]
fn options_have_the_defaults_of_the_api() {
    let sandbox = Sandbox::small();
    let defaults = ["--action", "any", "--worker", "any", "--running", "any", "--start", "0", "--limit", "10"];
    let ten = jobs(&sandbox, &[]);
    assert_eq!((ten.len(), &ten), (10, &jobs(&sandbox, &defaults)));
    let all = jobs(&sandbox, &["--limit", "0"]);
    assert!(all.len() > 100 && all[..10] == ten, "0 is no limit");
    assert_eq!(jobs(&sandbox, &["--start", "7", "--limit", "5"]), all[7..12]);
    assert!(jobs(&sandbox, &["--start", "1000000"]).is_empty());
    let running = jobs(&sandbox, &["--running", "true", "--limit", "0"]);
    let idle = jobs(&sandbox, &["--running", "false", "--limit", "0"]);
    assert!(!running.is_empty() && running.len() + idle.len() == all.len());
    assert!(running.iter().all(|row| row["status"] == "running"));
    let scans = jobs(&sandbox, &["--limit", "0", "--action", "scan"]);
    assert!(!scans.is_empty() && scans.iter().all(|row| row["action"] == "scan"));
}

#[test]
fn a_worker_is_known_by_both_its_ids() {
    let sandbox = Sandbox::small();
    let workers = super::rows(&printed(&sandbox, &["--at", "1h", "workers"]), "workers");
    let id = workers[1]["id"].as_str().unwrap();
    let by_id = jobs(&sandbox, &["--limit", "0", "--worker", id]);
    assert!(!by_id.is_empty() && by_id.iter().all(|row| row["workerID"] == id));
    assert_eq!(by_id, jobs(&sandbox, &["--limit", "0", "--worker", "w-1"]));
}

#[test]
fn the_same_question_has_the_same_answer() {
    let sandbox = Sandbox::small();
    for document in ["jobs", "workers", "crons"] {
        let first = printed(&sandbox, &["--at", "1h", document]);
        assert_eq!(first, printed(&sandbox, &["--at", "2017-02-17T01:00:00Z", document, "--quiet"]));
        assert_eq!(first, printed(&sandbox, &[document, "--at=1h", "--seed", "7", "--policy", "first-fit"]));
        assert_ne!(first, printed(&sandbox, &["--at", "1h", document, "--seed", "8"]), "{document}");
    }
    let of = |replication: &str| printed(&sandbox, &["--at", "1h", "jobs", "--replication", replication]);
    assert_eq!(of("0"), printed(&sandbox, &["--at", "1h", "jobs"]));
    assert_ne!(of("0"), of("1"));
    let more = printed(&sandbox, &["--at", "1h", "workers", "--set", "worker.w.count=5"]);
    assert_eq!(super::rows(&more, "workers").len(), 5);
}

/// The steps of docs/model.md, "A warm start", by hand.
#[test]
fn a_run_goes_on_from_three_audits() {
    let sandbox = Sandbox::small();
    for (document, options) in [("jobs", &["--limit", "0"][..]), ("workers", &[]), ("crons", &[])] {
        let text = printed(&sandbox, &[&["--at", "50m", "--quiet", document], options].concat());
        sandbox.write(&format!("{document}.json"), &text);
    }
    let (rules, _) = SMALL.split_once("[cron.update_db]").unwrap();
    let rules = rules.replace("[worker.w]\ncount = 2\ncapacity = { scan = 1, scanCheck = 2 }\n", "");
    let documents = "[registry]\njobs = \"jobs.json\"\nworkers = \"workers.json\"\ncrons = \"crons.json\"\n";
    sandbox.write("warm.toml", &format!("start = \"2017-02-17T00:50:00Z\"\n{rules}{documents}"));
    let audited = |document: &str, options: &[&str]| {
        let arguments = [&["audit", "warm.toml", "--at", "0s", "--quiet", document], options].concat();
        let output = sandbox.claimsim(&arguments).assert().success().get_output().clone();
        super::rows(&String::from_utf8(output.stdout).unwrap(), document)
    };
    let mut before = jobs(&sandbox, &["--at=50m", "--limit", "0"]);
    before.retain(|row| row["status"] == "waiting" || row["status"] == "running");
    assert!(before.iter().any(|row| row["status"] == "running") && before.iter().any(|row| row["status"] == "waiting"));
    assert_eq!(audited("jobs", &["--limit", "0"]), before);
    assert_eq!(
        (audited("workers", &[]).len(), audited("crons", &[])[0]["nextRun"].as_str()),
        (2, Some("2017-02-17T01:30:00Z"))
    );
    sandbox.claimsim(&["run", "warm.toml", "--out", "warm", "--seed", "8", "--jobs"]).assert().success();
}

#[test]
fn wrong_arguments_exit_with_2_and_a_remedy() {
    let sandbox = Sandbox::small();
    for (options, said) in [
        (
            &["--at", "2h0.5s", "jobs"][..],
            "`2h0.5s` lies beyond the horizon, 2h after the start; the run ends at 2017-02-17T02:00:00Z",
        ),
        (&["--at", "2018-01-01T00:00:00Z", "jobs"], "lies beyond the horizon"),
        (&["--at", "2017-02-16T23:59:59Z", "jobs"], "lies before the start of the run, which is 2017-02-17T00:00:00Z"),
        (&["--at", "0001-01-01T00:00:00Z", "jobs"], "before the start"),
        (&["--at", "-5s", "jobs"], "`-5s` is negative"),
        (&["--at", "noon", "jobs"], "\"25h\""),
        (&["--at", "2017-02-17", "jobs"], "2017-02-17T00:00:00Z"),
        (&["--at", "", "jobs"], "not a date and time"),
        (
            &["--at", "1h", "jobs", "--action", "scna"],
            "there is no action `scna`; choose from scan, check, update_db, or any",
        ),
        (&["--at", "1h", "jobs", "--worker", "w-2"], "there is no worker `w-2`; choose from"),
        (&["--at", "1h", "jobs", "--running", "maybe"], "true"),
        (&["--at", "1h", "jobs", "--limit", "-1"], "'-1'"),
        (&["--at", "1h", "workers", "--limit", "3"], "--limit selects jobs"),
        (&["--at", "1h", "crons", "--action", "any"], "--action selects jobs"),
        (&["--at", "1h", "logs"], "jobs, workers, crons"),
        (&["jobs"], "--at"),
        (&["--at", "1h"], "DOCUMENT"),
        (&["--at", "1h", "jobs", "--set", "horizon=\"30m\""], "beyond the horizon"),
    ] {
        let output =
            sandbox.claimsim(&[&["audit", "small.toml"], options].concat()).assert().code(2).get_output().clone();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(said) && output.stdout.is_empty(), "{options:?}: {text}");
    }
    sandbox.claimsim(&["audit", "absent.toml", "--at", "1h", "jobs"]).assert().code(2);
}
