//! Overloaded queues grow as predicted, and others do not grow.

use claimsim::internals::experiment::feasibility::{Excess, Finding};
use claimsim::internals::random::stream::{Purpose, Stream, Streams};
use claimsim::internals::stats::Statistic;

use super::{Seen, jobs};

fn between(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * stream.uniform()
}

/// The mean number of jobs in a run.
const JOBS: f64 = 40_000.0;

/// Workers of some kinds, and jobs of one need that offer this load to them.
fn one_need(stream: &mut Stream, load: f64) -> String {
    let need = [1 + stream.below(3), stream.below(3)];
    // The last kind of worker has room for every job.
    let mut workers = vec![(1, need[0], need[1])];
    for _ in 0..=stream.below(3) {
        workers.insert(0, (1 + stream.below(3), 1 + stream.below(8), stream.below(8)));
    }
    let fit = |a: u64, b: u64| (a / need[0]).min(b.checked_div(need[1]).unwrap_or(u64::MAX));
    let slots: u64 = workers.iter().map(|(count, a, b)| count * fit(*a, *b)).sum();
    let kind = |(kind, (count, a, b)): (usize, &(u64, u64, u64))| {
        format!("[worker.k{kind}]\ncount = {count}\ncapacity = {{ a = {a}, b = {b} }}\n")
    };
    let workers: String = workers.iter().enumerate().map(kind).collect();
    let mean = between(stream, 5.0, 30.0);
    let rate = load * slots as f64 / mean * 3_600.0;
    let horizon = JOBS / rate;
    format!(
        "horizon = \"{horizon:.6}h\"\nreplications = 2\nseed = 3\nclaim = {{ delay = \"none\" }}\n{workers}[action.x]\n\
         capacity = {{ a = {}, b = {} }}\narrival = {{ poisson = {{ rate = \"{rate:.4}/h\" }} }}\n\
         service = {{ exponential = {{ mean = \"{mean:.4}s\" }} }}\n",
        need[0], need[1]
    )
}

#[test]
fn queues_of_one_need_grow_exactly_above_load_one() {
    for number in 0..16 {
        let mut stream = Streams::new(7, number).stream(Purpose::Arrival, "loads");
        let is_much = number % 2 == 1;
        let load = if is_much { between(&mut stream, 1.1, 1.6) } else { between(&mut stream, 0.5, 0.9) };
        let text = one_need(&mut stream, load);
        let seen = Seen::of(&text);
        assert!(
            (seen.outlook.load().unwrap() / load - 1.0).abs() < 1e-3,
            "{:?} instead of {load}\n{text}",
            seen.outlook.load()
        );
        let (arrived, _) = seen.measured(jobs(Statistic::Arrived));
        let (left, _) = seen.measured(jobs(Statistic::Unfinished));
        let found = seen.outlook.findings.iter().find_map(|finding| match finding {
            Finding::Overload { excess: Excess::Grows { per_hour }, .. } => {
                Some(per_hour * seen.outlook.seconds / 3_600.0)
            }
            _ => None,
        });
        match found {
            // The certain number is that of a policy that takes short jobs first.
            Some(foreseen) => assert!(is_much && left > foreseen && foreseen > 0.0, "{left} of {foreseen}\n{text}"),
            None => assert!(!is_much && left < 0.01 * arrived + 60.0, "{left} of {arrived}\n{text}"),
        }
    }
}

/// Two needs on two kinds of workers at a load of at least 1.1 by the linear program, mostly
/// without a full resource: under no policy fewer jobs remain than predicted.
#[test]
fn above_one_no_policy_keeps_up() {
    let mut without_a_full_resource = 0;
    for number in 0..8 {
        let mut stream = Streams::new(11, number).stream(Purpose::Arrival, "pools");
        let (large, small) = (between(&mut stream, 4.5, 6.0), between(&mut stream, 0.2, 3.0));
        let mean = between(&mut stream, 30.0, 90.0);
        let text = format!(
            "horizon = \"10d\"\nseed = 3\n\
             [worker.small]\ncount = 4\ncapacity = {{ slot = 2, memory = 8 }}\n\
             [worker.large]\ncount = 2\ncapacity = {{ slot = 5, memory = 30 }}\n\
             [action.small]\ncapacity = {{ slot = 1, memory = 2 }}\narrival = {{ poisson = {{ rate = \"{:.3}/h\" }} }}\nservice = \"20s\"\n\
             [action.large]\ncapacity = {{ slot = 2, memory = 12 }}\narrival = {{ poisson = {{ rate = \"{:.3}/h\" }} }}\n\
             service = {{ exponential = {{ mean = \"{mean:.3}s\" }} }}\n",
            small / 20.0 * 3_600.0,
            large / mean * 3_600.0,
        );
        for policy in ["first-fit", "strict-fifo", "max-weight", "largest-first"] {
            let seen = Seen::of(&format!("claim = {{ policy = \"{policy}\", delay = \"none\" }}\n{text}"));
            let finding = seen.outlook.findings.first();
            let Some(Finding::Overload { excess: Excess::Grows { per_hour }, bottleneck, load, .. }) = finding else {
                panic!("{:?}\n{text}", seen.outlook.findings)
            };
            without_a_full_resource += u32::from(bottleneck.resource.is_none());
            let (foreseen, left) =
                (per_hour * 240.0, seen.results.estimate(jobs(Statistic::Unfinished)).unwrap().value.unwrap());
            assert!(*load > 1.1 && left > 0.75 * foreseen, "{policy}: {left} of {foreseen}\n{text}");
        }
    }
    assert!(without_a_full_resource >= 16, "{without_a_full_resource} of 32");
}

/// An overload of jobs that run out of patience: at least the predicted share leaves.
#[test]
fn who_may_leave_leaves() {
    let text = "horizon = \"48h\"\nseed = 3\nreplications = 2\nclaim = { delay = \"none\" }\n\
        [worker.w]\ncount = 3\ncapacity = { slot = 1 }\n[action.x]\ncapacity = { slot = 1 }\n\
        arrival = { poisson = { rate = \"600/h\" } }\nservice = \"24s\"\npatience = \"3m\"\n";
    let seen = Seen::of(text);
    let Some(Finding::Overload { excess: Excess::Leaves { share, .. }, .. }) = seen.outlook.findings.first() else {
        panic!("{:?}", seen.outlook.findings)
    };
    assert!((share - 0.25).abs() < 1e-9);
    let (arrived, _) = seen.measured(jobs(Statistic::Arrived));
    let (left, _) = seen.measured(jobs(Statistic::Abandoned));
    assert!(left / arrived > share - 0.01 && left / arrived < share + 0.05, "{left} of {arrived}");
}

/// Where workers run one job at a time and jobs always wait, a job takes its service time and a
/// claim delay: the throughput is the arrival rate divided by the load with delays.
#[test]
fn claim_delays_cost_what_was_foreseen_at_saturation() {
    for (delay, batch) in
        [("{ uniform = { low = \"0s\", high = \"3s\" } }", "one"), ("{ exponential = { mean = \"4s\" } }", "all")]
    {
        // 1170 jobs an hour of 20 s, on five workers that run one at a time: 130 % without delays.
        let text = format!(
            "horizon = \"48h\"\nreplications = 2\nseed = 3\nclaim = {{ delay = {delay}, batch = \"{batch}\" }}\n\
             [worker.w]\ncount = 5\ncapacity = {{ a = 3, b = 3 }}\n[action.x]\ncapacity = {{ a = 2 }}\n\
             arrival = {{ poisson = {{ rate = \"1170/h\" }} }}\nservice = {{ exponential = {{ mean = \"20s\" }} }}\n"
        );
        let seen = Seen::of(&text);
        let delayed = seen.outlook.system_load.as_ref().unwrap().delayed.unwrap();
        assert!(delayed.is_exact && delayed.load > seen.outlook.load().unwrap());
        let (arrived, _) = seen.measured(jobs(Statistic::Arrived));
        let (done, _) = seen.measured(jobs(Statistic::Done));
        assert!((done * delayed.load / arrived - 1.0).abs() < 0.02, "{done} of {arrived} at {}", delayed.load);
    }
}

/// Jobs without a need wait only for claims: a worker claims once per delay.
#[test]
fn claims_are_limited_as_foreseen() {
    let text = "horizon = \"24h\"\nseed = 3\nreplications = 2\n[worker.w]\ncount = 2\ncapacity = { slot = 1 }\n\
        [action.x]\narrival = { poisson = { rate = \"1.6/s\" } }\nservice = \"20s\"\n";
    let seen = Seen::of(text);
    let claims = seen.outlook.claims.unwrap();
    assert!((claims - 1.2).abs() < 1e-9 && matches!(seen.outlook.findings[..], [Finding::ClaimOverload { .. }]));
    let (arrived, _) = seen.measured(jobs(Statistic::Arrived));
    let (done, _) = seen.measured(jobs(Statistic::Done));
    assert!((done * claims / arrived - 1.0).abs() < 0.02, "{done} of {arrived}");
}

/// A backlog that is too large for the run leaves the predicted number of jobs.
#[test]
fn a_run_that_is_too_short_for_its_backlog_leaves_the_rest() {
    let head = "horizon = \"2h\"\nclaim = { delay = \"none\" }\n[worker.w]\ncount = 2\ncapacity = { slot = 1 }\n\
        [action.x]\ncapacity = { slot = 1 }\nservice = \"1m\"\n";
    let backlog = "[[job]]\naction = \"x\"\nat = \"0s\"\n".repeat(300);
    let seen = Seen::of(&format!("{head}{backlog}"));
    let Some(Finding::Overload { excess: Excess::Left { jobs: foreseen }, .. }) = seen.outlook.findings.first() else {
        panic!("{:?}", seen.outlook.findings)
    };
    let left = seen.results.estimate(jobs(Statistic::Unfinished)).unwrap().value.unwrap();
    assert!((foreseen - 60.0).abs() < 1e-6 && (left - 60.0).abs() < 1e-9, "{foreseen} {left}");
}
