//! Reading the files of the world: scenarios, and what they name.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::verdict::{Failure, say};
use crate::experiment::feasibility::Feasibility;
use crate::report::feasibility::{self, Notice};
use crate::scenario::{self, Diagnostics, LoadedScenario, Override, RelativeFiles, Scenario};

/// A scenario's text with the name that complaints give it.
#[derive(Debug)]
pub(super) struct ScenarioFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl ScenarioFile {
    /// Reads a scenario file.
    pub(super) fn read(path: &Path) -> Result<ScenarioFile, Failure> {
        let wrong =
            |why: &dyn std::fmt::Display| Failure::Input(format!("cannot read scenario {}: {why}", path.display()));
        let bytes = fs::read(path).map_err(|error| wrong(&error))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(&"it is not UTF-8 text"))?;
        Ok(ScenarioFile { path: path.to_owned(), text })
    }

    /// Understands it, with the command line's changes.
    pub(super) fn load(&self, set: &[String]) -> Result<LoadedScenario, Failure> {
        self.load_with(&overrides(set, None))
    }

    /// The same with changes of all kinds.
    pub(super) fn load_with(&self, overrides: &[Override]) -> Result<LoadedScenario, Failure> {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let loaded = scenario::load(&self.path.display().to_string(), &self.text, overrides, &RelativeFiles(folder));
        loaded.map_err(|report| Failure::Input(shown(&report)))
    }
}

/// What `--set` and `--policy` ask for.
pub(super) fn overrides(set: &[String], policy: Option<&str>) -> Vec<Override> {
    let set = set.iter().map(|assignment| Override::set(assignment));
    set.chain(policy.map(Override::policy)).collect()
}

/// A report as it is shown on standard error: in colours on a terminal that wants them.
pub(super) fn shown(report: &Diagnostics) -> String {
    report.render(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
}

/// Says on standard error what is probably not meant in a scenario, and what of its files was left out.
pub(super) fn say_remarks(loaded: &LoadedScenario) {
    if !loaded.warnings.is_empty() {
        say(&shown(&loaded.warnings));
    }
    for note in &loaded.notes {
        say(&format!("note: {note}"));
    }
}

/// Says on standard error what a look at a scenario warns of, before minutes are spent on it.
pub(super) fn say_outlook(path: &Path, scenario: &Scenario, outlook: &Feasibility) {
    let warnings = feasibility::warnings(scenario, outlook).into_iter().map(|Notice { title, help }| (title, help));
    let report = Diagnostics::file_warnings(&path.display().to_string(), warnings);
    if !report.is_empty() {
        say(&shown(&report));
    }
}
