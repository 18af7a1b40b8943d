//! How `jobs.csv` comes about: replications write their rows at once, and the file has them in order.
//!
//! The first replication writes into the file itself, so that a single one, the usual case for a long log, is written once.
//! Each other one writes into a file of its own beside it, which is appended when all have run. Such a part is open only
//! while something is being written to it: there may be more replications than a process may have open files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

use crate::report::history::Late;
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

    /// Makes the file at `path` of all parts, which come in order, each with the rows that it lacks; gives its digest.
    pub(super) fn join(
        path: &Path,
        parts: impl IntoIterator<Item = io::Result<(Part, Vec<Late>)>>,
    ) -> io::Result<String> {
        let mut parts = parts.into_iter();
        let Some((Part::First(mut whole), late)) = parts.next().transpose()? else {
            unreachable!("there is a first replication, and it writes into the file itself")
        };
        if !late.is_empty() {
            let part = path.with_extension("0.part");
            fs::rename(path, &part)?;
            whole = Hashing::new(File::create_new(path)?);
            append(&part, &late, &mut whole)?;
        }
        for part in parts {
            if let (Part::Later(part), late) = part? {
                append(&part, &late, &mut whole)?;
            }
        }
        Ok(whole.finish().1)
    }
}

/// Moves a part to the end of the file, with the late rows in their places.
fn append(part: &Path, late: &[Late], whole: &mut Hashing<File>) -> io::Result<()> {
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
