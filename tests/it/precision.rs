//! `--precision` and `--extend`: as many replications as it takes, and a finished run that goes on as if it had never ended.

use serde_json::Value;

use crate::program::{Place, SMALL};

/// A place with the small scenario.
fn place() -> Place {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place
}

fn run(place: &Place, arguments: &[&str]) {
    place.claimsim(&[&["run", "--quiet"], arguments].concat()).assert().success().stdout("");
}

/// What is said on standard error by a command that has to be refused.
fn refused(place: &Place, arguments: &[&str]) -> String {
    let assert = place.claimsim(&[&["run"], arguments].concat()).assert().code(2);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let assert = place.claimsim(&[&["run", "--json"], arguments].concat()).assert().success();
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

#[test]
fn a_run_that_goes_on_leaves_the_bytes_of_one_longer_run() {
    let place = place();
    for jobs in [&[][..], &["--jobs"]] {
        run(&place, &[&["small.toml", "--replications", "3", "--out", "three"], jobs].concat());
        run(&place, &[&["small.toml", "--replications", "8", "--out", "eight"], jobs].concat());
        run(&place, &["--extend", "three", "--replications", "5", "--out", "five"]);
        run(&place, &["--extend", "five", "--replications", "8", "--threads", "1"]);
        let (whole, parts) = (place.files("eight"), place.files("five"));
        assert_eq!(whole.len(), 9 + jobs.len(), "tables, charts, scenario and manifest");
        for (one, other) in whole.iter().zip(&parts) {
            assert!(one == other, "{} differs", one.0.display());
        }
        assert_eq!(whole.len(), parts.len());
        place.claimsim(&["reproduce", "five", "--quiet"]).assert().success();
    }
}

#[test]
fn old_replications_are_not_run_again() {
    let place = place();
    // The whole of a long run, and one more replication of it: its rows come from the file, or the file is not theirs.
    run(&place, &["small.toml", "--replications", "2", "--jobs", "--out", "two"]);
    let jobs = std::fs::read_to_string(place.path("two/jobs.csv")).unwrap();
    run(&place, &["--extend", "two", "--replications", "3", "--out", "three"]);
    let longer = std::fs::read_to_string(place.path("three/jobs.csv")).unwrap();
    assert!(longer.len() > jobs.len() && longer.starts_with(&jobs));
    // A folder that was tampered with is noticed, and left alone.
    let forged = jobs.replacen("done", "error", 1);
    std::fs::write(place.path("two/jobs.csv"), &forged).unwrap();
    let told = refused(&place, &["--extend", "two", "--replications", "3"]);
    assert!(told.contains("two has been changed since it was made (jobs.csv)"), "{told}");
    assert_eq!(std::fs::read_to_string(place.path("two/jobs.csv")).unwrap(), forged);
}

#[test]
fn replications_are_added_until_the_precision_is_reached() {
    let place = place();
    let asked = ["small.toml", "--precision", "mean(wait) ±8%", "--precision", "share(wait < 1s) ±4%"];
    let document = json(&place, &[&asked[..], &["--out", "narrow"]].concat());
    let replications = document["replications"].as_u64().unwrap();
    assert!((30..1000).contains(&replications), "{replications}");
    for goal in document["precision"].as_array().unwrap() {
        assert_eq!(goal["reached"], true, "{goal}");
        assert!(goal["half_width"].as_f64() <= goal["wanted"].as_f64(), "{goal}");
    }
    // The interval of the table is the one that was looked at.
    let [low, high] = ["/actions/all/wait_s/ci/mean/0", "/actions/all/wait_s/ci/mean/1"]
        .map(|at| document.pointer(at).and_then(Value::as_f64).unwrap());
    let half = document["precision"][0]["half_width"].as_f64().unwrap();
    assert!(((high - low) / 2.0 - half).abs() < 1e-9 * half);
    assert!(place.path("narrow/precision.csv").exists());
    place.claimsim(&["reproduce", "narrow", "--quiet"]).assert().success();

    // A run with a fixed number goes on by the same looks, and ends where a new one would.
    run(&place, &["small.toml", "--precision", "mean(wait) ±8%", "--out", "new"]);
    run(&place, &["small.toml", "--replications", "3", "--out", "old"]);
    run(&place, &["--extend", "old", "--precision", "mean(wait) ±8%"]);
    assert!(place.files("new") == place.files("old"));
    // And where all is known well enough, nothing is added.
    let told = place.claimsim(&["run", "--extend", "old", "--precision", "mean(wait) ±9%"]).assert().success();
    let told = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert!(told.contains("mean(wait): ") && told.contains("none were added"), "{told}");
    assert!(place.files("new") == place.files("old"));
}

#[test]
fn a_precision_that_is_not_reached_is_said_so() {
    let place = place();
    let asked =
        ["run", "small.toml", "--precision", "mean(wait) +-0.01%", "--replications", "4", "--max-replications", "6"];
    let assert = place.claimsim(&asked).assert().success();
    let output = assert.get_output();
    let (told, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("wanted +-0.01%: not reached"), "{told}");
    assert!(warned.contains("warning: 6 replications do not reach the precision"), "{warned}");
    // More may be allowed later.
    run(&place, &["--extend", "results/small", "--max-replications", "9"]);
    assert_eq!(json(&place, &["--extend", "results/small", "--max-replications", "11"])["replications"], 11);
}

#[test]
fn what_cannot_go_on_is_refused_with_the_way_out() {
    let place = place();
    run(&place, &["small.toml", "--out", "run"]);
    for (arguments, words) in [
        (&["--extend", "run"][..], "--extend needs a goal: run has 3 replications"),
        (&["--extend", "run", "--replications", "3"], "has 3 replications already; write a larger number"),
        (&["--extend", "run", "--replications", "5", "--seed", "2"], "cannot be used with"),
        (&["--extend", "nowhere", "--replications", "5"], "nowhere is not a run of claimsim"),
        (&["--extend", "run", "--precision", "share(wait < 1s) ±5%"], "has not measured a share"),
        (&["small.toml", "--max-replications", "5"], "--max-replications limits --precision, which is missing"),
        (&["small.toml", "--precision", "mean(wait)"], "a `±` is missing here"),
        (&["small.toml", "--precision", "mean(wait) ±5"], "`±5` is in another unit than mean(wait)"),
        (&["small.toml", "--precision", "max(wait) ±5%"], "a largest value has no interval"),
        (&["small.toml", "--precision", "mean(wait, scna) ±5%"], "no action `scna`"),
        (&[], "required"),
    ] {
        let told = refused(&place, arguments);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    // A table that is not as the run left it, with a manifest that agrees with it.
    let manifest = std::fs::read_to_string(place.path("run/manifest.json")).unwrap();
    std::fs::write(place.path("run/manifest.json"), manifest.replace("0.1.0", "0.0.9")).unwrap();
    let told = refused(&place, &["--extend", "run", "--replications", "5"]);
    assert!(told.contains("was made by claimsim 0.0.9"), "{told}");
}
