//! With many capacity maps the engine keeps no sets of what fits where; the jobs run as before.

use std::fmt::Write as _;

use crate::support::Sandbox;

/// Forty actions with two resources on seven workers of three kinds; `more` actions have maps of
/// their own and no jobs.
fn scenario(claim: &str, more: usize) -> String {
    let mut text = format!(
        "horizon = \"2h\"\n[claim]\n{claim}\n\
         [worker.small]\ncount = 3\ncapacity = {{ cpu = 8, mem = 20 }}\n\
         [worker.large]\ncount = 3\ncapacity = {{ cpu = 16, mem = 90 }}\nlabels = {{ os = \"linux\" }}\n\
         [worker.odd]\ncapacity = {{ cpu = 30 }}\n\
         [[outage]]\nworker = \"large\"\nat = \"30m\"\nfor = \"20m\"\nkind = \"crash\"\n\
         [[capacity]]\nworker = \"small\"\nat = \"1h\"\ncapacity = {{ cpu = 6, mem = 12 }}\n"
    );
    for number in 0..40 {
        let (cpu, mem) = (1 + number % 7, (number * 5) % 23);
        let runs_on = if number % 5 == 0 { "runs_on = { os = \"linux\" }\n" } else { "" };
        let _ = write!(
            text,
            "[action.a{number}]\ncapacity = {{ cpu = {cpu}, mem = {mem} }}\npriority = {}\n{runs_on}\
             arrival = {{ poisson = {{ rate = \"9/h\" }} }}\nservice = {{ exponential = {{ mean = \"8m\" }} }}\n",
            number % 3
        );
    }
    for number in 0..more {
        let mem = number % 90 + 1;
        let _ = write!(text, "[action.b{number}]\ncapacity = {{ cpu = 16, mem = {mem} }}\nservice = \"1s\"\n");
    }
    text
}

#[test]
fn jobs_run_alike_with_few_and_with_many_needs() {
    for claim in [
        "delay = \"none\"",
        "delay = \"none\"\nplacement = \"first\"\npolicy = \"priority\"",
        "delay = \"none\"\nplacement = \"least-free\"\npass = \"event\"",
        "delay = \"none\"\npolicy = \"easy-backfill\"",
        "delay = \"none\"\npolicy = \"best-fit\"",
        "delay = \"none\"\npolicy = { reserve-after = { patience = \"10m\" } }",
        "policy = \"shortest-first\"",
        "policy = \"fair-share\"\nbatch = \"all\"",
        "policy = \"strict-fifo\"",
    ] {
        let sandbox = Sandbox::new();
        let log = |more: usize| {
            sandbox.write("s.toml", &scenario(claim, more));
            sandbox.stdout(&["run", "s.toml", "--jobs", "--quiet", "--out", "run"]);
            std::fs::read_to_string(sandbox.path("run/jobs.csv")).unwrap()
        };
        let (few, many) = (log(0), log(80));
        assert!(few.lines().count() > 600 && few == many, "{claim}");
        let rows: Vec<&str> = few.lines().collect();
        assert!(rows.iter().any(|row| row.contains("worker_dead") || row.contains("error")), "the outage matters");
    }
}
