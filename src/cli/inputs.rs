//! Scenarios as commands read them: from a file or from the copies that a saved run keeps, with the
//! files they name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::CliError;
use crate::experiment::feasibility::{Feasibility, Finding, analyze};
use crate::model::input_file;
use crate::report::feasibility::{self, Notice};
use crate::run_dir::manifest::{self, Manifest, SavedRun, sha256};
use crate::scenario::{self, Diagnostics, Files, InputFile, LoadedScenario, Override, RelativeFiles, Scenario};
use crate::term::{render, warn, warn_rendered};

/// The text of a scenario, and where the files that it names come from.
pub(crate) struct ScenarioSource {
    /// The name that diagnostics use.
    pub(crate) file: String,
    pub(crate) text: String,
    files: Box<dyn Files>,
    /// Whether its files are the copies that a saved run keeps.
    is_saved: bool,
    /// Seed and options, if this is the scenario of a saved run.
    pub(crate) run: Option<SavedRun>,
}

impl ScenarioSource {
    /// Opens a scenario file, or reads the scenario from standard input for the path `-`.
    pub(crate) fn open(path: &Path) -> Result<ScenarioSource, CliError> {
        let (file, bytes) = if is_standard_input(path) {
            ("<stdin>".to_owned(), from_standard_input())
        } else {
            (path.display().to_string(), read_given(path))
        };
        let error = |reason: &str| CliError::Input(format!("cannot read scenario {file}: {reason}"));
        let bytes = bytes.map_err(|reason| error(&why_unreadable(path, &reason)))?;
        let text = String::from_utf8(bytes).map_err(|_| error("it is not UTF-8 text"))?;
        if text.len() > MOST_SCENARIO_BYTES {
            return Err(error("it has more than 16 MiB; bring jobs in a trace file instead"));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let is_limited = !MAY_READ_OUTSIDE.load(Ordering::Relaxed);
        let files = if is_limited { RelativeFiles::below(folder) } else { RelativeFiles::anywhere(folder) };
        let files = Box::new(files);
        Ok(ScenarioSource { file, text, files, is_saved: false, run: None })
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
        Ok(ScenarioSource { file: format!("{}.toml", scenario.name), text, files, is_saved: true, run: None })
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

    /// The bytes of a file that an option names: from the command line, or from the copies that a
    /// saved run keeps.
    pub(crate) fn read_option_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path.to_str() {
            Some(name) if self.is_saved => self.files.read(name),
            _ if is_standard_input(path) => from_standard_input(),
            _ => read_given(path),
        }
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

/// Whether a path stands for standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Everything on standard input. It is read once; `check - -` sees the same text twice.
pub(crate) fn from_standard_input() -> io::Result<Vec<u8>> {
    static INPUT: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(bytes) = INPUT.get() {
        return Ok(bytes.clone());
    }
    let bytes = input_file::read_all(io::stdin().lock())?;
    Ok(INPUT.get_or_init(|| bytes).clone())
}

/// The bytes of a file that the command line names. Pipes that a shell made for it are read, too;
/// one in a folder might wait for a writer for ever.
pub(crate) fn read_given(path: &Path) -> io::Result<Vec<u8>> {
    let is_of_shell = ["/dev/fd", "/dev/stdin", "/proc"].iter().any(|folder| path.starts_with(folder));
    if is_of_shell { input_file::read_all(fs::File::open(path)?) } else { input_file::read(path) }
}

/// Why a scenario file cannot be read, with the file that is probably meant.
fn why_unreadable(path: &Path, reason: &io::Error) -> String {
    if path.is_dir() {
        let example = scenario_files(path).into_iter().next();
        let example = example.map_or(String::new(), |name| format!(", such as {}", path.join(name).display()));
        return format!("it is a folder; name a file in it{example}");
    }
    if reason.kind() != io::ErrorKind::NotFound {
        return reason.to_string();
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let names = scenario_files(if folder == Path::new("") { Path::new(".") } else { folder });
    let wanted = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    match scenario::nearest(wanted, names.iter().filter_map(|name| name.strip_suffix(".toml"))) {
        Some(meant) => {
            format!("there is no such file; did you mean {}?", folder.join(format!("{meant}.toml")).display())
        }
        None => format!("there is no such file; `claimsim init --out {}` writes one to start from", path.display()),
    }
}

/// The names of the TOML files of a folder.
fn scenario_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).collect();
    names.sort();
    names
}

/// The copies of a saved run, by the names that the scenario gives them.
struct SavedInputs(BTreeMap<String, Vec<u8>>);

impl Files for SavedInputs {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let copy = self.0.get(path).cloned();
        copy.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the run has no copy of it"))
    }
}

/// Whether scenarios may name files that are not below their folder.
pub(crate) static MAY_READ_OUTSIDE: AtomicBool = AtomicBool::new(false);

/// The most bytes of a scenario.
const MOST_SCENARIO_BYTES: usize = 16 << 20;

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

    fn read_given(&self, path: &str) -> io::Result<Vec<u8>> {
        // Two options may name a file that only one of them may read.
        let known = format!("{path}\0");
        if let Some(bytes) = self.read.borrow().get(&known) {
            return Ok(bytes.clone());
        }
        let bytes = self.files.read_given(path)?;
        self.read.borrow_mut().insert(known, bytes.clone());
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
    /// The same in lines, for pages.
    pub(crate) warning_lines: Vec<String>,
    /// What was left out of the files.
    pub(crate) notes: Vec<String>,
    /// The seed in force, except for scenarios of the study that set one themselves.
    pub(crate) seed: u64,
    /// Whether a scenario names a time zone other than UTC.
    pub(crate) has_time_zones: bool,
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
        self.has_time_zones |= scenario.has_time_zones;
        add_new(&mut self.warning_lines, warnings.in_lines());
        add_new(&mut self.warnings, (!warnings.is_empty()).then(|| render(&warnings)));
        add_new(&mut self.notes, notes);
        scenario
    }

    /// Keeps a file that an option of the first scenario names.
    pub(crate) fn add_file(&mut self, file: InputFile) {
        if let Some((_, files)) = self.sources.first_mut() {
            add_new(files, [file]);
        }
    }

    /// The name of the first scenario.
    pub(crate) fn title(&self) -> &str {
        self.sources.first().map_or("", |(name, _)| name)
    }

    /// Prints warnings and notes on standard error; of the warnings at most `max`, and the number
    /// of the others.
    pub(crate) fn print_warnings(&self, max: usize) {
        for warning in self.warnings.iter().take(max) {
            warn_rendered(warning);
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
        warn(&render(&notices_of(name, feasibility::notices(scenario, &analyze(scenario), is_overload))));
    }
    if points.len() > MAX_OVERLOADS {
        warn(&format!("warning: {} more points are overloaded", points.len() - MAX_OVERLOADS));
    }
}

/// The warnings of [`print_overloads`], in lines.
pub(crate) fn overload_lines(points: &[(String, &Scenario)]) -> Vec<String> {
    let is_overload = |finding: &Finding| finding.overload().is_some();
    let of_point = |(name, scenario): &(String, &Scenario)| {
        let notices = feasibility::notices(scenario, &analyze(scenario), is_overload);
        notices.into_iter().map(|notice| format!("{name}: {}", notice.in_a_line())).collect::<Vec<_>>()
    };
    let more = points.len().saturating_sub(MAX_OVERLOADS);
    let more = (more > 0).then(|| format!("{more} more points are overloaded"));
    points.iter().take(MAX_OVERLOADS).flat_map(of_point).chain(more).collect()
}

/// Prints on standard error what the feasibility analysis of a scenario warns of.
pub(crate) fn print_feasibility(file: &str, scenario: &Scenario, outlook: &Feasibility) {
    let report = notices_of(file, feasibility::warnings(scenario, outlook));
    if !report.is_empty() {
        warn_rendered(&render(&report));
    }
}

/// The diagnostics of a file, or of what stands in its place.
pub(crate) fn notices_of(file: &str, notices: impl IntoIterator<Item = Notice>) -> Diagnostics {
    Diagnostics::file_warnings(file, notices.into_iter().map(|Notice { title, help }| (title, help)))
}
