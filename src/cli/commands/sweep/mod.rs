//! `claimsim sweep`: a scenario at every point of a grid, or with each of its parameters changed a
//! little.

mod checkpoint;
mod perturbations;
mod points;
mod responses;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::args::StudyArgs;
use crate::exit::{CliError, ExitStatus};
use crate::experiment::design::Grid;
use crate::experiment::elasticity::{Effect, effects};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::{self, DesignPoint, PointResult};
use crate::experiment::warmup::{find_warm_up, pilot_count};
use crate::inputs::{LoadedInputs, ScenarioSource, overload_lines, print_overloads};
use crate::interrupt::advise;
use crate::options::{Command, SweepOptions};
use crate::report::Report;
use crate::report::elasticity::ElasticityReport;
use crate::report::messages::warm_up_warning;
use crate::report::sweep::SweepReport;
use crate::run_dir::RunDir;
use crate::run_dir::manifest::Manifest;
use crate::scenario::{Scenario, WarmUpRule};
use crate::study::{RunRequest, Study, conduct, target};
use crate::term::{Bar, warn};
use checkpoint::Checkpoint;
use perturbations::Perturbations;
use points::Points;

/// Run a scenario for every combination of values of some of its keys: one table, and charts
///
/// All points see the same jobs as far as their scenarios allow (common random numbers):
/// differences between points are differences between the systems. Finished points are kept until
/// the sweep is complete; if it is interrupted, the same command continues where it stopped.
///
/// With --elasticity, each parameter that the scenario sets is changed by ±1 % instead, and counts
/// by one. The effect on a measure is given in percent for 1 % more of the parameter: 1 means in
/// proportion, 0 means no effect, and -3 means that 1 % more makes the measure 3 % smaller. Near
/// saturation, waits have effects of 10 and more.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sweep {
    /// The scenario file (TOML), or - for standard input
    scenario: PathBuf,

    #[command(flatten)]
    options: SweepOptions,

    #[command(flatten)]
    study: StudyArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim sweep scenarios/push-burst.toml \\
    --vary worker.replica.count=4..8
  claimsim sweep scenarios/mixed-pool.toml \\
    --vary worker.small.count=2..8:x2 \\
    --vary worker.large.count=1..3 \\
    --show 'p95(wait, scan_large)'
  claimsim sweep scenarios/whole-workers.toml \\
    --vary claim.policy=first-fit,easy-backfill \\
    --show 'p95(wait, rebuild)'
  claimsim sweep scenarios/mmc.toml --elasticity";

impl Sweep {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let Sweep { scenario, options, study: args } = self;
        if options.grid.vary.is_empty() && options.grid.zip.is_empty() && !options.elasticity {
            return Err(CliError::Input(
                "there is nothing to sweep over; add --vary KEY=VALUES, such as --vary worker.replica.count=1..8, or \
                 --elasticity"
                    .to_owned(),
            ));
        }
        args.format.check()?;
        let suffix = if options.elasticity { "-elasticity" } else { "-sweep" };
        let sources = vec![ScenarioSource::open(&scenario)?.cached()];
        let request = RunRequest { sources, options, seed: args.seed };
        let mut study = SweepStudy::load(&request)?;
        let target = target(&study, &args, suffix);
        conduct(&mut study, &request, &args, &target)
    }
}

/// A sweep that is set up.
pub(crate) struct SweepStudy {
    points: Points,
    design: SweepDesign,
    /// The quantities to show.
    responses: Vec<Quantity>,
    /// Where finished points are kept.
    checkpoint: Option<Checkpoint>,
    /// The points that an interrupted sweep has finished.
    finished: BTreeMap<usize, PointResult>,
}

/// What the points are.
enum SweepDesign {
    Grid(Grid),
    /// The scenario itself, then the low and the high side of each perturbation.
    Perturbations(Perturbations),
}

/// The results of a sweep.
pub(crate) struct SweepResults {
    measured: Vec<PointResult>,
    /// The effects of the perturbations; empty for a grid.
    effects: Vec<Effect>,
    /// Warnings of warm-ups.
    too_short: Option<String>,
}

impl SweepStudy {
    /// The points at which more work arrives than can be done.
    fn overloaded(&self) -> Vec<(String, &Scenario)> {
        let trials = &self.points.trials;
        match &self.design {
            SweepDesign::Grid(grid) => (grid.points().iter().zip(trials))
                .filter(|(_, trial)| trial.overload.is_some())
                .map(|(point, trial)| (point.name(), &trial.scenario))
                .collect::<Vec<_>>(),
            // Both sides of a parameter have the load of the scenario itself, or nearly so.
            SweepDesign::Perturbations(_) => (trials.first().filter(|trial| trial.overload.is_some()))
                .map(|trial| (trial.scenario.name.clone(), &trial.scenario))
                .into_iter()
                .collect(),
        }
    }

    /// Determines the warm-up of the scenario, if it leaves that open, for all perturbations: the
    /// same jobs are measured on both sides of each parameter.
    fn settle_perturbations(&mut self, quiet: bool) -> Option<String> {
        let base = self.points.trials.first_mut().map(|trial| &mut trial.scenario)?;
        let bar = Bar::new(pilot_count(base), quiet);
        let found = find_warm_up(base, &bar);
        drop(bar);
        let found = found?;
        let (warmup, horizon) = (base.system.window.warmup, base.system.window.horizon);
        for DesignPoint { scenario, .. } in &mut self.points.trials {
            scenario.system.window.warmup = warmup;
            scenario.warm_up = WarmUpRule::Fixed;
        }
        warm_up_warning(&found, horizon)
    }
}

impl Study for SweepStudy {
    type Options = SweepOptions;
    type Results = SweepResults;
    const COMMAND: fn(SweepOptions) -> Command = Command::Sweep;
    // Other points have the same warnings with other numbers.
    const MAX_WARNINGS: usize = 3;

    fn load(request: &RunRequest<SweepOptions>) -> Result<SweepStudy, CliError> {
        let mut points = Points::default();
        let (scenarios, design) = if request.options.elasticity {
            let (scenarios, perturbations) = points.add_perturbations(request)?;
            (scenarios, SweepDesign::Perturbations(perturbations))
        } else {
            let grid = responses::grid(&request.options, request.seed)?;
            (points.add_grid(&grid, request)?, SweepDesign::Grid(grid))
        };
        let responses = responses::responses(&request.options, scenarios.iter().map(|scenario| &scenario.system))?;
        points.resolve(scenarios, &responses)?;
        Ok(SweepStudy { points, design, responses, checkpoint: None, finished: BTreeMap::new() })
    }

    fn inputs(&self) -> &LoadedInputs {
        &self.points.inputs
    }

    fn print_warnings(&self) {
        print_overloads(&self.overloaded());
    }

    fn warnings(&self, results: &SweepResults) -> Vec<String> {
        overload_lines(&self.overloaded()).into_iter().chain(results.too_short.clone()).collect()
    }

    fn at_once(&self) -> Option<(&Scenario, u32, bool)> {
        let scenarios = self.points.trials.iter().map(|trial| &trial.scenario);
        let largest = scenarios.max_by_key(|scenario| scenario.replications)?;
        Some((largest, largest.replications, false))
    }

    fn resume(&mut self, target: &Path, draft: &Manifest, quiet: bool) {
        let (checkpoint, number) = (Checkpoint::beside(target, draft), self.points.trials.len());
        self.finished = checkpoint.finished(number);
        self.finished.retain(|_, measured| measured.responses.len() == self.responses.len());
        if !self.finished.is_empty() && !quiet {
            warn(&format!("continuing: {} of {number} points are finished", self.finished.len()));
        }
        self.checkpoint = Some(checkpoint);
        advise("Finished points are kept; the same command continues after them.");
    }

    fn simulate(&mut self, _: &RunDir, quiet: bool) -> Result<SweepResults, CliError> {
        let mut warning = None;
        if let SweepDesign::Perturbations(_) = self.design {
            warning = self.settle_perturbations(quiet);
        }
        if let Some(warning) = warning.iter().find(|_| !quiet) {
            warn(&format!("warning: {warning}"));
        }
        let mut finished = std::mem::take(&mut self.finished);
        let trials = &self.points.trials;
        let open = trials.iter().enumerate().filter(|(point, _)| !finished.contains_key(point));
        let work = |trial: &DesignPoint| trial.scenario.replications.saturating_add(pilot_count(&trial.scenario));
        let replications = open.fold(0, |sum: u32, (_, trial)| sum.saturating_add(work(trial)));
        let finished = (0..trials.len()).map(|point| finished.remove(&point)).collect();
        let keep = |point: usize, measured: &PointResult| {
            if let Some(checkpoint) = &self.checkpoint {
                checkpoint.keep(point, measured);
            }
        };
        let bar = Bar::new(replications, quiet);
        let measured = sweep::run(trials, finished, &keep, &bar);
        drop(bar);
        let is_too_short = |measured: &&PointResult| measured.warm_up.is_some_and(|found| found.is_too_short);
        let too_short = measured.iter().filter(is_too_short).count();
        if too_short > 0 {
            let words = format!(
                "at {too_short} of {} points the run is too short to find the end of the warm-up, and only its second half \
                 is measured; try a longer horizon, or a fixed warm-up",
                trials.len()
            );
            if !quiet {
                warn(&format!("warning: {words}"));
            }
            warning = Some(words);
        }
        let effects = match &self.design {
            SweepDesign::Perturbations(perturbations) => effects(&perturbations.list, &measured),
            SweepDesign::Grid(_) => Vec::new(),
        };
        Ok(SweepResults { measured, effects, too_short: warning })
    }

    fn committed(&self) {
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.clear();
        }
    }

    fn report<'a>(&'a self, results: &'a SweepResults) -> Box<dyn Report + 'a> {
        let (title, trials) = (self.points.inputs.title(), self.points.trials.as_slice());
        let (shown, SweepResults { measured, effects, .. }) = (&self.responses, results);
        match &self.design {
            SweepDesign::Grid(grid) => Box::new(SweepReport { title, grid, shown, trials, measured }),
            SweepDesign::Perturbations(Perturbations { list: perturbations, left_out: skipped, .. }) => {
                Box::new(ElasticityReport { title, perturbations, skipped, shown, trials, effects })
            }
        }
    }
}
