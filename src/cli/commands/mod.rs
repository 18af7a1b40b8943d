//! The commands of the program.

mod audit;
mod backtest;
mod check;
mod compare;
mod completions;
mod cron;
mod diff;
mod explain;
mod import;
mod init;
mod list;
mod report;
mod reproduce;
mod run;
mod schema;
mod size;
mod sweep;

use std::path::Path;

use clap::Subcommand;

use crate::args::ExecArgs;
use crate::exit::{CliError, ExitStatus};
use crate::options;
use crate::run_dir::manifest::Manifest;
use crate::study::rerun;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Run(run::Run),
    Compare(compare::Compare),
    Sweep(sweep::Sweep),
    Size(size::Size),
    Backtest(backtest::BacktestCommand),
    Check(check::Check),
    Report(report::ReportCommand),
    Reproduce(reproduce::Reproduce),
    Diff(diff::Diff),
    Explain(explain::Explain),
    Audit(audit::Audit),
    Import(import::Import),
    Cron(cron::Cron),
    List(list::List),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

impl Command {
    /// Runs the command; `program` describes all of them.
    pub(crate) fn execute(self, program: clap::Command) -> Result<ExitStatus, CliError> {
        let done = |result: Result<(), CliError>| result.map(|()| ExitStatus::Done);
        match self {
            Command::Run(run) => run.execute(),
            Command::Compare(compare) => compare.execute(),
            Command::Sweep(sweep) => sweep.execute(),
            Command::Size(size) => size.execute(),
            Command::Backtest(backtest) => backtest.execute(),
            Command::Reproduce(reproduce) => reproduce.execute(rerun_saved),
            Command::Diff(diff) => diff.execute(),
            Command::Explain(explain) => done(explain.execute()),
            Command::Init(init) => done(init.execute()),
            Command::Check(check) => done(check.execute()),
            Command::Report(report) => done(report.execute()),
            Command::Audit(audit) => done(audit.execute()),
            Command::Import(import) => done(import.execute()),
            Command::Cron(cron) => done(cron.execute()),
            Command::List(list) => done(list.execute()),
            Command::Schema(schema) => done(schema.execute()),
            Command::Completions(completions) => done(completions.execute(program)),
        }
    }
}

/// Repeats a saved study of any kind.
fn rerun_saved(run: &Path, manifest: &Manifest, exec: ExecArgs) -> Result<Manifest, CliError> {
    match &manifest.command {
        options::Command::Run(options) => rerun::<run::RunStudy>(run, manifest, options, exec),
        options::Command::Compare(options) => rerun::<compare::CompareStudy>(run, manifest, options, exec),
        options::Command::Sweep(options) => rerun::<sweep::SweepStudy>(run, manifest, options, exec),
        options::Command::Size(options) => rerun::<size::SizeStudy>(run, manifest, options, exec),
        options::Command::Backtest(options) => rerun::<backtest::BacktestStudy>(run, manifest, options, exec),
    }
}
