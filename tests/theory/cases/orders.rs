//! Orders of the queue before one or more servers: by priority, with and without aging, by size, by
//! deadline, at random.

use claimsim::internals::model::math::{exp, ln, pow};
use claimsim::internals::stats::{Measure, Statistic};

use crate::formulas::by_size::BySize;
use crate::formulas::erlang::Mmc;
use crate::formulas::priorities::Priorities;
use crate::formulas::random_order::{standard_deviation, standard_deviation_in_order_of_arrival};
use crate::formulas::single::Moments;
use crate::run::{WAIT, of, utilization};
use crate::verdict::Case;

/// Instant claiming under a policy.
fn under(policy: &str, seconds: u32, body: &str) -> Case {
    Case::new(&format!("{{ delay = \"none\", policy = {policy} }}"), seconds, body)
}

/// M/G/1 with three classes, each with its own service distribution.
const THREE_CLASSES: &str = r#"
[worker.server]
capacity = { slot = 1 }
[action.low]
capacity = { slot = 1 }
priority = -3
arrival = { poisson = { rate = "0.2/s" } }
service = { uniform = { low = "0.5s", high = "1.5s" } }
[action.urgent]
capacity = { slot = 1 }
priority = 9
arrival = { poisson = { rate = "0.5/s" } }
service = "400ms"
[action.usual]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.2/s" } }
service = { exponential = { mean = "1500ms" } }
"#;

fn three_classes() -> Priorities {
    let [urgent, usual, low] = [Moments::with_cv(0.4, 0.0), Moments::with_cv(1.5, 1.0), Moments::uniform(0.5, 1.5)];
    Priorities::one_server(&[(0.5, urgent), (0.2, usual), (0.2, low)])
}

/// The most important job goes first, whatever its arrival.
pub(crate) fn priorities() -> Case {
    let theory = three_classes();
    under("\"priority\"", 60_000, THREE_CLASSES)
        .says_to(0.1, WAIT.of_action("low"), theory.mean_wait(2))
        .but_not(theory.in_order_of_arrival())
        .says_to(0.08, WAIT.of_action("usual"), theory.mean_wait(1))
        .but_not(theory.mean_wait(2))
        .says(WAIT.of_action("urgent"), theory.mean_wait(0))
        .says_to(0.08, WAIT, theory.mean_wait_of_all())
}

/// Deadlines with larger differences than any wait are priorities, and no deadline is the lowest;
/// they count from the claim for the job itself and so end no job.
pub(crate) fn deadlines_as_priorities() -> Case {
    let theory = three_classes();
    under("\"earliest-deadline\"", 60_000, THREE_CLASSES)
        .under("action.urgent.deadline=24h")
        .under("action.usual.deadline=240h")
        .says_to(0.1, WAIT.of_action("low"), theory.mean_wait(2))
        .says_to(0.08, WAIT.of_action("usual"), theory.mean_wait(1))
        .says(WAIT.of_action("urgent"), theory.mean_wait(0))
}

/// If a step of priority is worth a millisecond of waiting, all classes wait equally long.
pub(crate) fn fast_aging() -> Case {
    let wait = three_classes().in_order_of_arrival();
    ["low", "urgent", "usual"]
        .into_iter()
        .fold(under(r#"{ priority = { aging = "1ms" } }"#, 60_000, THREE_CLASSES), |case, action| {
            case.says_to(0.06, WAIT.of_action(action), wait)
        })
}

/// If a step is worth a day, aging changes nothing.
pub(crate) fn slow_aging() -> Case {
    let theory = three_classes();
    under(r#"{ priority = { aging = "24h" } }"#, 60_000, THREE_CLASSES)
        .says_to(0.1, WAIT.of_action("low"), theory.mean_wait(2))
        .says(WAIT.of_action("urgent"), theory.mean_wait(0))
}

/// Moderate aging, for which no formula is known, obeys the conservation law: for classes with
/// equal mean service it gives the mean wait of all. The waits of the classes are neither those in
/// order of arrival nor those without aging.
pub(crate) fn aging_in_between() -> Case {
    let constant = Moments::with_cv(1.0, 0.0);
    let mixed = Moments::hyperexponential(&[(0.8, 0.5), (0.2, 3.0)]);
    let theory = Priorities::one_server(&[(0.3, constant), (0.4, mixed)]);
    under(
        r#"{ priority = { aging = "1s" } }"#,
        60_000,
        r#"
[worker.server]
capacity = { slot = 1 }
[action.urgent]
capacity = { slot = 1 }
priority = 3
arrival = { poisson = { rate = "0.3/s" } }
service = "1s"
[action.usual]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.4/s" } }
service = { hyperexponential = { phases = [{ p = 0.8, mean = "500ms" }, { p = 0.2, mean = "3s" }] } }
"#,
    )
    .says_to(0.08, WAIT, theory.conserved() / 0.7)
}

/// Three servers; the most important waiting job takes the next free one.
pub(crate) fn priorities_on_several_servers() -> Case {
    let theory = Priorities::several_servers(3, 1.0, &[1.0, 1.2]);
    under(
        "\"priority\"",
        50_000,
        r#"
[worker.server]
count = 3
capacity = { slot = 1 }
[action.usual]
capacity = { slot = 1 }
arrival = { poisson = { rate = "1.2/s" } }
service = { exponential = { mean = "1s" } }
[action.urgent]
capacity = { slot = 1 }
priority = 1
arrival = { poisson = { rate = "1/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.07, WAIT.of_action("usual"), theory.mean_wait(1))
    .says_to(0.07, WAIT.of_action("urgent"), theory.mean_wait(0))
    .says_to(0.07, WAIT, theory.in_order_of_arrival())
    .says_to(0.01, utilization("slot"), 2.2 / 3.0)
}

/// One server, and sizes in three bands that do not overlap, each an action.
fn bands(policy: &str) -> Case {
    under(
        policy,
        60_000,
        r#"
[worker.server]
capacity = { slot = 1 }
[action.long]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.16/s" } }
service = { uniform = { low = "1200ms", high = "2800ms" } }
[action.short]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.4/s" } }
service = { uniform = { low = "200ms", high = "600ms" } }
[action.middle]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.24/s" } }
service = { uniform = { low = "600ms", high = "1200ms" } }
"#,
    )
}

/// The size below which a share `u` of all jobs in the bands lies.
fn size_in_bands(u: f64) -> f64 {
    match u {
        _ if u < 0.5 => 0.2 + 0.8 * u,
        _ if u < 0.8 => 0.6 + 2.0 * (u - 0.5),
        _ => 1.2 + 8.0 * (u - 0.8),
    }
}

/// The shortest job goes first, so its wait depends on its size.
pub(crate) fn shortest_first() -> Case {
    let theory = BySize::shortest_first(0.8, size_in_bands);
    bands("\"shortest-first\"")
        .says(WAIT, theory.mean_wait())
        .but_not(theory.in_order_of_arrival())
        .says(WAIT.of_action("short"), theory.mean_wait_between(0.0, 0.5))
        .says(WAIT.of_action("middle"), theory.mean_wait_between(0.5, 0.8))
        .says_to(0.06, WAIT.of_action("long"), theory.mean_wait_between(0.8, 1.0))
}

/// The longest goes first.
pub(crate) fn longest_first() -> Case {
    let theory = BySize::longest_first(0.8, size_in_bands);
    bands("\"longest-first\"")
        .says_to(0.1, WAIT, theory.mean_wait())
        .but_not(theory.in_order_of_arrival())
        .says_to(0.08, WAIT.of_action("long"), theory.mean_wait_between(0.0, 0.2))
        .says_to(0.08, WAIT.of_action("middle"), theory.mean_wait_between(0.2, 0.5))
        .says_to(0.1, WAIT.of_action("short"), theory.mean_wait_between(0.5, 1.0))
}

/// Shortest first under other distributions; on one worker, each action with a resource of its own,
/// so that actions do not interact.
pub(crate) fn shortest_first_under_other_laws() -> Case {
    let exponential = BySize::shortest_first(0.7, |u| -ln(1.0 - u));
    let kept = 1.0 - pow(0.5 / 20.0, 1.7);
    let pareto = BySize::shortest_first(0.6, |u| 0.5 * pow(1.0 - u * kept, -1.0 / 1.7));
    let uniform = BySize::shortest_first(0.7, |u| 2.0 * u);
    under(
        "\"shortest-first\"",
        50_000,
        r#"
[worker.server]
capacity = { exponential = 1, pareto = 1, uniform = 1 }
[action.exponential]
capacity = { exponential = 1 }
arrival = { poisson = { rate = "0.7/s" } }
service = { exponential = { mean = "1s" } }
[action.pareto]
capacity = { pareto = 1 }
arrival = { poisson = { rate = "0.6/s" } }
service = { pareto = { shape = 1.7, low = "500ms", high = "20s" } }
[action.uniform]
capacity = { uniform = 1 }
arrival = { poisson = { rate = "0.7/s" } }
service = { uniform = { low = "0s", high = "2s" } }
"#,
    )
    .says_to(0.07, WAIT.of_action("exponential"), exponential.mean_wait())
    .but_not(exponential.in_order_of_arrival())
    .says_to(0.09, WAIT.of_action("pareto"), pareto.mean_wait())
    .says_to(0.07, WAIT.of_action("uniform"), uniform.mean_wait())
}

/// Jobs are ordered by estimates, half of which are four times too long.
const ESTIMATED: &str = r#"
[worker.server]
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "0.7/s" } }
service = { exponential = { mean = "1s" } }
estimate = { factor = { empirical = { values = [1, 4] } } }
"#;

/// The first two moments of the service time of the job that has a share `u` of estimates before
/// it.
fn behind_estimate(u: f64) -> (f64, f64) {
    let beyond = |y: f64| f64::midpoint(exp(-y), exp(-y / 4.0));
    let (mut low, mut high) = (0.0, 200.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if beyond(middle) > 1.0 - u { low = middle } else { high = middle }
    }
    // The estimate is right or four times too long, with weights as the densities of both.
    let (right, long) = (exp(-low), exp(-low / 4.0) / 4.0);
    let mean_of = |power: f64| (right * pow(low, power) + long * pow(low / 4.0, power)) / (right + long);
    (mean_of(1.0), mean_of(2.0))
}

pub(crate) fn shortest_first_by_estimate() -> Case {
    let theory = BySize::in_order(0.7, behind_estimate);
    under(r#"{ shortest-first = { by = "estimate" } }"#, 50_000, ESTIMATED)
        .says_to(0.07, WAIT, theory.mean_wait())
        .but_not(BySize::shortest_first(0.7, |u| -ln(1.0 - u)).mean_wait())
}

pub(crate) fn longest_first_by_estimate() -> Case {
    let theory = BySize::in_order(0.7, |u| behind_estimate(1.0 - u));
    under(r#"{ longest-first = { by = "estimate" } }"#, 60_000, ESTIMATED)
        .says_to(0.09, WAIT, theory.mean_wait())
        .but_not(BySize::longest_first(0.7, |u| -ln(1.0 - u)).mean_wait())
}

/// Any waiting job goes next, before one server and before three.
pub(crate) fn random_order() -> Case {
    let one = Mmc { arrivals: 0.6, services: 1.0, servers: 1 };
    let three = Mmc { arrivals: 2.1, services: 1.0, servers: 3 };
    let spread = of(Measure::WaitS, Statistic::Sd);
    under(
        "\"random\"",
        40_000,
        r#"
[worker.server]
capacity = { one = 1, three = 3 }
[action.one]
capacity = { one = 1 }
arrival = { poisson = { rate = "0.6/s" } }
service = { exponential = { mean = "1s" } }
[action.three]
capacity = { three = 1 }
arrival = { poisson = { rate = "2.1/s" } }
service = { exponential = { mean = "1s" } }
"#,
    )
    .says_to(0.15, spread.of_action("one"), standard_deviation(one))
    .but_not(standard_deviation_in_order_of_arrival(one))
    .says_to(0.1, WAIT.of_action("one"), one.mean_wait())
    .says_to(0.15, spread.of_action("three"), standard_deviation(three))
    .but_not(standard_deviation_in_order_of_arrival(three))
    .says_to(0.1, WAIT.of_action("three"), three.mean_wait())
}
