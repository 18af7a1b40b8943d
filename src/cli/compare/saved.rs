//! The baseline of `--baseline`: a saved run, simulated again from its folder.

use std::path::Path;

use super::super::copies::Copies;
use super::super::folder::read_manifest;
use super::super::given::Given;
use super::super::reproduce;
use super::super::verdict::{Failure, say};
use crate::report::manifest::SavedRun;

/// What a saved run was made from. Says on standard error if this version of claimsim makes other files of it.
pub(super) fn given(run: &Path, threads: Option<u16>, quiet: bool) -> Result<Given, Failure> {
    let manifest = read_manifest(run)?;
    if manifest.command != "run" {
        return Err(Failure::Input(format!(
            "--baseline {} was left by `claimsim {}`; name the folder of a `claimsim run`",
            run.display(),
            manifest.command
        )));
    }
    let again = reproduce::again(run, &manifest, threads, quiet)?;
    let differing = manifest.differences(&again);
    if !differing.is_empty() {
        say(&format!(
            "warning: {} was made by another version of claimsim ({}; this is {}): simulated again, it leaves other files \
             ({}). The contenders are compared with what this version simulates.",
            run.display(),
            manifest.claimsim,
            again.claimsim,
            differing.join(", ")
        ));
    }
    let copies = Copies::read(run, &manifest.scenario, &manifest.inputs)?;
    let saved = SavedRun { seed: manifest.seed, options: manifest.options.clone() };
    Ok(Given::copied(&manifest.scenario.name, copies, Some(saved)))
}
