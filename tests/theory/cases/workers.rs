//! Several workers that go out and return: availability, quorum, and the time until the others
//! notice.

use claimsim::internals::model::math::exp;
use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::availability::{Heartbeat, at_least, availability};
use crate::formulas::cluster::Cluster;
use crate::run::{IN_SYSTEM, QUEUE, RESPONSE, SERVICE, WAIT, mean, of, share, utilization};
use crate::verdict::Case;

/// Three workers, up for 20 s and out for 5 s on average.
const CLUSTER: Cluster =
    Cluster { arrivals: 0.75, services: 0.5, workers: 3, failures: 0.05, repairs: 0.2, quorum: false, crash: false };

fn cluster(theory: Cluster, rules: &str, kind: &str) -> Case {
    let body = format!(
        r#"
on_worker_dead = "requeue-always"
{rules}
[worker.server]
count = 3
capacity = {{ slot = 1 }}
outages = {{ up = {{ exponential = {{ mean = "20s" }} }}, down = {{ exponential = {{ mean = "5s" }} }}, kind = "{kind}" }}
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "0.75/s" }} }}
service = {{ exponential = {{ mean = "2s" }} }}
"#
    );
    let chain = theory.solve(250);
    let waiting = chain.mean(|scene| f64::from(scene.waiting));
    let (running, stuck) = (chain.mean(|scene| f64::from(scene.running)), chain.mean(|scene| f64::from(scene.stuck)));
    let other = Cluster { quorum: !theory.quorum, ..theory }.solve(250).mean(|scene| f64::from(scene.waiting));
    Case::instant(110_000, &body)
        .says_to(0.08, QUEUE, waiting)
        .but_not(other)
        .says_to(0.08, WAIT, waiting / theory.rows())
        .says(IN_SYSTEM, chain.mean(|scene| scene.in_system()))
        .says(RESPONSE, chain.mean(|scene| scene.in_system()) / theory.arrivals)
        .says_to(0.02, utilization("slot"), running / chain.mean(|scene| f64::from(scene.up)))
        .says_to(0.01, SERVICE, (running + stuck) / theory.rows())
}

/// Workers that are shut down and claim only while two of three are up.
pub(crate) fn cluster_with_quorum() -> Case {
    cluster(Cluster { quorum: true, ..CLUSTER }, "quorum = true", "shutdown")
}

/// Workers that crash and return with their rows before the others notice.
pub(crate) fn cluster_of_crashes() -> Case {
    cluster(Cluster { crash: true, ..CLUSTER }, "heartbeat = { expiry = \"10000h\" }", "crash")
}

/// Availability, measured by jobs that look for a worker and leave at once if there is none
/// (Poisson arrivals see time averages), and by the throughput of a worker that always has work.
/// The distributions of up and down times do not matter.
pub(crate) fn alternating_renewal() -> Case {
    let (alone, pair) = (availability(8.0, 2.0), availability(6.0, 2.0));
    Case::instant(
        35_000,
        r#"
on_worker_dead = "requeue-always"
[worker.alone]
capacity = { alone = 1000000, desk = 1 }
outages = { up = { lognormal = { mean = "8s", cv = 1 } }, down = { uniform = { low = "1s", high = "3s" } }, kind = "shutdown" }
[worker.pair]
count = 2
capacity = { pair = 1000000 }
outages = { up = { weibull = { shape = 0.8, mean = "6s" } }, down = "2s", kind = "crash" }
[action.at-one]
capacity = { alone = 1 }
arrival = { poisson = { rate = "1/s" } }
service = "1ms"
patience = "0s"
[action.at-two]
capacity = { pair = 1 }
arrival = { poisson = { rate = "1/s" } }
service = "1ms"
patience = "0s"
[action.work]
capacity = { desk = 1 }
arrival = { closed = { population = 4, think = "1ms" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(share(Statistic::Abandoned).of_action("at-one"), 1.0 - alone)
    .says_to(0.06, share(Statistic::Abandoned).of_action("at-two"), 1.0 - at_least(1, 2, pair))
    .says_to(0.02, mean(Measure::ThroughputPerS).of_action("work"), alone)
}

/// The share of time in which a majority of workers is up, measured by jobs that need nothing and
/// leave if they are not claimed at once.
fn quorum(workers: u32, kind: &str) -> Case {
    let majority = workers / 2 + 1;
    let up = availability(8.0, 2.0);
    let body = format!(
        r#"
quorum = true
[worker.replica]
count = {workers}
capacity = {{ scan = 1 }}
outages = {{ up = {{ lognormal = {{ mean = "8s", cv = 1 }} }}, down = {{ uniform = {{ low = "1s", high = "3s" }} }}, kind = "{kind}" }}
[action.probe]
arrival = {{ poisson = {{ rate = "1/s" }} }}
service = "1ms"
patience = "0s"
"#
    );
    Case::instant(35_000, &body)
        .says(share(Statistic::Abandoned), 1.0 - at_least(majority, workers, up))
        .but_not(1.0 - at_least(majority - 1, workers, up))
        .but_not(1.0 - at_least(majority + 1, workers, up))
}

/// Two of three.
pub(crate) fn quorum_of_three() -> Case {
    quorum(3, "crash")
}

/// Three of four: half of them is no majority.
pub(crate) fn quorum_of_four() -> Case {
    quorum(4, "partition")
}

/// A crash that another worker must notice. The row runs from the return of its worker. With up
/// times uniform on three heartbeats, `U` minus the time since the last heartbeat is 0, 4 or 8 s;
/// expiry and a uniform time to the sweep are added.
pub(crate) fn noticed_crashes() -> Case {
    let heartbeat = Heartbeat { period: 4.0, expiry: 10.0, sweep: 3.0 };
    let wait = 60.0 - heartbeat.noticed_after();
    // Variances: of three equally likely times 4 s apart 32/3, of uniform times their squared
    // length over 12.
    let (service_sd, wait_sd) = ((32.0 / 3.0 + 9.0 / 12.0_f64).sqrt(), ((16.0 + 9.0) / 12.0_f64).sqrt());
    Case::instant(
        100_000,
        r#"
on_worker_dead = "never"
heartbeat = { period = "4s", expiry = "10s", sweep = "3s" }
[worker.guard]
capacity = { guard = 1 }
[worker.server]
capacity = { slot = 1 }
outages = { up = { uniform = { low = "0s", high = "12s" } }, down = "60s" }
[action.job]
capacity = { slot = 1 }
arrival = { closed = { population = 1, think = "0s" } }
service = "1h"
"#,
    )
    .says_to(0.02, SERVICE, 6.0 + heartbeat.noticed_after())
    .says_to(0.02, of(Measure::ServiceS, Statistic::Sd), service_sd)
    .says_to(0.02, of(Measure::ServiceS, Statistic::P50), 15.5)
    .says_to(0.02, of(Measure::ServiceS, Statistic::P90), 18.0 + 3.0 * 0.7)
    .says_to(0.01, WAIT, wait)
    .but_not(wait - 1.5)
    .but_not(wait + 2.0)
    .says_to(0.03, of(Measure::WaitS, Statistic::Sd), wait_sd)
}

/// Workers that are cut off for 20 s and declared dead in the meantime: their return stops rows
/// whose process still runs; the others stay dead, even if their process ended before the
/// declaration.
pub(crate) fn zombies() -> Case {
    // A process outlives 30 s up, 12 s of service on average.
    let (lost, still) = (12.0 / 42.0, exp(-20.0 / 12.0));
    Case::instant(
        60_000,
        r#"
on_worker_dead = "requeue-always"
heartbeat = { period = "4s", expiry = "10s", sweep = "3s" }
[worker.guard]
capacity = { guard = 1 }
[worker.server]
count = 10
capacity = { slot = 1 }
outages = { up = { exponential = { mean = "30s" } }, down = "20s", kind = "partition" }
[action.job]
capacity = { slot = 1 }
arrival = { closed = { population = 9, think = "1s" } }
service = { exponential = { mean = "12s" } }
"#,
    )
    .says(share(Statistic::WorkerResurrection), lost * still)
    .says_to(0.03, share(Statistic::WorkerDead), lost * (1.0 - still))
    .says_to(0.02, share(Statistic::Done), 1.0 - lost)
}
