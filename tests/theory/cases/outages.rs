//! One server that goes out and returns: attempts that are lost and begin again, attempts that
//! continue unseen, and retries.

use std::fmt::Write;

use claimsim::internals::model::math::{exp, ln};
use claimsim::internals::stats::Statistic;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::formulas::breakdowns::{Breakdowns, Raced};
use crate::formulas::limits::{Fates, Requeue};
use crate::formulas::single::Moments;
use crate::run::{IN_SYSTEM, QUEUE, RESPONSE, RETRIED, SERVICE, WAIT, WITHIN, share, utilization};
use crate::verdict::Case;

/// Up for 10 s and out for 2.5 s on average, with a job every 8 1/3 s.
const SERVER: Breakdowns = Breakdowns { arrivals: 0.12, failures: 0.1, repairs: 0.4 };

/// Service distributions of mean 3 s by name and scenario text, interrupted at that rate.
fn laws(clock: f64) -> [(&'static str, &'static str, Raced); 3] {
    // A lognormal time with a coefficient of variation of 1.5.
    let spread = ln(1.0 + 1.5 * 1.5).sqrt();
    let lognormal = |u| 3.0 * exp(spread * Normal::standard().inverse_cdf(u) - spread * spread / 2.0);
    let phases = [(0.8, 2.0), (0.2, 7.0)];
    [
        ("constant", r#""3s""#, Raced::constant(3.0, clock)),
        (
            "lognormal",
            r#"{ lognormal = { mean = "3s", cv = 1.5 } }"#,
            Raced::by_quantile(Moments::with_cv(3.0, 1.5), lognormal, clock),
        ),
        (
            "mixed",
            r#"{ hyperexponential = { phases = [{ p = 0.8, mean = "2s" }, { p = 0.2, mean = "7s" }] } }"#,
            Raced::hyperexponential(&phases, clock),
        ),
    ]
}

/// One worker under each of the distributions at once, each with a resource of its own; no other
/// worker could declare it dead.
fn breakdowns(seconds: u32, kind: &str) -> Case {
    let laws = laws(0.0);
    let units: Vec<_> = laws.iter().map(|(name, ..)| format!("{name} = 1")).collect();
    let mut body = format!(
        "on_worker_dead = \"requeue-always\"\n[worker.server]\ncapacity = {{ {} }}\n\
         outages = {{ up = {{ exponential = {{ mean = \"10s\" }} }}, down = {{ exponential = {{ mean = \"2500ms\" }} }}, \
         kind = \"{kind}\" }}\n",
        units.join(", "),
    );
    for (name, service, _) in laws {
        write!(
            body,
            "[action.{name}]\ncapacity = {{ {name} = 1 }}\narrival = {{ poisson = {{ rate = \"0.12/s\" }} }}\n\
             service = {service}\n"
        )
        .expect("a string takes all");
    }
    Case::instant(seconds, &body)
}

/// Attempts that end with their worker, at once, and begin again at the end of the queue.
pub(crate) fn lost_at_once() -> Case {
    laws(SERVER.failures).into_iter().fold(breakdowns(400_000, "shutdown"), |case, (name, _, attempt)| {
        let completion = SERVER.restarted(&attempt);
        let (attempts, jobs) = (SERVER.arrivals / attempt.wins, SERVER.in_system(completion));
        let waiting = jobs - attempts * attempt.shorter().mean;
        case.says(IN_SYSTEM.of_action(name), jobs)
            .but_not(SERVER.in_system(SERVER.resumed(attempt.service)))
            .says(RESPONSE.of_action(name), SERVER.response(completion))
            .says_to(0.05, QUEUE.of_action(name), waiting)
            .says_to(0.05, WAIT.of_action(name), waiting / attempts)
            .says(WITHIN.of_action(name), SERVER.starts_at_once(completion) * attempt.wins)
            .says_to(0.02, share(Statistic::Done).of_action(name), attempt.wins)
            .says_to(0.02, SERVICE.of_action(name), attempt.shorter().mean)
            .but_not(attempt.service.mean)
            .says_to(0.03, utilization(name), attempts * attempt.shorter().mean / SERVER.availability())
    })
}

/// The same with workers that crash: the row stays on its worker until that returns.
pub(crate) fn lost_until_the_return() -> Case {
    laws(SERVER.failures).into_iter().fold(breakdowns(250_000, "crash"), |case, (name, _, attempt)| {
        let completion = SERVER.restarted(&attempt);
        let (attempts, jobs) = (SERVER.arrivals / attempt.wins, SERVER.in_system(completion));
        let waiting = jobs - SERVER.arrivals * completion.mean;
        case.says_to(0.07, WAIT.of_action(name), waiting / attempts)
            .but_not((jobs - attempts * attempt.shorter().mean) / attempts)
            .says_to(0.05, IN_SYSTEM.of_action(name), jobs)
            .says_to(0.02, SERVICE.of_action(name), completion.mean * attempt.wins)
            .says_to(0.03, share(Statistic::WorkerDead).of_action(name), 1.0 - attempt.wins)
            .says_to(0.03, utilization(name), attempts * attempt.shorter().mean / SERVER.availability())
    })
}

/// The same with workers that are cut off while their processes continue: nothing is lost, but the
/// end is delayed.
pub(crate) fn cut_off() -> Case {
    let laws = laws(SERVER.failures + SERVER.repairs);
    laws.into_iter().fold(breakdowns(300_000, "partition"), |case, (name, _, process)| {
        let completion = SERVER.cut_off(&process);
        let waiting = SERVER.in_system(completion) - SERVER.arrivals * completion.mean;
        case.says_to(0.08, WAIT.of_action(name), waiting / SERVER.arrivals)
            .says_to(0.05, IN_SYSTEM.of_action(name), SERVER.in_system(completion))
            .but_not(SERVER.in_system(SERVER.resumed(process.service)))
            .says_to(0.02, SERVICE.of_action(name), completion.mean)
            .says_to(0.03, utilization(name), SERVER.arrivals * SERVER.seen(&process) / SERVER.availability())
    })
}

/// Jobs with a given service time keep it for all attempts (preemptive repeat identical): a job of
/// length `s` takes `exp(ξ s)` attempts on average until one outlives its worker.
pub(crate) fn given_service_times() -> Case {
    let mut body = r#"
on_worker_dead = "requeue-always"
[worker.server]
capacity = { slot = 1 }
outages = { up = { exponential = { mean = "10s" } }, down = "1s", kind = "shutdown" }
[action.job]
capacity = { slot = 1 }
service = "1s"
"#
    .to_owned();
    for job in 0..2000 {
        let (at, service) = (20 * job, if job % 2 == 0 { 2 } else { 12 });
        writeln!(body, "[[job]]\naction = \"job\"\nat = \"{at}s\"\nservice = \"{service}s\"")
            .expect("a string takes all");
    }
    let identical = f64::midpoint(exp(0.2), exp(1.2));
    let different = 1.0 / f64::midpoint(exp(-0.2), exp(-1.2));
    Case::instant(40_000, &body).says(RETRIED, 1.0 - 1.0 / identical).but_not(1.0 - 1.0 / different)
}

/// Retries of jobs that were lost with their worker: all, those with a retry left, or none. The
/// jobs need nothing, so each attempt outlives its worker with the same probability.
pub(crate) fn rules_of_retry() -> Case {
    let rules =
        [("requeue-always", Requeue::Always), ("requeue-if-retries", Requeue::IfRetries), ("never", Requeue::Never)];
    let mut body = r#"
[worker.server]
count = 20
capacity = { slot = 1 }
outages = { up = { exponential = { mean = "10s" } }, down = { exponential = { mean = "2s" } }, kind = "shutdown" }
"#
    .to_owned();
    for (rule, _) in rules {
        write!(
            body,
            "[action.{rule}]\narrival = {{ poisson = {{ rate = \"1/s\" }} }}\nservice = {{ exponential = {{ mean = \"5s\" }} }}\n\
             error = 0.2\nretries = 2\non_worker_dead = \"{rule}\"\n"
        )
        .expect("a string takes all");
    }
    let fates = Fates { lost: 1.0 / 3.0, error: 0.2 };
    rules.into_iter().fold(Case::instant(20_000, &body), |case, (name, rule)| {
        case.says_to(0.03, RETRIED.of_action(name), 1.0 - 1.0 / fates.attempts(rule, 2))
            .says_to(0.03, share(Statistic::WorkerShutdown).of_action(name), fates.lost)
            .says_to(0.03, share(Statistic::Error).of_action(name), (1.0 - fates.lost) * fates.error)
            .says_to(0.02, SERVICE.of_action(name), 10.0 / 3.0)
    })
}
