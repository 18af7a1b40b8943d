//! Scenario x policy x replications -> results: replications run in parallel and are combined in order.
//!
//! A replication is a pure function of (scenario, seed, index), so the number of threads cannot change a result.

use claimsim_model as model;
use claimsim_random as random;
use claimsim_engine as engine;
use claimsim_policy as policy;
use claimsim_arrival as arrival;
use claimsim_stats as stats;
use claimsim_registry as registry;
use claimsim_scenario as scenario;
use claimsim_replication as replication;

mod quantities;
mod audit;
mod batch_means;
pub mod comparison;
pub mod design;
pub mod diff;
pub mod elasticity;
pub mod expression;
pub mod feasibility;
mod stopping_rule;
mod replicate;
mod results;
pub mod sizing;
pub mod sweep;
pub mod warmup;

pub use quantities::ResolvedQuantities;
pub use audit::audit;
pub use batch_means::{BatchMeansRun, run_batch_means};
pub use stopping_rule::{MIN_REPLICATIONS, PrecisionStatus, StoppingRule};
pub use replication::Progress;
pub use replicate::{replicate, replicate_observed, run, run_observed, run_policy};
pub use results::{Results, SummaryRow};
