//! What a finished run was made from: its own copies of a scenario and of the files that it names.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::files::{overrides, shown};
use super::produce::apply;
use super::verdict::Failure;
use crate::report::manifest::{Input, Manifest, sha256};
use crate::scenario::{self, Files, LoadedScenario, Override};

/// A run's own copies of what it was made from.
#[derive(Clone, Debug)]
pub(super) struct Copies {
    pub(super) scenario: String,
    /// By the name that the scenario gives them.
    inputs: BTreeMap<String, Vec<u8>>,
}

impl Copies {
    /// Reads the copies in a run's folder, which have to be what the manifest says.
    pub(super) fn read(run: &Path, scenario: &Input, inputs: &[Input]) -> Result<Copies, Failure> {
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
        let text = String::from_utf8(copy(scenario)?);
        let text = text.map_err(|_| Failure::Input(format!("{} is not UTF-8 text", scenario.file)))?;
        let inputs = inputs.iter().map(|input| Ok((input.name.clone(), copy(input)?)));
        Ok(Copies { scenario: text, inputs: inputs.collect::<Result<_, Failure>>()? })
    }

    /// The copies of what `claimsim run` has made its folder from.
    pub(super) fn of_run(run: &Path, manifest: &Manifest) -> Result<Copies, Failure> {
        Copies::read(run, &manifest.scenario, &manifest.inputs)
    }

    /// The scenario with the keys that the command line set, but not yet with its seed and replications.
    pub(super) fn load(&self, manifest: &Manifest) -> Result<LoadedScenario, Failure> {
        // A scenario without a name has taken that of its file.
        let name = format!("{}.toml", manifest.scenario.name);
        let loaded = scenario::load(&name, &self.scenario, &changes(manifest), self);
        loaded.map_err(|report| Failure::Input(shown(&report)))
    }

    /// The scenario as it was run, with all that the command line asked for.
    pub(super) fn load_run(&self, manifest: &Manifest) -> Result<LoadedScenario, Failure> {
        let mut loaded = self.load(manifest)?;
        apply(&manifest.options, Some(manifest.seed), &mut loaded.scenario);
        Ok(loaded)
    }
}

/// What the command line of a run set over the scenario's keys.
pub(super) fn changes(manifest: &Manifest) -> Vec<Override> {
    overrides(&manifest.options.set, manifest.options.policy.first().map(String::as_str))
}

impl Files for Copies {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.inputs
            .get(path)
            .cloned()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the run has no copy of it"))
    }
}
