//! Producing a run: simulates a scenario and fills a folder with everything that it leaves, manifest last.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;

use super::job_file::Part;
use super::verdict::Failure;
use crate::experiment::warmup::{WarmUp, settle};
use crate::experiment::{self, Progress, Results};
use crate::report::history::JobHistory;
use crate::report::jobs::JobLog;
use crate::report::manifest::{self, Input, Manifest, Options, Output};
use crate::report::{self, Context, warmup};
use crate::scenario::{self, Scenario};

/// Where the job log stands in a run's folder.
const JOBS: &str = "jobs.csv";

/// What a run is made from.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// The scenario as it is simulated, with all options applied; its warm-up is settled here.
    pub(super) scenario: &'a mut Scenario,
    /// Its text as it was read.
    pub(super) text: &'a str,
    /// The files that it names.
    pub(super) inputs: &'a [scenario::Input],
    /// What was left out of these files.
    pub(super) notes: &'a [String],
    /// What the command line asked for.
    pub(super) options: Options,
    /// How many replications run at once; as many as there are cores if `None`.
    pub(super) threads: Option<usize>,
}

/// What a run has come to.
#[derive(Debug)]
pub(super) struct Produced {
    pub(super) results: Results,
    /// What stands in the folder as well.
    pub(super) manifest: Manifest,
    /// The warm-up, if the scenario left it to be found.
    pub(super) warm_up: Option<WarmUp>,
    /// What its reader is to be warned of.
    pub(super) remarks: Vec<String>,
}

/// Simulates and fills `folder`.
pub(super) fn produce(order: &mut Order, folder: &Path, progress: &dyn Progress) -> Result<Produced, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(order.threads.unwrap_or(0)).build();
    let pool = pool.context("cannot start the threads")?;
    let warm_up = pool.install(|| settle(order.scenario, progress));
    let Simulated { results, jobs, remark } = pool.install(|| simulate(order, folder, progress))?;
    let mut outputs = write_reports(order, &results, warm_up.as_ref(), folder)?;
    outputs.extend(jobs);
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    let manifest = Manifest {
        claimsim: env!("CARGO_PKG_VERSION").to_owned(),
        command: "run".to_owned(),
        scenario: Input::scenario(&order.scenario.name, order.text.as_bytes()),
        inputs: write_inputs(order, folder)?,
        notes: order.notes.iter().cloned().chain(warm_up.as_ref().map(warmup::words)).chain(remark.clone()).collect(),
        others: Vec::new(),
        seed: order.scenario.seed,
        options: order.options.clone(),
        outputs,
    };
    write(folder, manifest::PATH, &manifest.to_bytes())?;
    let horizon = order.scenario.system.window.horizon;
    let remarks =
        warm_up.as_ref().and_then(|found| warmup::warning(found, horizon)).into_iter().chain(remark).collect();
    Ok(Produced { results, manifest, warm_up, remarks })
}

/// Puts what the command line asked for over what the scenario says.
pub(super) fn apply(options: &Options, seed: Option<u64>, scenario: &mut Scenario) {
    scenario.seed = seed.unwrap_or(scenario.seed);
    scenario.replications = options.replications.unwrap_or(scenario.replications);
}

/// What replications have come to.
struct Simulated {
    results: Results,
    /// The job log, if it was asked for.
    jobs: Option<Output>,
    /// What there is to be said of batches.
    remark: Option<String>,
}

fn simulate(order: &Order, folder: &Path, progress: &dyn Progress) -> Result<Simulated, Failure> {
    if let Some(batches) = order.options.batches {
        let batched = experiment::run_in_batches(order.scenario, batches, progress);
        let remark = report::batches::remark(&batched, batches);
        return Ok(Simulated { results: batched.results, jobs: None, remark });
    }
    if !order.options.jobs {
        return Ok(Simulated { results: experiment::run(order.scenario, progress), jobs: None, remark: None });
    }
    let system = &order.scenario.system;
    let path = folder.join(JOBS);
    let history = |replication| {
        let part = Part::begin(&path, replication)?;
        let log = if replication == 0 { JobLog::new(part)? } else { JobLog::continued(part) };
        Ok::<_, io::Error>(JobHistory::new(system, replication, log))
    };
    let histories = (0..order.scenario.replications).map(history).collect::<Result<Vec<_>, _>>();
    let histories = histories.with_context(|| format!("cannot begin {JOBS}"))?;
    let (results, histories) = experiment::run_observed(order.scenario, progress, histories);
    let sha256 = Part::join(&path, histories.into_iter().map(JobHistory::finish));
    let sha256 = sha256.with_context(|| format!("cannot write {JOBS}"))?;
    Ok(Simulated { results, jobs: Some(Output { file: JOBS.to_owned(), sha256 }), remark: None })
}

fn write_reports(
    order: &Order,
    results: &Results,
    warm_up: Option<&WarmUp>,
    folder: &Path,
) -> Result<Vec<Output>, Failure> {
    let files = report::files(&Context { warm_up, ..Context::of(order.scenario) }, results);
    for file in &files {
        write(folder, &file.path, &file.bytes)?;
    }
    Ok(manifest::outputs(&files))
}

fn write_inputs(order: &Order, folder: &Path) -> Result<Vec<Input>, Failure> {
    write(folder, manifest::SCENARIO, order.text.as_bytes())?;
    let copy = |(number, input): (usize, &scenario::Input)| {
        let entry = Input::numbered(number + 1, &input.name, &input.bytes);
        write(folder, &entry.file, &input.bytes)?;
        Ok(entry)
    };
    order.inputs.iter().enumerate().map(copy).collect()
}

/// Writes a file of a run's folder.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    let whole = || format!("cannot write {name}");
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(whole)?;
    }
    Ok(fs::write(path, bytes).with_context(whole)?)
}
