//! Writes `jobs.csv`: replications that run at the same time write their rows, and the file has
//! them in order.
//!
//! The first replication writes into the file itself, so that a single one, the usual case for a
//! long log, is written only once. Each other replication writes a file of its own next to it;
//! these parts are appended when all have run. A part is open only during a write: there may be
//! more replications than a process may have open files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::exit::CliError;
use crate::experiment::{Progress, replicate_observed};
use crate::report::job_log::{DeferredRow, JobLog, JobLogObserver, PATH as JOBS};
use crate::run_dir::finish;
use crate::run_dir::manifest::{Hashing, Output};
use crate::scenario::Scenario;
use crate::stats::{Measurements, ReplicationStats};

/// The number of bytes that one read from a part takes.
const BLOCK: usize = 1 << 16;

/// Writes a job log.
pub(super) struct JobLogWriter {
    path: PathBuf,
    /// The finished parts in order, each with the rows to insert into it.
    parts: Vec<(Part, Vec<DeferredRow>)>,
}

impl JobLogWriter {
    /// Begins the log of a folder with the rows of an earlier log.
    pub(super) fn begin(folder: &Path, earlier: Option<&Path>) -> Result<JobLogWriter, CliError> {
        let path = folder.join(JOBS);
        let parts = earlier.map(|earlier| Part::copy(&path, earlier).map(|part| (part, Vec::new())));
        let parts = parts.transpose().map_err(failed())?;
        Ok(JobLogWriter { path, parts: parts.into_iter().collect() })
    }

    /// Simulates the replications with these numbers, which follow those in the log.
    pub(super) fn replicate(
        &mut self,
        scenario: &Scenario,
        measurements: &Measurements,
        numbers: Range<u32>,
        progress: &dyn Progress,
    ) -> Result<Vec<ReplicationStats>, CliError> {
        let history = |replication| {
            let part = Part::begin(&self.path, replication)?;
            let log =
                if replication == 0 { JobLog::new(part, &scenario.system.resources)? } else { JobLog::continued(part) };
            Ok::<_, io::Error>(JobLogObserver::new(&scenario.system, replication, log))
        };
        let histories = numbers.clone().map(history).collect::<Result<Vec<_>, _>>().map_err(failed())?;
        let (outcomes, histories) = replicate_observed(scenario, measurements, numbers, progress, histories);
        for history in histories {
            self.parts.push(history.finish().map_err(failed())?);
        }
        Ok(outcomes)
    }

    /// Joins all parts to one file.
    pub(super) fn finish(self) -> Result<Output, CliError> {
        let sha256 = Part::join(&self.path, self.parts).map_err(failed())?;
        Ok(Output { file: JOBS.to_owned(), sha256 })
    }
}

fn failed() -> impl FnOnce(io::Error) -> CliError {
    CliError::io(format!("cannot write {JOBS}"))
}

/// The rows of one replication.
enum Part {
    /// They are the beginning of the file itself.
    First(Hashing<File>),
    /// They are in a file of their own.
    Later(PathBuf),
}

impl Part {
    /// Begins the file at `path` with the content of another file.
    fn copy(path: &Path, other: &Path) -> io::Result<Part> {
        let mut whole = Hashing::new(File::create_new(path)?);
        io::copy(&mut BufReader::with_capacity(BLOCK, File::open(other)?), &mut whole)?;
        Ok(Part::First(whole))
    }

    /// Begins the part of a replication for the file at `path`.
    fn begin(path: &Path, replication: u32) -> io::Result<Part> {
        if replication == 0 {
            return Ok(Part::First(Hashing::new(File::create_new(path)?)));
        }
        let part = path.with_extension(format!("{replication}.part"));
        File::create_new(&part)?;
        Ok(Part::Later(part))
    }

    /// Joins the parts, which are in order, to the file at `path`, with the late rows of each;
    /// returns the digest.
    fn join(path: &Path, parts: Vec<(Part, Vec<DeferredRow>)>) -> io::Result<String> {
        let mut parts = parts.into_iter();
        let Some((Part::First(mut whole), late)) = parts.next() else {
            unreachable!("the first replication writes into the file itself")
        };
        if !late.is_empty() {
            let part = path.with_extension("0.part");
            fs::rename(path, &part)?;
            whole = Hashing::new(File::create_new(path)?);
            append(&part, &late, &mut whole)?;
        }
        for part in parts {
            if let (Part::Later(part), late) = part {
                append(&part, &late, &mut whole)?;
            }
        }
        let (file, digest) = whole.finish();
        finish(file)?;
        Ok(digest)
    }
}

/// Appends a part to the file, with the late rows in their places, and removes the part.
fn append(part: &Path, late: &[DeferredRow], whole: &mut Hashing<File>) -> io::Result<()> {
    let mut text = BufReader::with_capacity(BLOCK, File::open(part)?);
    let mut place = 0;
    for row in late {
        io::copy(&mut text.by_ref().take(row.place - place), whole)?;
        whole.write_all(&row.text)?;
        place = row.place;
    }
    io::copy(&mut text, whole)?;
    fs::remove_file(part)
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Part::First(whole) => whole.write(bytes),
            Part::Later(path) => OpenOptions::new().append(true).open(path)?.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Part::First(whole) => whole.flush(),
            Part::Later(_) => Ok(()),
        }
    }
}
