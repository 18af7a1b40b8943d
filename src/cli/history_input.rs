//! Histories as commands read them, and what is printed about their rows.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::exit::CliError;
use crate::history::{HistoryReader, JobHistory, ProblemKind, ReadOptions, Reading};
use crate::history_args::HistoryArgs;
use crate::inputs::{ScenarioSource, from_standard_input, is_standard_input, read_given};
use crate::options::Command;
use crate::run_dir::read_manifest;
use crate::scenario::InputFile;
use crate::term::warn;

/// The number of rows that are not used and are printed.
const MOST_PROBLEMS: usize = 20;
/// The job log in the folder of a run.
const JOB_LOG: &str = "jobs.csv";

impl HistoryArgs {
    /// Finds out when a simulated history begins, if the options do not tell and it is the job log
    /// in the folder of a run: its rows count from the `start` of the run's scenario.
    #[must_use]
    pub(crate) fn with_start_of_run(mut self, is_quiet: bool) -> HistoryArgs {
        let start = self.history.first().and_then(|path| start_of_run(path));
        if let (None, Some(start), Some(path)) = (self.history_start, start, self.history.first()) {
            self.history_start = Some(start);
            if !is_quiet {
                let (name, start) = (display_name(path), start.to_rfc3339_opts(SecondsFormat::AutoSi, true));
                warn(&format!("note: {name} counts from {start}, the start of its run"));
            }
        }
        self
    }

    /// Reads all files of an export at this time, and prints on standard error how they were read
    /// and which rows are not used.
    pub(crate) fn load(&self, until: Option<DateTime<Utc>>, is_quiet: bool) -> Result<JobHistory, CliError> {
        // Each file leaves memory before the next one is read.
        self.read_all(read_path, ReadOptions { until, ..self.options() }, is_quiet, |_| {})
    }

    /// The same with files that `read` finds, which are returned. Times in a log of simulations
    /// count from `start`, if the options do not name another instant.
    pub(crate) fn load_from(
        &self,
        read: impl Fn(&Path) -> io::Result<Vec<u8>>,
        start: Option<DateTime<Utc>>,
        is_quiet: bool,
    ) -> Result<(JobHistory, Vec<InputFile>), CliError> {
        let mut files = Vec::new();
        let options = ReadOptions { simulation_start: start, ..self.options() };
        let history = self.read_all(read, options, is_quiet, |file| files.push(file))?;
        Ok((history, files))
    }

    fn read_all(
        &self,
        read: impl Fn(&Path) -> io::Result<Vec<u8>>,
        options: ReadOptions,
        is_quiet: bool,
        mut keep: impl FnMut(InputFile),
    ) -> Result<JobHistory, CliError> {
        if self.history.iter().filter(|path| is_standard_input(path)).count() > 1 {
            return Err(CliError::Input("standard input (-) can be used for one history only".to_owned()));
        }
        let mut reader = HistoryReader::new(options);
        for path in &self.history {
            let name = display_name(path);
            let bytes = read(path).map_err(|error| CliError::Input(format!("cannot read {name}: {error}")))?;
            reader.add(&bytes).map_err(|error| CliError::Input(format!("{name}: {error}")))?;
            keep(InputFile { name: path.display().to_string(), bytes });
        }
        let names: Vec<String> = self.history.iter().map(|path| display_name(path)).collect();
        accept(reader.finish(), &names, is_quiet)
    }
}

/// Prints the notes and problems of a reading, and refuses it if most rows cannot be used.
fn accept(reading: Reading, names: &[String], is_quiet: bool) -> Result<JobHistory, CliError> {
    if !is_quiet {
        print_files(&reading, names);
        for note in &reading.notes {
            warn(&format!("note: {note}"));
        }
    }
    let problems = reading.history.problems.len() as u64;
    if problems > 0 && !is_quiet {
        print_problems(&reading, names);
    }
    if reading.history.records.is_empty() {
        return Err(CliError::Input(format!("no row of {} can be used", names.join(", "))));
    }
    if 2 * problems > reading.rows {
        return Err(CliError::Input(format!(
            "{problems} of {} rows cannot be used, more than half; correct the file, --columns, --from or --time-zone",
            reading.rows
        )));
    }
    Ok(reading.history)
}

/// Prints the format and the columns of each file, in the form in which options name them.
fn print_files(reading: &Reading, names: &[String]) {
    for (file, name) in reading.files.iter().zip(names) {
        if file.is_detected {
            warn(&format!("note: {name} is read with --from {}", file.format));
        }
        if file.is_proposed {
            warn(&format!("note: {name} is read with --columns '{}'", file.columns));
        }
    }
}

/// Prints the first rows that are not used, and how many there are of each kind.
fn print_problems(reading: &Reading, names: &[String]) {
    let problems = &reading.history.problems;
    for problem in problems.iter().take(MOST_PROBLEMS) {
        let file = problem.file as usize;
        let name = names.get(file).map_or("history", String::as_str);
        let unit = if reading.files.get(file).is_some_and(|file| file.has_lines) { "" } else { "row " };
        warn(&format!("warning: {name}:{unit}{}: {}", problem.line, problem.reason));
    }
    let mut kinds: BTreeMap<ProblemKind, u64> = BTreeMap::new();
    for problem in problems {
        *kinds.entry(problem.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    let share = problems.len() as f64 / reading.rows.max(1) as f64 * 100.0;
    let (count, rows) = (problems.len(), reading.rows);
    warn(&format!("warning: {count} of {rows} rows ({share:.1} %) are not used: {}", kinds.join(", ")));
}

/// The start of the scenario of the run that has left this job log in its folder.
fn start_of_run(path: &Path) -> Option<DateTime<Utc>> {
    if path.file_name()? != JOB_LOG {
        return None;
    }
    let folder = path.parent()?;
    let manifest = read_manifest(folder).ok()?;
    let Command::Run(options) = &manifest.command else { return None };
    let source = ScenarioSource::saved(folder, &manifest.scenario, &manifest.inputs).ok()?;
    Some(source.load(&options.changes.overrides()).ok()?.scenario.epoch.0)
}

/// The bytes of a file of the command line.
fn read_path(path: &Path) -> io::Result<Vec<u8>> {
    if is_standard_input(path) { from_standard_input() } else { read_given(path) }
}

/// The path, or what stands in its place.
pub(crate) fn display_name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}
