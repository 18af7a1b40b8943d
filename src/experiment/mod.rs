//! Scenario x policy x replications -> results: replications run in parallel and are combined in order.
//!
//! A replication is a pure function of (scenario, seed, index), so the number of threads cannot change a result.

mod audit;
mod batches;
pub mod comparison;
pub mod diff;
pub mod expression;
mod replication;
mod results;
pub mod warmup;

pub use audit::audit;
pub use batches::{Batched, run_in_batches};
pub use replication::{Progress, run, run_observed, run_policy};
pub use results::{Results, SummaryRow};
