//! `claimsim size`: the cheapest design that meets targets, with the commands that show it in full.

mod backtested;
mod setup;

use std::path::PathBuf;

use clap::Args;

use crate::args::StudyArgs;
use crate::exit::{CliError, ExitStatus};
use crate::experiment::Progress;
use crate::experiment::sizing::{Sizing, SizingWithOutage, WorstCaseOutage, size, size_with_outage};
use crate::inputs::{LoadedInputs, ScenarioSource, overload_lines, print_overloads};
use crate::options::{Command, SizeOptions};
use crate::report::Report;
use crate::report::sizing::{LostWorker, SizingReport};
use crate::run_dir::RunDir;
use crate::scenario::Scenario;
use crate::study::{RunRequest, Study, conduct, target};
use crate::term::Bar;
use backtested::verdicts;
pub(crate) use setup::SizeStudy;

/// Find the cheapest configuration that meets the targets
///
/// Configurations are simulated on the same jobs. Each is simulated until it is shown to meet all
/// targets or to miss one, or until --max-replications is reached; every configuration that is
/// cheaper than the answer is simulated too. The probability that a failing configuration is
/// reported as meeting its targets is at most --level.
///
/// Exit codes: 0 a configuration meets the targets; 1 no configuration in the range does, or the
/// command failed; 2 wrong usage or input; 3 no configuration is shown to meet the targets, but
/// some are undecided.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Size {
    /// The scenario file (TOML), or - for standard input
    scenario: PathBuf,

    #[command(flatten)]
    options: SizeOptions,

    #[command(flatten)]
    study: StudyArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim size scenarios/registry-week.toml \\
    --vary worker.replica.count=1..8 \\
    --meet 'p95(wait, scan_check_single, 09:00..11:00) < 5m'
  claimsim size scenarios/registry-week.toml \\
    --vary worker.replica.count=3..6 \\
    --meet 'p95(wait, scan_check_single, worst 1h) < 5m'
  claimsim size scenarios/registry-week.toml \\
    --vary worker.replica.count=2..4 \\
    --meet 'p95(wait) < 5m' --lose replica:2h
  claimsim size scenarios/backlog-drain.toml \\
    --vary worker.replica.count=2..12 \\
    --meet 'drain < 6h' --cost worker.replica=1.0/h
  claimsim size scenarios/mixed-pool.toml \\
    --vary worker.small.count=2..4 \\
    --vary worker.large.count=1..2 \\
    --cost worker.small=1/h --cost worker.large=3.5/h \\
    --meet 'p95(wait, scan_large) < 15m'";

impl Size {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let Size { scenario, mut options, study: args } = self;
        let sources = vec![ScenarioSource::open(&scenario)?.cached()];
        let verdicts = options.backtest.as_deref().map(|folder| verdicts(folder, &sources[0].text, &options));
        options.backtest_verdicts = verdicts.transpose()?;
        let request = RunRequest { sources, options, seed: args.seed };
        let mut study = SizeStudy::load(&request)?;
        let target = target(&study, &args, "-size");
        conduct(&mut study, &request, &args, &target)
    }
}

/// The results of a search.
#[derive(Debug)]
pub(crate) enum SizeResults {
    Plain(Sizing),
    WithLoss(Box<SizingWithOutage>),
}

impl SizeStudy {
    /// The settings under which more work arrives than can be done.
    fn overloaded(&self) -> Vec<(String, &Scenario)> {
        let overloaded = self.designs.iter().filter(|design| design.overload.is_some());
        overloaded.map(|design| (design.point.name(), &design.scenario)).collect()
    }

    fn sizing_report<'a>(&'a self, results: &'a SizeResults) -> SizingReport<'a> {
        let (sizing, lost) = match results {
            SizeResults::Plain(sizing) => (sizing, None),
            SizeResults::WithLoss(lost) => (&lost.with, Some(lost.as_ref())),
        };
        SizingReport {
            title: self.inputs.title(),
            keys: self.keys.iter().map(String::as_str).collect(),
            settings: &self.designs,
            targets: &self.targets,
            sizing,
            lost: lost.map(|lost| lost_worker(lost, self)),
            cost_unit: &self.cost_unit,
            seed: self.inputs.seed,
            run_command: &self.run_command,
            saved_command: &self.saved_command,
            backtest: self.backtest.as_deref(),
        }
    }
}

fn lost_worker<'a>(lost: &'a SizingWithOutage, study: &SizeStudy) -> LostWorker<'a> {
    let WorstCaseOutage { group, count, duration, window } =
        study.loss.as_ref().expect("a worker dies only if --lose names its group");
    let at = study.designs[0].scenario.epoch.rfc3339(lost.at, chrono::SecondsFormat::Secs);
    let workers = if *count == 1 { "a worker".to_owned() } else { format!("{count} workers") };
    let (dies, is) = if *count == 1 { ("dies", "is") } else { ("die", "are") };
    let words = format!(
        "{workers} of {group} {dies} at {at} and {is} out for {duration}; judged on the jobs of {window} from then on"
    );
    LostWorker { words, at: lost.at, without: &lost.without, is_worst: lost.is_worst }
}

impl Study for SizeStudy {
    type Options = SizeOptions;
    type Results = SizeResults;
    const COMMAND: fn(SizeOptions) -> Command = Command::Size;

    fn load(request: &RunRequest<SizeOptions>) -> Result<SizeStudy, CliError> {
        SizeStudy::set_up(request)
    }

    fn inputs(&self) -> &LoadedInputs {
        &self.inputs
    }

    fn print_warnings(&self) {
        print_overloads(&self.overloaded());
    }

    fn warnings(&self, _: &SizeResults) -> Vec<String> {
        overload_lines(&self.overloaded())
    }

    fn at_once(&self) -> Option<(&Scenario, u32, bool)> {
        let SizeStudy { designs, targets, .. } = self;
        Some((&designs.first()?.scenario, targets.looks.get(0)?, false))
    }

    fn simulate(&mut self, _: &RunDir, quiet: bool) -> Result<SizeResults, CliError> {
        let SizeStudy { designs, targets, loss, .. } = &*self;
        let bar = |design: usize, replications| -> Box<dyn Progress> {
            let settings = designs[design].point.settings.iter().map(|(key, value)| format!("{key}={value}"));
            Box::new(Bar::of(&settings.collect::<Vec<_>>().join(" "), replications, quiet))
        };
        let checked = "targets have been checked with all designs";
        Ok(match loss {
            None => SizeResults::Plain(size(designs, targets, &bar).expect(checked)),
            Some(loss) => {
                SizeResults::WithLoss(Box::new(size_with_outage(designs, targets, loss, &bar).expect(checked)))
            }
        })
    }

    fn report<'a>(&'a self, results: &'a SizeResults) -> Box<dyn Report + 'a> {
        Box::new(self.sizing_report(results))
    }

    fn status(&self, results: &SizeResults) -> (ExitStatus, Vec<String>) {
        let report = self.sizing_report(results);
        let status = match report.sizing.answer {
            Some(_) => ExitStatus::Done,
            None if report.is_infeasible() => ExitStatus::Failed,
            None => ExitStatus::Undecided,
        };
        (status, report.answer(report.sizing))
    }
}
