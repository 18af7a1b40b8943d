//! The claim rule of the registry: first fit on its default worker, and the race of workers with
//! claim delays.

use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::first_fit::{Need, TRIED};
use crate::formulas::race::{Race, first_of_uniform, first_of_uniform_quantile};
use crate::formulas::single::Moments;
use crate::run::{QUEUE, WAIT, of, utilization};
use crate::verdict::Case;

/// The default worker {scan 1, scanCheck 1} and jobs that need one, the other, or both, claimed at
/// once.
pub(crate) fn first_fit() -> Case {
    let chain = TRIED.solve(11);
    let queue = |need| chain.mean(|state| state.queue(need));
    Case::instant(
        500_000,
        r#"
[worker.replica]
capacity = { scan = 1, scanCheck = 1 }
[action.scan]
capacity = { scan = 1 }
arrival = { poisson = { rate = "0.15/s" } }
service = { exponential = { mean = "1s" } }
[action.check]
capacity = { scanCheck = 1 }
arrival = { poisson = { rate = "0.1/s" } }
service = { exponential = { mean = "1250ms" } }
[action.both]
capacity = { scan = 1, scanCheck = 1 }
arrival = { poisson = { rate = "0.08/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(QUEUE.of_action("both"), queue(Need::Both))
    .says(QUEUE.of_action("scan"), queue(Need::Scan))
    .says(QUEUE.of_action("check"), queue(Need::Check))
    .says(WAIT.of_action("both"), queue(Need::Both) / TRIED.arrivals[2])
    .says_to(0.02, utilization("scan"), TRIED.utilization(Need::Scan))
    .says_to(0.02, utilization("scanCheck"), TRIED.utilization(Need::Check))
}

/// Jobs so rare that every worker is idle when one arrives: the wait is the minimum of the workers'
/// delays.
fn idle(workers: u32, body: &str) -> Case {
    let quantile = |p| first_of_uniform_quantile(workers, 3.0, p);
    let rare = r#"
[action.job]
capacity = { scan = 1 }
arrival = { renewal = { between = "10s" } }
service = "2s"
"#;
    let worker = format!("[worker.replica]\ncount = {workers}\ncapacity = {{ scan = 1 }}\n");
    Case::new(body, 120_000, &format!("{worker}{rare}"))
        .says_to(0.03, WAIT, first_of_uniform(workers, 3.0))
        .says(of(Measure::WaitS, Statistic::P50), quantile(0.5))
        .says(of(Measure::WaitS, Statistic::P90), quantile(0.9))
        .says(of(Measure::WaitS, Statistic::P99), quantile(0.99))
}

/// One idle replica: a uniform wait of up to 3 s, under the rule of the registry.
pub(crate) fn one_idle_replica() -> Case {
    idle(1, "\"registry\"")
}

/// Five idle replicas: half a second on average.
pub(crate) fn five_idle_replicas() -> Case {
    idle(5, "\"registry\"")
}

/// Idle replicas in a number at which the engine draws only the first of their race.
pub(crate) fn hundred_idle_replicas() -> Case {
    idle(100, "{ delay = { uniform = { low = \"0s\", high = \"3s\" } } }")
}

/// One busy replica: each job holds it for a delay and a service time.
pub(crate) fn one_busy_replica() -> Case {
    let service = Moments::with_cv(2.0, 1.0);
    let theory = service.mean_wait_with_claim_delay(0.15, Moments::uniform(0.0, 3.0));
    Case::new(
        "\"registry\"",
        600_000,
        r#"
[worker.replica]
capacity = { scan = 1 }
[action.job]
capacity = { scan = 1 }
arrival = { poisson = { rate = "0.15/s" } }
service = { exponential = { mean = "2s" } }
"#,
    )
    .says(WAIT, theory)
    .says(QUEUE, theory * 0.15)
    .says_to(0.01, utilization("scan"), 0.3)
}

/// A race of exponential delays between workers that are often busy.
fn race(theory: Race, batch: &str) -> Case {
    let Race { workers, units, .. } = theory;
    let claim = format!("{{ delay = {{ exponential = {{ mean = \"1s\" }} }}, batch = \"{batch}\" }}");
    let worker = format!("[worker.replica]\ncount = {workers}\ncapacity = {{ scan = {units} }}\n");
    let job = r#"
[action.job]
capacity = { scan = 1 }
arrival = { poisson = { rate = "1/s" } }
service = { exponential = { mean = "1s" } }
"#;
    Case::new(&claim, 60_000, &format!("{worker}{job}")).says(WAIT, theory.mean_wait(300))
}

/// Three replicas with room for one job each.
pub(crate) fn race_for_one() -> Case {
    race(Race { arrivals: 1.0, services: 1.0, delays: 1.0, workers: 3, units: 1, all: false }, "one")
}

/// Two replicas with room for three jobs each, which claim one by one.
pub(crate) fn race_one_by_one() -> Case {
    race(Race { arrivals: 1.0, services: 1.0, delays: 1.0, workers: 2, units: 3, all: false }, "one")
}

/// Two replicas with room for three jobs each, which claim all that fits.
pub(crate) fn race_for_all() -> Case {
    race(Race { arrivals: 1.0, services: 1.0, delays: 1.0, workers: 2, units: 3, all: true }, "all")
}
