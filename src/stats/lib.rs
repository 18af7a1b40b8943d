//! What is measured, and how it is summed up: tallies, time averages, series, intervals over replications.

use claimsim_engine as engine;
use claimsim_model as model;

mod account;
mod batch;
pub mod batch_means;
mod bucket;
pub mod claims;
pub mod course;
mod drain;
mod fairness;
pub mod figure;
mod histogram;
pub mod interval;
mod laws;
pub mod looks;
pub mod measure;
mod moments;
pub mod mser;
mod observer;
mod occupancy;
mod offers;
pub mod paired;
mod preference;
pub mod sample;
pub mod series;
pub mod share;
mod slowdown;
pub mod student;
mod tally;
mod units;
mod von_neumann;

use crate::model::time::Span;
use figure::{Figure, OfAction};
use series::Series;

pub use observer::StatsObserver;
pub use preference::Preference;
pub use tally::{EXACT, Tally};

/// What one replication measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Every number of the summary; the same subjects in the same order in each replication of a scenario.
    pub figures: Vec<Figure>,
    /// The distribution of waits: over all jobs first, then action by action; an action without a claim has no table.
    pub waits: Vec<WaitTable>,
    /// Busy units and queue lengths by time bucket.
    pub series: Series,
    /// The shares that were asked for, in order; `None` where there was nothing to take a share of.
    pub shares: Vec<Option<f64>>,
}

impl Outcome {
    /// The same without its course: where hundreds of replications are kept, nobody looks at that.
    #[must_use]
    pub fn without_series(self) -> Outcome {
        Outcome { series: Series { queue_length: Vec::new(), lines: Vec::new(), ..self.series }, ..self }
    }
}

/// The distribution of the waits of one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitTable {
    /// Whose jobs.
    pub action: OfAction,
    /// `(p, wait)` by rising `p` from 0 to 1.
    pub quantiles: Vec<(f64, Span)>,
}

impl WaitTable {
    /// Every hundredth, and the upper tail once more at 0.995 and 0.999; `None` without a wait.
    fn of(action: OfAction, waits: &mut Tally) -> Option<WaitTable> {
        let hundredths = (0..100).map(|hundredth| f64::from(hundredth) / 100.0);
        let ps: Vec<f64> = hundredths.chain([0.995, 0.999, 1.0]).collect();
        let waits = waits.quantiles(&ps)?.into_iter().map(|nanos| Span(nanos.round() as i64));
        Some(WaitTable { action, quantiles: ps.into_iter().zip(waits).collect() })
    }
}
