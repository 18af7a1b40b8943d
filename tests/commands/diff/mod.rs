//! `claimsim diff`: the first difference of two runs, compared with their job logs.

mod kinds;
mod policies;
mod wrong;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Sandbox;

/// A busy scenario under instant claiming: three actions compete for two workers, with estimates,
/// priorities, deadlines, errors and retries.
pub(crate) const BUSY: &str = r#"
name = "busy"
horizon = "2h"
seed = 11
replications = 3
claim = { delay = "none" }

[worker.w]
count = 2
capacity = { slot = 3 }

[action.small]
capacity = { slot = 1 }
arrival = { poisson = { rate = "4/min" } }
service = { lognormal = { mean = "30s", cv = 1.5 } }
estimate = { factor = { uniform = { low = 1, high = 3 } } }
error = 0.1
retries = 2
backoff = "5s"

[action.middle]
capacity = { slot = 2 }
arrival = { poisson = { rate = "1/min" } }
service = { exponential = { mean = "40s" } }
priority = 2
deadline = "3m"

[action.large]
capacity = { slot = 3 }
arrival = { poisson = { rate = "10/h" } }
service = { uniform = { low = "10s", high = "2m" } }
priority = 1
"#;

/// Runs a scenario with its job log.
pub(crate) fn run(sandbox: &Sandbox, scenario: &str, out: &str, options: &[&str]) {
    let arguments = [&["run", scenario, "--quiet", "--jobs", "--out", out], options].concat();
    sandbox.claimsim(&arguments).assert().success();
}

/// What `claimsim diff --json` says of two runs, having checked that the exit code agrees with it.
pub(crate) fn diff(sandbox: &Sandbox, runs: [&str; 2], options: &[&str]) -> Value {
    let arguments = [&["diff", runs[0], runs[1], "--json"], options].concat();
    let output = sandbox.claimsim(&arguments).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let same = document["same"].as_bool().expect("it says whether they are the same");
    assert_eq!(output.status.code(), Some(i32::from(!same)), "{said}");
    assert_eq!(said, "", "nothing but the document");
    document
}

/// The same as text.
pub(crate) fn text(sandbox: &Sandbox, runs: [&str; 2], options: &[&str]) -> String {
    let output =
        sandbox.claimsim(&[&["diff", runs[0], runs[1]], options].concat()).output().expect("the program starts");
    String::from_utf8(output.stdout).expect("text")
}

/// Something that a job log says: when, what, of which job, and by which worker or with which
/// status.
pub(crate) type Fact = (String, &'static str, u64, String);

/// The claims and ends of one replication, from its log.
pub(crate) fn facts(sandbox: &Sandbox, run: &str, replication: u64) -> BTreeSet<Fact> {
    let mut log = csv::Reader::from_path(sandbox.path(run).join("jobs.csv")).expect("the run has a job log");
    let mut facts = BTreeSet::new();
    for row in log.deserialize::<std::collections::BTreeMap<String, String>>().map(Result::unwrap) {
        if row["replication"] != replication.to_string() {
            continue;
        }
        let job = row["job"].parse().expect("a number");
        for (key, what, detail) in [("claimed_at_s", "claimed", "worker"), ("ended_at_s", "ended", "status")] {
            if !row[key].is_empty() {
                facts.insert((padded(&row[key]), what, job, row[detail].clone()));
            }
        }
    }
    facts
}

/// Seconds as the log has them, with zeros in front, so that texts sort by time.
fn padded(seconds: &str) -> String {
    format!("{seconds:0>20}")
}

/// An instant of a document as the log has it.
pub(crate) fn instant(seconds: &Value) -> String {
    let nanos = (seconds.as_f64().expect("an instant") * 1e9).round() as u64;
    padded(&format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000))
}
