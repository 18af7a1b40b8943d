//! Scenario x policy x replications -> results: replications run in parallel and are combined in order.

use crate::stats::Outcome;
use crate::stats::figure::Subject;

/// What all replications of one scenario under one policy came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One row a subject, in the order of [`Outcome::figures`].
    pub summary: Vec<SummaryRow>,
    /// The replications, in order.
    pub replications: Vec<Outcome>,
}

/// A figure over all replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummaryRow {
    /// What the number says.
    pub subject: Subject,
    /// Mean over replications (maximum for `max`); `None` where no replication had anything to measure.
    pub value: Option<f64>,
    /// 95 % Student t interval over replications; `None` with fewer than two, and for `max`.
    pub interval: Option<(f64, f64)>,
    /// Replications that had a value.
    pub replications: u64,
}
