//! `claimsim check`: says everything that is wrong with scenario files, without running them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{ScenarioFile, say_remarks};
use super::verdict::{Failure, print, say};

/// Check scenario files: all complaints at once, each with its line and a suggestion; nothing is run
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The scenario files (TOML)
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,

    /// Set a scenario key by its dotted path, over the file's value; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

impl Check {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let mut wrong = 0;
        for path in &self.scenarios {
            wrong += usize::from(!self.passes(path)?);
        }
        match (wrong, self.scenarios.len()) {
            (0, _) => Ok(()),
            (1, 1) => Err(Failure::Input("the scenario cannot be run".to_owned())),
            (wrong, all) => Err(Failure::Input(format!("{wrong} of {all} scenarios cannot be run"))),
        }
    }

    /// Says what is wrong with one file; whether it can be run.
    fn passes(&self, path: &Path) -> Result<bool, Failure> {
        match ScenarioFile::read(path).and_then(|file| file.load(&self.set)) {
            Err(failure) => {
                say(&failure.to_string());
                return Ok(false);
            }
            Ok(_) if self.quiet => {}
            Ok(loaded) => {
                say_remarks(&loaded);
                print(&format!("{}: can be run\n", path.display()))?;
            }
        }
        Ok(true)
    }
}
