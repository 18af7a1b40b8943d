//! A scenario that a command is given: a file, or the copy that a finished run keeps of one.

use std::path::Path;

use super::copies::Copies;
use super::files::{Beside, ScenarioFile, shown};
use super::verdict::Failure;
use crate::report::manifest::SavedRun;
use crate::scenario::{self, Files, Loaded, Override};

/// A scenario's text, and whence the files come that it names.
pub(super) struct Given {
    /// What complaints call it.
    file: String,
    pub(super) text: String,
    files: Box<dyn Files>,
    /// The seed and options of the run that it was saved with, if it is one.
    pub(super) run: Option<SavedRun>,
}

impl Given {
    /// A scenario file.
    pub(super) fn read(file: ScenarioFile) -> Given {
        let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
        Given { file: file.path.display().to_string(), text: file.text, files: Box::new(Beside(folder)), run: None }
    }

    /// A run's copies of a scenario of that name.
    pub(super) fn copied(name: &str, copies: Copies, run: Option<SavedRun>) -> Given {
        // A scenario without a name has taken that of its file.
        Given { file: format!("{name}.toml"), text: copies.scenario.clone(), files: Box::new(copies), run }
    }

    /// Understands it, with the command line's changes.
    pub(super) fn load(&self, overrides: &[Override]) -> Result<Loaded, Failure> {
        let loaded = scenario::load(&self.file, &self.text, overrides, self.files.as_ref());
        loaded.map_err(|report| Failure::Input(shown(&report)))
    }
}
