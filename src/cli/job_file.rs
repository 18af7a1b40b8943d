//! How `jobs.csv` comes about: replications write their rows at once, and the file has them in order.
//!
//! The first replication writes into the file itself, so that a single one, the usual case for a long log, is written once.
//! Each other one writes into a file of its own beside it, which is appended when all have run. Such a part is open only
//! while something is being written to it: there may be more replications than a process may have open files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::report::manifest::Hashing;

/// Bytes read at once from a part.
const BLOCK: usize = 1 << 16;

/// Where one replication's rows go.
pub(super) enum Part {
    /// The beginning of the file itself.
    First(Hashing<File>),
    /// A file of its own, which holds nothing else.
    Later(PathBuf),
}

impl Part {
    /// Begins a replication's part of the file at `path`.
    pub(super) fn begin(path: &Path, replication: u32) -> io::Result<Part> {
        if replication == 0 {
            return Ok(Part::First(Hashing::new(File::create_new(path)?)));
        }
        let part = path.with_extension(format!("{replication}.part"));
        File::create_new(&part)?;
        Ok(Part::Later(part))
    }

    /// Appends the later parts, which come in order, to the first; gives the digest of the whole.
    pub(super) fn join(parts: impl IntoIterator<Item = io::Result<Part>>) -> io::Result<String> {
        let mut parts = parts.into_iter();
        let Some(Part::First(mut whole)) = parts.next().transpose()? else {
            unreachable!("there is a first replication, and it writes into the file itself")
        };
        for part in parts {
            if let Part::Later(path) = part? {
                io::copy(&mut BufReader::with_capacity(BLOCK, File::open(&path)?), &mut whole)?;
                fs::remove_file(path)?;
            }
        }
        Ok(whole.finish().1)
    }
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
