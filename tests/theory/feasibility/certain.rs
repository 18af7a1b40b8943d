//! What the analysis calls certain, on random scenarios and under every policy.

use std::fmt::Write;

use claimsim::internals::experiment::feasibility::{Excess, Finding};
use claimsim::internals::random::stream::{Purpose, Stream, Streams};
use claimsim::internals::stats::Statistic;

use super::{Seen, jobs};

/// Every policy, and both forms that know the length of jobs.
const POLICIES: [&str; 18] = [
    "\"first-fit\"",
    "\"strict-fifo\"",
    "\"priority\"",
    "\"shortest-first\"",
    "{ shortest-first = { by = \"estimate\" } }",
    "\"longest-first\"",
    "\"smallest-first\"",
    "\"largest-first\"",
    "\"best-fit\"",
    "\"worst-fit\"",
    "\"earliest-deadline\"",
    "\"fair-share\"",
    "\"max-weight\"",
    "{ reserve-after = { patience = \"10m\" } }",
    "\"easy-backfill\"",
    "{ easy-backfill = { order = \"shortest\" } }",
    "\"conservative-backfill\"",
    "\"random\"",
];

fn pick<'a>(stream: &mut Stream, all: &[&'a str]) -> &'a str {
    all[stream.below(all.len() as u64) as usize]
}

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// Service times with a mean of about `mean` seconds; in most of these kinds a few long jobs are
/// much of the work.
fn service(stream: &mut Stream, mean: f64) -> String {
    let time = |factor: f64| format!("\"{:.3}s\"", factor * mean);
    match stream.below(7) {
        0 => time(1.0),
        1 => format!("{{ exponential = {{ mean = {} }} }}", time(1.0)),
        2 => format!("{{ lognormal = {{ mean = {}, cv = 3 }} }}", time(1.0)),
        3 => format!("{{ empirical = {{ values = [{0}, {0}, {0}, {0}, {1}] }} }}", time(0.1), time(4.6)),
        4 => format!("{{ uniform = {{ low = \"0s\", high = {} }} }}", time(2.0)),
        5 => format!("{{ pareto = {{ shape = 1.5, low = {} }} }}", time(0.33)),
        _ => {
            let (short, long) = (time(0.5), time(50.0));
            format!(
                "{{ hyperexponential = {{ phases = [{{ p = 0.99, mean = {short} }}, {{ p = 0.01, mean = {long} }}] }} }}"
            )
        }
    }
}

/// About `number` jobs in `seconds` seconds.
fn arrival(stream: &mut Stream, number: f64, seconds: f64) -> String {
    let gap = seconds / number;
    match stream.below(6) {
        0 | 1 => format!("arrival = {{ poisson = {{ rate = \"{:.5}/s\" }} }}\n", 1.0 / gap),
        2 => format!("arrival = {{ renewal = {{ between = \"{:.3}s\", batch = 4 }} }}\n", 4.0 * gap),
        3 => {
            let between = format!("{{ uniform = {{ low = \"0s\", high = \"{:.3}s\" }} }}", 2.0 * gap);
            format!("arrival = {{ renewal = {{ between = {between} }} }}\n")
        }
        4 => {
            let rates: Vec<String> = (0..24).map(|hour| format!("\"{:.5}/s\"", f64::from(hour % 3) / gap)).collect();
            format!("arrival = {{ profile = {{ rates = [{}] }} }}\n", rates.join(", "))
        }
        _ => {
            let every = (gap * 12.0).ceil();
            format!(
                "arrival = {{ renewal = {{ between = \"{every}s\", batch = {{ uniform = {{ low = 0, high = 24 }} }} }} }}\n"
            )
        }
    }
}

/// What may happen to an attempt of about this number of seconds.
fn fate(stream: &mut Stream, mean: f64) -> String {
    let mut fate = String::new();
    if stream.below(3) == 0 {
        write!(fate, "error = {:.2}\nretries = {}\n", between(stream, 0.1, 0.6), 1 + stream.below(3)).unwrap();
        fate += pick(stream, &["", "", "backoff = \"1h\"\n"]);
    }
    if stream.below(4) == 0 {
        let result = pick(stream, &["cancel", "error"]);
        let stop = between(stream, 0.0, 0.5) * mean;
        write!(
            fate,
            "deadline = \"{:.3}s\"\ndeadline_result = \"{result}\"\nstop_timeout = \"{stop:.3}s\"\n\
             stops_in = {{ exponential = {{ mean = \"{:.3}s\" }} }}\n",
            between(stream, 0.5, 3.0) * mean,
            0.3 * mean,
        )
        .unwrap();
    }
    fate += pick(stream, &["", "", "", "kill_at_estimate = true\nestimate = { factor = 0.7 }\n"]);
    fate += pick(stream, &["", "", "", "on_worker_dead = \"requeue-always\"\n"]);
    fate
}

/// What happens to the workers within this number of seconds.
fn changes(stream: &mut Stream, seconds: f64) -> String {
    let (at, lasts) = (between(stream, 0.1, 0.7) * seconds, between(stream, 0.05, 0.5) * seconds);
    let kind = pick(stream, &["crash", "partition", "shutdown"]);
    match stream.below(6) {
        0 => format!("[[outage]]\nworker = \"w\"\nat = \"{at:.0}s\"\nfor = \"{lasts:.0}s\"\nkind = \"{kind}\"\n"),
        1 => format!("[[capacity]]\nworker = \"w-0\"\nat = \"{at:.0}s\"\ncapacity = {{ a = 1, b = 0 }}\n"),
        2 => format!("[[capacity]]\nworker = \"w\"\nat = \"5s\"\ncapacity = {{ a = {} }}\n", stream.below(2)),
        _ => String::new(),
    }
}

/// Some actions that offer a load between 0.6 and 3 to a few workers.
fn scenario(number: u64) -> String {
    let stream = &mut Streams::new(2_026, number).stream(Purpose::Arrival, "certain");
    let is_short = stream.below(2) == 0;
    let (seconds, mean) = if is_short { (7_200.0, 240.0) } else { (40_000.0, 120.0) };
    let workers = 1 + stream.below(3);
    let mut text = format!(
        "horizon = \"{seconds}s\"\ncooldown = \"none\"\nreplications = 6\nseed = {number}\n\
         [worker.w]\ncount = {workers}\ncapacity = {{ a = {}, b = {} }}\n",
        1 + stream.below(4),
        stream.below(3),
    );
    if stream.below(5) == 0 {
        let (up, down) = (between(stream, 0.02, 3.0) * seconds, between(stream, 0.02, 1.0) * seconds);
        let kind = pick(stream, &["crash", "partition", "shutdown"]);
        let up = pick(stream, &["constant = ", "exponential = { mean = "]).to_owned() + &format!("\"{up:.0}s\"");
        let up = if up.contains("mean") { up + " }" } else { up };
        writeln!(text, "outages = {{ up = {{ {up} }}, down = \"{down:.0}s\", kind = \"{kind}\" }}").unwrap();
    }
    text += &changes(stream, seconds);
    if stream.below(2) == 0 {
        text += "[worker.v]\ncount = 2\ncapacity = { a = 2, b = 2 }\n";
    }
    let actions = 1 + stream.below(3);
    for action in 0..actions {
        let mean = mean * between(stream, 0.3, 2.0);
        let load = between(stream, 0.6, 3.0) * (workers + 1) as f64 * 2.0 / actions as f64;
        let (a, b) = (1 + stream.below(2), stream.below(2));
        write!(text, "[action.x{action}]\ncapacity = {{ a = {a}, b = {b} }}\n").unwrap();
        writeln!(text, "service = {}", service(stream, mean)).unwrap();
        text += &arrival(stream, load * seconds / mean / a as f64, seconds);
        text += &fate(stream, mean);
        text += pick(stream, &["", "", "", "patience = \"20m\"\n"]);
        if action == 0 && stream.below(4) == 0 {
            text += pick(
                stream,
                &[
                    "spawns = { action = \"child\", count = { uniform = { low = 0, high = 4 } } }\n",
                    "spawns = { action = \"child\", count = 2 }\n",
                ],
            );
            write!(text, "[action.child]\nservice = {}\ncapacity = {{ b = 1 }}\n", service(stream, mean)).unwrap();
        }
    }
    text
}

#[test]
fn no_policy_does_better_than_what_is_called_certain() {
    let (mut counted, mut vague, mut sharp) = (0, 0, 0);
    for number in 0..60 {
        let text = scenario(number);
        let policies = if number % 4 == 0 { &POLICIES[..] } else { &POLICIES[3..5] };
        for policy in policies {
            let text = format!("claim = {{ delay = \"none\", policy = {policy} }}\n{text}");
            let seen = Seen::of(&text);
            let Some(Finding::Overload { excess, .. }) = seen.outlook.findings.first() else { continue };
            let foreseen = match excess {
                Excess::Grows { per_hour } => per_hour * seen.outlook.seconds / 3_600.0,
                Excess::Left { jobs } => *jobs,
                Excess::Balanced | Excess::Leaves { .. } => continue,
            };
            let (left, error) = seen.measured(jobs(Statistic::Unfinished));
            assert!(left > 0.0 && left >= foreseen - 4.5 * error, "{foreseen}, but {left} +- {error}\n{text}");
            counted += u32::from(foreseen > 0.0);
            vague += u32::from(foreseen == 0.0);
            sharp += u32::from(*policy == "\"shortest-first\"" && left < 1.15 * foreseen + 2.0);
        }
    }
    assert!(counted > 100 && vague < counted / 2 && sharp >= 6, "{counted} counted, {vague} vague, {sharp} sharp");
}
