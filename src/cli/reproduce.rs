//! `claimsim reproduce`: runs a manifest again and compares digests.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::files::{overrides, shown};
use super::folder::read_manifest;
use super::produce::{Order, apply, produce};
use super::progress::Bar;
use super::verdict::{Failure, print};
use crate::report::manifest::{Input, Manifest, sha256};
use crate::scenario::{self, Files, Loaded, Override};

/// Run a finished run again from its manifest and inputs, and compare every file by its SHA-256
///
/// Exit code 0 if every file is as the manifest says and comes out the same again, 1 if not.
#[derive(Debug, Args)]
pub(super) struct Reproduce {
    /// The folder that `claimsim run` left
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
        let again = self.run_again(&manifest)?;
        let changed = changed_on_disk(&self.run, &manifest);
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

    fn run_again(&self, manifest: &Manifest) -> Result<Manifest, Failure> {
        let copies = Copies::read(&self.run, manifest)?;
        let Loaded { scenario, inputs, notes, .. } = copies.load(manifest)?;
        let bar = Bar::new(scenario.replications, self.quiet);
        let order = Order {
            scenario: &scenario,
            text: &copies.scenario,
            inputs: &inputs,
            notes: &notes,
            options: manifest.options.clone(),
            threads: self.threads.map(usize::from),
        };
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        Ok(produce(&order, scratch.path(), &bar)?.1)
    }
}

/// What the command line set over the scenario's keys.
pub(super) fn changes(manifest: &Manifest) -> Vec<Override> {
    overrides(&manifest.options.set, manifest.options.policy.first().map(String::as_str))
}

/// The files of a run that are no longer as its manifest says.
fn changed_on_disk(run: &Path, manifest: &Manifest) -> Vec<String> {
    let same = |file: &str, digest: &str| fs::read(run.join(file)).is_ok_and(|bytes| sha256(&bytes) == digest);
    let outputs = manifest.outputs.iter().filter(|output| !same(&output.file, &output.sha256));
    outputs.map(|output| output.file.clone()).collect()
}

/// A run's own copies of what it was made from.
#[derive(Debug)]
pub(super) struct Copies {
    /// The scenario's text.
    pub(super) scenario: String,
    /// By the name that the scenario gives them.
    inputs: BTreeMap<String, Vec<u8>>,
}

impl Copies {
    /// Reads them, if they are still what the run was made from.
    pub(super) fn read(run: &Path, manifest: &Manifest) -> Result<Copies, Failure> {
        let copy = |input: &Input| {
            let path = run.join(&input.file);
            let bytes =
                fs::read(&path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))?;
            if sha256(&bytes) == input.sha256 {
                return Ok(bytes);
            }
            Err(Failure::Input(format!(
                "{} is not what the run was made from: its SHA-256 is not the manifest's",
                path.display()
            )))
        };
        let scenario = String::from_utf8(copy(&manifest.scenario)?);
        let scenario = scenario.map_err(|_| Failure::Input(format!("{} is not UTF-8 text", manifest.scenario.file)))?;
        let inputs = manifest.inputs.iter().map(|input| Ok((input.name.clone(), copy(input)?)));
        Ok(Copies { scenario, inputs: inputs.collect::<Result<_, Failure>>()? })
    }

    /// The scenario as it was run, with all that the command line asked for.
    pub(super) fn load(&self, manifest: &Manifest) -> Result<Loaded, Failure> {
        // A scenario without a name has taken that of its file.
        let name = format!("{}.toml", manifest.scenario.name);
        let loaded = scenario::load(&name, &self.scenario, &changes(manifest), self);
        let mut loaded = loaded.map_err(|report| Failure::Input(shown(&report)))?;
        apply(&manifest.options, Some(manifest.seed), &mut loaded.scenario);
        Ok(loaded)
    }
}

impl Files for Copies {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.inputs
            .get(path)
            .cloned()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the run has no copy of it"))
    }
}
