//! Sizing: the cheapest design that meets its targets, with the replications that prove it and a
//! stated error rate.
//!
//! The order of the search finds the answer soon. Where more workers can only help, a design that
//! meets the targets makes costlier designs superfluous, and a design that fails them also rules
//! out those that offer less of everything. That more helps is only a guess of the search, not
//! evidence: in the end it simulates whatever is cheaper than the answer, and goes on from there if
//! the guess was wrong.
//!
//! The error level bounds the probability that any failing design is reported as meeting its
//! targets: each of S designs has at most K looks, and a look reports "met" only if each target is
//! shown to be kept at level / (S K). See `docs/planning.md`.

mod cost;
mod search;
mod target;
mod worst_case_outage;

pub use cost::{Cost, CostError, Costs, price_groups};
pub use search::{DesignProgress, EvaluatedDesign, Sizing, size};
pub use target::{Design, TargetTest, Targets, UnsupportedTarget};
pub use worst_case_outage::{SizingWithOutage, WorstCaseOutage, size_with_outage};
