//! Reads scenarios: from a text, from a file, with keys that the command line sets.

use std::fs;
use std::path::Path;

use crate::diagnostic::{self, Diagnostics};
use crate::files::{Files, NoFiles, RelativeFiles};
use crate::lower;
use crate::overrides::Override;
use crate::scenario::{LoadedScenario, Scenario};
use crate::source::Sources;
use crate::spec::Spec;
use crate::tree;

/// Reads a scenario from its text. `name` is its file's name: diagnostics show it, and a scenario
/// without a name takes it.
///
/// # Errors
/// If anything is wrong with the scenario: the error lists every mistake, and the warnings.
pub fn load(name: &str, text: &str, overrides: &[Override], files: &dyn Files) -> Result<LoadedScenario, Diagnostics> {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let start = sources.add(name, text);
    let mut tree = tree::parse(text, start, &mut diagnostics);
    let broken = diagnostic::lines(&diagnostics, text);
    let rules = Spec::assign_rules();
    for Override { option, assignment } in overrides {
        let text = format!("{option} {assignment}");
        let start = sources.add("command line", &text) + text.len() - assignment.len();
        tree::assign(&mut tree, assignment, start, &rules, &mut diagnostics);
    }
    let (spec, recovered) = tree::read::<Spec>(tree, &mut diagnostics);
    if !broken.is_empty() {
        // What a text with syntax errors means as a whole is guesswork, but its other lines can be
        // read.
        return Err(Diagnostics::new(sources, diagnostic::first_per_line(diagnostics, &broken, text)));
    }
    lower::lower(&spec, &recovered, sources, diagnostics, files)
}

impl Scenario {
    /// Reads a scenario that names no files from its text.
    ///
    /// # Errors
    /// If anything is wrong with the scenario: the error shows every mistake with its line.
    pub fn parse(text: &str) -> Result<Scenario, Diagnostics> {
        load("scenario.toml", text, &[], &NoFiles).map(|loaded| loaded.scenario)
    }

    /// Reads a scenario file, and the files that it names relative to its own folder.
    ///
    /// # Errors
    /// If the file cannot be read, or anything is wrong with the scenario: the error shows every
    /// mistake with its line.
    pub fn open(path: impl AsRef<Path>) -> Result<Scenario, Diagnostics> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|why| Diagnostics::file_error(&name, format!("the scenario cannot be read: {why}")))?;
        let files = RelativeFiles(path.parent().unwrap_or(Path::new("")).to_owned());
        load(&name, &text, &[], &files).map(|loaded| loaded.scenario)
    }
}
