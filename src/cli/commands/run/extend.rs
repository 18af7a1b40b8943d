//! `claimsim run --extend`: adds replications to a saved run, and leaves what one longer run would
//! have left.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::args::{OutputForm, TableFormat};
use crate::exit::CliError;
use crate::experiment::StoppingRule;
use crate::inputs::ScenarioSource;
use crate::options::{Command, RunOptions};
use crate::report::RunContext;
use crate::report::job_log::{JobLog, PATH as JOBS};
use crate::report::run::replications::{self, SavedTables};
use crate::report::run::{over_time, tables};
use crate::run_dir::manifest::Manifest;
use crate::run_dir::{changed_outputs, read_manifest};
use crate::scenario::{LoadedScenario, Scenario};
use crate::stats::{ReplicationStats, has_hours};
use crate::study::{RunRequest, VERSION};

/// What a saved run has simulated already.
#[derive(Debug, Default)]
pub(super) struct PreviousRun {
    /// Its replications.
    pub(super) outcomes: Vec<ReplicationStats>,
    /// Its job log, if there is one.
    pub(super) jobs: Option<PathBuf>,
}

/// A saved run that gets more replications.
pub(super) struct ResumedRun {
    /// The scenario and the options of the longer run.
    pub(super) request: RunRequest<RunOptions>,
    pub(super) loaded: LoadedScenario,
    pub(super) previous: PreviousRun,
    /// What it leaves.
    pub(super) form: OutputForm,
}

impl ResumedRun {
    /// Reads a saved run; `more` has the replications and precisions of the longer run.
    pub(super) fn read(run: &Path, more: &RunOptions) -> Result<ResumedRun, CliError> {
        let manifest = read_manifest(run)?;
        let saved = check(run, &manifest)?;
        let source = ScenarioSource::saved(run, &manifest.scenario, &manifest.inputs)?;
        let loaded = source.load(&saved.changes.overrides())?;
        let has_hours = has_hours(loaded.scenario.system.window.horizon);
        let old_rule = saved.stopping_rule(&loaded.scenario)?.over_time(has_hours);
        let outcomes = outcomes(run, &loaded, &old_rule)?;
        let options = longer(saved, more, outcomes.len(), run)?;
        let new_rule = options.stopping_rule(&loaded.scenario)?;
        let outcomes = new_rule.quantities().select_from(old_rule.quantities(), outcomes).ok_or_else(|| {
            CliError::Input(format!(
                "{} has not measured a share that --precision needs, and cannot measure it afterwards; start a new run \
                 instead",
                run.display()
            ))
        })?;
        let jobs = saved.jobs.then(|| run.join(JOBS));
        if let Some(jobs) = &jobs {
            check_columns(jobs, &loaded.scenario)?;
        }
        let request = RunRequest { sources: vec![source], options, seed: Some(manifest.seed) };
        let form = manifest.form();
        Ok(ResumedRun { request, loaded, previous: PreviousRun { outcomes, jobs }, form })
    }
}

/// Checks that a job log has the columns that this version writes.
fn check_columns(jobs: &Path, scenario: &Scenario) -> Result<(), CliError> {
    let mut log = JobLog::new(Vec::new(), &scenario.system.resources).and_then(JobLog::finish);
    let header = log.as_mut().map_or(Vec::new(), std::mem::take);
    let mut found = vec![0; header.len()];
    let read = fs::File::open(jobs).and_then(|mut file| file.read_exact(&mut found));
    if read.is_ok() && found == header {
        return Ok(());
    }
    Err(CliError::Input(format!(
        "{} has not the columns of this version of claimsim; start a new run instead",
        jobs.display()
    )))
}

/// Checks that this version of claimsim left the run, and that nobody has changed it; returns its
/// options.
fn check<'a>(run: &Path, manifest: &'a Manifest) -> Result<&'a RunOptions, CliError> {
    let error = |reason: String| Err(CliError::Input(format!("{} {reason}", run.display())));
    let Command::Run(options) = &manifest.command else {
        return error(format!(
            "was left by `claimsim {}`; name the folder of a `claimsim run`",
            manifest.command.name()
        ));
    };
    if manifest.claimsim != VERSION {
        return error(format!(
            "was made by claimsim {}, this is {VERSION}: their replications may differ; start a new run instead",
            manifest.claimsim
        ));
    }
    if let Some(batches) = options.batches {
        return error(format!(
            "is one long run in {batches} batches, which cannot be extended; start a new run instead"
        ));
    }
    if TableFormat::of_outputs(manifest.outputs.iter().map(|output| output.file.as_str())) == TableFormat::Parquet {
        return error("has its tables as Parquet, and --extend reads CSV; start a new run instead".to_owned());
    }
    let changed = changed_outputs(run, manifest);
    if changed.is_empty() {
        return Ok(options);
    }
    error(format!("has been changed since it was made ({}); start a new run instead", changed.join(", ")))
}

/// The options of the longer run: those of the saved run with other replications.
fn longer(old: &RunOptions, more: &RunOptions, existing: usize, run: &Path) -> Result<RunOptions, CliError> {
    let (replications, max_replications) = (more.replications, more.max_replications);
    if !more.precision.is_empty() {
        return Ok(RunOptions { precision: more.precision.clone(), replications, max_replications, ..old.clone() });
    }
    if let Some(number) = replications {
        if number as usize <= existing {
            return Err(CliError::Input(format!(
                "{} has {existing} replications already; write a larger number than --replications {number}",
                run.display()
            )));
        }
        return Ok(RunOptions { replications, precision: Vec::new(), max_replications: None, ..old.clone() });
    }
    if max_replications.is_some() && !old.precision.is_empty() {
        return Ok(RunOptions { max_replications, ..old.clone() });
    }
    Err(CliError::Input(format!(
        "--extend needs a goal: {} has {existing} replications; write --replications with a larger number, or a \
         --precision",
        run.display()
    )))
}

/// Reads the replications of a saved run from its tables.
fn outcomes(run: &Path, loaded: &LoadedScenario, rule: &StoppingRule) -> Result<Vec<ReplicationStats>, CliError> {
    let read = |name: &str| {
        let path = run.join(name);
        fs::read(&path).map_err(|error| CliError::Input(format!("cannot read {}: {error}", path.display())))
    };
    let (replications, wait_times, utilization) =
        (read(replications::PATH)?, read(tables::WAIT_TIMES)?, read(tables::UTILIZATION)?);
    let over_time = fs::read(run.join(over_time::PATH)).ok();
    let saved = SavedTables {
        replications: &replications,
        wait_times: &wait_times,
        utilization: &utilization,
        over_time: over_time.as_deref(),
    };
    replications::read(&RunContext::of(&loaded.scenario), rule.quantities(), &saved)
        .map_err(|error| CliError::Input(format!("{} cannot be extended: {error}", run.display())))
}
