//! Reads scenarios: from a text, from a file, with keys that the command line sets.

use std::fs;
use std::path::Path;

use crate::diagnostic::{self, Diagnostic, Diagnostics};
use crate::files::{Files, NoFiles, RelativeFiles};
use crate::lower;
use crate::overrides::Override;
use crate::scenario::{LoadedScenario, Scenario};
use crate::source::{SourceSpan, Sources};
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
    if let Some(diagnostic) = diagnostic_of_format(text, start).filter(|_| !broken.is_empty()) {
        return Err(Diagnostics::new(sources, vec![diagnostic]));
    }
    for Override { option, assignment, typed } in overrides {
        let shown = typed.as_ref().unwrap_or(assignment);
        let text = format!("{option} {shown}");
        let end = sources.add("command line", &text) + text.len();
        let start = end - shown.len();
        let whole = typed.is_some().then_some(SourceSpan { start, end });
        tree::assign(&mut tree, assignment, start, whole, &rules, &mut diagnostics);
    }
    let (spec, recovered) = tree::read::<Spec>(tree, &mut diagnostics);
    if !broken.is_empty() {
        // What a text with syntax errors means as a whole is guesswork, but its other lines can be
        // read.
        return Err(Diagnostics::new(sources, diagnostic::first_per_line(diagnostics, &broken, text)));
    }
    if recovered.is_exhausted {
        return Err(Diagnostics::new(sources, diagnostics));
    }
    lower::lower(&spec, &recovered, sources, diagnostics, files)
}

/// The diagnostic for a text in another format, which begins at position `start`.
fn diagnostic_of_format(text: &str, start: usize) -> Option<Diagnostic> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '/']));
    let first = lines.next()?;
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-\"".contains(c));
    let format = if first.starts_with('{')
        || (first.starts_with('[') && lines.next().is_some_and(|line| line.starts_with('{')))
    {
        "JSON"
    } else if first.starts_with('<') {
        "HTML or XML"
    } else if first.starts_with("---") || first.split_once(':').is_some_and(|(key, _)| is_key(key.trim())) {
        "YAML"
    } else {
        return None;
    };
    let at = start + text.find(first).unwrap_or(0);
    let span = SourceSpan { start: at, end: at + first.len() };
    let diagnostic = Diagnostic::error(span, format!("this looks like {format}; a scenario is TOML"));
    Some(diagnostic.help(
        "write keys as horizon = \"7d\" and tables as [worker.replica]; `claimsim init` prints a scenario to start from",
    ))
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
        let files = RelativeFiles::below(path.parent().unwrap_or(Path::new("")));
        load(&name, &text, &[], &files).map(|loaded| loaded.scenario)
    }
}
