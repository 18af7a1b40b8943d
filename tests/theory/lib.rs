//! Queueing theory: each case has no bias beyond chance, all cases together have no more than
//! chance, and 95 % intervals cover the truth in 95 % of runs.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod arrivals;
mod backtests;
mod cases;
mod censoring;
mod claim_delay;
mod comparison_errors;
mod coverage;
mod elasticity;
mod failure_detection;
mod feasibility;
mod formulas;
mod growing_queues;
mod hand_computed;
mod hours;
mod import;
mod occupancy;
mod run;
mod sizing_errors;
mod sizing_search;
mod verdict;
mod verdict_errors;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use statrs::distribution::{ChiSquared, ContinuousCDF};
use verdict::Verdict;

/// A file of the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).expect("the file is committed")
}

/// Makes each case a test of its own and an entry of [`VERDICTS`]; it runs once for both.
macro_rules! cases {
    ($($module:ident::$case:ident)+) => {
        $(mod $case {
            pub(super) static VERDICT: std::sync::LazyLock<super::Verdict> =
                std::sync::LazyLock::new(|| super::cases::$module::$case().judge(stringify!($case)));

            #[test]
            fn agrees_with_theory() {
                VERDICT.hold();
            }
        })+

        static VERDICTS: &[&LazyLock<Verdict>] = &[$(&$case::VERDICT),+];
    };
}

cases! {
    single::one_server
    single::service_laws
    single::feedback
    servers::several_servers
    servers::constant_service
    servers::clockwork_arrivals
    servers::batch_arrivals
    servers::limited_queue
    servers::impatient_jobs
    servers::machine_repair
    servers::no_limit
    losses::one_resource
    losses::two_resources
    losses::one_resource_in_strict_order
    losses::one_resource_by_a_plan
    losses::one_resource_by_packing
    claims::first_fit
    claims::one_idle_replica
    claims::five_idle_replicas
    claims::hundred_idle_replicas
    claims::one_busy_replica
    claims::race_for_one
    claims::race_one_by_one
    claims::race_for_all
    outages::lost_at_once
    outages::lost_until_the_return
    outages::cut_off
    outages::given_service_times
    outages::rules_of_retry
    workers::cluster_with_quorum
    workers::cluster_of_crashes
    workers::alternating_renewal
    workers::quorum_of_three
    workers::quorum_of_four
    workers::noticed_crashes
    workers::zombies
    joins::one_parent_at_a_time
    joins::two_parents_at_a_time
    joins::parents_without_limit
    joins::deadlines_of_parents
    limits::deadlines
    limits::backoffs
    limits::cancels_at_once
    limits::cancels_that_take_time
    capacities::capacity_of_a_loss_system
    capacities::capacity_of_a_queue
    capacities::clearing
    orders::priorities
    orders::deadlines_as_priorities
    orders::fast_aging
    orders::slow_aging
    orders::aging_in_between
    orders::priorities_on_several_servers
    orders::shortest_first
    orders::longest_first
    orders::shortest_first_under_other_laws
    orders::shortest_first_by_estimate
    orders::longest_first_by_estimate
    orders::random_order
    units::two_classes_first_fit
    units::two_classes_reserve_late
    units::two_classes_strict_fifo
    units::two_classes_reserve_at_once
    units::two_classes_smallest_first
    units::two_classes_best_fit
    units::two_classes_largest_first
    units::two_classes_worst_fit
    units::two_classes_fair_share
    units::two_classes_fair_share_with_weights
    units::two_classes_max_weight
    units::two_classes_random
    units::saturated_in_strict_order
    units::saturated_with_laws_of_their_own
    staffing::shifts_that_finish
    staffing::shifts_that_kill
    staffing::steps_of_an_autoscaler
    staffing::utilization_of_an_autoscaler
    staffing::set_up_times
    staffing::outages_and_startups
    staffing::fast_servers
    staffing::the_slow_server_first
    staffing::labels_apart
}

/// A bias too small for any single case shows in the sum of squares; so does spread that is put too
/// high or too low.
#[test]
fn scores_over_all_cases_have_the_right_spread() {
    let squares: f64 = VERDICTS.iter().map(|verdict| verdict.score() * verdict.score()).sum();
    let law = ChiSquared::new(VERDICTS.len() as f64).expect("there are cases");
    let p = law.cdf(squares);
    assert!((1e-4..1.0 - 1e-4).contains(&p), "scores squared sum up to {squares:.1}: probability {p}");
}

/// Each of these cases rejects a simulation with one wrong parameter, mostly 10 % too large.
#[test]
fn wrong_parameters_are_rejected() {
    use cases::{joins, limits, orders, outages, units, workers};
    let wrong = [
        outages::given_service_times().under("worker.server.outages.up.exponential.mean=11s"),
        outages::rules_of_retry().under("action.requeue-always.retries=3"),
        workers::quorum_of_three().under("quorum=false"),
        workers::quorum_of_four().under("worker.replica.outages.down.uniform.high=3400ms"),
        workers::noticed_crashes().under("heartbeat.sweep=3300ms"),
        workers::zombies().under("worker.server.outages.down=22s"),
        joins::parents_without_limit().under("action.child.service.exponential.mean=1050ms"),
        joins::deadlines_of_parents().under("action.parent.stops_in=550ms"),
        limits::cancels_at_once().under("action.job.cancel_rate=0.44/s"),
        limits::deadlines().under("action.asked.stop_timeout=1500ms"),
        limits::backoffs().under("action.plain.backoff=2200ms"),
        orders::priorities().under("action.urgent.priority=-5"),
        orders::fast_aging().under("claim.policy.priority.aging=200ms"),
        orders::shortest_first_by_estimate().under("action.job.estimate=exact"),
        orders::random_order().under("claim.policy=first-fit"),
        units::two_classes_fair_share_with_weights().under("claim.policy.fair-share.weights.wide=1"),
        units::saturated_in_strict_order().under("claim.policy=first-fit"),
    ];
    for (index, case) in wrong.into_iter().enumerate() {
        let score = case.judge("wrong").score();
        assert!(score.abs() > verdict::FARTHEST, "wrong parameter {index} is within {score:.1} standard errors");
    }
}
