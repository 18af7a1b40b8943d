//! A run's report: its tables, its summary for terminals and programs, and its replications, read
//! back.

pub(crate) mod by_hour;
mod json;
pub mod precision;
pub mod replications;
pub mod tables;
mod text;

use serde_json::Value;

use crate::experiment::growth::QueueGrowth;
use crate::experiment::{Results, StoppingRule};
use crate::{OutputFile, Report, RunContext, charts, file, messages};

/// A finished run.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// Names and settings.
    pub context: RunContext<'a>,
    /// The figures.
    pub results: &'a Results,
    /// The quantities that were asked for, and the precision.
    pub plan: &'a StoppingRule,
    /// The notes of the JSON document.
    pub notes: &'a [String],
}

impl Report for RunReport<'_> {
    fn files(&self) -> Vec<OutputFile> {
        let RunReport { context, results, plan, .. } = self;
        let replications = &results.replications;
        let mut files = vec![
            file("summary.csv", tables::summary(context, results)),
            file(replications::PATH, replications::write(context, plan.quantities(), replications)),
            file(tables::WAIT_TIMES, tables::wait_times(context, results)),
            file(tables::UTILIZATION, tables::utilization(context, results)),
        ];
        let by_hour = by_hour::rows(replications);
        files.extend(by_hour.map(|rows| file(by_hour::PATH, by_hour::write(context, &rows))));
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
        let precision = precision::lines(&self.plan.status(&self.results.replications));
        format!("{}{precision}{place}\n", self.tables())
    }
}

impl RunReport<'_> {
    /// What the reader has to know before the figures.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = messages::unserved_warnings(&self.results.summary, &self.context);
        let growth = QueueGrowth::of_scenario(self.context.scenario, &self.results.replications);
        warnings.extend(growth.map(messages::growth_warning));
        warnings
    }
}
