//! The feasibility analysis of a scenario, compared with the run.

mod loads;
mod overloads;

use claimsim::experiment::outlook::{Outlook, outlook};
use claimsim::experiment::{Results, run};
use claimsim::stats::figure::{Measure, OfAction, Statistic, Subject};

use crate::support::loaded;

/// The feasibility analysis of a scenario and the results of its run.
struct Seen {
    outlook: Outlook,
    results: Results,
}

impl Seen {
    fn of(text: &str) -> Seen {
        let scenario = loaded(text, &[]);
        Seen { outlook: outlook(&scenario), results: run(&scenario, &()) }
    }

    /// Mean and standard error over the replications.
    fn measured(&self, subject: Subject) -> (f64, f64) {
        let of = |outcome: &claimsim::stats::Outcome| {
            let figure = outcome.figures.iter().find(|figure| figure.subject == subject);
            figure.and_then(|figure| figure.value).expect("it is measured")
        };
        let values: Vec<f64> = self.results.replications.iter().map(of).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (mean, (squares / (n - 1.0) / n).sqrt())
    }
}

/// A count of all rows.
fn jobs(statistic: Statistic) -> Subject {
    Subject { action: OfAction::All, resource: None, worker: None, measure: Measure::Jobs, statistic }
}
