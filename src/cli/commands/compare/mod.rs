//! `claimsim compare`: alternatives on the same jobs, paired differences with verdicts, and gates
//! with an exit code.

mod alternatives;
mod criteria;
mod variant;

use std::path::{Path, PathBuf};

use clap::Args;

use super::run::RunStudy;
use crate::args::{ExecArgs, StudyArgs};
use crate::exit::{CliError, ExitStatus};
use crate::experiment::comparison::{Alternative, Comparison, ComparisonCriteria, SequentialComparison};
use crate::experiment::feasibility::{self, Feasibility, Finding};
use crate::experiment::warmup;
use crate::inputs::{LoadedInputs, ScenarioSource, notices_of};
use crate::options::{Command, CompareOptions};
use crate::report::Report;
use crate::report::comparison::ComparisonReport;
use crate::report::feasibility::{Notice, notices};
use crate::report::messages::{warm_up_summary, warm_up_warning};
use crate::run_dir::manifest::SavedRun;
use crate::run_dir::{RunDir, read_manifest};
use crate::scenario::Scenario;
use crate::stats::bound_test::BoundStatus;
use crate::study::{RunRequest, Study, conduct, rerun, target};
use crate::term::{Bar, render, warn};
use alternatives::Alternatives;
use criteria::{criteria, unresolved};

/// Compare policies, scenarios or variants of one: differences with verdicts, and gates for CI
///
/// All contenders see the same jobs in each replication, and differences are taken within each
/// replication. The first contender is the baseline. Replications are added until all judged
/// quantities and all gates are decided, or --max-replications is reached; the error rate holds for
/// the study as a whole.
///
/// Exit codes: 0 done, and every gate is shown to hold; 1 a gate is shown to be broken, or the
/// command failed; 2 wrong usage or input; 3 no gate is shown to be broken, but some are undecided.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compare {
    /// Scenario files (TOML), or - for standard input; each is a contender or, with --policy, one
    /// contender for each policy
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,

    /// Compare with a saved run: it is simulated again from its folder, with its seed, as the
    /// contender `baseline`
    #[arg(long, value_name = "DIR", conflicts_with = "seed")]
    baseline: Option<PathBuf>,

    #[command(flatten)]
    options: CompareOptions,

    #[command(flatten)]
    study: StudyArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim compare scenarios/whole-workers.toml \\
    --policy first-fit --policy easy-backfill \\
    --judge 'p95(wait, rebuild)'
  claimsim compare scenarios/mixed-pool.toml \\
    --contender 'four more: worker.small.count=8' \\
    --judge 'mean(wait)' --margin '±5%'
  claimsim compare scenarios/push-burst.toml \\
    --set worker.replica.count=7 \\
    --baseline results/push-burst \\
    --gate 'p95(wait) <= +5%'";

impl Compare {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let mut sources = Vec::new();
        for path in &self.scenarios {
            sources.push(ScenarioSource::open(path)?.cached());
        }
        if let Some(run) = &self.baseline {
            sources.push(saved_run(run, self.study.exec)?.cached());
        }
        let request = RunRequest { sources, options: self.options, seed: self.study.seed };
        let mut study = CompareStudy::load(&request)?;
        let target = target(&study, &self.study, "-compare");
        conduct(&mut study, &request, &self.study, &target)
    }
}

/// The scenario of a saved run. Warns if this version of claimsim leaves other files for it.
fn saved_run(run: &Path, exec: ExecArgs) -> Result<ScenarioSource, CliError> {
    let manifest = read_manifest(run)?;
    let Command::Run(options) = &manifest.command else {
        return Err(CliError::Input(format!(
            "--baseline {} was left by `claimsim {}`; name the folder of a `claimsim run`",
            run.display(),
            manifest.command.name()
        )));
    };
    let again = rerun::<RunStudy>(run, &manifest, options, exec)?;
    let differing = manifest.differences(&again);
    if !differing.is_empty() {
        warn(&format!(
            "warning: {} was made by another version of claimsim ({}; this is {}), and this version leaves other files \
             for it ({}). The contenders are compared with the simulation of this version.",
            run.display(),
            manifest.claimsim,
            again.claimsim,
            differing.join(", ")
        ));
    }
    let mut source = ScenarioSource::saved(run, &manifest.scenario, &manifest.inputs)?;
    source.run = Some(SavedRun { seed: manifest.seed, options: options.clone() });
    Ok(source)
}

/// A comparison that is set up.
pub(crate) struct CompareStudy {
    alternatives: Alternatives,
    criteria: ComparisonCriteria,
    /// Warnings of warm-ups.
    too_short: Vec<String>,
}

impl CompareStudy {
    fn comparing(&self) -> Result<SequentialComparison<'_>, CliError> {
        SequentialComparison::new(&self.alternatives.list, &self.criteria).map_err(|misfit| unresolved(&misfit))
    }

    /// Determines the warm-ups that scenarios leave open, notes them, and warns of runs that are
    /// too short.
    fn settle(&mut self, quiet: bool) {
        let Alternatives { list, inputs, .. } = &mut self.alternatives;
        let pilot_count = list.iter().map(|contender| warmup::pilot_count(&contender.scenario)).sum();
        let bar = Bar::new(pilot_count, quiet);
        let found =
            warmup::find_common_warm_up(list.iter_mut().map(|contender| &mut contender.scenario).collect(), &bar);
        drop(bar);
        for (Alternative { name, scenario }, found) in list.iter().zip(found) {
            let Some(found) = found else { continue };
            inputs.notes.push(format!("{name}: {}", warm_up_summary(&found)));
            let warning = warm_up_warning(&found, scenario.system.window.horizon);
            if let Some(warning) = warning {
                let warning = format!("{name}: {warning}");
                if !quiet {
                    warn(&format!("warning: {warning}"));
                }
                self.too_short.push(warning);
            }
        }
    }

    /// The warnings of the feasibility analyses, each once, with the contenders that have it.
    fn notices(&self) -> Vec<(Notice, Vec<&str>)> {
        let mut printed: Vec<(Notice, Vec<&str>)> = Vec::new();
        let list = &self.alternatives.list;
        let analyses: Vec<Feasibility> = list.iter().map(|one| feasibility::analyze(&one.scenario)).collect();
        // A key that one of the contenders reads is there for a reason.
        let is_read = |finding: &Finding| {
            let kind = std::mem::discriminant(finding);
            let has = |one: &Feasibility| one.findings.iter().any(|other| std::mem::discriminant(other) == kind);
            finding.is_unread() && !analyses.iter().all(has)
        };
        for (Alternative { name, scenario }, analysis) in list.iter().zip(&analyses) {
            for remark in notices(scenario, analysis, |finding| finding.is_warning() && !is_read(finding)) {
                match printed.iter_mut().find(|(other, _)| *other == remark) {
                    Some((_, names)) => names.push(name),
                    None => printed.push((remark, vec![name])),
                }
            }
        }
        printed
    }

    fn comparison_report<'a>(&'a self, comparison: &'a Comparison) -> ComparisonReport<'a> {
        let Alternatives { list, inputs, .. } = &self.alternatives;
        ComparisonReport {
            title: inputs.title(),
            contenders: list,
            criteria: &self.criteria,
            comparison,
            seed: inputs.seed,
        }
    }
}

impl Study for CompareStudy {
    type Options = CompareOptions;
    type Results = Comparison;
    const COMMAND: fn(CompareOptions) -> Command = Command::Compare;

    fn load(request: &RunRequest<CompareOptions>) -> Result<CompareStudy, CliError> {
        let alternatives = Alternatives::load(request)?;
        let baseline = &alternatives.list[alternatives.baseline];
        let criteria = criteria(&request.options, alternatives.baseline, baseline.scenario.replications)?;
        let study = CompareStudy { alternatives, criteria, too_short: Vec::new() };
        study.comparing()?;
        Ok(study)
    }

    fn inputs(&self) -> &LoadedInputs {
        &self.alternatives.inputs
    }

    fn print_warnings(&self) {
        for (notice, names) in self.notices() {
            warn(&render(&notices_of(&names.join(", "), [notice])));
        }
    }

    fn warnings(&self, _: &Comparison) -> Vec<String> {
        let notices = self.notices().into_iter();
        let lines = notices.map(|(notice, names)| format!("{}: {}", names.join(", "), notice.in_a_line()));
        lines.chain(self.too_short.iter().cloned()).collect()
    }

    fn at_once(&self) -> Option<(&Scenario, u32, bool)> {
        let Alternatives { list, .. } = &self.alternatives;
        let number = self.criteria.looks.get(0)?.saturating_mul(list.len() as u32);
        Some((&list[0].scenario, number, false))
    }

    fn simulate(&mut self, _: &RunDir, quiet: bool) -> Result<Comparison, CliError> {
        self.settle(quiet);
        let mut comparing = self.comparing()?;
        while let Some(replications) = comparing.next_replications() {
            comparing.look(&Bar::new(replications, quiet));
        }
        Ok(comparing.finish())
    }

    fn report<'a>(&'a self, comparison: &'a Comparison) -> Box<dyn Report + 'a> {
        Box::new(self.comparison_report(comparison))
    }

    fn status(&self, comparison: &Comparison) -> (ExitStatus, Vec<String>) {
        let status = match comparison.gate_status() {
            None | Some(BoundStatus::Kept) => ExitStatus::Done,
            Some(BoundStatus::Broken) => ExitStatus::Failed,
            Some(BoundStatus::Undecided) => ExitStatus::Undecided,
        };
        (status, self.comparison_report(comparison).open_gates())
    }
}
