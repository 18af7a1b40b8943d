//! One long run in place of many: its figures get intervals from batch means, where the batches
//! allow it.

use crate::replication::{Progress, Replication};
use crate::results::Results;
use crate::scenario::Scenario;
use crate::stats::Measurements;
use crate::stats::batch_means::{BatchInterval, BatchObserver};

/// A run in batches, and how many figures have no interval although they have batches.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeansRun {
    /// Its one replication; the intervals are those of batch means.
    pub results: Results,
    /// Figures that have batches.
    pub figures: usize,
    /// Those of them whose batches are correlated.
    pub correlated: usize,
    /// Those of them with batches that had nothing to measure.
    pub empty: usize,
}

/// Runs the scenario's first replication and divides its measured part into batches.
pub fn run_batch_means(scenario: &Scenario, batches: u32, progress: &dyn Progress) -> BatchMeansRun {
    let mut observer = BatchObserver::new(&scenario.system, scenario.slo, batches as usize);
    let outcome = Replication::new(scenario, 0).measure_observed(&Measurements::default(), progress, &mut observer);
    let mut run = BatchMeansRun { results: Results::of(vec![outcome]), figures: 0, correlated: 0, empty: 0 };
    for means in observer.finish() {
        let row = run.results.summary.iter_mut().find(|row| row.metric == means.metric);
        let row = row.filter(|row| row.estimate.is_exact());
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
