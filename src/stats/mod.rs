//! What is measured, and how it is summed up: tallies, time averages, series, intervals over replications.

pub mod figure;
pub mod series;

use crate::model::time::Span;
use figure::{Figure, OfAction};
use series::Series;

/// What one replication measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Every number of the summary; the same subjects in the same order in each replication of a scenario.
    pub figures: Vec<Figure>,
    /// The distribution of waits: over all jobs first, then action by action; an action without a claim has no table.
    pub waits: Vec<WaitTable>,
    /// Busy units and queue lengths by time bucket.
    pub series: Series,
}

/// The distribution of the waits of one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitTable {
    /// Whose jobs.
    pub action: OfAction,
    /// `(p, wait)` by rising `p` from 0 to 1.
    pub quantiles: Vec<(f64, Span)>,
}
