//! Changes at known instants: capacity that is raised, lowered and removed while jobs run, and
//! cancels of all jobs. M/M/c(t), repeated periodically.

use std::fmt::Write;

use claimsim::internals::stats::Statistic;

use crate::formulas::steps::Steps;
use crate::run::{IN_SYSTEM, QUEUE, share, utilization};
use crate::verdict::Case;

/// The number of cycles; the first one is warm-up.
const CYCLES: u32 = 20;

/// Units from an instant of a cycle of 50 s on.
const PLAN: [(u32, usize); 6] = [(0, 25), (10, 40), (20, 10), (25, 30), (37, 0), (40, 32)];

fn plan(cycles: u32) -> impl Iterator<Item = (u32, usize)> {
    (0..cycles).flat_map(|cycle| PLAN.map(|(at, slots)| (50 * cycle + at, slots)))
}

/// The second cycle is like all later ones: jobs are too short for the first to have an effect.
fn theory(room: usize) -> (Steps, std::ops::Range<f64>) {
    let plan = plan(2).map(|(at, slots)| (f64::from(at), slots)).collect();
    (Steps { arrivals: 30.0, services: 1.0, plan, room }, 50.0..100.0)
}

fn steps(more: &str, of_job: &str) -> Case {
    let change =
        |(at, slots)| format!("[[capacity]]\nworker = \"server\"\nat = \"{at}s\"\ncapacity = {{ slot = {slots} }}\n");
    let changes: String = plan(CYCLES).skip(1).map(change).collect();
    let body = format!(
        r#"
{more}
[worker.server]
capacity = {{ slot = 25 }}
[action.job]
capacity = {{ slot = 1 }}
arrival = {{ poisson = {{ rate = "30/s" }} }}
service = {{ exponential = {{ mean = "1s" }} }}
{of_job}
{changes}
"#
    );
    Case::instant(50 * CYCLES, &body)
}

/// A job that finds no unit free is lost. Jobs that run when capacity is lowered run to their end.
pub(crate) fn capacity_of_a_loss_system() -> Case {
    let (steps_of, cycle) = theory(0);
    let averages = steps_of.averages(cycle, 0.005);
    steps("", "patience = \"0s\"").says_to(0.015, utilization("slot"), averages.busy / averages.offered).says_to(
        0.03,
        share(Statistic::Abandoned),
        averages.lost,
    )
}

/// Up to fifteen jobs wait, and start as soon as there is room again.
pub(crate) fn capacity_of_a_queue() -> Case {
    let (steps_of, cycle) = theory(15);
    let averages = steps_of.averages(cycle, 0.01);
    steps("queue = { limit = 15 }", "")
        .says_to(0.015, utilization("slot"), averages.busy / averages.offered)
        .says_to(0.07, QUEUE, averages.waiting)
        .says_to(0.06, share(Statistic::Rejected), averages.lost)
}

/// M/M/3 under overload in which everything is cancelled every 20 s (a clearing system; Stidham
/// 1974): it begins again, empty.
pub(crate) fn clearing() -> Case {
    let theory = Steps { arrivals: 3.5, services: 1.0, plan: vec![(0.0, 3)], room: 80 };
    let averages = theory.averages(0.0..20.0, 0.01);
    let mut body = r#"
[worker.server]
count = 3
capacity = { slot = 1 }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "3.5/s" } }
service = { exponential = { mean = "1s" } }
"#
    .to_owned();
    for n in 1..400 {
        writeln!(body, "[[cancel]]\nat = \"{}s\"", 20 * n).expect("a string takes all");
    }
    Case::instant(8_000, &body)
        .says_to(0.06, QUEUE, averages.waiting)
        .says_to(0.04, IN_SYSTEM, averages.waiting + averages.busy)
        .says_to(0.01, utilization("slot"), averages.busy / 3.0)
        // All jobs are done or cancelled, except perhaps those of the last 20 s.
        .says_to(0.02, share(Statistic::Done), averages.busy / 3.5)
}
