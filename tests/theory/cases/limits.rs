//! What shortens or delays jobs: deadlines with a stop, requests to cancel, backoffs.

use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::cancels::Cancels;
use crate::formulas::erlang::{ErlangA, Mmc, mean as mean_of};
use crate::formulas::limits::{Backoffs, Limited, exponential_stop, uniform_stop};
use crate::formulas::single::Moments;
use crate::run::{IN_SYSTEM, QUEUE, RESPONSE, RETRIED, SERVICE, WAIT, WITHIN, of, share, utilization};
use crate::verdict::Case;

/// M/G/1 with exponential service of mean 2 s, stopped at a deadline of 3 s: killed at once; asked,
/// and gone after up to 1 s; and retried until it meets the deadline. On one worker, each with a
/// resource of its own.
pub(crate) fn deadlines() -> Case {
    let at_once = Limited::exponential(2.0, 3.0, Moments::with_cv(0.0, 0.0));
    let asked = Limited::exponential(2.0, 3.0, uniform_stop(4.0, 1.0));
    let retried = Limited::exponential(2.0, 3.0, exponential_stop(0.8, 1.0));
    let wait = |limited: Limited| limited.attempt().mean_wait(0.3);
    let chain = retried.until_met();
    let response = chain.mean_wait(0.2) + chain.mean;
    Case::instant(
        150_000,
        r#"
[worker.server]
capacity = { killed = 1, asked = 1, retried = 1 }
[action.killed]
capacity = { killed = 1 }
arrival = { poisson = { rate = "0.3/s" } }
service = { exponential = { mean = "2s" } }
deadline = "3s"
stops_in = { exponential = { mean = "1h" } }
[action.asked]
capacity = { asked = 1 }
arrival = { poisson = { rate = "0.3/s" } }
service = { exponential = { mean = "2s" } }
deadline = "3s"
deadline_result = "cancel"
stops_in = { uniform = { low = "0s", high = "4s" } }
stop_timeout = "1s"
retries = 5
[action.retried]
capacity = { retried = 1 }
arrival = { poisson = { rate = "0.2/s" } }
service = { exponential = { mean = "2s" } }
deadline = "3s"
stops_in = { exponential = { mean = "800ms" } }
stop_timeout = "1s"
retries = 1000
"#,
    )
    .says(WAIT.of_action("asked"), wait(asked))
    .but_not(wait(at_once))
    .says_to(0.01, SERVICE.of_action("asked"), asked.attempt().mean)
    .says_to(0.03, share(Statistic::Cancel).of_action("asked"), asked.missed)
    .says_to(0.02, utilization("asked"), 0.3 * asked.attempt().mean)
    .says(WAIT.of_action("killed"), wait(at_once))
    .says_to(0.01, SERVICE.of_action("killed"), at_once.attempt().mean)
    .says_to(0.03, share(Statistic::Error).of_action("killed"), at_once.missed)
    .says(IN_SYSTEM.of_action("retried"), 0.2 * response)
    .says(RESPONSE.of_action("retried"), response)
    .but_not(at_once.until_met().mean_wait(0.2) + at_once.until_met().mean)
    .says_to(0.02, RETRIED.of_action("retried"), retried.missed)
}

/// Chains with backoffs, of jobs that need nothing: constant; growing to a cap; growing with
/// jitter, in part or in full.
pub(crate) fn backoffs() -> Case {
    let plain = Backoffs { service: 1.0, error: 0.5, retries: 4, first: 2.0, factor: 1.0, cap: 1e9, jitter: 0.0 };
    let capped = Backoffs { factor: 3.0, cap: 10.0, ..plain };
    let chains = [
        ("plain", r#""2s""#, plain),
        ("capped", r#"{ first = "2s", factor = 3, cap = "10s" }"#, capped),
        ("partly", r#"{ first = "2s", factor = 3, cap = "10s", jitter = 0.4 }"#, Backoffs { jitter: 0.4, ..capped }),
        ("fully", r#"{ first = "2s", factor = 2, jitter = 1 }"#, Backoffs { factor: 2.0, jitter: 1.0, ..plain }),
    ];
    let action = |(name, backoff, _): &(&str, &str, Backoffs)| {
        format!(
            "[action.{name}]\narrival = {{ poisson = {{ rate = \"2/s\" }} }}\nservice = \"1s\"\nerror = 0.5\nretries = 4\n\
             backoff = {backoff}\n"
        )
    };
    let worker = "[worker.server]\ncapacity = { slot = 1 }\n".to_owned();
    let body: String = std::iter::once(worker).chain(chains.iter().map(action)).collect();
    chains.into_iter().fold(Case::instant(8_000, &body), |case, (name, _, chain)| {
        let Moments { mean, square } = chain.response();
        case.says_to(0.025, RESPONSE.of_action(name), mean)
            .says_to(0.025, of(Measure::ResponseS, Statistic::Sd).of_action(name), (square - mean * mean).sqrt())
            .says_to(0.02, RETRIED.of_action(name), 1.0 - 1.0 / chain.attempts())
            // No worker is busy during a backoff, and it does not count as a wait.
            .says_to(0.02, IN_SYSTEM.of_action(name), 2.0 * chain.attempts())
            .but_not(2.0 * mean)
    })
}

/// M/M/4 whose jobs are cancelled at a rate, waiting or running, and stop at once: Erlang A with
/// faster servers.
pub(crate) fn cancels_at_once() -> Case {
    let theory = ErlangA { queue: Mmc { arrivals: 5.0, services: 1.4, servers: 4 }, impatience: 0.4 };
    let law = theory.law();
    let (queue, busy) = (mean_of(&law, |n| theory.queue.waiting(n)), mean_of(&law, |n| theory.queue.busy(n)));
    cancels("")
        .says_to(0.04, QUEUE, queue)
        .says_to(0.04, WAIT, theory.mean_wait_of_served())
        .says_to(0.02, share(Statistic::Cancel), 0.4 * (queue + busy) / 5.0)
        .but_not(0.4 * queue / 5.0)
        .says_to(0.01, utilization("slot"), busy / 4.0)
        .says_to(0.01, SERVICE, 1.0 / 1.4)
        .says_to(0.03, WITHIN, law[..4].iter().sum::<f64>() / (1.0 - 0.4 * queue / 5.0))
}

/// The same with a time to stop, for which the server is taken.
pub(crate) fn cancels_that_take_time() -> Case {
    let theory = Cancels { arrivals: 5.0, services: 1.0, servers: 4, requests: 0.4, stops: 2.0 };
    let chain = theory.solve(150);
    let (queue, serving) = (chain.mean(|scene| f64::from(scene.waiting)), chain.mean(|scene| f64::from(scene.serving)));
    let busy = chain.mean(|scene| f64::from(scene.busy()));
    let claimed = 5.0 - 0.4 * queue;
    cancels("stops_in = { exponential = { mean = \"500ms\" } }\nstop_timeout = \"1h\"")
        .says_to(0.04, QUEUE, queue)
        .says_to(0.02, share(Statistic::Cancel), 0.4 * (queue + serving) / 5.0)
        .says_to(0.02, share(Statistic::Done), serving / 5.0)
        .says_to(0.01, utilization("slot"), busy / 4.0)
        .but_not(serving / 4.0)
        .says_to(0.01, SERVICE, busy / claimed)
        .says_to(0.05, WITHIN, chain.share(|scene| scene.busy() < 4) * 5.0 / claimed)
}

fn cancels(stop: &str) -> Case {
    let body = format!(
        r#"
[worker.server]
count = 4
capacity = {{ slot = 1 }}
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "5/s" }} }}
service = {{ exponential = {{ mean = "1s" }} }}
cancel_rate = "0.4/s"
{stop}
"#
    );
    Case::instant(20_000, &body)
}
