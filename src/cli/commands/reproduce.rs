//! `claimsim reproduce`: repeats a saved study from its manifest and compares digests.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::args::ExecArgs;
use crate::exit::{CliError, ExitStatus};
use crate::run_dir::manifest::Manifest;
use crate::run_dir::{changed_outputs, read_manifest};
use crate::term::{print, warn};

/// Repeat a saved run, comparison, sweep or search, and compare every file by its SHA-256
///
/// Exit code 0 if every file has the digest in the manifest and comes out the same again, 1 if not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Reproduce {
    /// The folder that `claimsim run`, `compare`, `sweep` or `size` left
    run: PathBuf,

    #[command(flatten)]
    exec: ExecArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim reproduce results/registry-week
  claimsim reproduce results/registry-week --quiet";

/// Repeats a saved study, and returns the manifest that it leaves.
pub(super) type Rerun = fn(&Path, &Manifest, ExecArgs) -> Result<Manifest, CliError>;

impl Reproduce {
    /// Reproduces a folder; `rerun` repeats a study of any kind.
    pub(super) fn execute(self, rerun: Rerun) -> Result<ExitStatus, CliError> {
        let Reproduce { run, exec } = self;
        let manifest = read_manifest(&run)?;
        let again = rerun(&run, &manifest, exec)?;
        let changed = changed_outputs(&run, &manifest);
        let differing = manifest.differences(&again);
        if changed.is_empty() && differing.is_empty() {
            if !exec.quiet {
                print(&format!("{}: all {} files come out the same\n", run.display(), manifest.outputs.len()))?;
            }
            return Ok(ExitStatus::Done);
        }
        warn(&format!("error: {} does not come out the same", run.display()));
        for file in &changed {
            warn(&format!("  {file}: changed since the run was made"));
        }
        for file in &differing {
            warn(&format!("  {file}: comes out differently"));
        }
        if manifest.claimsim != again.claimsim {
            warn(&format!("  the run was made by claimsim {}, this is {}", manifest.claimsim, again.claimsim));
        }
        if let (Some(old), Some(new)) = (&manifest.time_zone_database, &again.time_zone_database)
            && old != new
        {
            warn(&format!("  the run was made with version {old} of the time zone database, this is {new}"));
        }
        Ok(ExitStatus::Failed)
    }
}
