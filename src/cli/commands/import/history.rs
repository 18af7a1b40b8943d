//! `claimsim import --history`: a scenario from the log of any job queue.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Import;
use crate::exit::CliError;
use crate::history::{JobHistory, Problem};
use crate::history_input::display_name;
use crate::import::{HistoryOptions, ImportedHistory, history_scenario};
use crate::report::import_charts;
use crate::run_dir::{RunDir, refuse_existing, write_new};
use crate::term::{print, print_json, warn};

impl Import {
    /// Reads the history, and writes the scenario.
    pub(super) fn import_history(&self) -> Result<(), CliError> {
        self.charts.check()?;
        let history = self.history.load(self.at, self.quiet)?;
        let latest = history.epoch.calendar_of(history.until);
        if let Some((at, latest)) = self.at.zip(latest).filter(|(at, latest)| at < latest) {
            let text = |time: DateTime<Utc>| history.time_zone.rfc3339(time);
            return Err(CliError::Input(format!(
                "--at {} is before {}, the latest time in the history; write the time of the export, or leave out --at",
                text(at),
                text(latest)
            )));
        }
        if !history.has_waits() {
            return Err(CliError::Input(
                "no row tells when it started, so nothing is known about run times, workers and waits; add `started`, \
                 `queued` or `run` to --columns (rows of the registry: import --jobs, which estimates starts)"
                    .to_owned(),
            ));
        }
        let imported = history_scenario(
            &history,
            &HistoryOptions {
                name: self.name(),
                sources: self.history.history.iter().map(|path| display_name(path)).collect(),
                empirical: self.fit.is_some(),
                holidays: self.holidays.clone(),
            },
        );
        match &self.out {
            None if !self.json => print(&imported.text)?,
            None => {}
            Some(out) => {
                let charts = self.draw_charts(out, &imported)?;
                write_new(out, &imported.text)?;
                charts.map_or(Ok(()), RunDir::commit)?;
                if !self.quiet && !imported.unknowns.is_empty() {
                    let (count, first) = (imported.unknowns.len(), &imported.unknowns[0]);
                    let word = if count == 1 { "value is" } else { "values are" };
                    warn(&format!(
                        "{}: {count} {word} not known from the history; above all {}: {}",
                        out.display(),
                        first.key,
                        first.what
                    ));
                }
            }
        }
        if self.json { print_json(&self.document(&history, &imported)?) } else { Ok(()) }
    }

    /// Draws the estimates, into a folder beside the scenario; `None` if there is nothing to draw.
    fn draw_charts(&self, out: &Path, imported: &ImportedHistory) -> Result<Option<RunDir>, CliError> {
        let charts = self.charts.apply(import_charts(&self.name(), &imported.estimates))?;
        if charts.is_empty() {
            return Ok(None);
        }
        let folder = charts_folder(out);
        refuse_existing(&folder)?;
        let folder = RunDir::begin(&folder)?;
        for chart in &charts {
            folder.write(&chart.path, &chart.bytes)?;
        }
        Ok(Some(folder))
    }

    /// The rows, the estimates, what is unknown, and the scenario unless it is in a file.
    fn document(&self, history: &JobHistory, imported: &ImportedHistory) -> Result<Value, CliError> {
        let rows = history.records.len() + history.problems.len();
        let problem = |problem: &Problem| {
            let file = self.history.history.get(problem.file as usize).map(|path| display_name(path));
            json!({ "file": file, "line": problem.line, "kind": problem.kind.name(), "reason": problem.reason })
        };
        let problems: Vec<Value> = history.problems.iter().map(problem).collect();
        let value = |value: Result<Value, serde_json::Error>| {
            value.map_err(|error| CliError::Failed(format!("the estimates cannot be printed: {error}")))
        };
        let mut document = json!({
            "rows": rows,
            "problems": problems,
            "estimates": value(serde_json::to_value(&imported.estimates))?,
            "unknowns": value(serde_json::to_value(&imported.unknowns))?,
        });
        if self.out.is_none() {
            document["scenario"] = imported.text.as_str().into();
        }
        Ok(document)
    }
}

/// The folder of the charts of a scenario: `x.charts` of `x.toml`.
fn charts_folder(out: &Path) -> PathBuf {
    let folder = out.with_extension("charts");
    if folder == out { out.with_extension("charts.charts") } else { folder }
}
