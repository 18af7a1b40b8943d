//! `claimsim run`: simulates a scenario, prints its summary, and writes tables and charts.

mod extend;
mod job_log;
mod timeline;

use std::path::PathBuf;

use clap::Args;

use crate::args::StudyArgs;
use crate::exit::{CliError, ExitStatus};
use crate::experiment::warmup::{EstimatedWarmUp, find_warm_up, pilot_count};
use crate::experiment::{self, Results, StoppingRule, feasibility};
use crate::inputs::{LoadedInputs, ScenarioSource, print_feasibility};
use crate::model::time::Time;
use crate::options::{Command, RunOptions};
use crate::report::feasibility::{Notice, warnings};
use crate::report::messages::{missing_intervals, standstill_warning, warm_up_summary, warm_up_warning};
use crate::report::run::{RunReport, precision};
use crate::report::{Report, RunContext};
use crate::run_dir::RunDir;
use crate::run_dir::manifest::Output;
use crate::scenario::{LoadedScenario, Scenario};
use crate::stats::has_hours;
use crate::study::{RunRequest, Study, conduct, target};
use crate::term::{Bar, print, warn};
use extend::{PreviousRun, ResumedRun};
use job_log::JobLogWriter;
use timeline::{Timeline, TimelineArgs, window};

/// Simulate a scenario, print a summary, and write tables, charts and a manifest
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// The scenario file (TOML), or - for standard input
    #[arg(required_unless_present = "extend")]
    scenario: Option<PathBuf>,

    /// Add replications to a saved run instead of starting a new one, up to --replications or a
    /// --precision; leaves what one longer run would have left
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "seed", "policy", "set", "jobs", "blame"])]
    extend: Option<PathBuf>,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    timeline: TimelineArgs,

    #[command(flatten)]
    study: StudyArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim run scenarios/registry-week.toml
  claimsim run scenarios/push-burst.toml \\
    --set worker.replica.count=6 \\
    --out results/six-replicas
  claimsim run scenarios/image-scan.toml \\
    --policy shortest-first --jobs \\
    --out results/shortest-first
  claimsim run scenarios/mmc.toml \\
    --precision 'mean(wait) ±5%' \\
    --out results/mmc-precise
  claimsim run --extend results/mmc-precise \\
    --precision 'mean(wait) ±2%'";

impl Run {
    pub(super) fn execute(mut self) -> Result<ExitStatus, CliError> {
        let options = self.options.clone();
        if options.max_replications.is_some() && options.precision.is_empty() && self.extend.is_none() {
            return Err(CliError::Input(
                "--max-replications limits --precision, which is missing; write --replications for a fixed number"
                    .to_owned(),
            ));
        }
        let (mut study, request, default_target) = match (&self.scenario, &self.extend) {
            (Some(scenario), _) => {
                let sources = vec![ScenarioSource::open(scenario)?];
                let request = RunRequest { sources, options, seed: self.study.seed };
                (RunStudy::load(&request)?, request, None)
            }
            (None, folder) => {
                let folder = folder.as_ref().expect("clap requires a scenario or --extend");
                let ResumedRun { request, loaded, previous, form } = ResumedRun::read(folder, &options)?;
                self.study.no_report |= !form.has_page;
                self.study.charts = self.study.charts.or(form.charts);
                (RunStudy::new(loaded, &request, Some(previous))?, request, Some(folder.clone()))
            }
        };
        let target = self.study.out.clone().or(default_target).unwrap_or_else(|| target(&study, &self.study, ""));
        let timeline = self.timeline.begin(&study.scenario, &target, study.certain_replications())?;
        let is_quiet = self.study.exec.quiet || self.study.json;
        if let Some(enough) = study.enough() {
            if !is_quiet {
                print(&enough)?;
            }
            write_timeline(timeline, &study.scenario, is_quiet)?;
            return Ok(ExitStatus::Done);
        }
        let status = conduct(&mut study, &request, &self.study, &target)?;
        write_timeline(timeline, &study.scenario, is_quiet)?;
        Ok(status)
    }
}

/// Writes the timeline, if one is asked for.
fn write_timeline(timeline: Option<Timeline>, scenario: &Scenario, is_quiet: bool) -> Result<(), CliError> {
    match timeline.map(|timeline| timeline.write(scenario)).transpose()? {
        Some(sentence) if !is_quiet => print(&format!("{sentence}\n")),
        _ => Ok(()),
    }
}

/// A run that is set up.
#[derive(Debug)]
pub(crate) struct RunStudy {
    inputs: LoadedInputs,
    /// The name of the scenario's file in warnings.
    file: String,
    /// The scenario with all options applied; its warm-up is determined by the simulation.
    scenario: Scenario,
    options: RunOptions,
    rule: StoppingRule,
    /// What a saved run has simulated already.
    previous: PreviousRun,
    /// The period that `--gantt` draws.
    gantt: Option<(Time, Time)>,
}

/// The results of a run.
#[derive(Debug)]
pub(crate) struct RunResults {
    results: Results,
    /// The warm-up, if the simulation had to determine it.
    warm_up: Option<EstimatedWarmUp>,
    /// A warning about correlated batches.
    batches: Option<String>,
    /// A warning about replications that came to a standstill.
    standstill: Option<String>,
    /// The job log, if there is one.
    job_log: Option<Output>,
    /// The notes of the JSON document.
    notes: Vec<String>,
}

impl RunStudy {
    fn new(
        loaded: LoadedScenario,
        request: &RunRequest<RunOptions>,
        previous: Option<PreviousRun>,
    ) -> Result<RunStudy, CliError> {
        let (options, file) = (request.options.clone(), request.sources[0].file.clone());
        let mut inputs = LoadedInputs::default();
        let mut scenario = inputs.extend(0, loaded);
        scenario.seed = request.seed.unwrap_or(scenario.seed);
        inputs.seed = scenario.seed;
        let has_hours = has_hours(scenario.system.window.horizon) && options.batches.is_none();
        let rule = options.stopping_rule(&scenario)?.over_time(has_hours).with_holders(options.blame);
        scenario.replications = options.replications.unwrap_or(scenario.replications);
        check_batches(options.batches, scenario.replications)?;
        let period = options.gantt.as_deref();
        let gantt = period.map(|period| window("--gantt", &scenario, Some(period))).transpose()?;
        Ok(RunStudy { inputs, file, scenario, options, rule, previous: previous.unwrap_or_default(), gantt })
    }

    /// What to print if a saved run needs no further replications.
    fn enough(&self) -> Option<String> {
        let outcomes = &self.previous.outcomes;
        if outcomes.is_empty() || self.rule.next_count(outcomes).is_some() {
            return None;
        }
        let number = outcomes.len();
        Some(format!(
            "{}All precision targets are met with the existing {number} replications; none were added\n",
            precision::lines(&self.rule.status(outcomes))
        ))
    }

    /// The number of replications that the run has at least.
    fn certain_replications(&self) -> u32 {
        let known = self.previous.outcomes.len() as u32;
        self.rule.next_count(&self.previous.outcomes).unwrap_or(0).max(known)
    }

    /// Simulates the replications that are missing, from one check of the stopping rule to the
    /// next.
    fn replicate(&mut self, dir: &RunDir, quiet: bool) -> Result<(Results, Option<Output>), CliError> {
        let PreviousRun { mut outcomes, jobs } = std::mem::take(&mut self.previous);
        let mut log = if self.options.jobs { Some(JobLogWriter::begin(&dir.path()?, jobs.as_deref())?) } else { None };
        let measurements = self.rule.quantities().measurements();
        while let Some(until) = self.rule.next_count(&outcomes) {
            let numbers = outcomes.len() as u32..until;
            let bar = Bar::new(until - numbers.start, quiet);
            let more = match &mut log {
                None => experiment::replicate(&self.scenario, measurements, numbers, &bar),
                Some(log) => log.replicate(&self.scenario, measurements, numbers, &bar)?,
            };
            outcomes.extend(more);
        }
        let job_log = log.map(JobLogWriter::finish).transpose()?;
        Ok((Results::of(outcomes), job_log))
    }
}

impl RunStudy {
    /// What only the simulation has shown.
    fn late_warnings(&self, output: &RunResults) -> Vec<String> {
        let horizon = self.scenario.system.window.horizon;
        let too_short = output.warm_up.as_ref().and_then(|found| warm_up_warning(found, horizon));
        let replications = &output.results.replications;
        let is_open = self.rule.status(replications).iter().any(|precision| !precision.is_met);
        let imprecise = is_open.then(|| {
            let number = replications.len();
            format!("{number} replications do not reach the precision; --max-replications allows more")
        });
        output.standstill.clone().into_iter().chain(too_short).chain(output.batches.clone()).chain(imprecise).collect()
    }
}

impl Study for RunStudy {
    type Options = RunOptions;
    type Results = RunResults;
    const COMMAND: fn(RunOptions) -> Command = Command::Run;

    fn load(request: &RunRequest<RunOptions>) -> Result<RunStudy, CliError> {
        let loaded = request.sources[0].load(&request.options.changes.overrides())?;
        RunStudy::new(loaded, request, None)
    }

    fn inputs(&self) -> &LoadedInputs {
        &self.inputs
    }

    fn print_warnings(&self) {
        print_feasibility(&self.file, &self.scenario, &feasibility::analyze(&self.scenario));
    }

    fn warnings(&self, output: &RunResults) -> Vec<String> {
        let notices = warnings(&self.scenario, &feasibility::analyze(&self.scenario));
        notices.iter().map(Notice::in_a_line).chain(self.late_warnings(output)).collect()
    }

    fn at_once(&self) -> Option<(&Scenario, u32, bool)> {
        Some((&self.scenario, self.rule.next_count(&[])?, true))
    }

    fn tasks(&self) -> u32 {
        let is_open = !self.options.precision.is_empty();
        if is_open { u32::MAX } else { self.scenario.replications.max(pilot_count(&self.scenario)) }
    }

    fn simulate(&mut self, dir: &RunDir, quiet: bool) -> Result<RunResults, CliError> {
        let bar = Bar::new(pilot_count(&self.scenario), quiet);
        let warm_up = find_warm_up(&mut self.scenario, &bar);
        drop(bar);
        let mut output = if let Some(number) = self.options.batches {
            let means = experiment::run_batch_means(&self.scenario, number, &Bar::new(1, quiet));
            let batches = missing_intervals(&means, number);
            RunResults { results: means.results, warm_up, batches, standstill: None, job_log: None, notes: Vec::new() }
        } else {
            let (results, job_log) = self.replicate(dir, quiet)?;
            let found = experiment::standstills(&self.scenario, &results.replications);
            let standstill = standstill_warning(&found, results.replications.len());
            RunResults { results, warm_up, batches: None, standstill, job_log, notes: Vec::new() }
        };
        output.notes = self.inputs.notes.iter().chain(&output.standstill).cloned().collect();
        if !quiet {
            for warning in self.late_warnings(&output) {
                warn(&format!("warning: {warning}"));
            }
        }
        Ok(output)
    }

    fn notes(&self, output: &RunResults) -> Vec<String> {
        let warm_up = output.warm_up.as_ref().map(warm_up_summary);
        let notes = self.inputs.notes.iter().cloned().chain(warm_up);
        notes.chain(output.batches.clone()).chain(output.standstill.clone()).collect()
    }

    fn report<'a>(&'a self, output: &'a RunResults) -> Box<dyn Report + 'a> {
        let replications = output.results.replications.len() as u32;
        let context = RunContext { scenario: &self.scenario, replications, warm_up: output.warm_up.as_ref() };
        Box::new(RunReport {
            context,
            results: &output.results,
            plan: &self.rule,
            notes: &output.notes,
            gantt: self.gantt,
        })
    }

    fn written(&self, output: &RunResults) -> Option<Output> {
        output.job_log.clone()
    }
}

/// Batches take the place of replications.
fn check_batches(batches: Option<u32>, replications: u32) -> Result<(), CliError> {
    match batches {
        Some(batches) if replications > 1 => Err(CliError::Input(format!(
            "--batches {batches} needs one long run, and there are {replications} replications; write --replications 1, \
             or leave out --batches: {replications} replications give intervals by themselves"
        ))),
        _ => Ok(()),
    }
}
