//! `claimsim backtest`: does a scenario reproduce the waits of a history?

mod setup;
mod training;

use std::path::PathBuf;

use clap::Args;

use crate::args::StudyArgs;
use crate::exit::{CliError, ExitStatus};
use crate::experiment::backtest::{self, Backtest, BacktestPlan, BacktestVerdict};
use crate::history::JobHistory;
use crate::inputs::{LoadedInputs, ScenarioSource};
use crate::options::{BacktestOptions, Command};
use crate::report::Report;
use crate::report::backtest::{BacktestReport, CalibrationPoint};
use crate::run_dir::RunDir;
use crate::scenario::Scenario;
use crate::study::{RunRequest, Study, conduct, target};
use crate::term::Bar;

/// Compare a scenario with a history: do simulated waits agree with observed ones?
///
/// Trace-driven: the observed jobs, with their arrivals and service times, go through the modelled
/// workers and policy, and the simulated and observed waits of the same jobs are compared. Each
/// action gets a verdict: the model "explains" its waits if the 95 % interval of the mean
/// difference lies within the tolerance; it "does not" if equal means are rejected at 5 %;
/// otherwise it is "undecided". Model-driven: the scenario makes its own jobs, and each day of the
/// history is compared with the same day of many replications.
///
/// Exit codes: 0 the model explains the waits of all actions, and its forecasts are not rejected; 1
/// it does not, or the command failed; 2 wrong usage or input; 3 undecided.
#[derive(Debug, Args)]
#[command(name = "backtest", after_help = EXAMPLES)]
pub(crate) struct BacktestCommand {
    /// The scenario file (TOML), or - for standard input
    scenario: PathBuf,

    #[command(flatten)]
    options: BacktestOptions,

    #[command(flatten)]
    study: StudyArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim run scenarios/image-scan.toml --jobs \\
    --seed 7 --out results/observed
  claimsim backtest scenarios/image-scan.toml \\
    --history results/observed/jobs.csv
  claimsim backtest scenarios/image-scan.toml \\
    --history results/observed/jobs.csv \\
    --calibrate worker.replica.count=2..5";

impl BacktestCommand {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let sources = vec![ScenarioSource::open(&self.scenario)?.cached()];
        let quiet = self.study.exec.quiet;
        let history = self.options.history.with_start_of_run(quiet);
        let options = BacktestOptions { history, ..self.options };
        let request = RunRequest { sources, options, seed: self.study.seed };
        let mut study = BacktestStudy::set_up(&request, quiet)?;
        let target = target(&study, &self.study, "-backtest");
        conduct(&mut study, &request, &self.study, &target)
    }
}

/// A backtest that can begin.
pub(crate) struct BacktestStudy {
    scenario: Scenario,
    history: JobHistory,
    /// The files of the history, in words.
    file: String,
    plan: BacktestPlan,
    /// The local time up to which arrivals and services were fitted.
    trained_until: Option<String>,
    /// The settings to try, and the scenario with each of them.
    calibration: Vec<(String, Scenario)>,
    inputs: LoadedInputs,
}

/// The results of a backtest.
pub(crate) struct BacktestResults {
    main: Backtest,
    calibration: Vec<CalibrationPoint>,
}

impl BacktestStudy {
    fn backtest_report<'a>(&'a self, results: &'a BacktestResults) -> BacktestReport<'a> {
        BacktestReport {
            scenario: &self.scenario,
            history: &self.history,
            file: &self.file,
            backtest: &results.main,
            trained_until: self.trained_until.as_deref(),
            calibration: &results.calibration,
        }
    }
}

impl Study for BacktestStudy {
    type Options = BacktestOptions;
    type Results = BacktestResults;
    const COMMAND: fn(BacktestOptions) -> Command = Command::Backtest;

    fn load(request: &RunRequest<BacktestOptions>) -> Result<BacktestStudy, CliError> {
        BacktestStudy::set_up(request, true)
    }

    fn inputs(&self) -> &LoadedInputs {
        &self.inputs
    }

    fn print_warnings(&self) {}

    fn warnings(&self, _: &BacktestResults) -> Vec<String> {
        Vec::new()
    }

    fn at_once(&self) -> Option<(&Scenario, u32, bool)> {
        None
    }

    fn tasks(&self) -> u32 {
        self.plan.replications
    }

    fn simulate(&mut self, _: &RunDir, quiet: bool) -> Result<BacktestResults, CliError> {
        let refused = |error| CliError::Input(format!("{}: {error}", self.file));
        let halves = if backtest::has_own_arrivals(&self.scenario) { 2 } else { 1 };
        let bar = Bar::new(self.plan.replications.saturating_mul(halves), quiet);
        let main = backtest::backtest(&self.scenario, &self.history, &self.plan, &bar).map_err(refused)?;
        drop(bar);
        let mut calibration = Vec::new();
        for (settings, scenario) in &self.calibration {
            let bar = Bar::of(settings, self.plan.replications, quiet);
            let found = backtest::replay(scenario, &self.history, &self.plan, &bar).map_err(refused)?;
            calibration.push(CalibrationPoint { settings: settings.clone(), backtest: found });
        }
        Ok(BacktestResults { main, calibration })
    }

    fn report<'a>(&'a self, results: &'a BacktestResults) -> Box<dyn Report + 'a> {
        Box::new(self.backtest_report(results))
    }

    fn status(&self, results: &BacktestResults) -> (ExitStatus, Vec<String>) {
        let status = match results.main.verdict() {
            BacktestVerdict::Explains => ExitStatus::Done,
            BacktestVerdict::DoesNot => ExitStatus::Failed,
            BacktestVerdict::Undecided => ExitStatus::Undecided,
        };
        (status, vec![self.backtest_report(results).answer()])
    }
}
