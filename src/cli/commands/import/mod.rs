//! `claimsim import`: makes a scenario from the history of a queue, or from the registry's API
//! documents.

mod history;

use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use clap::{ArgGroup, Args, ValueEnum};

use crate::args::instant;
use crate::chart_args::ChartArgs;
use crate::exit::CliError;
use crate::history_args::HistoryArgs;
use crate::history_input::display_name;
use crate::import::{self, ASSUMPTION, Documents, ImportOptions};
use crate::inputs::{from_standard_input, is_standard_input, read_given};
use crate::registry::document::{self, DocumentError, DocumentRow};
use crate::run_dir::{refuse_existing, write_new};
use crate::term::{print, warn};

/// Make a scenario from the history of a job queue, or from the registry's API documents: their
/// contents, and estimates of everything else
///
/// A history is a log of any system with a row for each job, such as an export of a database table:
/// when the job fell due, when it started and ended, and what it was. Rows that cannot be used are
/// reported by line. docs/histories.md has the formats and their columns.
///
/// The registry's documents are the answers to GET /api/v0/jobs, /workers and /crons: pages such as
/// {"jobs":[...]}, bare arrays, or rows one after another. Request all jobs that the registry still
/// has (/api/v0/jobs?limit=10000); the default of the API is 10. The scenario has the workers,
/// crons, waiting and running jobs of the documents. For each action it has arrivals, run times,
/// errors and retries, estimated from the action's rows. Comments state the number of rows and the
/// certainty of each estimate; values that no document contains are marked ASSUMPTION. The file
/// runs as it is.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("sources").args(["history", "jobs", "workers", "crons"]).required(true).multiple(true),
    after_help = EXAMPLES
)]
pub(crate) struct Import {
    #[command(flatten)]
    history: HistoryArgs,

    /// Jobs: a file, or - for standard input; repeatable, for pages
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    jobs: Vec<PathBuf>,

    /// Workers
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    workers: Vec<PathBuf>,

    /// Crons
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    crons: Vec<PathBuf>,

    /// Distributions of run times: empirical takes the run times themselves [default: the
    /// distribution that fits]
    #[arg(long, value_name = "FIT", requires = "history")]
    fit: Option<Fit>,

    /// Local days of the history that count as Sundays, as in 2026-12-25,2026-12-26
    #[arg(long, value_name = "DATES", value_delimiter = ',', requires = "history")]
    holidays: Vec<NaiveDate>,

    /// Print the estimates and what is not known as one JSON document on standard output
    #[arg(long, requires = "history")]
    json: bool,

    /// Time of the export (RFC 3339) [default: the latest time in the documents]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<DateTime<Utc>>,

    /// Name of the scenario [default: the name of the output file]
    #[arg(long)]
    name: Option<String>,

    /// Output file; an existing file is never overwritten. Charts of a history go to a folder
    /// beside it: x.charts of x.toml [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    charts: ChartArgs,

    /// Print only errors on standard error
    #[arg(long, short)]
    quiet: bool,
}

/// How run times become a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fit {
    /// The run times themselves.
    Empirical,
}

const EXAMPLES: &str = "\
Examples:
  claimsim import --time-zone Europe/Berlin \\
    --history scenarios/histories/mail-queue.csv \\
    --out mail-queue.toml
  claimsim import --jobs scenarios/registry/jobs.json \\
    --workers scenarios/registry/workers.json \\
    --crons scenarios/registry/crons.json \\
    --out imported.toml
  cat scenarios/registry/jobs.json |
    claimsim import --jobs - > from-jobs.toml

To export the jobs of a registry:
  curl -su admin \\
    'https://registry/api/v0/jobs?limit=10000' \\
    > jobs.json";

impl Import {
    pub(super) fn execute(self) -> Result<(), CliError> {
        if let Some(out) = &self.out {
            refuse_existing(out)?;
        }
        if !self.history.history.is_empty() {
            let history = self.history.with_start_of_run(self.quiet);
            return Import { history, ..self }.import_history();
        }
        let all = || self.jobs.iter().chain(&self.workers).chain(&self.crons);
        if all().filter(|path| is_standard_input(path)).count() > 1 {
            return Err(CliError::Input("standard input (-) can be used for one document only".to_owned()));
        }
        let jobs = read(&self.jobs, document::jobs, self.quiet)?;
        let workers = read(&self.workers, document::workers, self.quiet)?;
        let crons = read(&self.crons, document::crons, self.quiet)?;
        let documents = Documents {
            jobs: &jobs,
            workers: (!self.workers.is_empty()).then_some(&workers),
            crons: (!self.crons.is_empty()).then_some(&crons),
        };
        self.check_export(&documents)?;
        let options = ImportOptions {
            name: self.name(),
            sources: all().map(|path| display_name(path)).collect(),
            jobs_file: self.jobs_file(),
            exported_at: self.at,
        };
        self.write(&import::scenario_text(&documents, &options))
    }

    /// Checks that the export is not earlier than the documents' latest time.
    fn check_export(&self, documents: &Documents) -> Result<(), CliError> {
        match (self.at, import::latest_time(documents)) {
            (Some(at), Some(latest)) if at < latest => {
                let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                Err(CliError::Input(format!(
                    "--at {} is before {}, the latest time in the jobs; write the time of the export, or leave out --at",
                    text(at),
                    text(latest)
                )))
            }
            _ => Ok(()),
        }
    }

    fn name(&self) -> String {
        let stem = self.out.as_ref().and_then(|out| out.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
        self.name.clone().or(stem).unwrap_or_else(|| "imported".to_owned())
    }

    /// The path of the jobs document from the scenario, if it is one file.
    fn jobs_file(&self) -> Option<String> {
        let [file] = self.jobs.as_slice() else { return None };
        // Only a regular file can be read a second time, a pipe cannot.
        if is_standard_input(file) || !fs::metadata(file).is_ok_and(|about| about.is_file()) {
            return None;
        }
        let folder = self.out.as_ref().and_then(|out| out.parent()).unwrap_or(Path::new(""));
        relative(file, folder)
    }

    fn write(&self, text: &str) -> Result<(), CliError> {
        let Some(out) = &self.out else { return print(text) };
        write_new(out, text)?;
        if self.quiet {
            return Ok(());
        }
        let assumptions = text.lines().skip(3).filter(|line| line.contains(ASSUMPTION)).count();
        let word = if assumptions == 1 { "assumption" } else { "assumptions" };
        if self.jobs_file().is_some_and(|file| file.starts_with("..") || Path::new(&file).is_absolute()) {
            let note = "its jobs are not below the folder of the scenario, so commands need --allow-outside";
            warn(&format!("note: {}: {note}", out.display()));
        }
        warn(&format!("{} has {assumptions} {word} to review (search for {ASSUMPTION})", out.display()));
        Ok(())
    }
}

/// The rows of all documents of one kind.
fn read<T: DocumentRow>(
    paths: &[PathBuf],
    rows: fn(&[u8]) -> Result<Vec<T>, DocumentError>,
    is_quiet: bool,
) -> Result<Vec<T>, CliError> {
    let mut all = Vec::new();
    for path in paths {
        let bytes = if is_standard_input(path) { from_standard_input() } else { read_given(path) };
        let bytes = bytes.map_err(|error| CliError::Input(format!("cannot read {}: {error}", display_name(path))))?;
        let rows = rows(&bytes).map_err(|error| CliError::Input(format!("{}: {error}", display_name(path))))?;
        if let Some(text) = document::foreign_rows(&rows).filter(|_| !is_quiet) {
            warn(&format!("warning: {}: {text}", display_name(path)));
        }
        all.extend(rows);
    }
    Ok(all)
}

/// The path from a folder to a file, with `/` between its parts; `None` if there is none, or it is
/// not UTF-8.
fn relative(file: &Path, folder: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(if path == Path::new("") { Path::new(".") } else { path }).ok();
    if file.to_str()?.is_empty() || file.is_absolute() {
        return file.to_str().map(str::to_owned);
    }
    let (file, folder) = (normal(&absolute(file)?), normal(&absolute(folder)?));
    let common = file.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - common);
    Some(up.chain(file[common..].iter().cloned()).collect::<Vec<_>>().join("/"))
}

/// The parts of an absolute path, without `.` and `..`.
fn normal(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir | Component::RootDir => {}
            Component::Prefix(_) | Component::Normal(_) => {
                parts.push(component.as_os_str().to_string_lossy().into_owned());
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_scenario() {
        for (file, folder, path) in [
            ("jobs.json", "", "jobs.json"),
            ("./a/../jobs.json", ".", "jobs.json"),
            ("data/jobs.json", "data", "jobs.json"),
            ("data/jobs.json", "scenarios/mine", "../../data/jobs.json"),
            ("jobs.json", "data", "../jobs.json"),
        ] {
            assert_eq!(relative(Path::new(file), Path::new(folder)).as_deref(), Some(path), "{file} from {folder}");
        }
        let absolute = std::path::absolute("jobs.json").unwrap();
        assert_eq!(relative(&absolute, Path::new("x")).as_deref(), absolute.to_str());
    }
}
