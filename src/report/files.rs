//! The catalogue of files: which study leaves which tables and charts, in a fixed order. The
//! manifest, the inputs and the job log are not among them.

use crate::comparison::ComparisonReport;
use crate::elasticity::ElasticityReport;
use crate::run::{RunReport, by_hour, over_time, precision, replications, tables};
use crate::sizing::SizingReport;
use crate::sweep::SweepReport;
use crate::{OutputFile, charts};

impl RunReport<'_> {
    /// The files of a run.
    pub fn files(&self) -> Vec<OutputFile> {
        let RunReport { context, results, plan } = self;
        let replications = &results.replications;
        let mut files = vec![
            file("summary.csv", tables::summary(context, results)),
            file(replications::PATH, replications::write(context, plan.quantities(), replications)),
            file(tables::WAIT_TIMES, tables::wait_times(context, results)),
            file(tables::UTILIZATION, tables::utilization(context, results)),
        ];
        let by_hour = by_hour::rows(replications);
        if let Some(rows) = &by_hour {
            files.push(file(by_hour::PATH, by_hour::write(context, rows)));
        }
        files.extend(over_time::write(replications).map(|bytes| file(over_time::PATH, bytes)));
        let reached = plan.status(replications);
        if !reached.is_empty() {
            files.push(file(precision::PATH, precision::table(&reached, replications.len())));
        }
        files.extend(charts::of_run(self));
        files
    }
}

impl ComparisonReport<'_> {
    /// The files of a comparison.
    pub fn files(&self) -> Vec<OutputFile> {
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
}

impl SweepReport<'_> {
    /// The files of a sweep.
    pub fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("sweep.csv", self.csv())];
        files.extend(charts::of_sweep(self));
        files
    }
}

impl ElasticityReport<'_> {
    /// The files of an elasticity analysis.
    pub fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("elasticity.csv", self.csv())];
        files.extend(charts::of_elasticity(self));
        files
    }
}

impl SizingReport<'_> {
    /// The files of a sizing.
    pub fn files(&self) -> Vec<OutputFile> {
        let mut files = vec![file("size.csv", self.settings_csv()), file("summary.csv", self.summary_csv())];
        files.extend(charts::of_sizing(self));
        files
    }
}

fn file(path: &str, bytes: Vec<u8>) -> OutputFile {
    OutputFile { path: path.to_owned(), bytes }
}

#[cfg(test)]
mod tests {
    use crate::experiment::StoppingRule;
    use crate::fixtures::{self, WEEK};
    use crate::run::RunReport;

    #[test]
    fn a_run_leaves_its_tables_and_charts() {
        let system = fixtures::system(WEEK);
        let (results, plan) = (fixtures::results(WEEK), StoppingRule::fixed(5));
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
