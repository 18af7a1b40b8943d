//! Jobs that take nothing from others do not move them, also where lots decide.

use crate::support::Sandbox;

/// Jobs of `a` and `b` meet in batches, at whole seconds, and try again; those of `c` come from
/// customers. The jobs of `by` need nothing and the jobs of `own` have a worker to themselves.
const SHARED: &str = r#"
    horizon = "300s"
    [claim]
    delay = "none"
    [worker.w]
    count = 4
    capacity = { s = 2 }
    [worker.other]
    count = 2
    capacity = { z = 1 }
    [action.by]
    service = "0s"
    arrival = { poisson = { rate = "2/s" } }
    [action.each-second]
    service = "0s"
    arrival = { renewal = { between = "1s", batch = 3 } }
    [action.own]
    capacity = { z = 1 }
    service = { exponential = { mean = "3s" } }
    arrival = { poisson = { rate = "1/s" } }
    [action.a]
    capacity = { s = 1 }
    service = { exponential = { mean = "2s" } }
    arrival = { renewal = { between = "4s", batch = 9 } }
    error = 0.3
    retries = 2
    [action.b]
    capacity = { s = 2 }
    service = "1s"
    arrival = { renewal = { between = "2s", batch = 1 } }
    [action.c]
    capacity = { s = 1 }
    service = { lognormal = { mean = "1s", cv = 2 } }
    arrival = { closed = { population = 3, think = { exponential = { mean = "5s" } } } }
"#;

/// The rows of `a`, `b` and `c` without their numbers, in order.
fn rows(settings: &[&str]) -> Vec<String> {
    let sandbox = Sandbox::with("s.toml", SHARED);
    let mut arguments = vec!["run", "s.toml", "--jobs", "--quiet", "--replications", "1", "--out", "out"];
    for setting in settings {
        arguments.extend(["--set", setting]);
    }
    sandbox.stdout(&arguments);
    let jobs = std::fs::read_to_string(sandbox.path("out/jobs.csv")).expect("the job log");
    let mut lines = jobs.lines();
    let columns: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let kept = ["action", "scheduled_at_s", "claimed_at_s", "ended_at_s", "worker"];
    let places = kept.map(|name| columns.iter().position(|column| *column == name).expect(name));
    let row = |line: &str| places.map(|place| line.split(',').nth(place).expect("a cell")).join(",");
    let mut rows: Vec<String> =
        lines.map(row).filter(|row| ["a,", "b,", "c,"].iter().any(|own| row.starts_with(own))).collect();
    rows.sort();
    rows
}

#[test]
fn jobs_that_take_nothing_do_not_move_others() {
    let without = ["action.by.arrival.poisson.rate=0/s", "action.own.arrival.poisson.rate=0/s"];
    let later = ["action.each-second.arrival.renewal.between=1000s"];
    let mut outcomes = Vec::new();
    for policy in ["first-fit", "random"] {
        for pass in ["instant", "event"] {
            let (policy, pass) = (format!("claim.policy={policy}"), format!("claim.pass={pass}"));
            let run = |settings: &[&str]| rows(&[&[policy.as_str(), pass.as_str()], settings].concat());
            let all = run(&[]);
            assert!(all.len() > 800, "{} rows", all.len());
            assert!(all == run(&without), "{policy}, {pass}: jobs at other times");
            // With a pass for each event, clocks of needs go on from one pass to the next.
            if policy.ends_with("first-fit") || pass.ends_with("instant") {
                assert!(all == run(&later), "{policy}, {pass}: jobs at the same times");
            }
            outcomes.push(all);
        }
    }
    assert_ne!(outcomes[0], outcomes[2], "the policies differ");
    let first = rows(&["claim.placement=first"]);
    assert_ne!(outcomes[0], first, "the placements differ");
}
