//! Comparison of alternatives: the same replications of each, differences within each replication,
//! and more replications until all is decided.
//!
//! [`SequentialComparison`] takes one look after another and reuses all earlier replications;
//! [`Comparison`] is the result. `docs/statistics.md` describes how the decisions keep their level.

mod criteria;
mod difference_test;
mod row;
mod sequential;

pub use criteria::{Alternative, ComparisonCriteria, UnresolvedQuantity};
pub use difference_test::{TestResult, Verdict};
pub use row::{ComparisonRow, Gate};
pub use sequential::{Comparison, SequentialComparison};
