//! Several servers: M/M/c in its variants, constant service, periodic arrivals, batches, no limit,
//! and customers who return.

use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::batches::Batches;
use crate::formulas::constant_service::ConstantService;
use crate::formulas::erlang::{ErlangA, Mmc, Repair, mean as mean_of};
use crate::formulas::renewal::{RenewalArrivals, clock};
use crate::run::{IN_SYSTEM, QUEUE, WAIT, WITHIN, mean, of, share, utilization};
use crate::verdict::Case;

/// M/M/8 at a load of 0.75, as four workers of two units each: the place of a unit does not matter.
pub(crate) fn several_servers() -> Case {
    let theory = Mmc { arrivals: 6.0, services: 1.0, servers: 8 };
    Case::instant(
        120_000,
        r#"
[worker.server]
count = 4
capacity = { slot = 2 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "6/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(WAIT, theory.mean_wait())
    .says_to(0.02, WITHIN, 1.0 - theory.wait_probability())
    .says(of(Measure::WaitS, Statistic::P90), theory.wait_quantile(0.9))
    .says(of(Measure::WaitS, Statistic::P95), theory.wait_quantile(0.95))
    .says(of(Measure::WaitS, Statistic::P99), theory.wait_quantile(0.99))
    .says(QUEUE, theory.mean_wait() * 6.0)
    .says_to(0.02, IN_SYSTEM, theory.mean_wait() * 6.0 + 6.0)
    .says_to(0.01, utilization("slot"), 0.75)
}

/// M/D/3 at a load of 0.7.
pub(crate) fn constant_service() -> Case {
    let theory = ConstantService::new(3, 2.1);
    Case::instant(
        80_000,
        r#"
[worker.server]
count = 3
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "2.1/s" } }
service = "1s"
"#,
    )
    .says(WAIT, theory.mean_wait())
    .says_to(0.02, WITHIN, 1.0 - theory.wait_probability())
    .says(of(Measure::WaitS, Statistic::P90), theory.wait_quantile(0.9))
    .says(of(Measure::WaitS, Statistic::P95), theory.wait_quantile(0.95))
}

/// D/M/3 at a load of 5/6: periodic arrivals.
pub(crate) fn clockwork_arrivals() -> Case {
    let theory = RenewalArrivals { transform: clock(0.4), services: 1.0, servers: 3 };
    Case::instant(
        160_000,
        r#"
[worker.server]
capacity = { slot = 3 }
[action.job]
capacity = { slot = 1 }
arrival = { renewal = { between = "400ms" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(WAIT, theory.mean_wait())
    .says_to(0.02, WITHIN, 1.0 - theory.wait_probability())
    .says(of(Measure::WaitS, Statistic::P90), theory.wait_quantile(0.9))
    .says_to(0.01, utilization("slot"), 2.5 / 3.0)
}

/// Batches of 1 to 4 on three servers at a load of 5/8, and batches of 4 on a single one at 0.6.
pub(crate) fn batch_arrivals() -> Case {
    let sizes = [1, 2, 3, 4].map(|size| (size, 0.25));
    let several = Batches { arrivals: 0.75, sizes: &sizes, services: 1.0, servers: 3 };
    let single = Batches { arrivals: 0.15, sizes: &[(4, 1.0)], services: 1.0, servers: 1 };
    let law = several.law(400);
    Case::instant(
        160_000,
        r#"
[worker.server]
capacity = { slot = 3, desk = 1 }
[action.several]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.75/s", batch = { uniform = { low = 0.5, high = 4.5 } } } }
service = { exponential = { mean = "1s" } }
[action.single]
capacity = { desk = 1 }
arrival = { poisson = { rate = "0.15/s", batch = 4 } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(WAIT.of_action("several"), several.mean_wait(&law))
    .says_to(0.02, WITHIN.of_action("several"), several.at_once(&law))
    .says_to(0.05, WAIT.of_action("single"), (single.mean_in_single_server() - 0.6) / 0.6)
    .says_to(0.05, IN_SYSTEM.of_action("single"), single.mean_in_single_server())
}

/// M/M/4 with room for five more: a job that finds them all there is turned away.
pub(crate) fn limited_queue() -> Case {
    let theory = Mmc { arrivals: 4.0, services: 1.0, servers: 4 };
    let law = theory.with_room(5);
    let (full, queue) = (law[9], mean_of(&law, |n| theory.waiting(n)));
    Case::instant(
        50_000,
        r#"
[queue]
limit = 5
[worker.server]
count = 4
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "4/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says(share(Statistic::Rejected), full)
    .says_to(0.02, WAIT, queue / (4.0 * (1.0 - full)))
    .says_to(0.02, QUEUE, queue)
    .says_to(0.01, utilization("slot"), 1.0 - full)
    .says_to(0.02, WITHIN, law[..4].iter().sum::<f64>() / (1.0 - full))
}

/// Erlang A, M/M/4+M under more load than it could ever serve.
pub(crate) fn impatient_jobs() -> Case {
    let theory = ErlangA { queue: Mmc { arrivals: 5.0, services: 1.0, servers: 4 }, impatience: 0.4 };
    let law = theory.law();
    Case::instant(
        50_000,
        r#"
[worker.server]
count = 4
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "5/s" } }
service = { exponential = { mean = "1s" } }
patience = { exponential = { mean = "2500ms" } }
"#,
    )
    .says_to(0.03, share(Statistic::Abandoned), theory.abandonment())
    .says_to(0.03, WAIT, theory.mean_wait_of_served())
    .says_to(0.03, QUEUE, mean_of(&law, |n| theory.queue.waiting(n)))
    .says_to(0.01, utilization("slot"), (1.0 - theory.abandonment()) * 1.25)
    .says_to(0.03, WITHIN, law[..4].iter().sum::<f64>() / (1.0 - theory.abandonment()))
}

/// Machine repair, M/M/3//12. The distribution of the time between repair and failure does not
/// matter (it is a station with a server for every machine), so one group of machines fails at
/// random and one almost periodically.
pub(crate) fn machine_repair() -> Case {
    let theory = Repair { machines: 12, failures: 0.2, crews: 3, repairs: 1.0 };
    let down = mean_of(&theory.law(), |n| n as f64);
    let case = Case::instant(
        60_000,
        r#"
[worker.workshop]
capacity = { crew = 3, team = 3 }
[action.random]
capacity = { crew = 1 }
arrival = { closed = { population = 12, think = { exponential = { mean = "5s" } } } }
service = { exponential = { mean = "1s" } }
[action.regular]
capacity = { team = 1 }
arrival = { closed = { population = 12, think = { uniform = { low = "4s", high = "6s" } } } }
service = { exponential = { mean = "1s" } }
"#,
    );
    [("random", "crew"), ("regular", "team")].into_iter().fold(case, |case, (action, resource)| {
        case.says_to(0.03, WAIT.of_action(action), theory.waiting() / theory.throughput())
            .says_to(0.02, WITHIN.of_action(action), 1.0 - theory.wait_probability())
            .says_to(0.02, IN_SYSTEM.of_action(action), down)
            .says_to(0.01, utilization(resource), theory.throughput() / 3.0)
            .says_to(0.01, mean(Measure::ThroughputPerS).of_action(action), theory.throughput())
    })
}

/// M/G/∞: jobs that need nothing. Only the mean of the service time counts.
pub(crate) fn no_limit() -> Case {
    Case::instant(
        30_000,
        r#"
[worker.server]
capacity = { slot = 1 }
[action.heavy]
arrival = { poisson = { rate = "2/s" } }
service = { lognormal = { mean = "4s", cv = 1.5 } }
[action.constant]
arrival = { poisson = { rate = "2/s" } }
service = "3s"
"#,
    )
    .says_to(0.02, IN_SYSTEM.of_action("heavy"), 8.0)
    .says_to(0.01, IN_SYSTEM.of_action("constant"), 6.0)
    .says_to(0.01, IN_SYSTEM, 14.0)
}
