//! `claimsim import`: the registry's API documents -> a scenario to edit.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{ArgGroup, Args};

use super::cron::instant;
use super::verdict::{Failure, print, say};
use crate::registry::document::{self, DocumentError};
use claimsim_import::{self, ASSUMPTION, Documents, ImportOptions};

/// Make a scenario to edit from the registry's API documents: what they say, and estimates of what they do not
///
/// Documents are what GET /api/v0/jobs, /workers and /crons answer: pages such as {"jobs": [...]}, bare arrays, or rows one
/// after another. Ask for all jobs that the registry still has (/api/v0/jobs?limit=10000); the API gives 10 unless told
/// otherwise. The scenario has their workers, crons, waiting and running jobs, and for each action arrivals, run times, errors
/// and retries as estimated from its rows. Comments say from how many rows, and how surely; what no document says is marked
/// ASSUMPTION. The file runs as it is.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("documents").required(true).multiple(true), after_help = EXAMPLES)]
pub(super) struct Import {
    /// Jobs: a file, or - for standard input; may be given several times, for pages
    #[arg(long, value_name = "FILE", group = "documents")]
    jobs: Vec<PathBuf>,

    /// Workers
    #[arg(long, value_name = "FILE", group = "documents")]
    workers: Vec<PathBuf>,

    /// Crons
    #[arg(long, value_name = "FILE", group = "documents")]
    crons: Vec<PathBuf>,

    /// When the documents were exported (RFC 3339) [default: the latest time in them]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<DateTime<Utc>>,

    /// The scenario's name [default: that of the output file]
    #[arg(long)]
    name: Option<String>,

    /// Where to write the scenario; nothing that is there already is overwritten [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  claimsim import --jobs jobs.json --workers workers.json --crons crons.json --out registry.toml
  curl -su admin:$PASSWORD https://registry/api/v0/jobs?limit=10000 | claimsim import --jobs - > registry.toml";

impl Import {
    pub(super) fn execute(self) -> Result<(), Failure> {
        if let Some(out) = &self.out {
            refuse_existing(out)?;
        }
        let all = || self.jobs.iter().chain(&self.workers).chain(&self.crons);
        if all().filter(|path| is_input(path)).count() > 1 {
            return Err(Failure::Input("standard input (-) can be only one of the documents".to_owned()));
        }
        let jobs = read(&self.jobs, document::jobs)?;
        let workers = read(&self.workers, document::workers)?;
        let crons = read(&self.crons, document::crons)?;
        let documents = Documents {
            jobs: &jobs,
            workers: (!self.workers.is_empty()).then_some(&workers),
            crons: (!self.crons.is_empty()).then_some(&crons),
        };
        self.check_export(&documents)?;
        let order = ImportOptions {
            name: self.name(),
            sources: all().map(|path| shown(path)).collect(),
            jobs_file: self.jobs_file(),
            exported_at: self.at,
        };
        self.leave(&claimsim_import::scenario_text(&documents, &order))
    }

    /// The export comes after all that the documents tell.
    fn check_export(&self, documents: &Documents) -> Result<(), Failure> {
        match (self.at, claimsim_import::latest_time(documents)) {
            (Some(at), Some(latest)) if at < latest => {
                let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                Err(Failure::Input(format!(
                    "--at {} lies before {}, the latest time in the jobs; write when they were exported, or leave it out",
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

    /// The jobs document as the scenario will find it, if it is one file.
    fn jobs_file(&self) -> Option<String> {
        let [file] = self.jobs.as_slice() else { return None };
        // What is no regular file, as a pipe, cannot be read a second time.
        if is_input(file) || !fs::metadata(file).is_ok_and(|about| about.is_file()) {
            return None;
        }
        let folder = self.out.as_ref().and_then(|out| out.parent()).unwrap_or(Path::new(""));
        relative(file, folder)
    }

    fn leave(&self, text: &str) -> Result<(), Failure> {
        let Some(out) = &self.out else { return print(text) };
        write_new(out, text)?;
        let assumptions = text.lines().skip(3).filter(|line| line.contains(ASSUMPTION)).count();
        let word = if assumptions == 1 { "assumption" } else { "assumptions" };
        say(&format!("{} has {assumptions} {word} to look at (search for {ASSUMPTION})", out.display()));
        Ok(())
    }
}

fn is_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn shown(path: &Path) -> String {
    if is_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// The rows of all files of one kind.
fn read<T>(paths: &[PathBuf], rows: fn(&[u8]) -> Result<Vec<T>, DocumentError>) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let bytes = if is_input(path) { from_input() } else { fs::read(path) };
        let bytes = bytes.map_err(|error| Failure::Input(format!("cannot read {}: {error}", shown(path))))?;
        all.extend(rows(&bytes).map_err(|error| Failure::Input(format!("{}: {error}", shown(path))))?);
    }
    Ok(all)
}

fn from_input() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn refuse_existing(out: &Path) -> Result<(), Failure> {
    if out.symlink_metadata().is_err() {
        return Ok(());
    }
    let out = out.display();
    Err(Failure::Input(format!("{out} is there already, and import overwrites nothing; name another file with --out")))
}

/// Writes a file that is not there yet, whole or not at all.
fn write_new(out: &Path, text: &str) -> Result<(), Failure> {
    let folder = out.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let place = || format!("cannot write {}", out.display());
    fs::create_dir_all(folder).with_context(place)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".claimsim-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut draft = builder.tempfile_in(folder).with_context(place)?;
    draft.write_all(text.as_bytes()).with_context(place)?;
    match draft.persist_noclobber(out) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => refuse_existing(out),
        Err(error) => Err(anyhow::Error::new(error.error).context(place()).into()),
    }
}

/// The path from a folder to a file, with `/` between its parts; `None` if there is no such path, or no text for it.
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
    fn paths_lead_from_the_scenario_to_the_document() {
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
