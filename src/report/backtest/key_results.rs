//! A backtest's answer, and how far it can be trusted.

use super::BacktestReport;
use crate::experiment::backtest::LEVEL;
use crate::format::percent;
use crate::key_results::{KeyResults, counted};
use crate::table::TextTable;

impl BacktestReport<'_> {
    pub(crate) fn found(&self) -> KeyResults {
        let mut remarks = self.remarks();
        remarks.extend(self.calibration_lines());
        let mut limits = vec![
            "The replay takes arrivals and service times from the history; only the forecast judges those of the \
             scenario."
                .to_owned(),
        ];
        limits.extend(self.warnings());
        KeyResults {
            heading: self.heading(),
            answer: self.answer(),
            confidence: format!(
                "Equal means are rejected at {} over all actions (Holm); intervals have 95 % and come from {}, over {}.",
                percent(LEVEL),
                self.blocks(),
                counted(self.backtest.trace.replications as usize, "replication")
            ),
            limits,
            warnings: self.warnings(),
            tables: vec![TextTable::of("Waits of the replayed jobs", &self.columns(), self.scopes())],
            reasons: Vec::new(),
            remarks,
        }
    }
}
