//! Producing a run: simulates a scenario and fills a folder with everything that it leaves, manifest last.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::extend::Earlier;
use super::job_file::JobFile;
use super::manner::pool;
use super::progress::Bar;
use super::verdict::Failure;
use crate::experiment::warmup::{EstimatedWarmUp, find_warm_up, pilot_count};
use crate::experiment::{self, Results, StoppingRule};
use crate::report::manifest::{self, Input, Manifest, Options, Output};
use crate::report::messages::{missing_intervals, warm_up_summary, warm_up_warning};
use crate::report::run::RunReport;
use crate::report::RunContext;
use crate::scenario::{self, Scenario};

/// What a run is made from.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// The scenario as it is simulated, with all options applied; its warm-up is settled here.
    pub(super) scenario: &'a mut Scenario,
    /// Its text as it was read.
    pub(super) text: &'a str,
    /// The files that it names.
    pub(super) inputs: &'a [scenario::InputFile],
    /// What was left out of these files.
    pub(super) notes: &'a [String],
    /// What the command line asked for.
    pub(super) options: Options,
    /// How many replications, by these options.
    pub(super) plan: &'a StoppingRule,
    /// The replications that there are already, if a finished run goes on.
    pub(super) earlier: Option<Earlier>,
    /// How many replications run at once; as many as there are cores if `None`.
    pub(super) threads: Option<u16>,
    /// Whether there is no progress bar.
    pub(super) quiet: bool,
}

/// What a run has come to.
#[derive(Debug)]
pub(super) struct Produced {
    pub(super) results: Results,
    /// What stands in the folder as well.
    pub(super) manifest: Manifest,
    /// The warm-up, if the scenario left it to be found.
    pub(super) warm_up: Option<EstimatedWarmUp>,
    /// What its reader is to be warned of.
    pub(super) remarks: Vec<String>,
}

/// Simulates and fills `folder`.
pub(super) fn produce(mut order: Order, folder: &Path) -> Result<Produced, Failure> {
    let pool = pool(order.threads)?;
    let earlier = order.earlier.take();
    let quiet = order.quiet;
    let warm_up = {
        let scenario = &mut *order.scenario;
        pool.install(|| find_warm_up(scenario, &Bar::new(pilot_count(scenario), quiet)))
    };
    let Simulated { results, jobs, remark } = {
        let order = &order;
        pool.install(|| simulate(order, earlier, folder))?
    };
    let mut outputs = write_reports(&order, &results, warm_up.as_ref(), folder)?;
    outputs.extend(jobs);
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    let (scenario, inputs) = write_inputs(&order.scenario.name, order.text, order.inputs, folder)?;
    let manifest = Manifest {
        claimsim: env!("CARGO_PKG_VERSION").to_owned(),
        command: "run".to_owned(),
        scenario,
        inputs,
        notes: order.notes.iter().cloned().chain(warm_up.as_ref().map(warm_up_summary)).chain(remark.clone()).collect(),
        others: Vec::new(),
        seed: order.scenario.seed,
        options: order.options,
        outputs,
    };
    write(folder, manifest::PATH, &manifest.to_bytes())?;
    let horizon = order.scenario.system.window.horizon;
    let remarks =
        warm_up.as_ref().and_then(|found| warm_up_warning(found, horizon)).into_iter().chain(remark).collect();
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

/// Runs the replications that are still missing, look by look, or one in batches.
fn simulate(order: &Order, earlier: Option<Earlier>, folder: &Path) -> Result<Simulated, Failure> {
    if let Some(batches) = order.options.batches {
        let batched = experiment::run_batch_means(order.scenario, batches, &Bar::new(1, order.quiet));
        let remark = missing_intervals(&batched, batches);
        return Ok(Simulated { results: batched.results, jobs: None, remark });
    }
    let Earlier { mut outcomes, jobs } = earlier.unwrap_or_default();
    let mut log = order.options.jobs.then(|| JobFile::begin(folder, jobs.as_deref())).transpose()?;
    let shares = order.plan.quantities().shares();
    while let Some(until) = order.plan.next_count(&outcomes) {
        let numbers = outcomes.len() as u32..until;
        let bar = Bar::new(until - numbers.start, order.quiet);
        let more = match &mut log {
            None => experiment::replicate(order.scenario, shares, numbers, &bar),
            Some(log) => log.replicate(order.scenario, shares, numbers, &bar)?,
        };
        outcomes.extend(more);
    }
    let jobs = log.map(JobFile::finish).transpose()?;
    Ok(Simulated { results: Results::of(outcomes), jobs, remark: None })
}

fn write_reports(
    order: &Order,
    results: &Results,
    warm_up: Option<&EstimatedWarmUp>,
    folder: &Path,
) -> Result<Vec<Output>, Failure> {
    let files = RunReport { context: context(order.scenario, results, warm_up), results, plan: order.plan }.files();
    for file in &files {
        write(folder, &file.path, &file.bytes)?;
    }
    Ok(manifest::outputs(&files))
}

/// What the reader of a run's report has to know.
pub(super) fn context<'a>(
    scenario: &'a Scenario,
    results: &Results,
    warm_up: Option<&'a EstimatedWarmUp>,
) -> RunContext<'a> {
    RunContext { replications: results.replications.len() as u32, warm_up, ..RunContext::of(scenario) }
}

/// Copies a scenario's text and the files that it names; gives their entries in the manifest.
pub(super) fn write_inputs(
    name: &str,
    text: &str,
    inputs: &[scenario::InputFile],
    folder: &Path,
) -> Result<(Input, Vec<Input>), Failure> {
    write(folder, manifest::SCENARIO, text.as_bytes())?;
    let copy = |(number, input): (usize, &scenario::InputFile)| {
        let entry = Input::numbered(number + 1, &input.name, &input.bytes);
        write(folder, &entry.file, &input.bytes)?;
        Ok(entry)
    };
    let inputs = inputs.iter().enumerate().map(copy).collect::<Result<_, Failure>>()?;
    Ok((Input::scenario(name, text.as_bytes()), inputs))
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
