//! `claimsim reproduce`: runs a manifest again and compares digests.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::compare;
use super::copies::Copies;
use super::folder::{changed, read_manifest};
use super::plan::plan;
use super::produce::{Order, produce};
use super::size;
use super::sweep;
use super::verdict::{Failure, print};
use crate::report::manifest::Manifest;
use crate::scenario::LoadedScenario;

/// Run a finished run again from its manifest and inputs, and compare every file by its SHA-256
///
/// Exit code 0 if every file is as the manifest says and comes out the same again, 1 if not.
#[derive(Debug, Args)]
pub(super) struct Reproduce {
    /// The folder that `claimsim run`, `compare`, `sweep` or `size` left
    run: PathBuf,

    /// How many replications run at once; the results are the same [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,

    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

impl Reproduce {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let manifest = read_manifest(&self.run)?;
        let again = again(&self.run, &manifest, self.threads, self.quiet)?;
        let changed = changed(&self.run, &manifest);
        let differing = manifest.differences(&again);
        if changed.is_empty() && differing.is_empty() {
            let count = manifest.outputs.len();
            return if self.quiet {
                Ok(())
            } else {
                print(&format!("{}: all {count} files come out the same\n", self.run.display()))
            };
        }
        let mut lines = vec![format!("{} does not come out the same", self.run.display())];
        lines.extend(changed.iter().map(|file| format!("  {file}: changed since the run was made")));
        lines.extend(differing.iter().map(|file| format!("  {file}: comes out differently")));
        if manifest.claimsim != again.claimsim {
            lines.push(format!("  the run was made by claimsim {}, this is {}", manifest.claimsim, again.claimsim));
        }
        Err(Failure::Run(anyhow::Error::msg(lines.join("\n"))))
    }
}

/// Makes a finished run, comparison or sweep again; gives the manifest that it leaves.
pub(super) fn again(run: &Path, manifest: &Manifest, threads: Option<u16>, quiet: bool) -> Result<Manifest, Failure> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    match manifest.command.as_str() {
        "size" => size::again(run, manifest, scratch.path(), threads, quiet),
        "compare" => compare::again(run, manifest, scratch.path(), threads, quiet),
        "sweep" => sweep::again(run, manifest, scratch.path(), threads, quiet),
        _ => run_again(run, manifest, scratch.path(), threads, quiet),
    }
}

fn run_again(
    run: &Path,
    manifest: &Manifest,
    into: &Path,
    threads: Option<u16>,
    quiet: bool,
) -> Result<Manifest, Failure> {
    let copies = Copies::of_run(run, manifest)?;
    let LoadedScenario { mut scenario, inputs, notes, .. } = copies.load_run(manifest)?;
    let plan = plan(&manifest.options, &scenario)?;
    let order = Order {
        scenario: &mut scenario,
        text: &copies.scenario,
        inputs: &inputs,
        notes: &notes,
        options: manifest.options.clone(),
        plan: &plan,
        earlier: None,
        threads,
        quiet,
    };
    Ok(produce(order, into)?.manifest)
}
