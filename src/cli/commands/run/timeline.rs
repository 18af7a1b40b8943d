//! `--timeline`: the timeline of one replication, in a file outside the folder of the run.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::exit::CliError;
use crate::experiment;
use crate::model::time::Time;
use crate::report::timeline::{BEGINNING, TimelineObserver, TimelineSubject};
use crate::run_dir::{FileDraft, finish};
use crate::scenario::Scenario;

/// The options of a timeline.
#[derive(Clone, Debug, Args)]
pub(super) struct TimelineArgs {
    /// Write a timeline of one replication to this file, for https://ui.perfetto.dev or
    /// chrome://tracing; packed if the name ends in .gz. An earlier timeline there is replaced,
    /// anything else is left alone
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,

    /// The part of the run that the timeline shows, as in 57h..58h or with calendar times as in
    /// 2017-02-19T09:00:00Z..2017-02-19T10:00:00Z; either end may be left out
    /// [default: the whole run, up to the horizon]
    #[arg(long, value_name = "FROM..TO", requires = "timeline", allow_hyphen_values = true)]
    timeline_window: Option<String>,

    /// The replication that the timeline shows, counted from 0 [default: 0]
    #[arg(long, value_name = "N", requires = "timeline", allow_negative_numbers = true,
        value_parser = value_parser!(u32))]
    timeline_replication: Option<u32>,
}

/// A timeline that will be written.
pub(super) struct Timeline {
    file: FileDraft,
    replication: u32,
    from: Time,
    to: Time,
}

impl TimelineArgs {
    /// Begins the timeline, if one is asked for; `folder` is that of the run, and `replications`
    /// the number that it certainly has.
    pub(super) fn begin(
        &self,
        scenario: &Scenario,
        folder: &Path,
        replications: u32,
    ) -> Result<Option<Timeline>, CliError> {
        let Some(path) = &self.timeline else { return Ok(None) };
        let (from, to) = window("--timeline-window", scenario, self.timeline_window.as_deref())?;
        let replication = self.timeline_replication.unwrap_or(0);
        if replication >= replications {
            return Err(CliError::Input(format!(
                "--timeline-replication {replication}: the run has {replications} of them, counted from 0, so the \
                 last is {}",
                replications.saturating_sub(1)
            )));
        }
        refuse_inside(path, folder, is_lexically_below(path, folder))?;
        if path.is_dir() {
            let shown = path.display();
            let example = path.join("timeline.json.gz");
            return Err(CliError::Input(format!(
                "--timeline: {shown} is a folder; name a file in it, such as {}",
                example.display()
            )));
        }
        refuse_foreign(path)?;
        let file = FileDraft::begin(path)?;
        refuse_inside(path, folder, file.is_below(folder)?)?;
        Ok(Some(Timeline { file, replication, from, to }))
    }
}

impl Timeline {
    /// Runs the replication again, and writes its timeline. Returns the sentence that says so.
    pub(super) fn write(self, scenario: &Scenario) -> Result<String, CliError> {
        let Timeline { file, replication, from, to } = self;
        let shown = file.shown().to_owned();
        let failed = || CliError::io(format!("cannot write {}", shown.display()));
        let content = file.create().map_err(failed())?;
        let is_packed = shown.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
        let out =
            if is_packed { Out::Packed(GzEncoder::new(content, Compression::fast())) } else { Out::Plain(content) };
        let subject = TimelineSubject { scenario, replication, from, to };
        let mut timeline = TimelineObserver::new(subject, out);
        experiment::observe(scenario, replication, to, &mut timeline);
        let whole = timeline.finish().and_then(Out::finish);
        whole.map_err(failed())?;
        match file.commit(is_timeline) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_foreign(&shown)?,
            moved => moved.map_err(failed())?,
        }
        Ok(format!(
            "The timeline of replication {replication} is in {}; https://ui.perfetto.dev shows it",
            shown.display()
        ))
    }
}

/// A file, packed or not.
enum Out {
    Plain(File),
    Packed(GzEncoder<File>),
}

impl Out {
    fn finish(self) -> io::Result<()> {
        finish(match self {
            Out::Plain(file) => file,
            Out::Packed(packed) => packed.finish()?,
        })
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(file) => file.write(bytes),
            Out::Packed(packed) => packed.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(file) => file.flush(),
            Out::Packed(packed) => packed.flush(),
        }
    }
}

/// The instants that a window names.
pub(super) fn window(option: &str, scenario: &Scenario, text: Option<&str>) -> Result<(Time, Time), CliError> {
    let horizon = scenario.system.window.horizon;
    let Some(text) = text else { return Ok((Time::ZERO, horizon)) };
    let error = |why: String| CliError::Input(format!("{option}: {why}"));
    let Some((from, to)) = text.split_once("..") else {
        return Err(error(format!("`{text}` is not of the form FROM..TO; write 57h..58h, for example")));
    };
    let instant = |end: &str, default: Time| match end.trim() {
        "" => Ok(default),
        end => scenario.instant(end).map_err(error),
    };
    let (from, to) = (instant(from, Time::ZERO)?, instant(to, horizon)?);
    if from >= to {
        return Err(error(format!("`{text}` ends before anything happens; write a TO after the FROM")));
    }
    Ok((from, to))
}

/// Whether a path begins with a folder, as both are written.
fn is_lexically_below(path: &Path, folder: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute(path).starts_with(absolute(folder))
}

/// The folder of a run holds only what its manifest lists, and is replaced as a whole.
fn refuse_inside(path: &Path, folder: &Path, is_inside: bool) -> Result<(), CliError> {
    if !is_inside {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.with_file_name(format!("{}-{name}", folder.file_name().unwrap_or_default().to_string_lossy()));
    Err(CliError::Input(format!(
        "--timeline: {} is in the folder of the run, which holds only what can be reproduced from it; choose a place \
         outside, such as {}",
        path.display(),
        beside.display()
    )))
}

/// Refuses to overwrite what is not a timeline.
fn refuse_foreign(path: &Path) -> Result<(), CliError> {
    if path.symlink_metadata().is_err() || is_timeline(path) {
        return Ok(());
    }
    Err(CliError::Input(format!(
        "--timeline: {} exists and is not a timeline of claimsim, so it is not overwritten; choose another file",
        path.display()
    )))
}

/// Whether a file begins as timelines do.
fn is_timeline(path: &Path) -> bool {
    let begins = |bytes: &mut dyn io::Read| {
        let mut found = vec![0; BEGINNING.len()];
        bytes.read_exact(&mut found).is_ok() && found == BEGINNING.as_bytes()
    };
    let open = || path.metadata().is_ok_and(|found| found.is_file()).then(|| File::open(path).ok()).flatten();
    open().is_some_and(|mut file| begins(&mut file)) || open().is_some_and(|file| begins(&mut GzDecoder::new(file)))
}
