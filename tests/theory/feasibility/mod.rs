//! The feasibility analysis of a scenario, compared with the run.

mod certain;
mod loads;
mod overloads;

use claimsim::internals::experiment::feasibility::{self, Feasibility};
use claimsim::internals::experiment::{Results, run};
use claimsim::internals::stats::{JobScope, Measure, Metric, MetricValue, Statistic};

use crate::support::loaded;

/// The feasibility analysis of a scenario and the results of its run.
struct Seen {
    outlook: Feasibility,
    results: Results,
}

impl Seen {
    fn of(text: &str) -> Seen {
        let scenario = loaded(text, &[]);
        Seen { outlook: feasibility::analyze(&scenario), results: run(&scenario, &()) }
    }

    /// Mean and standard error over the replications.
    fn measured(&self, metric: Metric) -> (f64, f64) {
        let of = |outcome: &claimsim::internals::stats::ReplicationStats| {
            let figure = outcome.metrics.iter().find(|figure| figure.metric == metric);
            figure.and_then(MetricValue::known).expect("it is known")
        };
        let values: Vec<f64> = self.results.replications.iter().map(of).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (mean, (squares / (n - 1.0) / n).sqrt())
    }
}

/// A count of all rows.
fn jobs(statistic: Statistic) -> Metric {
    Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::Jobs, statistic }
}
