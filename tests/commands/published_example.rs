//! The customer's published example, from the documents themselves to the job log: of three waiting
//! jobs, 0 and 2 are claimed, and 1 waits for 0.

use std::collections::BTreeMap;
use std::fs;

use crate::support::Sandbox;

const SCENARIO: &str = r#"
name = "published"
start = "2017-02-17T00:00:00Z"
horizon = "10m"

[registry]
workers = "workers.json"
jobs = "jobs.json"
action = "scan_check_single"

[action.scan_check_single]
service = { exponential = { mean = "26s" } }
"#;

/// The rows of the job log, by job number.
fn log(sandbox: &Sandbox, seed: u64, claim: &str) -> Vec<BTreeMap<String, String>> {
    let set = format!("claim.delay={claim}");
    let arguments =
        ["run", "published.toml", "--jobs", "--quiet", "--out", "run", "--set", &set, "--seed", &seed.to_string()];
    sandbox.claimsim(&arguments).assert().success();
    let mut reader = csv::Reader::from_path(sandbox.path("run/jobs.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn jobs_0_and_2_are_claimed_and_1_waits_for_0() {
    let sandbox = Sandbox::with("published.toml", SCENARIO);
    for name in ["workers.json", "jobs.json"] {
        let document = fs::read_to_string(format!("scenarios/registry/{name}")).unwrap();
        sandbox.write(name, &document);
    }
    for seed in 1..=20 {
        for claim in ["none", r#"{ uniform = { low = "0s", high = "3s" } }"#] {
            let rows = log(&sandbox, seed, claim);
            let at = |job: usize, column: &str| rows[job][column].parse::<f64>().unwrap();
            assert_eq!(rows.len(), 3);
            assert!(rows.iter().all(|row| row["worker"] == "000000000000" && row["scheduled_at_s"] == "0.000000000"));
            let (first, second, third) = (at(0, "claimed_at_s"), at(1, "claimed_at_s"), at(2, "claimed_at_s"));
            assert!(second >= at(0, "ended_at_s"), "job 1 is claimed at {second}, before job 0 has ended");
            if claim == "none" {
                assert_eq!((first, third, second), (0.0, 0.0, at(0, "ended_at_s")));
            } else {
                // The one worker claims one job per delay: 0, then 2 and at last 1, or 1 before 2
                // if 0 has ended by then.
                let next = third.min(second);
                assert!(first < 3.0 && first < next && next < first + 3.0, "0 at {first}, 1 at {second}, 2 at {third}");
                assert!(second < at(0, "ended_at_s").max(third) + 3.0, "nothing else keeps job 1 waiting");
            }
        }
    }
}
