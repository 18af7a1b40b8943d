//! How `jobs.csv` comes about: replications write their rows at once, and the file has them in order.
//!
//! The first replication writes into the file itself, so that a single one, the usual case for a long log, is written once.
//! Each other one writes into a file of its own beside it, which is appended when all have run. Such a part is open only
//! while something is being written to it: there may be more replications than a process may have open files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::verdict::Failure;
use crate::experiment::{Progress, replicate_observed};
use crate::report::job_log::{DeferredRow, JobLog, JobLogObserver};
use crate::report::manifest::{Hashing, Output};
use crate::scenario::Scenario;
use crate::stats::ReplicationStats;
use crate::stats::ShareWithin;

/// Bytes read at once from a part.
const BLOCK: usize = 1 << 16;

/// Where the job log stands in a run's folder.
pub(super) const JOBS: &str = "jobs.csv";

/// A job log that is being written.
pub(super) struct JobFile {
    path: PathBuf,
    /// What there is so far, in order, each with the rows that it lacks.
    parts: Vec<(Part, Vec<DeferredRow>)>,
}

impl JobFile {
    /// Begins the log of a folder, with all that an earlier one holds.
    pub(super) fn begin(folder: &Path, earlier: Option<&Path>) -> Result<JobFile, Failure> {
        let path = folder.join(JOBS);
        let parts = earlier.map(|earlier| Part::copy(&path, earlier).map(|part| (part, Vec::new())));
        let parts = parts.transpose().with_context(|| format!("cannot begin {JOBS}"))?;
        Ok(JobFile { path, parts: parts.into_iter().collect() })
    }

    /// Runs replications of these numbers, which follow those that are logged.
    pub(super) fn replicate(
        &mut self,
        scenario: &Scenario,
        shares: &[ShareWithin],
        numbers: Range<u32>,
        progress: &dyn Progress,
    ) -> Result<Vec<ReplicationStats>, Failure> {
        let history = |replication| {
            let part = Part::begin(&self.path, replication)?;
            let log = if replication == 0 { JobLog::new(part)? } else { JobLog::continued(part) };
            Ok::<_, io::Error>(JobLogObserver::new(&scenario.system, replication, log))
        };
        let histories = numbers.clone().map(history).collect::<Result<Vec<_>, _>>();
        let histories = histories.with_context(|| format!("cannot begin {JOBS}"))?;
        let (outcomes, histories) = replicate_observed(scenario, shares, numbers, progress, histories);
        for history in histories {
            self.parts.push(history.finish().with_context(|| format!("cannot write {JOBS}"))?);
        }
        Ok(outcomes)
    }

    /// Makes one file of all parts.
    pub(super) fn finish(self) -> Result<Output, Failure> {
        let sha256 = Part::join(&self.path, self.parts).with_context(|| format!("cannot write {JOBS}"))?;
        Ok(Output { file: JOBS.to_owned(), sha256 })
    }
}

/// Where one replication's rows go.
enum Part {
    /// The beginning of the file itself.
    First(Hashing<File>),
    /// A file of its own, which holds nothing else.
    Later(PathBuf),
}

impl Part {
    /// Begins the file at `path` with all that another one holds.
    fn copy(path: &Path, other: &Path) -> io::Result<Part> {
        let mut whole = Hashing::new(File::create_new(path)?);
        io::copy(&mut BufReader::with_capacity(BLOCK, File::open(other)?), &mut whole)?;
        Ok(Part::First(whole))
    }

    /// Begins a replication's part of the file at `path`.
    fn begin(path: &Path, replication: u32) -> io::Result<Part> {
        if replication == 0 {
            return Ok(Part::First(Hashing::new(File::create_new(path)?)));
        }
        let part = path.with_extension(format!("{replication}.part"));
        File::create_new(&part)?;
        Ok(Part::Later(part))
    }

    /// Makes the file at `path` of all parts, which come in order, each with the rows that it lacks; gives its digest.
    fn join(path: &Path, parts: Vec<(Part, Vec<DeferredRow>)>) -> io::Result<String> {
        let mut parts = parts.into_iter();
        let Some((Part::First(mut whole), late)) = parts.next() else {
            unreachable!("there is a first replication, and it writes into the file itself")
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
        Ok(whole.finish().1)
    }
}

/// Moves a part to the end of the file, with the late rows in their places.
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
