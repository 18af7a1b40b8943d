//! Scenario x policy x replications -> results: replications run in parallel and are combined in
//! order.
//!
//! A replication is a pure function of (scenario, seed, index), so the number of threads cannot
//! change a result. [`Experiment`] runs the replications of one scenario; the modules hold the
//! studies that need more than one: comparisons, sweeps, sizing, the difference of two runs.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_replication as replication;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

mod audit;
pub mod backtest;
mod batch_means;
pub mod blame;
pub mod comparison;
pub mod design;
pub mod diff;
pub mod elasticity;
pub mod explain;
mod explaining_policy;
pub mod expression;
pub mod feasibility;
pub mod growth;
mod quantities;
mod replicate;
mod results;
pub mod sizing;
mod standstill;
mod stopping_rule;
pub mod sweep;
pub mod unserved;
pub mod warmup;
mod watched_run;
pub mod worker_states;

pub use audit::audit;
pub use batch_means::{BatchMeansRun, run_batch_means};
pub use quantities::ResolvedQuantities;
pub use replicate::{Experiment, observe, replicate, replicate_observed, run, run_observed, run_policy};
pub use replication::Progress;
pub use results::{Results, SummaryRow};
pub use standstill::{Standstill, standstills};
pub use stopping_rule::{MIN_REPLICATIONS, PrecisionStatus, StoppingRule};
