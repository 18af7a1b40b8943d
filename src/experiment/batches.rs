//! One long run in place of many: its figures with intervals from batch means, where the batches bear them.

use super::{Progress, Results};
use crate::replication::Replication;
use crate::scenario::Scenario;
use crate::stats::batch_means::{BatchInterval, BatchObserver};

/// The run, and how many figures have no interval although they have batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Batched {
    /// Its one replication; the intervals are those of batch means.
    pub results: Results,
    /// Figures that would have an interval.
    pub figures: usize,
    /// Of them those whose batches are correlated.
    pub correlated: usize,
    /// Of them those of which some batches had nothing to measure.
    pub empty: usize,
}

/// Runs one replication, the scenario's first, in so many batches of its measured part.
pub fn run_in_batches(scenario: &Scenario, batches: u32, progress: &dyn Progress) -> Batched {
    let observer = BatchObserver::new(&scenario.system, scenario.slo, batches as usize);
    let (outcome, observer) = Replication::new(scenario, 0).measure_observed(&[], progress, observer);
    let mut run = Batched { results: Results::of(vec![outcome]), figures: 0, correlated: 0, empty: 0 };
    for means in observer.finish() {
        let row = run.results.summary.iter_mut().find(|row| row.metric == means.metric);
        let Some((row, value)) = row.and_then(|row| row.estimate.value.map(|value| (row, value))) else { continue };
        run.figures += 1;
        match means.judge(value) {
            BatchInterval::Interval(low, high) => row.estimate.interval = Some((low, high)),
            BatchInterval::Correlated => run.correlated += 1,
            BatchInterval::Empty => run.empty += 1,
        }
    }
    run
}
