//! Scenarios as commands read them: from a file or from the copies that a saved run keeps, with the
//! files they name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::exit::CliError;
use crate::experiment::feasibility::{Feasibility, Finding, analyze};
use crate::report::feasibility::{self, Notice};
use crate::run_dir::manifest::{self, Manifest, SavedRun, sha256};
use crate::scenario::{self, Diagnostics, Files, InputFile, LoadedScenario, Override, RelativeFiles, Scenario};
use crate::term::{render, warn};

/// The text of a scenario, and where the files that it names come from.
pub(crate) struct ScenarioSource {
    /// The name that diagnostics use.
    pub(crate) file: String,
    pub(crate) text: String,
    files: Box<dyn Files>,
    /// Seed and options, if this is the scenario of a saved run.
    pub(crate) run: Option<SavedRun>,
}

impl ScenarioSource {
    /// Opens a scenario file.
    pub(crate) fn open(path: &Path) -> Result<ScenarioSource, CliError> {
        let error = |reason: &dyn std::fmt::Display| {
            CliError::Input(format!("cannot read scenario {}: {reason}", path.display()))
        };
        let bytes = fs::read(path).map_err(|reason| error(&reason))?;
        let text = String::from_utf8(bytes).map_err(|_| error(&"it is not UTF-8 text"))?;
        let files = Box::new(RelativeFiles(path.parent().unwrap_or(Path::new("")).to_owned()));
        Ok(ScenarioSource { file: path.display().to_string(), text, files, run: None })
    }

    /// Opens the copies that a saved run keeps of a scenario. They must have the digests in the
    /// manifest.
    pub(crate) fn saved(
        run: &Path,
        scenario: &manifest::Input,
        inputs: &[manifest::Input],
    ) -> Result<ScenarioSource, CliError> {
        let copy = |input: &manifest::Input| {
            let path = run.join(&input.file);
            let bytes =
                fs::read(&path).map_err(|error| CliError::Input(format!("cannot read {}: {error}", path.display())))?;
            if sha256(&bytes) == input.sha256 {
                return Ok(bytes);
            }
            let path = path.display();
            Err(CliError::Input(format!(
                "{path} is not what the run was made from: its SHA-256 differs from the manifest's"
            )))
        };
        let text = String::from_utf8(copy(scenario)?);
        let text = text.map_err(|_| CliError::Input(format!("{} is not UTF-8 text", scenario.file)))?;
        let inputs = inputs.iter().map(|input| Ok((input.name.clone(), copy(input)?)));
        let files = Box::new(SavedInputs(inputs.collect::<Result<_, CliError>>()?));
        // A scenario without a name took the name of its file.
        Ok(ScenarioSource { file: format!("{}.toml", scenario.name), text, files, run: None })
    }

    /// Opens all scenarios of a saved study.
    pub(crate) fn all_saved(run: &Path, manifest: &Manifest) -> Result<Vec<ScenarioSource>, CliError> {
        let mut sources = vec![ScenarioSource::saved(run, &manifest.scenario, &manifest.inputs)?];
        for other in &manifest.others {
            let source = ScenarioSource::saved(run, &other.scenario, &other.inputs)?;
            sources.push(ScenarioSource { run: other.run.clone(), ..source });
        }
        Ok(sources)
    }

    /// Reads each file only once: a hundred variants of a scenario name the same trace.
    pub(crate) fn cached(self) -> ScenarioSource {
        ScenarioSource { files: Box::new(CachedFiles { files: self.files, read: RefCell::default() }), ..self }
    }

    /// Loads the scenario with changes.
    pub(crate) fn load(&self, overrides: &[Override]) -> Result<LoadedScenario, CliError> {
        self.try_load(overrides).map_err(|report| CliError::Diagnostics(render(&report)))
    }

    /// Loads the scenario with changes, or returns what is wrong with them.
    pub(crate) fn try_load(&self, overrides: &[Override]) -> Result<LoadedScenario, Diagnostics> {
        scenario::load(&self.file, &self.text, overrides, &*self.files)
    }
}

/// The copies of a saved run, by the names that the scenario gives them.
struct SavedInputs(BTreeMap<String, Vec<u8>>);

impl Files for SavedInputs {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let copy = self.0.get(path).cloned();
        copy.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the run has no copy of it"))
    }
}

/// Files that are read only once.
struct CachedFiles {
    files: Box<dyn Files>,
    read: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Files for CachedFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.read.borrow().get(path) {
            return Ok(bytes.clone());
        }
        let bytes = self.files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

/// What came with the scenarios of a study: the files that they name, and their warnings and notes,
/// each once.
#[derive(Debug, Default)]
pub(crate) struct LoadedInputs {
    /// The name of each scenario, and the files that it names in order of first mention; by the
    /// number of its source.
    pub(crate) sources: Vec<(String, Vec<InputFile>)>,
    /// Rendered warnings.
    pub(crate) warnings: Vec<String>,
    /// What was left out of the files.
    pub(crate) notes: Vec<String>,
}

impl LoadedInputs {
    /// Keeps what came with a scenario of this source.
    pub(crate) fn extend(&mut self, source: usize, loaded: LoadedScenario) -> Scenario {
        let LoadedScenario { scenario, warnings, notes, inputs } = loaded;
        if self.sources.len() <= source {
            self.sources.resize_with(source + 1, Default::default);
        }
        let (name, files) = &mut self.sources[source];
        if name.is_empty() {
            name.clone_from(&scenario.name);
        }
        add_new(files, inputs);
        add_new(&mut self.warnings, (!warnings.is_empty()).then(|| render(&warnings)));
        add_new(&mut self.notes, notes);
        scenario
    }

    /// The name of the first scenario.
    pub(crate) fn title(&self) -> &str {
        self.sources.first().map_or("", |(name, _)| name)
    }

    /// Prints warnings and notes on standard error; of the warnings at most `max`, and the number
    /// of the others.
    pub(crate) fn print_warnings(&self, max: usize) {
        for warning in self.warnings.iter().take(max) {
            warn(warning);
        }
        if self.warnings.len() > max {
            warn(&format!("note: {} more points have warnings like these", self.warnings.len() - max));
        }
        for note in &self.notes {
            warn(&format!("note: {note}"));
        }
    }
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

/// The number of overloaded points whose warning is printed.
const MAX_OVERLOADS: usize = 3;

/// Prints on standard error the warnings of overloads at points of a study: those of the first
/// points, and the number of the others.
pub(crate) fn print_overloads(points: &[(String, &Scenario)]) {
    for (name, scenario) in points.iter().take(MAX_OVERLOADS) {
        let is_overload = |finding: &Finding| finding.overload().is_some();
        let notices = feasibility::notices(scenario, &analyze(scenario), is_overload).into_iter();
        let report = Diagnostics::file_warnings(name, notices.map(|Notice { title, help }| (title, help)));
        warn(&render(&report));
    }
    if points.len() > MAX_OVERLOADS {
        warn(&format!("warning: {} more points are overloaded", points.len() - MAX_OVERLOADS));
    }
}

/// Prints on standard error what the feasibility analysis of a scenario warns of.
pub(crate) fn print_feasibility(file: &str, scenario: &Scenario, outlook: &Feasibility) {
    let warnings = feasibility::warnings(scenario, outlook).into_iter().map(|Notice { title, help }| (title, help));
    let report = Diagnostics::file_warnings(file, warnings);
    if !report.is_empty() {
        warn(&render(&report));
    }
}
