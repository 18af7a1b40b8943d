//! `--precision` and `--extend`: replications until the precision is reached, and finished runs
//! that continue as if they had never ended.

use serde_json::Value;

use crate::support::Sandbox;

fn run(sandbox: &Sandbox, arguments: &[&str]) {
    sandbox.claimsim(&[&["run", "--quiet"], arguments].concat()).assert().success().stdout("");
}

/// The message of a refused run.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let assert = sandbox.claimsim(&[&["run"], arguments].concat()).assert().code(2);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let assert = sandbox.claimsim(&[&["run", "--json"], arguments].concat()).assert().success();
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

#[test]
fn a_run_that_goes_on_leaves_the_bytes_of_one_longer_run() {
    let sandbox = Sandbox::small();
    for jobs in [&[][..], &["--jobs"]] {
        run(&sandbox, &[&["small.toml", "--replications", "3", "--out", "three"], jobs].concat());
        run(&sandbox, &[&["small.toml", "--replications", "8", "--out", "eight"], jobs].concat());
        run(&sandbox, &["--extend", "three", "--replications", "5", "--out", "five"]);
        run(&sandbox, &["--extend", "five", "--replications", "8", "--threads", "1"]);
        let (whole, parts) = (sandbox.files("eight"), sandbox.files("five"));
        assert_eq!(whole.len(), 15 + jobs.len(), "tables, charts, scenario and manifest");
        for (one, other) in whole.iter().zip(&parts) {
            assert!(one == other, "{} differs", one.0.display());
        }
        assert_eq!(whole.len(), parts.len());
        sandbox.claimsim(&["reproduce", "five", "--quiet"]).assert().success();
    }
}

#[test]
fn old_replications_are_not_run_again() {
    let sandbox = Sandbox::small();
    // A long run, and one more replication of it: its rows must come from the file.
    run(&sandbox, &["small.toml", "--replications", "2", "--jobs", "--out", "two"]);
    let jobs = std::fs::read_to_string(sandbox.path("two/jobs.csv")).unwrap();
    run(&sandbox, &["--extend", "two", "--replications", "3", "--out", "three"]);
    let longer = std::fs::read_to_string(sandbox.path("three/jobs.csv")).unwrap();
    assert!(longer.len() > jobs.len() && longer.starts_with(&jobs));
    // A modified folder is detected and left as it is.
    let forged = jobs.replacen("done", "error", 1);
    std::fs::write(sandbox.path("two/jobs.csv"), &forged).unwrap();
    let told = refused(&sandbox, &["--extend", "two", "--replications", "3"]);
    assert!(told.contains("two has been changed since it was made (jobs.csv)"), "{told}");
    assert_eq!(std::fs::read_to_string(sandbox.path("two/jobs.csv")).unwrap(), forged);
}

#[test]
fn replications_are_added_until_the_precision_is_reached() {
    let sandbox = Sandbox::small();
    let asked = ["small.toml", "--precision", "mean(wait) ±8%", "--precision", "share(wait < 1s) ±4%"];
    let document = json(&sandbox, &[&asked[..], &["--out", "narrow"]].concat());
    let replications = document["replications"].as_u64().unwrap();
    assert!((30..1000).contains(&replications), "{replications}");
    for goal in document["precision"].as_array().unwrap() {
        assert_eq!(goal["reached"], true, "{goal}");
        assert!(goal["half_width"].as_f64() <= goal["wanted"].as_f64(), "{goal}");
    }
    // The table shows the interval that was checked.
    let [low, high] = ["/actions/all/wait_s/ci/mean/0", "/actions/all/wait_s/ci/mean/1"]
        .map(|at| document.pointer(at).and_then(Value::as_f64).unwrap());
    let half = document["precision"][0]["half_width"].as_f64().unwrap();
    assert!(((high - low) / 2.0 - half).abs() < 1e-7 * half);
    assert!(sandbox.path("narrow/precision.csv").exists());
    sandbox.claimsim(&["reproduce", "narrow", "--quiet"]).assert().success();

    // A run with a fixed number continues with the same looks, and ends where a new one would.
    run(&sandbox, &["small.toml", "--precision", "mean(wait) ±8%", "--out", "new"]);
    run(&sandbox, &["small.toml", "--replications", "3", "--out", "old"]);
    run(&sandbox, &["--extend", "old", "--precision", "mean(wait) ±8%"]);
    assert!(sandbox.files("new") == sandbox.files("old"));
    // If the precision is reached already, no replication is added.
    let told = sandbox.claimsim(&["run", "--extend", "old", "--precision", "mean(wait) ±9%"]).assert().success();
    let told = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert!(told.contains("mean(wait): ") && told.contains("none were added"), "{told}");
    assert!(sandbox.files("new") == sandbox.files("old"));
}

#[test]
fn a_precision_that_is_not_reached_is_said_so() {
    let sandbox = Sandbox::small();
    let asked =
        ["run", "small.toml", "--precision", "mean(wait) +-0.01%", "--replications", "4", "--max-replications", "6"];
    let assert = sandbox.claimsim(&asked).assert().success();
    let output = assert.get_output();
    let (told, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("wanted +-0.01%: not reached"), "{told}");
    assert!(warned.contains("warning: 6 replications do not reach the precision"), "{warned}");
    // More may be allowed later.
    run(&sandbox, &["--extend", "results/small", "--max-replications", "9"]);
    assert_eq!(json(&sandbox, &["--extend", "results/small", "--max-replications", "11"])["replications"], 11);
}

#[test]
fn what_cannot_go_on_is_refused_with_the_way_out() {
    let sandbox = Sandbox::small();
    run(&sandbox, &["small.toml", "--out", "run"]);
    for (arguments, words) in [
        (&["--extend", "run"][..], "--extend needs a goal: run has 3 replications"),
        (&["--extend", "run", "--replications", "3"], "has 3 replications already; write a larger number"),
        (&["--extend", "run", "--replications", "5", "--seed", "2"], "cannot be used with"),
        (&["--extend", "nowhere", "--replications", "5"], "nowhere is not a run of claimsim"),
        (&["--extend", "run", "--precision", "share(wait < 1s) ±5%"], "has not measured a share"),
        (&["small.toml", "--max-replications", "5"], "--max-replications limits --precision, which is missing"),
        (&["small.toml", "--precision", "mean(wait)"], "a `±` is missing here"),
        (&["small.toml", "--precision", "mean(wait) ±5"], "`±5` is in another unit than mean(wait)"),
        (&["small.toml", "--precision", "max(wait) ±5%"], "a maximum has no interval"),
        (&["small.toml", "--precision", "mean(wait, scna) ±5%"], "no action `scna`"),
        (&[], "required"),
    ] {
        let told = refused(&sandbox, arguments);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    // A modified table with a manifest that agrees with it.
    let manifest = std::fs::read_to_string(sandbox.path("run/manifest.json")).unwrap();
    std::fs::write(sandbox.path("run/manifest.json"), manifest.replace("0.1.0", "0.0.9")).unwrap();
    let told = refused(&sandbox, &["--extend", "run", "--replications", "5"]);
    assert!(told.contains("was made by claimsim 0.0.9"), "{told}");
}
