//! What a run leaves and prints: its tables, its charts, and its summary for terminals and programs.

mod json;
pub mod precision;
pub mod replications;
pub mod tables;
mod text;

use serde_json::Value;

use crate::experiment::{Plan, Results};
use crate::plot::{self, Chart};
use crate::table::Charset;
use crate::{OutputFile, RunContext};

/// A finished run with everything that a report of it shows.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// Names and settings.
    pub context: RunContext<'a>,
    /// The figures.
    pub results: &'a Results,
    /// The quantities and precisions that were asked for.
    pub plan: &'a Plan,
}

impl RunReport<'_> {
    /// All files of the run but its manifest, its inputs and the job log, in a fixed order.
    pub fn files(&self) -> Vec<OutputFile> {
        let RunReport { context, results, plan } = self;
        let runs = [(context, *results)];
        let reached = plan.reached(&results.replications);
        let precision =
            (!reached.is_empty()).then(|| (precision::PATH, precision::table(&reached, results.replications.len())));
        let tables = [
            ("summary.csv", tables::summary(&runs)),
            (replications::PATH, replications::write(context, plan.asked(), &results.replications)),
            (tables::WAIT_TIMES, tables::wait_times(&runs)),
            (tables::UTILIZATION, tables::utilization(context, results)),
        ];
        let charts = Chart::ALL.map(|chart| (chart.path(), chart.draw(context, results)));
        let warm_up = context.warm_up.map(|warm_up| (plot::WARM_UP, plot::warm_up(context, warm_up)));
        tables
            .into_iter()
            .chain(precision)
            .chain(charts)
            .chain(warm_up)
            .map(|(path, bytes)| OutputFile { path: path.to_owned(), bytes })
            .collect()
    }

    /// The summary in a terminal.
    pub fn text(&self, charset: Charset) -> String {
        text::summary(&self.context, self.results, charset)
    }

    /// The summary as one JSON document, with the notes on the scenario's files.
    pub fn json(&self, notes: &[String]) -> Value {
        json::summary(&self.context, self.results, self.plan, notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, WEEK};

    #[test]
    fn a_run_leaves_its_tables_and_charts() {
        let system = fixtures::system(WEEK);
        let (results, plan) = (fixtures::results(WEEK), Plan::fixed(5));
        let report = RunReport { context: fixtures::context(&system), results: &results, plan: &plan };
        let files = report.files();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "summary.csv",
                "replications.csv",
                "wait_times.csv",
                "utilization.csv",
                "charts/wait_distribution.svg",
                "charts/utilization.svg",
                "charts/queue_length.svg"
            ]
        );
        assert!(files.iter().all(|file| !file.bytes.is_empty()));
    }
}
