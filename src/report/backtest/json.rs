//! A backtest as a JSON document.

use serde_json::{Value, json};

use super::text::cause_in_words;
use super::{BacktestReport, tables};
use crate::table;

impl BacktestReport<'_> {
    /// The document.
    pub(crate) fn document(&self) -> Value {
        let columns = tables::columns();
        let explanations = self.backtest.explanations.iter().map(|explanation| {
            json!({
                "action": self.action(explanation.jobs),
                "simulated_waits": if explanation.is_too_long { "too long" } else { "too short" },
                "hours": explanation.hours.iter().map(|(hour, share)| json!({ "hour": hour, "share": share }))
                    .collect::<Vec<_>>(),
                "jobs": explanation.examples.iter()
                    .map(|(line, observed, simulated)| {
                        json!({ "line": line, "observed_s": observed, "simulated_s": simulated })
                    })
                    .collect::<Vec<_>>(),
                "causes": explanation.causes.iter().map(cause_in_words).collect::<Vec<_>>(),
            })
        });
        let pit = self.backtest.model.iter().flat_map(|model| &model.days);
        let pit = pit.map(|day| day.forecasts.map(|forecast| forecast.pit)).collect::<Vec<_>>();
        json!({
            "verdict": self.backtest.verdict().name(),
            "history": self.file,
            "jobs": self.history.records.len(),
            "unusable_rows": self.history.problems.len(),
            "replications": self.backtest.trace.replications,
            "seed": self.scenario.seed,
            "figures": self.rows().iter().map(|row| table::json(&columns, row)).collect::<Vec<_>>(),
            "forecast_p": self.backtest.model.as_ref().map(|model| model.adjusted_p),
            "pit": pit,
            "explanations": explanations.collect::<Vec<_>>(),
            "calibration": self.calibration.iter()
                .map(|point| table::json(&tables::calibration_columns(self), &point))
                .collect::<Vec<_>>(),
            "warnings": self.warnings(),
        })
    }
}
