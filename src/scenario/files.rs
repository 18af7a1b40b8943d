//! The files that a scenario names: who reads them, and what was read.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

/// Reads the files that a scenario names.
pub trait Files {
    /// The bytes of the file that the scenario names by `path`.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// For scenarios that name no files: every file is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::NotFound, path))
    }
}

/// Files in a folder, which paths are relative to: that of the scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativeFiles(pub PathBuf);

impl Files for RelativeFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
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
