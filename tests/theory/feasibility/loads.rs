//! Where no job is lost, the utilization of a resource is the predicted one.

use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::random::stream::{Purpose, Stream, Streams};
use claimsim::internals::stats::{JobScope, Measure, Metric, Statistic};

use super::Seen;

fn utilization(resource: ResourceId) -> Metric {
    let (measure, statistic) = (Measure::Utilization, Statistic::Mean);
    Metric { action: JobScope::None, resource: Some(resource), worker: None, measure, statistic }
}

/// Each resource's load against its simulated utilization, to 4.5 standard errors; these must be
/// below `blunt` of the load.
fn check(text: &str, blunt: f64) {
    let seen = Seen::of(text);
    for load in &seen.outlook.resources {
        let foreseen = load.load().expect("it is offered");
        let (mean, error) = seen.measured(utilization(load.resource));
        assert!(error < blunt * foreseen, "too blunt: {mean} +- {error}\n{text}");
        let tolerance = 4.5 * error + 0.002 * foreseen;
        assert!((mean - foreseen).abs() < tolerance, "{foreseen} is foreseen, {mean} +- {error} measured\n{text}");
    }
}

/// The text of a case: `rest` has its jobs.
fn case(horizon: &str, rest: &str) -> String {
    format!(
        "horizon = \"{horizon}\"\nwarmup = \"2h\"\nseed = 5\nreplications = 8\nclaim = {{ delay = \"none\" }}\n\
         [worker.w]\ncount = 6\ncapacity = {{ slot = 4 }}\n{rest}"
    )
}

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// Service times of any distribution with this mean in seconds.
fn service(stream: &mut Stream, mean: f64) -> String {
    match stream.below(6) {
        0 => format!("\"{mean:.3}s\""),
        1 => format!("{{ exponential = {{ mean = \"{mean:.3}s\" }} }}"),
        2 => format!("{{ lognormal = {{ mean = \"{mean:.3}s\", cv = 1.5 }} }}"),
        3 => format!("{{ gamma = {{ shape = 0.7, mean = \"{mean:.3}s\" }} }}"),
        4 => format!("{{ uniform = {{ low = \"0s\", high = \"{:.3}s\" }} }}", 2.0 * mean),
        _ => format!("{{ weibull = {{ shape = 0.8, mean = \"{mean:.3}s\" }} }}"),
    }
}

/// Arrivals of about this number of jobs an hour.
fn arrival(stream: &mut Stream, per_hour: f64) -> String {
    match stream.below(4) {
        0 => format!("{{ poisson = {{ rate = \"{per_hour:.2}/h\" }} }}"),
        1 => {
            let batch = "batch = { uniform = { low = 0, high = 7 } }";
            format!("{{ poisson = {{ rate = \"{:.2}/h\", {batch} }} }}", per_hour / 3.5)
        }
        2 => {
            let mean = 3_600.0 / per_hour;
            format!("{{ renewal = {{ between = {{ gamma = {{ shape = 2, mean = \"{mean:.3}s\" }} }} }} }}")
        }
        _ => {
            let hours: Vec<String> =
                (0..24).map(|hour| format!("\"{:.2}/h\"", per_hour * f64::from(hour % 5) / 2.0)).collect();
            format!("{{ profile = {{ rates = [{}] }} }}", hours.join(", "))
        }
    }
}

/// What may happen to an attempt of about this number of seconds.
fn fate(stream: &mut Stream, mean: f64) -> String {
    let errors = format!("error = {:.2}\nretries = {}\n", between(stream, 0.0, 0.4), stream.below(4));
    let result = ["cancel", "error"][stream.below(2) as usize];
    let deadline = format!(
        "deadline = \"{:.3}s\"\ndeadline_result = \"{result}\"\nstop_timeout = \"{:.3}s\"\n\
         stops_in = {{ exponential = {{ mean = \"{:.3}s\" }} }}\n",
        between(stream, 0.5, 3.0) * mean,
        0.5 * mean,
        0.3 * mean,
    );
    let deadline = if stream.below(2) == 0 { deadline } else { String::new() };
    let kills = |factor: f64| format!("kill_at_estimate = true\nestimate = {{ factor = {factor} }}\n");
    let estimate = [String::new(), kills(1.2), kills(0.8)][stream.below(3) as usize].clone();
    errors + &deadline + &estimate
}

#[test]
fn utilization_is_as_predicted_for_any_arrivals_and_service_times() {
    for number in 0..24 {
        let mut stream = Streams::new(2_024, number).stream(Purpose::Arrival, "cases");
        let mut rest = String::new();
        for action in 0..=stream.below(2) {
            let (mean, units) = (between(&mut stream, 5.0, 60.0), 1 + stream.below(3));
            let per_hour = between(&mut stream, 1.5, 3.5) / mean * 3_600.0 / units as f64;
            let (arrival, service) = (arrival(&mut stream, per_hour), service(&mut stream, mean));
            let fate = fate(&mut stream, mean);
            rest += &[
                format!("[action.a{action}]\ncapacity = {{ slot = {units} }}"),
                format!("arrival = {arrival}\nservice = {service}\n{fate}"),
            ]
            .join("\n");
        }
        check(&case("74h", &rest), 0.04);
    }
}

#[test]
fn children_count_with_the_attempts_of_their_parents() {
    let rest = "
        [action.image]
        arrival = { poisson = { rate = \"200/h\" } }
        service = \"10s\"
        error = 0.3
        retries = 1
        spawns = { action = \"layer\", count = { uniform = { low = 0, high = 5 } } }
        [action.layer]
        capacity = { slot = 1 }
        service = { exponential = { mean = \"26s\" } }
        error = 0.1
        retries = 2";
    check(&case("26h", rest), 0.02);
}

/// A parent with one child and no queue holds its need for the longer of both service times: at
/// least as long as predicted.
#[test]
fn parents_hold_no_less_than_is_foreseen() {
    let rest = "
        [action.image]
        capacity = { slot = 1 }
        arrival = { poisson = { rate = \"200/h\" } }
        service = \"10s\"
        spawns = { action = \"layer\", count = 1 }
        [action.layer]
        service = { exponential = { mean = \"26s\" } }";
    let seen = Seen::of(&case("26h", rest));
    let foreseen = seen.outlook.resources[0].load().unwrap();
    let (mean, _) = seen.measured(utilization(ResourceId(0)));
    // max(10, C) is 10 + 26 exp(-10/26) s on average.
    let exact = 200.0 / 3_600.0 * (10.0 + 26.0 * 0.680_7) / 24.0;
    assert!(seen.outlook.work[0].waits_for_children && foreseen <= mean && foreseen > 0.9 * exact, "{foreseen} {mean}");
    assert!((mean / exact - 1.0).abs() < 0.05, "{mean} instead of {exact}");
}

/// Known jobs, crons, and rows with their own service time, deadline and need: nothing is random,
/// so no error is allowed.
#[test]
fn known_jobs_use_exactly_what_was_foreseen() {
    let rest = "
        [action.a]
        capacity = { slot = 2 }
        service = \"100s\"
        deadline = \"10m\"
        [cron.a]
        schedule = \"0 */20 * * * *\"
        [action.b]
        capacity = { slot = 1 }
        service = \"1h\"
        [[job]]
        action = \"b\"
        at = \"1h\"
        [[job]]
        action = \"b\"
        at = \"3h\"
        [[job]]
        action = \"a\"
        at = \"4h10m\"
        service = \"30m\"
        [[capacity]]
        worker = \"w-5\"
        at = \"5h\"
        capacity = { slot = 2 }";
    let seen = Seen::of(&case("7h30s", rest));
    // From 2 h on: firings at 2:00, 2:20, …, 7:00, of which the last is still under way at the end,
    // one job of an hour, and one stopped after ten minutes.
    let used = 2.0 * (16.0 * 100.0) + 3_600.0 + 2.0 * 600.0;
    let offered = 24.0 * 18_030.0 - 2.0 * 7_230.0;
    let load = seen.outlook.resources[0];
    assert!(
        (load.demand * 18_030.0 - used).abs() < 1e-6 && (load.offered * 18_030.0 - offered).abs() < 1e-6,
        "{load:?}"
    );
    let (mean, error) = seen.measured(utilization(ResourceId(0)));
    assert!(error == 0.0 && (mean - (used - 2.0 * 70.0) / offered).abs() < 1e-9, "{mean} {}", used / offered);
}

/// A closed population: no more jobs than there are customers and cycles.
#[test]
fn closed_populations_ask_for_no_more_than_their_cycles_allow() {
    let rest = "
        [action.a]
        capacity = { slot = 4 }
        arrival = { closed = { population = 12, think = \"60s\" } }
        service = { exponential = { mean = \"60s\" } }";
    let seen = Seen::of(&case("26h", rest));
    let foreseen = seen.outlook.resources[0].load().unwrap();
    let (mean, _) = seen.measured(utilization(ResourceId(0)));
    assert!((foreseen - 12.0 / 120.0 * 60.0 / 6.0).abs() < 1e-9 && mean < foreseen && mean > 0.7 * foreseen, "{mean}");
    assert!(seen.outlook.load().is_none() && seen.outlook.findings.is_empty(), "{:?}", seen.outlook.findings);
}
