//! `claimsim run --extend`: a finished run goes on with more replications, and leaves what one longer run would have left.

use std::fs;
use std::path::{Path, PathBuf};

use super::copies::Copies;
use super::folder::{changed, read_manifest};
use super::job_file::JOBS;
use super::plan::plan;
use super::produce::apply;
use super::verdict::Failure;
use crate::experiment::StoppingRule;
use crate::report::manifest::{Manifest, Options};
use crate::report::RunContext;
use crate::report::run::replications::{self, SavedTables};
use crate::report::run::tables;
use crate::scenario::LoadedScenario;
use crate::stats::ReplicationStats;

/// What a finished run has already.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// Its replications.
    pub(super) outcomes: Vec<ReplicationStats>,
    /// Its job log, if it has one.
    pub(super) jobs: Option<PathBuf>,
}

/// A finished run that is to go on.
#[derive(Debug)]
pub(super) struct Finished {
    /// The text of its scenario.
    pub(super) text: String,
    /// The scenario as it was run.
    pub(super) loaded: LoadedScenario,
    /// The options of the longer run.
    pub(super) options: Options,
    /// What there is already.
    pub(super) earlier: Earlier,
}

impl Finished {
    /// Reads the run in a folder; `more` are the replications and precisions of the longer one.
    pub(super) fn read(run: &Path, more: &Options) -> Result<Finished, Failure> {
        let manifest = read_manifest(run)?;
        check(run, &manifest)?;
        let copies = Copies::of_run(run, &manifest)?;
        let mut loaded = copies.load(&manifest)?;
        let old = plan(&manifest.options, &loaded.scenario)?;
        let outcomes = outcomes(run, &loaded, &old)?;
        let options = longer(&manifest.options, more, outcomes.len(), run)?;
        let new = plan(&options, &loaded.scenario)?;
        let outcomes = new.quantities().select_from(old.quantities(), outcomes).ok_or_else(|| {
            Failure::Input(format!(
                "{} has not measured a share that --precision asks for, and cannot do so in hindsight; begin a new run instead",
                run.display()
            ))
        })?;
        apply(&options, Some(manifest.seed), &mut loaded.scenario);
        let jobs = manifest.options.jobs.then(|| run.join(JOBS));
        Ok(Finished { text: copies.scenario, loaded, options, earlier: Earlier { outcomes, jobs } })
    }
}

/// Only a run that this very program has left, and nobody has changed since, can go on.
fn check(run: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let shown = run.display();
    if manifest.command != "run" {
        return Err(Failure::Input(format!(
            "{shown} was left by `claimsim {}`; name the folder of a `claimsim run`",
            manifest.command
        )));
    }
    if manifest.claimsim != env!("CARGO_PKG_VERSION") {
        return Err(Failure::Input(format!(
            "{shown} was made by claimsim {}, this is {}: their replications may differ; begin a new run instead",
            manifest.claimsim,
            env!("CARGO_PKG_VERSION")
        )));
    }
    if let Some(batches) = manifest.options.batches {
        return Err(Failure::Input(format!(
            "{shown} is one long run in {batches} batches, to which nothing can be added; begin a new run instead"
        )));
    }
    let changed = changed(run, manifest);
    if changed.is_empty() {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "{shown} has been changed since it was made ({}); begin a new run instead",
        changed.join(", ")
    )))
}

/// The options of the longer run: those of the finished one, with other replications.
fn longer(old: &Options, more: &Options, there: usize, run: &Path) -> Result<Options, Failure> {
    let shown = run.display();
    if let Some(replications) = more.replications.filter(|_| more.precision.is_empty()) {
        if replications as usize <= there {
            return Err(Failure::Input(format!(
                "{shown} has {there} replications already; write a larger number than --replications {replications}"
            )));
        }
        return Ok(Options {
            replications: Some(replications),
            precision: Vec::new(),
            max_replications: None,
            ..old.clone()
        });
    }
    if !more.precision.is_empty() {
        let (replications, max_replications) = (more.replications, more.max_replications);
        return Ok(Options { precision: more.precision.clone(), replications, max_replications, ..old.clone() });
    }
    if more.max_replications.is_some() && !old.precision.is_empty() {
        return Ok(Options { max_replications: more.max_replications, ..old.clone() });
    }
    Err(Failure::Input(format!(
        "--extend {shown} by how much? It has {there} replications; write --replications with a larger number, or a --precision"
    )))
}

fn outcomes(run: &Path, loaded: &LoadedScenario, plan: &StoppingRule) -> Result<Vec<ReplicationStats>, Failure> {
    let read = |name: &str| {
        let path = run.join(name);
        fs::read(&path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))
    };
    let (replications, wait_times, utilization) =
        (read(replications::PATH)?, read(tables::WAIT_TIMES)?, read(tables::UTILIZATION)?);
    let saved = SavedTables { replications: &replications, wait_times: &wait_times, utilization: &utilization };
    replications::read(&RunContext::of(&loaded.scenario), plan.quantities(), &saved)
        .map_err(|error| Failure::Input(format!("{} cannot go on: {error}", run.display())))
}
