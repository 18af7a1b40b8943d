//! Scenario x policy x replications -> results: replications run in parallel and are combined in order.
//!
//! A replication is a pure function of (scenario, seed, index), so the number of threads cannot change a result.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_registry as registry;
use claimsim_replication as replication;
use claimsim_scenario as scenario;
use claimsim_stats as stats;

mod asked;
mod audit;
mod batches;
pub mod comparison;
pub mod design;
pub mod diff;
pub mod elasticity;
pub mod expression;
pub mod outlook;
mod plan;
mod replicate;
mod results;
pub mod sizing;
pub mod sweep;
pub mod warmup;

pub use asked::Asked;
pub use audit::audit;
pub use batches::{Batched, run_in_batches};
pub use plan::{FIRST, Plan, Reached};
pub use replicate::{replicate, replicate_observed, run, run_observed, run_policy};
pub use replication::Progress;
pub use results::{Results, SummaryRow};
