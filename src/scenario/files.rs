//! The files that a scenario names: who reads them, and what was read.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::model::input_file;

/// Reads the files that a scenario names.
pub trait Files {
    /// The bytes of the file that the scenario names by `path`.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// The bytes of a file that the command line names.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn read_given(&self, path: &str) -> io::Result<Vec<u8>> {
        self.read(path)
    }
}

/// For scenarios that name no files: every file is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::NotFound, path))
    }
}

/// Files in a folder, which paths are relative to: that of the scenario file. A scenario names only
/// files below it, unless more is allowed: a scenario of a stranger must not read other files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativeFiles {
    folder: PathBuf,
    is_limited: bool,
}

impl RelativeFiles {
    /// Files below a folder.
    pub fn below(folder: impl Into<PathBuf>) -> RelativeFiles {
        RelativeFiles { folder: folder.into(), is_limited: true }
    }

    /// Files anywhere, with paths relative to a folder.
    pub fn anywhere(folder: impl Into<PathBuf>) -> RelativeFiles {
        RelativeFiles { is_limited: false, ..RelativeFiles::below(folder) }
    }
}

impl Files for RelativeFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = fs::canonicalize(self.folder.join(path))?;
        let here = if self.folder == Path::new("") { Path::new(".") } else { &self.folder };
        if self.is_limited && !file.starts_with(fs::canonicalize(here)?) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it is not below the folder of the scenario; copy it there, or allow it with --allow-outside",
            ));
        }
        input_file::read(&file)
    }

    fn read_given(&self, path: &str) -> io::Result<Vec<u8>> {
        input_file::read_all(fs::File::open(self.folder.join(path))?)
    }
}

/// Files in memory, by the path under which the scenario names them.
impl<K: Borrow<str> + Ord, T: AsRef<[u8]>> Files for BTreeMap<K, T> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let bytes = self.get(path).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, path))?;
        Ok(bytes.as_ref().to_vec())
    }
}

/// A file that the scenario names, as it was read: a run's manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its path as the scenario writes it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}
