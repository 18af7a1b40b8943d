//! Capacity that is raised, lowered and taken away while jobs run: M/M/c(t) from an empty start.

use claimsim::stats::figure::Statistic;

use crate::theory::formula::steps::Steps;
use crate::theory::run::{QUEUE, share, utilization};
use crate::theory::verdict::Case;

/// Fifty units, eighty, none at all, twenty.
const PLAN: [(f64, usize); 4] = [(0.0, 50), (12.0, 80), (20.0, 0), (22.0, 20)];

fn steps(more: &str, of_job: &str) -> Case {
    let change = |(at, slots): &(f64, usize)| {
        format!("[[capacity]]\nworker = \"server\"\nat = \"{at}s\"\ncapacity = {{ slot = {slots} }}\n")
    };
    let changes: String = PLAN[1..].iter().map(change).collect();
    let body = format!(
        r#"
{more}
[worker.server]
capacity = {{ slot = 50 }}
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "60/s" }} }}
service = {{ exponential = {{ mean = "1s" }} }}
{of_job}
{changes}
"#
    );
    Case::instant(40, &body)
}

/// Who finds no unit free is lost. What runs when capacity is lowered runs to its end.
pub(crate) fn capacity_of_a_loss_system() -> Case {
    let theory = Steps { arrivals: 60.0, services: 1.0, plan: &PLAN, room: 0 };
    let averages = theory.averages(2.0, 40.0, 0.002);
    steps("", "patience = \"0s\"").says_to(0.02, utilization("slot"), averages.busy / averages.offered).says_to(
        0.03,
        share(Statistic::Abandoned),
        averages.lost,
    )
}

/// Thirty may wait, and start as soon as there is room again.
pub(crate) fn capacity_of_a_queue() -> Case {
    let theory = Steps { arrivals: 60.0, services: 1.0, plan: &PLAN, room: 30 };
    let averages = theory.averages(2.0, 40.0, 0.002);
    steps("queue = { limit = 30 }", "")
        .says_to(0.02, utilization("slot"), averages.busy / averages.offered)
        .says_to(0.03, QUEUE, averages.waiting)
        .says_to(0.03, share(Statistic::Rejected), averages.lost)
}
