//! Scenario x policy x replications -> results: replications run in parallel and are combined in order.
//!
//! A replication is a pure function of (scenario, seed, index), so the number of threads cannot change a result.

mod audit;
pub mod comparison;
pub mod diff;
pub mod expression;
pub mod outlook;
mod replication;
mod results;

pub use audit::audit;
pub use replication::{Progress, run, run_observed, run_policy};
pub use results::{Results, SummaryRow};
