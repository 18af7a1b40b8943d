//! Jobs that need one unit of a worker or several, under policies that order them.

use std::sync::LazyLock;

use claimsim::internals::stats::Measure;

use crate::formulas::saturated::{Part, throughput, throughput_of_one_law};
use crate::formulas::two_classes::{Class, RULES, Rule};
use crate::run::{WAIT, mean, utilization};
use crate::verdict::Case;

/// The mean waits of both classes under each rule, by its chain.
static WAITS: LazyLock<Vec<[f64; 2]>> = LazyLock::new(|| {
    let waits = |rule: Rule| {
        let (worker, room) = rule.tried();
        let chain = worker.solve(rule, room);
        [0, 1].map(|class| worker.mean_wait(&chain, class))
    };
    RULES.into_iter().map(waits).collect()
});

fn waits(rule: Rule) -> [f64; 2] {
    WAITS[RULES.iter().position(|other| *other == rule).expect("the rule is tried")]
}

/// The mean wait of the narrow class under a rule that the test must distinguish from another one.
fn narrow(rule: Rule) -> f64 {
    waits(rule)[0]
}

/// Two classes under a policy; its narrow jobs wait less than under a `rival` policy.
fn two_classes(policy: &str, rule: Rule, rival: f64, seconds: u32) -> Case {
    let worker = rule.tried().0;
    let action = |(name, class): (&str, Class)| {
        let Class { arrivals, services, need } = class;
        let mean = 1000.0 / services;
        format!(
            "[action.{name}]\ncapacity = {{ slot = {need} }}\narrival = {{ poisson = {{ rate = \"{arrivals}/s\" }} }}\n\
             service = {{ exponential = {{ mean = \"{mean}ms\" }} }}\n"
        )
    };
    let actions: String = ["narrow", "wide"].into_iter().zip(worker.classes).map(action).collect();
    let body = format!("[worker.server]\ncapacity = {{ slot = {} }}\n{actions}", worker.units);
    let [narrow, wide] = waits(rule);
    Case::new(&format!("{{ delay = \"none\", policy = {policy} }}"), seconds, &body)
        .says_to(0.12, WAIT.of_action("narrow"), narrow)
        .but_not(rival)
        .says_to(0.12, WAIT.of_action("wide"), wide)
        .says_to(0.02, utilization("slot"), worker.utilization())
}

pub(crate) fn two_classes_first_fit() -> Case {
    two_classes("\"first-fit\"", Rule::FirstFit, narrow(Rule::StrictFifo), 60_000)
}

/// Reservations that are never needed change nothing.
pub(crate) fn two_classes_reserve_late() -> Case {
    two_classes(r#"{ reserve-after = { patience = "24h" } }"#, Rule::FirstFit, narrow(Rule::StrictFifo), 60_000)
}

pub(crate) fn two_classes_strict_fifo() -> Case {
    two_classes("\"strict-fifo\"", Rule::StrictFifo, narrow(Rule::FirstFit), 60_000)
}

/// On a worker with one resource, reservations for all waiting jobs let no job overtake.
pub(crate) fn two_classes_reserve_at_once() -> Case {
    two_classes(r#"{ reserve-after = { patience = "0s" } }"#, Rule::StrictFifo, narrow(Rule::FirstFit), 60_000)
}

pub(crate) fn two_classes_smallest_first() -> Case {
    two_classes("\"smallest-first\"", Rule::SmallestFirst, narrow(Rule::Random), 40_000)
}

/// On one worker with one resource the largest leaves the least.
pub(crate) fn two_classes_best_fit() -> Case {
    two_classes("\"best-fit\"", Rule::LargestFirst, narrow(Rule::Random), 40_000)
}

pub(crate) fn two_classes_largest_first() -> Case {
    two_classes("\"largest-first\"", Rule::LargestFirst, narrow(Rule::Random), 40_000)
}

/// On one worker with one resource the smallest leaves the most.
pub(crate) fn two_classes_worst_fit() -> Case {
    two_classes("\"worst-fit\"", Rule::SmallestFirst, narrow(Rule::Random), 40_000)
}

pub(crate) fn two_classes_fair_share() -> Case {
    two_classes("\"fair-share\"", Rule::FairShare([1.0, 1.0]), narrow(Rule::Random), 40_000)
}

/// With a larger weight the share of the wide class is smaller, so it goes next more often.
pub(crate) fn two_classes_fair_share_with_weights() -> Case {
    let rule = Rule::FairShare([1.0, 3.0]);
    two_classes("{ fair-share = { weights = { wide = 3 } } }", rule, narrow(Rule::FairShare([1.0, 1.0])), 40_000)
}

pub(crate) fn two_classes_max_weight() -> Case {
    let (worker, room) = Rule::MaxWeight.tried();
    let largest = worker.mean_wait(&worker.solve(Rule::LargestFirst, room), 0);
    two_classes("\"max-weight\"", Rule::MaxWeight, largest, 60_000)
}

pub(crate) fn two_classes_random() -> Case {
    two_classes("\"random\"", Rule::Random, narrow(Rule::SmallestFirst), 40_000)
}

/// In strict order with a queue that is never empty, jobs of one service distribution have the
/// throughput of the closed form: units that idle before a wide job are lost.
pub(crate) fn saturated_in_strict_order() -> Case {
    let through = throughput_of_one_law(6, 0.5, &[0.5, 0.2, 0.0, 0.3]);
    saturated(&[(1, 0.5, 2.0), (2, 0.2, 2.0), (4, 0.3, 2.0)])
        .says_to(0.02, mean(Measure::ThroughputPerS), through)
        .says_to(0.02, utilization("slot"), through * 2.0 * (0.5 + 0.4 + 1.2) / 6.0)
}

/// The same for classes with distributions of their own, by the chain of the saturated worker.
pub(crate) fn saturated_with_laws_of_their_own() -> Case {
    let part = |(need, share, mean): (usize, f64, f64)| Part { share, services: 1.0 / mean, need };
    let jobs = [(1, 0.75, 1.0), (6, 0.25, 4.0)];
    let through = throughput(6, &jobs.map(part));
    saturated(&jobs)
        .says_to(0.04, mean(Measure::ThroughputPerS), through)
        .says_to(0.04, mean(Measure::ThroughputPerS).of_action("of6"), through / 4.0)
        .says_to(0.04, utilization("slot"), through * (0.75 + 6.0) / 6.0)
}

/// Six units under heavy overload in strict order: jobs by need, their share of all and their mean
/// service in seconds. The queue is practically always full; a job that is turned away there is
/// replaced by the next.
fn saturated(jobs: &[(usize, f64, f64)]) -> Case {
    let action = |&(need, share, mean): &(usize, f64, f64)| {
        let rate = 4.0 * share;
        format!(
            "[action.of{need}]\ncapacity = {{ slot = {need} }}\narrival = {{ poisson = {{ rate = \"{rate}/s\" }} }}\n\
             service = {{ exponential = {{ mean = \"{mean}s\" }} }}\n"
        )
    };
    let actions: String = jobs.iter().map(action).collect();
    let body = format!("queue = {{ limit = 40 }}\n[worker.server]\ncapacity = {{ slot = 6 }}\n{actions}");
    Case::new("{ delay = \"none\", policy = \"strict-fifo\" }", 14_000, &body)
}
