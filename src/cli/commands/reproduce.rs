//! `claimsim reproduce`: repeats a saved study from its manifest and compares digests.

use std::path::PathBuf;

use clap::Args;

use super::compare::CompareStudy;
use super::run::RunStudy;
use super::size::SizeStudy;
use super::sweep::SweepStudy;
use crate::args::ExecArgs;
use crate::exit::{CliError, ExitStatus};
use crate::run_dir::manifest::Command;
use crate::run_dir::{changed_outputs, read_manifest};
use crate::study::rerun;
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

impl Reproduce {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let Reproduce { run, exec } = self;
        let manifest = read_manifest(&run)?;
        let again = match &manifest.command {
            Command::Run(options) => rerun::<RunStudy>(&run, &manifest, options, exec),
            Command::Compare(options) => rerun::<CompareStudy>(&run, &manifest, options, exec),
            Command::Sweep(options) => rerun::<SweepStudy>(&run, &manifest, options, exec),
            Command::Size(options) => rerun::<SizeStudy>(&run, &manifest, options, exec),
        }?;
        let changed = changed_outputs(&run, &manifest);
        let differing = manifest.differences(&again);
        if changed.is_empty() && differing.is_empty() {
            if !exec.quiet {
                print(&format!("{}: all {} files come out the same\n", run.display(), manifest.outputs.len()))?;
            }
            return Ok(ExitStatus::Done);
        }
        warn(&format!("error: {} does not come out the same", run.display()));
        changed.iter().for_each(|file| warn(&format!("  {file}: changed since the run was made")));
        differing.iter().for_each(|file| warn(&format!("  {file}: comes out differently")));
        if manifest.claimsim != again.claimsim {
            warn(&format!("  the run was made by claimsim {}, this is {}", manifest.claimsim, again.claimsim));
        }
        Ok(ExitStatus::Failed)
    }
}
