//! One server: M/M/1, M/G/1 under eight service distributions, and retries as feedback.

use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::erlang::Mmc;
use crate::formulas::single::Moments;
use crate::run::{IN_SYSTEM, QUEUE, WAIT, WITHIN, mean, of, utilization};
use crate::verdict::Case;

/// M/M/1 at a load of 0.6.
pub(crate) fn one_server() -> Case {
    let theory = Mmc { arrivals: 0.6, services: 1.0, servers: 1 };
    let law = 0.6 / 0.4;
    Case::instant(
        400_000,
        r#"
[worker.server]
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.6/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(WAIT, theory.mean_wait())
    .says(of(Measure::WaitS, Statistic::P90), theory.wait_quantile(0.9))
    .says(of(Measure::WaitS, Statistic::P95), theory.wait_quantile(0.95))
    // Var W = ρ (2 - ρ) / (mu² (1 - ρ)²).
    .says(of(Measure::WaitS, Statistic::Sd), (0.6_f64 * 1.4).sqrt() / 0.4)
    .says_to(0.02, WITHIN, 0.4)
    .says_to(0.01, utilization("slot"), 0.6)
    .says(QUEUE, law - 0.6)
    .says(IN_SYSTEM, law)
    .says(mean(Measure::ResponseS), 1.0 / 0.4)
    // The response time of M/M/1 is exponential.
    .says(of(Measure::ResponseS, Statistic::P50), std::f64::consts::LN_2 / 0.4)
    .says_to(0.01, mean(Measure::ServiceS), 1.0)
    .says_to(0.01, of(Measure::ServiceS, Statistic::Sd), 1.0)
    .says_to(0.01, mean(Measure::ThroughputPerS), 0.6)
}

/// M/G/1 at a load of 0.5 under eight distributions at once: on one worker, each action with a
/// resource of its own, so that actions do not interact.
pub(crate) fn service_laws() -> Case {
    let laws = [
        ("constant", r#""1s""#, Moments::with_cv(1.0, 0.0)),
        ("uniform", r#"{ uniform = { low = "0.2s", high = "1.8s" } }"#, Moments::uniform(0.2, 1.8)),
        ("erlang", r#"{ erlang = { shape = 3, mean = "1s" } }"#, Moments::gamma(3.0, 1.0)),
        ("gamma", r#"{ gamma = { shape = 0.7, mean = "1s" } }"#, Moments::gamma(0.7, 1.0)),
        (
            "mixed",
            r#"{ hyperexponential = { phases = [{ p = 0.8, mean = "0.75s" }, { p = 0.2, mean = "2s" }] } }"#,
            Moments::hyperexponential(&[(0.8, 0.75), (0.2, 2.0)]),
        ),
        ("lognormal", r#"{ lognormal = { mean = "1s", cv = 0.8 } }"#, Moments::with_cv(1.0, 0.8)),
        ("weibull", r#"{ weibull = { shape = 0.8, mean = "1s" } }"#, Moments::weibull(0.8, 1.0)),
        ("pareto", r#"{ pareto = { shape = 2.5, low = "0.6s", high = "9s" } }"#, Moments::pareto(2.5, 0.6, 9.0)),
    ];
    let units: Vec<_> = laws.iter().map(|(name, ..)| format!("{name} = 1")).collect();
    let worker = format!("[worker.server]\ncapacity = {{ {} }}\n", units.join(", "));
    let action = |(name, service, _): &(&str, &str, Moments)| {
        format!(
            "[action.{name}]\ncapacity = {{ {name} = 1 }}\narrival = {{ poisson = {{ rate = \"0.5/s\" }} }}\n\
             service = {service}\n"
        )
    };
    let body: String = std::iter::once(worker).chain(laws.iter().map(action)).collect();
    laws.into_iter().fold(Case::instant(200_000, &body), |case, (name, _, moments)| {
        case.says(WAIT.of_action(name), moments.mean_wait(0.5))
            .says_to(0.02, utilization(name), 0.5 * moments.mean)
            // An arriving job finds the server free in that share of time.
            .says_to(0.02, WITHIN.of_action(name), 1.0 - 0.5 * moments.mean)
    })
}

/// Retries as feedback: a failed job returns as a new row, behind all waiting jobs. With one
/// exponential service distribution for all attempts the queue is M/M/1 with all attempts as its
/// arrivals (a product-form network of one station; Kelly 1979).
pub(crate) fn feedback() -> Case {
    let attempts = 1.0 + 0.3 + 0.09;
    let load = 0.4 * attempts;
    let theory = Mmc { arrivals: load, services: 1.0, servers: 1 };
    Case::instant(
        300_000,
        r#"
[worker.server]
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.4/s" } }
service = { exponential = { mean = "1s" } }
error = 0.3
retries = 2
"#,
    )
    .says(IN_SYSTEM, load / (1.0 - load))
    .says(WAIT, theory.mean_wait())
    // By Little's law over chains.
    .says(mean(Measure::ResponseS), load / (1.0 - load) / 0.4)
    .says_to(0.01, crate::run::share(Statistic::Done), (1.0 - 0.027) / attempts)
    .says_to(0.02, utilization("slot"), load)
}
