//! The catalogue of files: which study leaves which tables and charts, in a fixed order. The
//! manifest, the inputs and the job log are not among them.

use serde_json::Value;

use crate::backtest::BacktestReport;
use crate::comparison::ComparisonReport;
use crate::elasticity::ElasticityReport;
use crate::experiment::blame as blame_rows;
use crate::run::{RunReport, blame, by_hour, over_time, precision, replications, tables};
use crate::sizing::SizingReport;
use crate::sweep::SweepReport;
use crate::{KeyResults, OutputFile, Report, charts, file};

impl Report for RunReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let RunReport { context, results, plan, .. } = self;
        let replications = &results.replications;
        let mut files = vec![
            file("summary.csv", tables::summary(context, results)),
            file(replications::PATH, replications::write(context, plan.quantities(), replications)),
            file(tables::WAIT_TIMES, tables::wait_times(context, results)),
            file(tables::UTILIZATION, tables::utilization(context, results)),
            file(blame::PATH, blame::write(context, &blame_rows::rows(replications))),
        ];
        let by_hour = by_hour::rows(replications);
        files.extend(by_hour.map(|rows| file(by_hour::PATH, by_hour::write(context, &rows))));
        files.extend(over_time::write(replications).map(|bytes| file(over_time::PATH, bytes)));
        let reached = plan.status(replications);
        if !reached.is_empty() {
            files.push(file(precision::PATH, precision::table(&reached, replications.len())));
        }
        files.extend(charts::of_run(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}

impl Report for ComparisonReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![
            file("report.md", self.markdown().into_bytes()),
            file("comparison.csv", self.comparison_csv()),
            file("summary.csv", self.summary_csv()),
            file("wait_times.csv", self.wait_times_csv()),
            file("junit.xml", self.junit()),
        ];
        if !self.comparison.gates.is_empty() {
            files.push(file("gates.csv", self.gates_csv()));
        }
        files.extend(charts::of_comparison(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}

impl Report for SizingReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("size.csv", self.settings_csv()), file("summary.csv", self.summary_csv())];
        files.extend(charts::of_sizing(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}

impl Report for SweepReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("sweep.csv", self.csv())];
        files.extend(charts::of_sweep(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}

impl Report for ElasticityReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("elasticity.csv", self.csv())];
        files.extend(charts::of_elasticity(self));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}

impl Report for BacktestReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("backtest.csv", self.figures_csv())];
        if !self.calibration.is_empty() {
            files.push(file("calibration.csv", self.calibration_csv()));
        }
        files.extend(charts::of_backtest(self));
        files.push(file("report.md", self.markdown().into_bytes()));
        files
    }

    fn json(&self) -> Value {
        self.document()
    }

    fn text(&self, place: &str) -> String {
        self.for_terminal(place)
    }

    fn key_results(&self) -> KeyResults {
        self.found()
    }
}
