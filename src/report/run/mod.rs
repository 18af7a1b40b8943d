//! A run's report: its tables, its summary for terminals and programs, and its replications, read
//! back.

pub(crate) mod blame;
pub(crate) mod by_hour;
mod json;
mod key_results;
pub mod over_time;
pub mod precision;
pub mod replications;
pub mod tables;
mod text;

use crate::experiment::growth::QueueGrowth;
use crate::experiment::{Results, StoppingRule};
use crate::model::time::Time;
use crate::{RunContext, messages};

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
    /// The period of replication 0 whose runs are drawn, if one is asked for.
    pub gantt: Option<(Time, Time)>,
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
