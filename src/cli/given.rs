//! A scenario that a command is given: a file, or the copy that a finished run keeps of one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::copies::Copies;
use super::files::{ScenarioFile, shown};
use super::verdict::Failure;
use crate::report::manifest::SavedRun;
use crate::scenario::{self, Diagnostics, Files, LoadedScenario, Override, RelativeFiles};

/// A scenario's text, and whence the files come that it names.
pub(super) struct Given {
    /// What complaints call it.
    file: String,
    pub(super) text: String,
    files: Remembered,
    /// The seed and options of the run that it was saved with, if it is one.
    pub(super) run: Option<SavedRun>,
}

/// Files that are read but once: a hundred variants of a scenario name the same trace.
struct Remembered {
    files: Box<dyn Files>,
    read: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Given {
    /// A scenario file.
    pub(super) fn read(file: ScenarioFile) -> Given {
        let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
        let files = Remembered::new(Box::new(RelativeFiles(folder)));
        Given { file: file.path.display().to_string(), text: file.text, files, run: None }
    }

    /// A run's copies of a scenario of that name.
    pub(super) fn copied(name: &str, copies: Copies, run: Option<SavedRun>) -> Given {
        // A scenario without a name has taken that of its file.
        let file = format!("{name}.toml");
        Given { file, text: copies.scenario.clone(), files: Remembered::new(Box::new(copies)), run }
    }

    /// Understands it, with the command line's changes.
    pub(super) fn load(&self, overrides: &[Override]) -> Result<LoadedScenario, Failure> {
        self.try_load(overrides).map_err(|report| Failure::Input(shown(&report)))
    }

    /// The same for whoever knows what to do where it cannot be understood.
    pub(super) fn try_load(&self, overrides: &[Override]) -> Result<LoadedScenario, Diagnostics> {
        scenario::load(&self.file, &self.text, overrides, &self.files)
    }
}

impl Remembered {
    fn new(files: Box<dyn Files>) -> Remembered {
        Remembered { files, read: RefCell::default() }
    }
}

impl Files for Remembered {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.read.borrow().get(path) {
            return Ok(bytes.clone());
        }
        let bytes = self.files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}
